package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Culvert on both sides: what no other peer can do, IKE over TCP first of all.
@NeedsLab
@DisplayName("Culvert to Culvert")
class CulvertPairIT {
    private static final Duration LOAD = Duration.ofSeconds(20);
    private static final double MEGABIT = 1e6;

    @Test
    @DisplayName(
            "ike-tcp through a NAT with ESP in UDP 4500: 20 s of load each way, the same SA after it")
    void ikeTcpThroughNat() {
        try (Lab lab = Lab.open()) {
            CulvertPair pair =
                    CulvertPair.start(lab, Road.behindNat(lab), CulvertConf.IKE_TCP)
                            .going(Way.IKE_TCP);
            survivesLoad(pair);
            pair.stop();
        }
    }

    @Test
    @DisplayName(
            "tcp-encapsulation where all UDP is dropped: 20 s of load each way, the same SA after it")
    void tcpEncapsulationWithoutUdp() {
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            road.router().filter(Router.ALL_UDP);
            CulvertPair pair =
                    CulvertPair.start(lab, road, CulvertConf.TCP_ENCAPSULATION)
                            .going(Way.TCP_ENCAPSULATION);
            survivesLoad(pair);
            pair.stop();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Way.class)
    @DisplayName("tshark reads every frame and opens IKE and ESP with the key log")
    void tsharkReads(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            Capture capture = Capture.start(road.client(), "to-router");
            CulvertPair pair = CulvertPair.start(lab, road, way.configuration()).going(way);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 5);
            pair.client().down(CulvertConf.CONNECTION).orFail();
            pair.gateway().awaitIkeSas(0, Duration.ofSeconds(20));
            Path keys = pair.client().keyLog();
            Dissection read = Dissection.read(road.client(), capture.stop(), keys);

            assertThat(read.frames())
                    .allSatisfy(frame -> {
                        assertThat(frame.malformed()).isEmpty();
                        assertThat(frame.complaint()).isEmpty();
                    });
            assertThat(read.frames())
                    .filteredOn(Dissection.Frame::isEsp)
                    .hasSizeGreaterThanOrEqualTo(10)
                    .allMatch(Dissection.Frame::isOpenedEsp)
                    .allMatch(Dissection.Frame::icvGood);
            // IKE_AUTH and the request to delete; the answer to that one is empty
            assertThat(read.frames())
                    .filteredOn(Dissection.Frame::isOpenedIke)
                    .hasSizeGreaterThanOrEqualTo(3);
            assertThat(read.frames())
                    .filteredOn(Dissection.Frame::isIke)
                    .anyMatch(frame -> frame.protocols().contains(":tcp:") == (way != Way.UDP));
            pair.stop();
        }
    }

    private static void survivesLoad(CulvertPair pair) {
        CulvertStatus.IkeSa before = pair.client().status().only();
        for (boolean toClient : new boolean[] {false, true}) {
            double rate =
                    Traffic.iperf(
                            pair.road().client(),
                            pair.road().gateway(),
                            Road.PROTECTED_HOST,
                            LOAD,
                            toClient);
            System.out.printf(
                    "interop: %s, %s: %.0f Mbit/s%n",
                    before.transport(),
                    toClient ? "to the client" : "to the gateway",
                    rate / MEGABIT);
            assertThat(rate).isGreaterThan(MEGABIT);
        }
        CulvertStatus.IkeSa after = pair.client().status().only();
        assertThat(after.initiatorSpi()).isEqualTo(before.initiatorSpi());
        assertThat(after.responderSpi()).isEqualTo(before.responderSpi());
        assertThat(after.childSas())
                .extracting(CulvertStatus.ChildSa::inboundSpi)
                .isEqualTo(
                        before.childSas().stream().map(CulvertStatus.ChildSa::inboundSpi).toList());
        Traffic.pingAll(pair.road().client(), Road.PROTECTED_HOST, 3);
    }
}
