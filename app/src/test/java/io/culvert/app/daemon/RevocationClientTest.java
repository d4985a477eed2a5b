package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.auth.RevocationFetcher.Answer;
import io.culvert.ike.auth.RevocationFetcher.Query;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Fetching revocation lists and statuses, also from hostile servers")
@Timeout(30)
class RevocationClientTest {
    private static final Instant START = Instant.parse("2030-06-01T12:00:00Z");
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration IMPATIENT = Duration.ofMillis(300);
    private static final byte[] BODY = "a list".getBytes(StandardCharsets.US_ASCII);

    private volatile Instant now = START;
    private final RevocationClient client =
            new RevocationClient(
                    new RevocationClient.Limits(
                            1 << 20, 1 << 16, 1 << 20, 4, 8, Duration.ofSeconds(10)),
                    () -> now);

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    @DisplayName("a list is got with GET, a status with POST")
    void methods() throws Exception {
        try (StubHttp server = StubHttp.serving(BODY)) {
            assertThat(fetch(server.uri("/all.crl"), PATIENT))
                    .isEqualTo(new Answer.Received(Octets.wrap(BODY)));
            assertThat(fetch(status(server.uri("/ocsp")), PATIENT))
                    .isEqualTo(new Answer.Received(Octets.wrap(BODY)));
            assertThat(server.requests())
                    .containsExactly("GET /all.crl HTTP/1.1", "POST /ocsp HTTP/1.1");
        }
    }

    @Test
    @DisplayName("what was good is not fetched again until it ends; what was not, is")
    void cache() throws Exception {
        try (StubHttp server = StubHttp.serving(BODY)) {
            Query query = list(server.uri("/all.crl"));
            fetch(query, PATIENT);
            fetch(query, PATIENT);
            assertThat(server.requests()).hasSize(2);

            client.within(PATIENT).keep(query, Octets.wrap(BODY), START.plusSeconds(60));
            assertThat(fetch(query, PATIENT)).isEqualTo(new Answer.Received(Octets.wrap(BODY)));
            now = START.plusSeconds(60);
            fetch(query, PATIENT);
            assertThat(server.requests()).hasSize(2);

            now = START.plusSeconds(61);
            fetch(query, PATIENT);
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    @DisplayName("what is kept is bounded, and what ends first goes first")
    void cacheIsBounded() {
        RevocationCache cache = new RevocationCache(100);
        cache.keep(list("a"), Octets.wrap(new byte[60]), START.plusSeconds(9), START);
        cache.keep(list("b"), Octets.wrap(new byte[30]), START.plusSeconds(5), START);
        cache.keep(list("c"), Octets.wrap(new byte[20]), START.plusSeconds(7), START);
        assertThat(cache.find(list("a"), START)).isPresent();
        assertThat(cache.find(list("b"), START)).isEmpty();
        assertThat(cache.find(list("c"), START)).isPresent();
        cache.keep(list("d"), Octets.wrap(new byte[101]), START.plusSeconds(99), START);
        assertThat(cache.find(list("d"), START)).isEmpty();
        cache.keep(list("a"), Octets.wrap(new byte[80]), START.plusSeconds(9), START);
        assertThat(cache.find(list("c"), START)).isPresent();
    }

    @Test
    @DisplayName("a dead responder costs its patience once, then nothing until a pause is over")
    void dead() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (StubHttp server = new StubHttp((_, _) -> end.await())) {
            Query query = status(server.uri("/ocsp"));
            assertThat(reason(fetch(query, IMPATIENT))).contains("did not answer in time");
            long start = System.nanoTime();
            assertThat(reason(fetchAfterFailure(query))).contains("(a moment ago)");
            assertThat(System.nanoTime() - start).isLessThan(PATIENT.toNanos() / 2);
            assertThat(server.requests()).hasSize(1);

            now = START.plusSeconds(11);
            assertThat(reason(fetch(query, IMPATIENT))).contains("did not answer in time");
            assertThat(server.requests()).hasSize(2);
            end.countDown();
        }
    }

    /// The failure is noted by the thread that fetches, perhaps just after those that wait have given up: they either
    /// still wait for that, which is soon over, or hear of it.
    private Answer fetchAfterFailure(Query query) {
        Answer answer = fetch(query, PATIENT);
        while (!reason(answer).contains("(a moment ago)")) {
            answer = fetch(query, PATIENT);
        }
        return answer;
    }

    @Test
    @DisplayName("a dead responder does not hold up who asks elsewhere")
    void othersGoOn() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (StubHttp dead = new StubHttp((_, _) -> end.await());
                StubHttp live = StubHttp.serving(BODY)) {
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Query query = status(dead.uri("/" + i));
                waiting.add(Thread.ofVirtual().start(() -> fetch(query, PATIENT)));
            }
            await(() -> dead.requests().size() == 3);
            assertThat(fetch(live.uri("/all.crl"), PATIENT)).isInstanceOf(Answer.Received.class);
            assertThat(waiting).allMatch(Thread::isAlive);
            end.countDown();
        }
    }

    @Test
    @DisplayName("sessions that ask the same wait for one answer")
    void together() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (StubHttp server =
                new StubHttp((_, out) -> {
                    go.await();
                    StubHttp.respond(out, BODY);
                })) {
            Query query = list(server.uri("/all.crl"));
            List<Thread> threads = new ArrayList<>();
            List<FutureTask<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                FutureTask<Answer> task = new FutureTask<>(() -> fetch(query, PATIENT));
                answers.add(task);
                threads.add(Thread.ofPlatform().start(task));
            }
            await(() -> threads.stream().allMatch(t -> t.getState() == Thread.State.TIMED_WAITING));
            go.countDown();
            for (FutureTask<Answer> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS)).isInstanceOf(Answer.Received.class);
            }
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    @DisplayName("an answer that drips slowly is given up when the patience ends")
    void slowDrip() throws Exception {
        AtomicLong written = new AtomicLong();
        CountDownLatch never = new CountDownLatch(1);
        try (StubHttp server =
                new StubHttp((_, out) -> {
                    StubHttp.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                    while (!never.await(20, TimeUnit.MILLISECONDS)) {
                        StubHttp.write(out, "x");
                        written.incrementAndGet();
                    }
                })) {
            assertThat(reason(fetch(server.uri("/"), IMPATIENT))).contains("in time");
            assertThat(written.get()).isBetween(1L, 1000L);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("an answer of 100 MB is cut off at the limit, announced or not")
    void huge(boolean announced) throws Exception {
        AtomicLong written = new AtomicLong();
        try (StubHttp server =
                new StubHttp((_, out) -> {
                    StubHttp.write(
                            out,
                            "HTTP/1.1 200 OK\r\n"
                                    + (announced
                                            ? "Content-Length: 100000000\r\n\r\n"
                                            : "Connection: close\r\n\r\n"));
                    byte[] block = new byte[1 << 16];
                    for (int i = 0; i < 1526; i++) {
                        out.write(block);
                        written.addAndGet(block.length);
                    }
                })) {
            assertThat(reason(fetch(server.uri("/"), PATIENT))).contains("cannot be had");
            assertThat(written.get()).isLessThan(50_000_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage\r\n\r\n", "HTTP/1.1 200", "\0\0\0\0\r\n\r\n", ""})
    @DisplayName("garbage is no answer")
    void garbage(String said) throws Exception {
        try (StubHttp server =
                new StubHttp((_, out) -> {
                    StubHttp.write(out, said);
                    throw new IOException("over");
                })) {
            assertThat(fetch(server.uri("/"), PATIENT)).isInstanceOf(Answer.Failed.class);
        }
    }

    @Test
    @DisplayName("a redirect is followed for a list, not for a status")
    void redirect() throws Exception {
        try (StubHttp target = StubHttp.serving(BODY);
                StubHttp server = redirectingTo(target.uri("/there"))) {
            assertThat(fetch(server.uri("/"), PATIENT)).isInstanceOf(Answer.Received.class);
            assertThat(target.requests()).hasSize(1);
            assertThat(reason(fetch(status(server.uri("/")), PATIENT))).contains("status 302");
        }
    }

    @Test
    @DisplayName("a redirect loop ends")
    void redirectLoop() throws Exception {
        try (StubHttp server = redirectingTo("/again")) {
            assertThat(reason(fetch(server.uri("/"), PATIENT))).contains("more than 3 times");
            assertThat(server.requests()).hasSize(4);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/",
                "file:///etc/passwd",
                "ftp://127.0.0.1/",
                "http:",
                "a b"
            })
    @DisplayName("a redirect to another scheme is not followed")
    void redirectElsewhere(String target) throws Exception {
        try (StubHttp server = redirectingTo(target)) {
            assertThat(reason(fetch(server.uri("/"), PATIENT)))
                    .contains("redirects to what is not http");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/",
                "ldap://127.0.0.1/",
                "file:///etc/passwd",
                "http:///path",
                "http://user@127.0.0.1/",
                "127.0.0.1",
                "http://a b/",
                ""
            })
    @DisplayName("only http is asked")
    void otherSchemes(String uri) {
        assertThat(reason(fetch(uri, PATIENT))).contains("must be http://HOST/");
    }

    @Test
    @DisplayName("who answers nothing but errors, or is not there, gave no answer")
    void errors() throws Exception {
        String gone;
        try (StubHttp server =
                new StubHttp((_, out) ->
                        StubHttp.write(
                                out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))) {
            gone = server.uri("/");
            assertThat(reason(fetch(gone, PATIENT))).contains("HTTP status 404");
        }
        now = START.plusSeconds(11);
        assertThat(reason(fetch(gone, PATIENT))).contains("cannot be had");
        client.close();
        now = START.plusSeconds(22);
        assertThat(reason(fetch(gone, PATIENT))).contains("we are stopping");
    }

    private static StubHttp redirectingTo(String location) throws IOException {
        return new StubHttp((_, out) ->
                StubHttp.write(
                        out,
                        "HTTP/1.1 302 Found\r\nLocation: "
                                + location
                                + "\r\nContent-Length: 0\r\n\r\n"));
    }

    private static Query list(String uri) {
        return new Query.RevocationList(uri);
    }

    private static Query status(String uri) {
        return new Query.CertificateStatus(uri, Octets.ofHex("3000"));
    }

    private Answer fetch(String uri, Duration patience) {
        return fetch(list(uri), patience);
    }

    private Answer fetch(Query query, Duration patience) {
        return client.within(patience).fetch(query);
    }

    private static String reason(Answer answer) {
        return answer instanceof Answer.Failed(String reason) ? reason : "no reason: " + answer;
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENT.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
