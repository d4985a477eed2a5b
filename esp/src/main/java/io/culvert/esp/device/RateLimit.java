package io.culvert.esp.device;

/// Lets through at most so many events in each second. Safe for use by many threads.
final class RateLimit {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final int perSecond;
    private long secondStartedNanos;
    private int used;

    RateLimit(int perSecond, long nowNanos) {
        this.perSecond = perSecond;
        secondStartedNanos = nowNanos;
    }

    synchronized boolean admits(long nowNanos) {
        if (nowNanos - secondStartedNanos >= SECOND_NANOS) {
            secondStartedNanos = nowNanos;
            used = 0;
        }
        return used++ < perSecond;
    }
}
