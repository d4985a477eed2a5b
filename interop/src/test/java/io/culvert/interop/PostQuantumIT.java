package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// ML-KEM between two Culverts, alone and beside other key exchanges.
@NeedsLab
@DisplayName("Post-quantum key exchanges")
class PostQuantumIT {
    private static final Duration TRAFFIC = Duration.ofSeconds(20);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration REKEYED = Duration.ofSeconds(20);
    private static final String THREE = "x25519-ke1_mlkem768-ke2_mlkem1024-ke3_ecp384";
    private static final String CHILD_REKEYED = "Child SA net is rekeyed";
    private static final String IKE_REKEYED = "IKE SA is rekeyed";

    private static CulvertConf with(Way way, String methods) {
        return way.configuration()
                .with("require-post-quantum", "true")
                .withIkeProposals("aes128gcm16-prfsha256-" + methods)
                .withEspProposals("aes128gcm16-" + methods);
    }

    private static long count(CulvertDaemon side, String text) {
        return side.log().lines().filter(line -> line.contains(text)).count();
    }

    @ParameterizedTest(name = "{1} over {0}")
    @CsvSource({
        "UDP, mlkem512",
        "UDP, x25519-ke1_mlkem768",
        "IKE_TCP, mlkem512",
        "IKE_TCP, mlkem768",
        "IKE_TCP, mlkem1024",
        "IKE_TCP, x25519-ke1_mlkem768",
        "TCP_ENCAPSULATION, mlkem512",
        "TCP_ENCAPSULATION, mlkem768",
        "TCP_ENCAPSULATION, mlkem1024",
        "TCP_ENCAPSULATION, x25519-ke1_mlkem768"
    })
    @DisplayName("a tunnel is set up, and both kinds of SA are replaced (E9-2, E9-3, E9-5)")
    void eachForm(Way way, String methods) {
        try (Lab lab = Lab.open()) {
            CulvertPair pair =
                    CulvertPair.start(lab, Road.behindNat(lab), with(way, methods)).going(way);
            Traffic.pingAll(pair.road().client(), Road.PROTECTED_HOST, 3);
            pair.client().rekey(CulvertConf.CONNECTION, "--ike").orFail();
            pair.client().rekey(CulvertConf.CONNECTION, "--child", "net").orFail();
            for (CulvertDaemon side : List.of(pair.client(), pair.gateway())) {
                side.awaitLog(IKE_REKEYED, 1, REKEYED);
                side.awaitLog(CHILD_REKEYED, 1, REKEYED);
            }
            Traffic.pingAll(pair.road().client(), Road.PROTECTED_HOST, 3);
            pair.going(way).stop();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName(
            "three additional key exchanges in every rekeying, and no packet is lost (E9-3, E9-4)")
    void three(Way way) {
        CulvertConf shortLived =
                with(way, THREE)
                        .with("rekey-time", "\"8s\"")
                        .with("rand-time", "\"2s\"")
                        .with("over-time", "\"20s\"")
                        .withChild("rekey-time", "\"3s\"")
                        .withChild("rand-time", "\"1s\"")
                        .withChild("life-time", "\"20s\"");
        try (Lab lab = Lab.open()) {
            CulvertPair pair = CulvertPair.start(lab, Road.direct(lab), shortLived).going(way);
            Flood flood = Flood.start(pair.road().client(), Road.PROTECTED_HOST, TRAFFIC);

            Flood.Answers answers = flood.awaitEnd(LIMIT).answers();

            for (CulvertDaemon side : List.of(pair.client(), pair.gateway())) {
                long children = count(side, CHILD_REKEYED);
                long ike = count(side, IKE_REKEYED);
                System.out.printf(
                        "interop: %s with %s: %d packets, %d Child SAs and %d IKE SAs replaced%n",
                        way, THREE, answers.count(), children, ike);
                assertThat(children).isGreaterThan(2);
                assertThat(ike).isPositive();
            }
            assertThat(answers.faults()).isEmpty();
            assertThat(answers.count()).isGreaterThan((int) TRAFFIC.toSeconds() * 50);
            pair.stop();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName(
            "fragments of IP are dropped: ML-KEM goes in fragments of IKE's own, or on a stream (E1-8, E8-1)")
    void withoutFragments(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            road.router().filter(Router.FRAGMENTS);
            CulvertPair pair = CulvertPair.start(lab, road, with(way, THREE)).going(way);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            pair.client().rekey(CulvertConf.CONNECTION, "--ike").orFail();
            pair.gateway().awaitLog(IKE_REKEYED, 1, REKEYED);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            pair.stop();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName(
            "one of ten datagrams is lost: key exchanges are repeated with the keys of their time (E8-2)")
    void losses(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            road.router().filter(Router.losingOneOf(10));
            CulvertPair pair =
                    CulvertPair.start(lab, road, with(way, THREE).with("retransmit-tries", "8"))
                            .going(way);
            pair.client().rekey(CulvertConf.CONNECTION, "--ike").orFail();
            pair.gateway().awaitLog(IKE_REKEYED, 1, REKEYED);
            road.router().open();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            pair.stop();
        }
    }
}
