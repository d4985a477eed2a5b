package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Two minutes in which both ends replace both kinds of SA every few seconds, under a hundred requests a second.
///
/// The pairs are started one after another, as that is what costs time, and then run side by side: they mostly wait.
@NeedsLab
@DisplayName("Two minutes of rekeying")
@Execution(ExecutionMode.SAME_THREAD)
class RekeySoakIT {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration LIMIT = LONG.plusSeconds(60);
    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final String CHILD_REKEYED = "Child SA net is rekeyed";
    private static final String IKE_REKEYED = "IKE SA is rekeyed";

    /// The times are random, so that each end begins, and now and then both at once.
    private static final SwanctlConf SHORT_LIVED_SWAN =
            SwanctlConf.USUAL
                    .with("rekey_time", "9s")
                    .with("rand_time", "3s")
                    .with("over_time", "20s")
                    .withChild("rekey_time", "4s")
                    .withChild("rand_time", "2s")
                    .withChild("life_time", "20s");

    private static final Map<Ends, Soak> SOAKS = new EnumMap<>(Ends.class);

    /// Who calls whom, and how.
    enum Ends {
        CULVERT_TO_STRONGSWAN,
        STRONGSWAN_TO_CULVERT,
        CULVERT_OVER_UDP,
        CULVERT_OVER_IKE_TCP,
        CULVERT_OVER_TCP_ENCAPSULATION
    }

    /// A tunnel under traffic.
    private record Soak(
            Lab lab,
            Road road,
            List<CulvertDaemon> culverts,
            Optional<StrongSwan> swan,
            Flood flood) {

        static Soak of(
                Lab lab, Road road, List<CulvertDaemon> culverts, Optional<StrongSwan> swan) {
            Flood flood = Flood.start(road.client(), Road.PROTECTED_HOST, LONG);
            return new Soak(lab, road, culverts, swan, flood);
        }
    }

    private static CulvertConf shortLived(CulvertConf conf) {
        return conf.with("rekey-time", "\"8s\"")
                .with("rand-time", "\"2s\"")
                .with("over-time", "\"20s\"")
                .withChild("rekey-time", "\"3s\"")
                .withChild("rand-time", "\"1s\"")
                .withChild("life-time", "\"20s\"");
    }

    @BeforeAll
    static void startAll() {
        for (Ends ends : Ends.values()) {
            Lab lab = Lab.open();
            try {
                SOAKS.put(ends, start(ends, lab, Road.direct(lab)));
            } finally {
                if (!SOAKS.containsKey(ends)) {
                    lab.close();
                }
            }
        }
    }

    private static Soak start(Ends ends, Lab lab, Road road) {
        return switch (ends) {
            case CULVERT_TO_STRONGSWAN -> culvertToStrongSwan(lab, road);
            case STRONGSWAN_TO_CULVERT -> strongSwanToCulvert(lab, road);
            case CULVERT_OVER_UDP -> culvertToCulvert(lab, road, Way.UDP);
            case CULVERT_OVER_IKE_TCP -> culvertToCulvert(lab, road, Way.IKE_TCP);
            case CULVERT_OVER_TCP_ENCAPSULATION ->
                    culvertToCulvert(lab, road, Way.TCP_ENCAPSULATION);
        };
    }

    private static Soak culvertToStrongSwan(Lab lab, Road road) {
        Parties parties = Parties.of(lab, Authentication.PSK);
        StrongSwan gateway =
                StrongSwan.start(
                        road.gateway(), SHORT_LIVED_SWAN.gateway(parties), parties.gateway());
        CulvertDaemon client =
                CulvertDaemon.start(
                        road.client(),
                        shortLived(CulvertConf.UDP).client(parties),
                        parties.client());
        client.up(CulvertConf.CONNECTION).orFail();
        return Soak.of(lab, road, List.of(client), Optional.of(gateway));
    }

    private static Soak strongSwanToCulvert(Lab lab, Road road) {
        Parties parties = Parties.of(lab, Authentication.PSK);
        CulvertDaemon gateway =
                CulvertDaemon.start(
                        road.gateway(),
                        shortLived(CulvertConf.UDP).gateway(parties),
                        parties.gateway());
        StrongSwan client =
                StrongSwan.start(road.client(), SHORT_LIVED_SWAN.client(parties), parties.client());
        client.initiate(SwanctlConf.CHILD).orFail();
        return Soak.of(lab, road, List.of(gateway), Optional.of(client));
    }

    private static Soak culvertToCulvert(Lab lab, Road road, Way way) {
        CulvertPair pair = CulvertPair.start(lab, road, shortLived(way.configuration())).going(way);
        return Soak.of(lab, road, List.of(pair.client(), pair.gateway()), Optional.empty());
    }

    @AfterAll
    static void endAll() {
        SOAKS.values().forEach(soak -> soak.lab().close());
        SOAKS.clear();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Ends.class)
    @DisplayName(
            "Both ends replace Child SAs every 3 s and IKE SAs every 8 s, and no packet is lost or"
                    + " comes twice (IK-100, IK-103, IK-105, IK-107)")
    void noPacketIsLost(Ends ends) {
        Soak soak = SOAKS.get(ends);
        Flood.Answers answers = soak.flood().awaitEnd(LIMIT).answers();
        for (CulvertDaemon side : soak.culverts()) {
            long children = count(side, CHILD_REKEYED);
            long ike = count(side, IKE_REKEYED);
            System.out.printf(
                    "interop: %s: %d packets, %d Child SAs and %d IKE SAs replaced%n",
                    ends, answers.count(), children, ike);
            assertThat(children).isGreaterThan(LONG.toSeconds() / 5);
            assertThat(ike).isGreaterThan(LONG.toSeconds() / 15);
        }
        assertThat(answers.faults()).isEmpty();
        assertThat(answers.count()).isGreaterThan((int) LONG.toSeconds() * 50);
        soak.swan().ifPresent(swan -> assertThat(swan.complaints()).isEmpty());
        soak.culverts().forEach(RekeySoakIT::oneOfEach);
        Traffic.pingAll(soak.road().client(), Road.PROTECTED_HOST, 3);
        soak.culverts().forEach(CulvertDaemon::stop);
    }

    private static long count(CulvertDaemon side, String text) {
        return side.log().lines().filter(line -> line.contains(text)).count();
    }

    /// What was replaced is gone at last.
    private static void oneOfEach(CulvertDaemon side) {
        Await.until(
                "one IKE SA with one Child SA",
                SETTLE,
                () -> side.status() + "\n" + side.log(),
                () -> {
                    CulvertStatus status = side.status();
                    return status.ikeSas().size() == 1 && status.only().childSas().size() == 1;
                });
    }
}
