package io.culvert.ipsec.value;

import java.time.Duration;

/// A point on a clock that only moves forward, for timers. Says nothing about the time of day.
///
/// @param nanos nanoseconds since an arbitrary origin that is fixed for the process or the simulation
public record MonoTime(long nanos) implements Comparable<MonoTime> {
    /// The origin.
    public static final MonoTime ZERO = new MonoTime(0);

    /// This time moved by `duration`, which may be negative.
    public MonoTime plus(Duration duration) {
        return new MonoTime(nanos + duration.toNanos());
    }

    /// How long after `earlier` this is; negative if it is before.
    public Duration since(MonoTime earlier) {
        return Duration.ofNanos(nanos - earlier.nanos);
    }

    /// Whether this is strictly before `other`.
    public boolean isBefore(MonoTime other) {
        return nanos - other.nanos < 0;
    }

    /// Whether this is `deadline` or later.
    public boolean hasReached(MonoTime deadline) {
        return nanos - deadline.nanos >= 0;
    }

    /// The earlier of this and `other`.
    public MonoTime min(MonoTime other) {
        return isBefore(other) ? this : other;
    }

    @Override
    public int compareTo(MonoTime other) {
        return Long.signum(nanos - other.nanos);
    }
}
