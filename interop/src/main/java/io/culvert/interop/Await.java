package io.culvert.interop;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Bounded polling of something outside this process, which cannot call us back.
final class Await {
    private static final Duration STEP = Duration.ofMillis(20);

    private Await() {}

    /// True as soon as the condition holds, false when the time is over.
    static boolean holds(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
        return true;
    }

    /// Fails, with what is known at that moment, when the condition does not hold in time.
    static void until(
            String what, Duration limit, Supplier<String> evidence, BooleanSupplier condition) {
        if (!holds(limit, condition)) {
            throw new AssertionError(
                    "waited " + limit + " for: " + what + System.lineSeparator() + evidence.get());
        }
    }
}
