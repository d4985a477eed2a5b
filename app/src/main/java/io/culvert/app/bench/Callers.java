package io.culvert.app.bench;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.SessionFailure;
import io.culvert.runtime.embed.IkeEndpoint;
import io.culvert.runtime.embed.Remote;
import io.culvert.runtime.embed.SessionHandle;
import io.culvert.runtime.embed.SessionOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

/// Callers of one gateway: each sets up an IKE SA, deletes it, and begins anew, until they are stopped or one fails.
///
/// Safe for use by many threads.
final class Callers {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration STEP = Duration.ofMillis(250);

    private final IkeEndpoint endpoint;
    private final Remote gateway;
    private final IntFunction<ConnectionConfig> connections;
    private final CountDownLatch working;
    private final AtomicInteger calls = new AtomicInteger();
    private final LongAdder done = new LongAdder();
    private final AtomicReference<Optional<String>> trouble =
            new AtomicReference<>(Optional.empty());
    private volatile boolean stop;

    private Callers(
            IkeEndpoint endpoint,
            Remote gateway,
            IntFunction<ConnectionConfig> connections,
            int atOnce) {
        this.endpoint = endpoint;
        this.gateway = gateway;
        this.connections = connections;
        this.working = new CountDownLatch(atOnce);
    }

    /// Starts them.
    ///
    /// @param connections the connection of each call, which are numbered from 0
    /// @param atOnce how many callers there are
    static Callers start(
            IkeEndpoint endpoint,
            Remote gateway,
            IntFunction<ConnectionConfig> connections,
            int atOnce) {
        Callers callers = new Callers(endpoint, gateway, connections, atOnce);
        for (int i = 0; i < atOnce; i++) {
            Thread.ofVirtual()
                    .start(() -> {
                        callers.work();
                        callers.working.countDown();
                    });
        }
        return callers;
    }

    /// How many IKE SAs they have set up.
    long done() {
        return done.sum();
    }

    /// Lets them work for a while, and until one more IKE SA is set up, unless all end before: a machine that is too busy
    /// for one within that time is slow, not at fault.
    void letWork(String what, Duration duration, Progress progress) throws InterruptedException {
        long start = System.nanoTime();
        long whole = duration.toNanos();
        long before = done();
        for (long gone = 0; gone < whole || done() == before; gone = System.nanoTime() - start) {
            progress.at(what, Math.min(gone, whole) / 1_000_000, whole / 1_000_000);
            long left = gone < whole ? whole - gone : STEP.toNanos();
            if (working.await(Math.min(STEP.toNanos(), left), TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    /// Ends them after the SA that each is at.
    void stop() throws InterruptedException {
        stop = true;
        if (!working.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            fail("handshakes did not end");
        }
    }

    /// @throws IOException if one of them failed; the message says how
    void check() throws IOException {
        if (trouble.get().isPresent()) {
            throw new IOException(trouble.get().get());
        }
    }

    private void work() {
        try {
            while (!stop && trouble.get().isEmpty()) {
                SessionHandle session =
                        endpoint.initiate(connections.apply(calls.getAndIncrement()), gateway);
                Optional<String> failure =
                        session.await(PATIENCE)
                                .map(Callers::failure)
                                .orElse(Optional.of("a handshake did not end"));
                if (failure.isPresent()) {
                    fail(failure.get());
                    return;
                }
                done.increment();
                session.terminate("the benchmark has seen enough");
                session.awaitEnd(PATIENCE);
            }
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(String why) {
        trouble.compareAndSet(Optional.empty(), Optional.of(why));
    }

    private static Optional<String> failure(SessionOutcome outcome) {
        return switch (outcome) {
            case SessionOutcome.Established() -> Optional.empty();
            case SessionOutcome.Failed(SessionFailure why) ->
                    Optional.of("a handshake failed: " + why.what());
        };
    }
}
