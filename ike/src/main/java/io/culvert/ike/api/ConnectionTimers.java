package io.culvert.ike.api;

import java.time.Duration;
import java.util.List;

/// The times of a connection.
///
/// @param retransmissions how long to wait for an answer after each sending of a request over UDP; after the last the
///     peer is taken for dead (IK-023)
/// @param streamAnswer how long to wait for an answer on a TCP connection, where nothing is sent twice (TE-060)
/// @param connect how long a TCP connection may take to open
/// @param liveness how long after the last sign of life a liveness check starts; zero for never
/// @param natKeepalive how long an idle UDP path stays without a keepalive when we are behind a NAT
/// @param halfOpen how long a responder keeps an SA whose IKE_AUTH does not come
public record ConnectionTimers(
        List<Duration> retransmissions,
        Duration streamAnswer,
        Duration connect,
        Duration liveness,
        Duration natKeepalive,
        Duration halfOpen) {
    /// What a connection has that configures nothing.
    public static final ConnectionTimers DEFAULT =
            new ConnectionTimers(
                    seconds(2, 4, 8, 16, 32, 64, 64),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(30));

    /// Copies the list.
    public ConnectionTimers {
        retransmissions = List.copyOf(retransmissions);
    }

    private static List<Duration> seconds(long... waits) {
        return java.util.Arrays.stream(waits).mapToObj(Duration::ofSeconds).toList();
    }
}
