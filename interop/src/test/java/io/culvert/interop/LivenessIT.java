package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A peer that is gone is noticed, and the tunnel is back soon after the peer is.
@NeedsLab
@DisplayName("Liveness")
class LivenessIT {
    private static final String GONE = "IKE SA is gone";
    private static final String CARRIES = "carries packets";

    /// After a silence of one second four more for a request and its repetitions, on TCP for its answer.
    private static final Duration NOTICED = Duration.ofSeconds(5);

    /// With `ike-tcp` a request that nobody answered over UDP is tried on a TCP connection before the peer is given up.
    private static final Duration OTHER_TRANSPORT = Duration.ofSeconds(5);

    /// A busy machine.
    private static final Duration SLACK = Duration.ofSeconds(3);

    /// The longest pause between two calls, the longest call, and the start of a program.
    private static final Duration BACK = Duration.ofSeconds(20);

    /// What happens to the peer, and how it comes back.
    enum Fate {
        KILLED,
        FROZEN,
        CUT
    }

    static Stream<Arguments> fatesAndWays() {
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(Fate.values()).map(fate -> Arguments.of(fate, way)));
    }

    @ParameterizedTest(name = "{0} over {1}")
    @MethodSource("fatesAndWays")
    @DisplayName("The gateway of a Culvert client is lost and comes back")
    void gatewayIsLost(Fate fate, Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            CulvertConf conf = impatient(way.configuration());
            CulvertPair pair = CulvertPair.start(lab, road, conf).going(way);
            CulvertDaemon gateway = pair.gateway();
            switch (fate) {
                case KILLED -> gateway.kill();
                case FROZEN -> gateway.freeze();
                case CUT -> road.router().filter(Router.EVERYTHING);
            }
            Duration limit =
                    NOTICED.plus(way == Way.IKE_TCP ? OTHER_TRANSPORT : Duration.ZERO).plus(SLACK);
            pair.client().awaitLog(GONE, 1, limit);
            switch (fate) {
                case KILLED -> {
                    Parties parties = Parties.of(lab, Authentication.PSK);
                    gateway =
                            CulvertDaemon.start(
                                    road.gateway(), conf.gateway(parties), parties.gateway());
                }
                case FROZEN -> gateway.thaw();
                case CUT -> {
                    // the gateway notices by itself, and gives the client's address back
                    gateway.awaitLog(GONE, 1, limit);
                    road.router().open();
                }
            }
            pair.client().awaitLog(CARRIES, 2, BACK);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            // while the port is closed, raw TCP gives way to UDP (IT-036)
            boolean byUdp =
                    way == Way.IKE_TCP
                            && pair.client().status().only().transport().equals(Way.UDP.ike);
            new CulvertPair(road, pair.client(), gateway).going(byUdp ? Way.UDP : way);
            if (fate != Fate.FROZEN) {
                // the first address again: the old lease is over
                assertThat(road.client().run("ip", "-4", "address").output())
                        .contains("10.9.0.1/32");
            }
            pair.client().stop();
            if (fate != Fate.KILLED) {
                gateway.stop();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = Fate.class,
            names = {"KILLED", "FROZEN"})
    @DisplayName("strongSwan as gateway is lost and comes back")
    void strongSwanIsLost(Fate fate) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            String swanctl = SwanctlConf.USUAL.gateway(parties);
            StrongSwan gateway = StrongSwan.start(road.gateway(), swanctl, parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            impatient(CulvertConf.UDP).client(parties),
                            parties.client());
            client.up(CulvertConf.CONNECTION).orFail();
            if (fate == Fate.KILLED) {
                gateway.kill();
            } else {
                gateway.freeze();
            }
            client.awaitLog(GONE, 1, NOTICED.plus(SLACK));
            if (fate == Fate.KILLED) {
                StrongSwan.start(road.gateway(), swanctl, parties.gateway());
            } else {
                gateway.thaw();
            }
            client.awaitLog(CARRIES, 2, BACK);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
        }
    }

    @Test
    @DisplayName("A gateway that is restarted says goodbye, and its client is back at once")
    void gatewayIsRestarted() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertConf conf = impatient(CulvertConf.UDP);
            CulvertPair pair = CulvertPair.start(lab, road, conf);
            pair.gateway().stop();
            pair.client().awaitLog(GONE, 1, SLACK);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(road.gateway(), conf.gateway(parties), parties.gateway());
            pair.client().awaitLog(CARRIES, 2, BACK);
            pair.client().down(CulvertConf.CONNECTION).orFail();
            assertThat(pair.client().status().ikeSas()).isEmpty();
            gateway.stop();
            pair.client().stop();
        }
    }

    @Test
    @DisplayName(
            "strongSwan as client is killed: the gateway forgets it and leases its address anew")
    void strongSwanClientIsKilled() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            impatient(CulvertConf.UDP).gateway(parties),
                            parties.gateway());
            String swanctl = SwanctlConf.USUAL.client(parties);
            StrongSwan client = StrongSwan.start(road.client(), swanctl, parties.client());
            client.initiate(SwanctlConf.CHILD).orFail();
            client.kill();
            gateway.awaitLog(GONE, 1, NOTICED.plus(SLACK));
            assertThat(gateway.status().ikeSas()).isEmpty();
            StrongSwan again = StrongSwan.start(road.client(), swanctl, parties.client());
            again.initiate(SwanctlConf.CHILD).orFail();
            assertThat(again.sas()).contains("10.9.0.1/32");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            again.terminate(SwanctlConf.CONNECTION).orFail();
            gateway.stop();
        }
    }

    private static CulvertConf impatient(CulvertConf conf) {
        return conf.with("dpd-delay", "\"1s\"")
                .with("retransmit-timeout", "\"1s\"")
                .with("retransmit-tries", "3")
                .with("answer-timeout", "\"4s\"")
                .with("connect-timeout", "\"1s\"")
                .with("restart-limit", "\"4s\"")
                .withChild("dpd-action", "\"restart\"")
                .withChild("close-action", "\"start\"");
    }
}
