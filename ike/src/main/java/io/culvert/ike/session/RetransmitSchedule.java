package io.culvert.ike.session;

import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.transport.UdpFirst;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/// How long to wait: for an answer before a request is repeated, and before a lost connection is opened again.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.4 RFC 7296 section 2.4
final class RetransmitSchedule {
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(60);

    /// Our choice: as much as UDP has before TCP when a tunnel is set up (IT-081).
    private static final Duration HASTY = Duration.ofMillis(300);

    private final SecureRandom random;
    private ConnectionTimers times = ConnectionTimers.DEFAULT;

    /// @param random spreads repetitions, so that many who lost the same peer do not come back at one moment
    RetransmitSchedule(SecureRandom random) {
        this.random = random;
    }

    void use(ConnectionTimers connectionTimes) {
        times = connectionTimes;
    }

    /// How often a request is sent over UDP.
    int datagrams() {
        return times.retransmissions().size();
    }

    /// How long to wait for an answer on a connection, where nothing is repeated (TE-060).
    Duration streamAnswer() {
        return times.streamAnswer();
    }

    /// How long to wait for an answer after a request was sent over UDP this often; within 10 % of what is configured
    /// (IK-023).
    ///
    /// @param hasty whether it waits for less than usual at first
    Duration afterDatagram(int sent, boolean hasty) {
        if (hasty && sent <= UdpFirst.COPIES_BEFORE_STREAM) {
            return HASTY;
        }
        List<Duration> waits = times.retransmissions();
        Duration wait = waits.get(Math.min(sent, waits.size()) - 1);
        return wait.multipliedBy(900 + random.nextInt(201)).dividedBy(1000);
    }

    /// How long to wait before a connection is opened again; not at all the first time (TE-046).
    Duration backOff(int failures) {
        return failures == 0
                ? Duration.ZERO
                : Duration.ofSeconds(
                        Math.min(LONGEST_BACK_OFF.toSeconds(), 1L << Math.min(failures - 1, 6)));
    }

    /// How long a peer that is out of reach is waited for: as long as over UDP.
    Duration patience() {
        return times.retransmissions().stream().reduce(Duration.ZERO, Duration::plus);
    }
}
