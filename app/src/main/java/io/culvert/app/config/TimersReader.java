package io.culvert.app.config;

import io.culvert.ike.api.ConnectionTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Reads the times of a connection.
final class TimersReader {
    private static final String DURATION_RIGHT = "write a number with its unit, such as \"30s\"";
    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(64);
    private static final int USUAL_TRIES = 6;
    private static final int MOST_TRIES = 20;
    private static final double USUAL_BASE = 2;
    private static final double LARGEST_BASE = 10;

    private TimersReader() {}

    static ConnectionTimers read(Section section) {
        ConnectionTimers usual = ConnectionTimers.DEFAULT;
        return new ConnectionTimers(
                retransmissions(section),
                positive(section, "answer-timeout", usual.streamAnswer()),
                positive(section, "connect-timeout", usual.connect()),
                duration(section, "dpd-delay", usual.liveness()),
                positive(section, "keep-alive", usual.natKeepalive()),
                positive(section, "half-open-timeout", usual.halfOpen()));
    }

    /// The wait after the first sending, then `retransmit-tries` more, each `retransmit-base` times as long as the one
    /// before, up to `retransmit-limit`.
    private static List<Duration> retransmissions(Section section) {
        Duration wait = positive(section, "retransmit-timeout", FIRST_WAIT);
        Duration limit = positive(section, "retransmit-limit", LONGEST_WAIT);
        double base = section.decimal("retransmit-base", 1, LARGEST_BASE, USUAL_BASE);
        long tries = section.number("retransmit-tries", 0, MOST_TRIES, USUAL_TRIES);
        List<Duration> waits = new ArrayList<>();
        for (long i = 0; i <= tries; i++) {
            waits.add(wait.compareTo(limit) > 0 ? limit : wait);
            wait = Duration.ofMillis(Math.min((long) (wait.toMillis() * base), limit.toMillis()));
        }
        return waits;
    }

    static Duration positive(Section section, String key, Duration fallback) {
        Duration duration = duration(section, key, fallback);
        if (duration.isZero()) {
            section.error(key, "must not be zero", DURATION_RIGHT);
            return fallback;
        }
        return duration;
    }

    private static Duration duration(Section section, String key, Duration fallback) {
        return section.parsed(key, Notation::duration, DURATION_RIGHT).orElse(fallback);
    }
}
