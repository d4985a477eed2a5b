package io.culvert.app.daemon;

import io.culvert.ike.auth.RevocationFetcher;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Fetches revocation lists and statuses over HTTP, for all sessions together, and never for longer or more than is
/// good: each answer has a time, from the first octet of the request to the last of the answer, and a size.
///
/// Sessions that ask the same wait for one answer. What was good is given again until it ends; who failed is not asked
/// again at once, so that a dead responder costs the sessions of a busy gateway one wait and not one each.
///
/// Only `http:` is spoken, as RFC 5280 section 8 asks for: to check a certificate of `https:` another would have to be
/// checked first. Safe for use by many threads.
public final class RevocationClient implements AutoCloseable {
    private static final int MANY_REDIRECTS = 3;
    private static final int OK = 200;

    private final Limits limits;
    private final Supplier<Instant> clock;
    private final RevocationCache cache;
    private final Map<RevocationFetcher.Query, CompletableFuture<RevocationFetcher.Answer>>
            running = new ConcurrentHashMap<>();
    private final SequencedMap<RevocationFetcher.Query, Failure> failures = new LinkedHashMap<>();
    private final Semaphore atOnce;
    private Optional<HttpClient> http = Optional.empty();
    private boolean closed;

    /// The bounds of fetching.
    ///
    /// @param listOctets the largest revocation list
    /// @param statusOctets the largest answer of a responder
    /// @param cachedOctets all answers that are kept
    /// @param atOnce how many requests are on their way together
    /// @param failures how many failures are remembered
    /// @param pause how long a place that failed is left alone
    public record Limits(
            int listOctets,
            int statusOctets,
            int cachedOctets,
            int atOnce,
            int failures,
            Duration pause) {
        /// What the daemon uses.
        public static final Limits DEFAULT =
                new Limits(
                        8 * 1024 * 1024,
                        64 * 1024,
                        32 * 1024 * 1024,
                        16,
                        256,
                        Duration.ofSeconds(10));
    }

    private record Failure(String reason, Instant until) {}

    /// @param clock the time of day
    public RevocationClient(Limits limits, Supplier<Instant> clock) {
        this.limits = limits;
        this.clock = clock;
        this.cache = new RevocationCache(limits.cachedOctets());
        this.atOnce = new Semaphore(limits.atOnce());
    }

    /// Fetches for one question, which has to be answered in some time.
    public RevocationFetcher within(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        return new RevocationFetcher() {
            @Override
            public Answer fetch(Query query) {
                return cache.find(query, clock.get())
                        .<Answer>map(Answer.Received::new)
                        .orElseGet(() -> fetchUntil(query, end));
            }

            @Override
            public void keep(Query query, Octets answer, Instant until) {
                cache.keep(query, answer, until, clock.get());
            }
        };
    }

    /// Ends all that is on its way; what is fetched from now on fails.
    @Override
    public void close() {
        Optional<HttpClient> client;
        synchronized (this) {
            closed = true;
            client = http;
        }
        client.ifPresent(HttpClient::shutdownNow);
    }

    private RevocationFetcher.Answer fetchUntil(RevocationFetcher.Query query, long end) {
        Optional<String> recent = recentFailure(query);
        if (recent.isPresent()) {
            return new RevocationFetcher.Answer.Failed(recent.get());
        }
        CompletableFuture<RevocationFetcher.Answer> ours = new CompletableFuture<>();
        CompletableFuture<RevocationFetcher.Answer> others = running.putIfAbsent(query, ours);
        if (others == null) {
            Thread.ofVirtual().name("fetch-" + query.uri()).start(() -> finish(query, ours, end));
        }
        try {
            return (others == null ? ours : others).get(left(end), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return new RevocationFetcher.Answer.Failed("did not answer in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new RevocationFetcher.Answer.Failed("was not waited for");
        }
    }

    private void finish(
            RevocationFetcher.Query query,
            CompletableFuture<RevocationFetcher.Answer> answer,
            long end) {
        RevocationFetcher.Answer found = new RevocationFetcher.Answer.Failed("was not asked");
        try {
            found = fetchNow(query, end);
        } finally {
            if (found instanceof RevocationFetcher.Answer.Failed(String reason)) {
                remember(query, reason);
            }
            running.remove(query);
            answer.complete(found);
        }
    }

    private RevocationFetcher.Answer fetchNow(RevocationFetcher.Query query, long end) {
        boolean admitted = false;
        try {
            admitted = atOnce.tryAcquire(left(end), TimeUnit.NANOSECONDS);
            return admitted
                    ? new RevocationFetcher.Answer.Received(get(query, end))
                    : new RevocationFetcher.Answer.Failed("was not asked, others are slow");
        } catch (TimeoutException e) {
            return new RevocationFetcher.Answer.Failed("did not answer in time");
        } catch (IOException e) {
            return new RevocationFetcher.Answer.Failed(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new RevocationFetcher.Answer.Failed("was not waited for");
        } finally {
            if (admitted) {
                atOnce.release();
            }
        }
    }

    private Octets get(RevocationFetcher.Query query, long end)
            throws IOException, TimeoutException, InterruptedException {
        URI uri = httpUri(query.uri());
        for (int hop = 0; hop <= MANY_REDIRECTS; hop++) {
            HttpResponse<byte[]> response = send(request(query, uri), largest(query), end);
            int status = response.statusCode();
            if (status == OK) {
                return Octets.wrap(response.body());
            }
            Optional<String> next = response.headers().firstValue("Location");
            boolean mayFollow = query instanceof RevocationFetcher.Query.RevocationList;
            if (status < 300 || status > 308 || next.isEmpty() || !mayFollow) {
                throw new IOException("answered with HTTP status " + status);
            }
            uri = redirected(uri, next.get());
        }
        throw new IOException("redirects more than " + MANY_REDIRECTS + " times");
    }

    private static HttpRequest request(RevocationFetcher.Query query, URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        return switch (query) {
            case RevocationFetcher.Query.RevocationList _ -> request.GET().build();
            case RevocationFetcher.Query.CertificateStatus(String _, Octets body) ->
                    request.header("Content-Type", "application/ocsp-request")
                            .header("Accept", "application/ocsp-response")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body.toArray()))
                            .build();
        };
    }

    private int largest(RevocationFetcher.Query query) {
        return switch (query) {
            case RevocationFetcher.Query.RevocationList _ -> limits.listOctets();
            case RevocationFetcher.Query.CertificateStatus _ -> limits.statusOctets();
        };
    }

    private HttpResponse<byte[]> send(HttpRequest request, int largest, long end)
            throws IOException, TimeoutException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> response =
                client().sendAsync(
                                request,
                                BodyHandlers.limiting(BodyHandlers.ofByteArray(), largest));
        try {
            return response.get(left(end), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException("cannot be had: " + why(e), e);
        } finally {
            response.cancel(true);
        }
    }

    private static String why(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String message = cause.getMessage();
        return message == null || message.isEmpty() ? cause.getClass().getSimpleName() : message;
    }

    private static URI httpUri(String text) throws IOException {
        try {
            URI uri = URI.create(text);
            if ("http".equalsIgnoreCase(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // not a URI, so not one of ours either
        }
        throw new IOException("is not asked: its address must be http://HOST/…");
    }

    private static URI redirected(URI from, String location) throws IOException {
        try {
            return httpUri(from.resolve(location).toString());
        } catch (IllegalArgumentException | IOException e) {
            throw new IOException("redirects to what is not http:", e);
        }
    }

    private synchronized HttpClient client() throws IOException {
        if (closed) {
            throw new IOException("is not asked any more: we are stopping");
        }
        HttpClient client =
                http.orElseGet(() ->
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .followRedirects(HttpClient.Redirect.NEVER)
                                .proxy(HttpClient.Builder.NO_PROXY)
                                .build());
        http = Optional.of(client);
        return client;
    }

    private Optional<String> recentFailure(RevocationFetcher.Query query) {
        synchronized (failures) {
            Failure failure = failures.get(query);
            return failure == null || clock.get().isAfter(failure.until())
                    ? Optional.empty()
                    : Optional.of(failure.reason() + " (a moment ago)");
        }
    }

    private void remember(RevocationFetcher.Query query, String reason) {
        synchronized (failures) {
            failures.remove(query);
            failures.put(query, new Failure(reason, clock.get().plus(limits.pause())));
            if (failures.size() > limits.failures()) {
                failures.pollFirstEntry();
            }
        }
    }

    private static long left(long end) {
        return Math.max(1, end - System.nanoTime());
    }
}
