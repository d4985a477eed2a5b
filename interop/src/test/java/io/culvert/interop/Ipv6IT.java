package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// IPv6 outside, inside and on both sides of the tunnel, and both versions in one Child SA, with virtual addresses.
@NeedsLab
@DisplayName("IPv6")
class Ipv6IT {
    private static final Duration LOAD = Duration.ofSeconds(1);
    private static final double MEGABIT = 1e6;
    private static final int NARROW = 1280;

    /// What ping adds to its payload in IPv6.
    private static final int PING_HEADERS = 48;

    static Stream<Families> families() {
        return Stream.of(
                new Families(true, false, true),
                new Families(true, true, false),
                new Families(false, false, true),
                new Families(false, true, true),
                new Families(true, true, true));
    }

    static Stream<Arguments> familiesAndWays() {
        return Stream.of(Way.values())
                .flatMap(way -> families().map(families -> Arguments.of(families, way)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    @DisplayName("strongSwan is the gateway of Culvert")
    void culvertIsTheClient(Families families) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            SwanctlConf.USUAL.withFamilies(families).gateway(parties),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            CulvertConf.UDP.withFamilies(families).client(parties),
                            parties.client());

            client.up(CulvertConf.CONNECTION).orFail();

            carriesTraffic(road, families);
            client.down(CulvertConf.CONNECTION).orFail();
            gateway.awaitNoSa(Duration.ofSeconds(20));
            client.stop();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("families")
    @DisplayName("strongSwan is the client of Culvert")
    void strongSwanIsTheClient(Families families) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            CulvertConf.UDP.withFamilies(families).gateway(parties),
                            parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(),
                            SwanctlConf.USUAL.withFamilies(families).client(parties),
                            parties.client());

            client.initiate(SwanctlConf.CHILD).orFail();

            carriesTraffic(road, families);
            client.terminate(SwanctlConf.CONNECTION).orFail();
            gateway.awaitIkeSas(0, Duration.ofSeconds(20));
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "{0} over {1}")
    @MethodSource("familiesAndWays")
    @DisplayName("Culvert is both")
    void culvertIsBoth(Families families, Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertPair pair =
                    CulvertPair.start(lab, road, way.configuration().withFamilies(families))
                            .going(way);
            carriesTraffic(road, families);
            pair.stop();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName("A path of 1280 octets: large IPv6 packets arrive, a too large one is told so")
    void narrowPath(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            road.router().narrow(NARROW);
            Families families = new Families(true, true, true);
            CulvertPair pair =
                    CulvertPair.start(lab, road, way.configuration().withFamilies(families))
                            .going(way);
            int mtu = mtu(road.client());

            // one in each direction may be lost while the systems learn how narrow the path is
            Traffic.ping(road.client(), Road.PROTECTED_HOST_6, 2, mtu - PING_HEADERS);
            assertThat(Traffic.ping(road.client(), Road.PROTECTED_HOST_6, 3, mtu - PING_HEADERS))
                    .isEqualTo(3);
            for (String host : families.protectedHosts()) {
                assertThat(Traffic.iperf(road.client(), road.gateway(), host, LOAD, true))
                        .isGreaterThan(MEGABIT);
            }
            Finished tooLarge =
                    road.client()
                            .run(
                                    "ping",
                                    "-c1",
                                    "-Mdo",
                                    "-s" + (mtu - PING_HEADERS + 1),
                                    Road.PROTECTED_HOST_6);
            assertThat(tooLarge.exitCode()).isNotZero();
            assertThat(tooLarge.output() + tooLarge.errors()).contains("mtu: " + mtu);
            pair.stop();
        }
    }

    private static int mtu(Host host) {
        List<String> words =
                List.of(
                        host.run("ip", "link", "show", CulvertConf.DEVICE)
                                .orFail()
                                .output()
                                .split("\\s+"));
        return Integer.parseInt(words.get(words.indexOf("mtu") + 1));
    }

    private static void carriesTraffic(Road road, Families families) {
        for (String host : families.protectedHosts()) {
            Traffic.pingAll(road.client(), host, 3);
            // larger than the tunnel: the sender cuts it
            assertThat(Traffic.ping(road.client(), host, 2, 3000)).isEqualTo(2);
            assertThat(Traffic.iperf(road.client(), road.gateway(), host, LOAD, false))
                    .isGreaterThan(MEGABIT);
        }
    }
}
