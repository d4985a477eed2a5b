package io.culvert.app.relay;

import io.culvert.runtime.net.Limits;
import io.culvert.runtime.net.Network;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waits until all connections have ended that were closed.
final class Draining {
    private static final Duration STEP = Duration.ofMillis(10);

    private Draining() {}

    /// Returns when there is none, or when peers that do not end theirs had their time (and a moment more).
    static void await(Network network, Limits limits) {
        long deadline =
                System.nanoTime() + limits.closeTime().plus(STEP.multipliedBy(10)).toNanos();
        while (network.connections() > 0
                && System.nanoTime() - deadline < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(STEP.toNanos());
        }
    }
}
