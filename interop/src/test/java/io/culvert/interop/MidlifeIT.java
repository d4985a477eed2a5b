package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// UDP is blocked under a tunnel that is up, and opened again: the tunnel goes on over TCP, and comes back.
@NeedsLab
@DisplayName("UDP dies in mid-life")
class MidlifeIT {
    private static final CulvertConf SEVERAL =
            CulvertConf.UDP.with("transports", "[\"udp\", \"tcp-encapsulation\"]");
    private static final String MOVED = "IKE and ESP go over";

    /// From the first try in the connection to the first over UDP, and some time for a busy machine.
    private static final Duration RETURN = Duration.ofSeconds(45);

    /// A hundred echo requests a second.
    private static final int THREE_SECONDS = 300;

    @Test
    @DisplayName(
            "packets go on over TCP after at most 3 s, and over UDP again once it is open, without a new SA (TE-080, TE-081, TE-083, TE-084, TE-087)")
    void thereAndBack() {
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            CulvertConf patient = SEVERAL.with("transport-head-start", "\"5s\"");
            CulvertPair pair = CulvertPair.start(lab, road, patient).going(Way.UDP);
            String before = spis(pair);
            try (RunningProcess ping = Traffic.flood(road.client(), Road.PROTECTED_HOST)) {
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                road.router().filter(Router.ALL_UDP);
                awaitMoves(pair, 1);
                pair.going(Way.TCP_ENCAPSULATION);
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                road.router().open();
                awaitMoves(pair, 2);
                pair.going(Way.UDP);
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                int lost = Traffic.lost(ping);
                System.out.printf("interop: %d packets lost while UDP was cut off%n", lost);
                assertThat(lost).isLessThanOrEqualTo(THREE_SECONDS);
            }
            assertThat(spis(pair)).isEqualTo(before);
            pair.stop();
        }
    }

    @Test
    @DisplayName(
            "a tunnel that began over TCP, as UDP was blocked, goes over UDP when it is open (TE-026, TE-080)")
    void beganOverTcp() {
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            road.router().filter(Router.ALL_UDP);
            CulvertPair pair = CulvertPair.start(lab, road, SEVERAL).going(Way.TCP_ENCAPSULATION);
            try (RunningProcess ping = Traffic.flood(road.client(), Road.PROTECTED_HOST)) {
                road.router().open();
                awaitMoves(pair, 1);
                pair.going(Way.UDP);
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                assertThat(Traffic.lost(ping)).as("lost while it went back").isZero();
            }
            pair.stop();
        }
    }

    private static void awaitMoves(CulvertPair pair, int moves) {
        for (CulvertDaemon side : List.of(pair.client(), pair.gateway())) {
            side.awaitLog(MOVED, moves, RETURN);
        }
    }

    private static String spis(CulvertPair pair) {
        CulvertStatus.IkeSa sa = pair.client().status().only();
        return sa.initiatorSpi() + sa.responderSpi();
    }
}
