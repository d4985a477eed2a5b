package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// SAs are replaced by new ones under traffic, by either side and by both at once, and no packet is lost.
@NeedsLab
@DisplayName("Rekeying")
class RekeyIT {
    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final double MEGABIT = 1e6;
    private static final String CHILD_REKEYED = "Child SA net is rekeyed";

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName(
            "Both ends rekey in the same moment, again and again, and no packet is lost (IK-103, IK-105)")
    void collisions(Way way) throws Exception {
        try (Lab lab = Lab.open();
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Road road = Road.direct(lab);
            CulvertPair pair = CulvertPair.start(lab, road, way.configuration()).going(way);
            try (Flood flood = Flood.start(road.client(), Road.PROTECTED_HOST)) {
                for (int i = 0; i < 6; i++) {
                    String[] what = i % 2 == 0 ? new String[0] : new String[] {"--ike"};
                    Future<Finished> client =
                            threads.submit(() -> pair.client().rekey(CulvertConf.CONNECTION, what));
                    Future<Finished> gateway =
                            threads.submit(
                                    () -> pair.gateway().rekey(CulvertConf.CONNECTION, what));
                    client.get().orFail();
                    gateway.get().orFail();
                }
                assertThat(flood.answers().faults()).isEmpty();
            }
            oneOfEach(pair.client());
            oneOfEach(pair.gateway());
            pair.stop();
        }
    }

    @Test
    @DisplayName(
            "Culvert and strongSwan rekey in the same moment, again and again, and no packet is lost")
    void collisionsWithStrongSwan() throws Exception {
        try (Lab lab = Lab.open();
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), CulvertConf.UDP.client(parties), parties.client());
            client.up(CulvertConf.CONNECTION).orFail();
            try (Flood flood = Flood.start(road.client(), Road.PROTECTED_HOST)) {
                for (int i = 0; i < 6; i++) {
                    boolean ike = i % 2 == 1;
                    Future<Finished> ours =
                            threads.submit(() ->
                                    ike
                                            ? client.rekey(CulvertConf.CONNECTION, "--ike")
                                            : client.rekey(CulvertConf.CONNECTION));
                    (ike
                                    ? gateway.rekeyIke(SwanctlConf.CONNECTION)
                                    : gateway.rekeyChild(SwanctlConf.CHILD))
                            .orFail();
                    ours.get().orFail();
                }
                assertThat(flood.answers().faults()).isEmpty();
            }
            oneOfEach(client);
            assertThat(gateway.complaints()).isEmpty();
            client.stop();
        }
    }

    @ParameterizedTest(name = "Culvert begins: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("INVALID_KE_PAYLOAD while a Child SA is rekeyed with a key exchange of its own")
    void wrongGroupFirst(boolean weBegin) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            String both = "aes128gcm16-x25519-ecp256";
            String one = "aes128gcm16-ecp256";
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            SwanctlConf.USUAL
                                    .withEspProposals(weBegin ? one : both)
                                    .gateway(parties),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            CulvertConf.UDP.withEspProposals(weBegin ? both : one).client(parties),
                            parties.client());
            client.up(CulvertConf.CONNECTION).orFail();
            if (weBegin) {
                client.rekey(CulvertConf.CONNECTION).orFail();
            } else {
                gateway.rekeyChild(SwanctlConf.CHILD).orFail();
                client.awaitLog(CHILD_REKEYED, 1, SETTLE);
            }
            assertThat(gateway.log()).contains("N(INVAL_KE)");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(
            value = Way.class,
            names = {"UDP", "IKE_TCP"})
    @DisplayName(
            "iperf3 goes on while both kinds of SA are replaced, and tshark opens the new ones")
    void loadAndDissection(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertPair pair = CulvertPair.start(lab, road, way.configuration()).going(way);
            double before = iperfWith(pair);
            assertThat(before).isGreaterThan(MEGABIT);

            Capture capture = Capture.start(road.client(), "to-gateway");
            pair.client().rekey(CulvertConf.CONNECTION, "--ike").orFail();
            pair.gateway().rekey(CulvertConf.CONNECTION).orFail();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 5);
            pair.client().down(CulvertConf.CONNECTION).orFail();
            Path keys = pair.client().keyLog();
            Dissection read = Dissection.read(road.client(), capture.stop(), keys);
            assertThat(read.frames())
                    .filteredOn(Dissection.Frame::isEsp)
                    .hasSizeGreaterThanOrEqualTo(10)
                    .allMatch(Dissection.Frame::isOpenedEsp)
                    .allMatch(Dissection.Frame::icvGood);
            assertThat(read.frames())
                    .filteredOn(Dissection.Frame::isOpenedIke)
                    .as("both exchanges, and the deletes on the new IKE SA")
                    .hasSizeGreaterThanOrEqualTo(5);
            assertThat(read.frames()).allSatisfy(frame -> assertThat(frame.malformed()).isEmpty());
            pair.stop();
        }
    }

    private static double iperfWith(CulvertPair pair) {
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<Double> load =
                    threads.submit(() ->
                            Traffic.iperf(
                                    pair.road().client(),
                                    pair.road().gateway(),
                                    Road.PROTECTED_HOST,
                                    Duration.ofSeconds(8),
                                    true));
            pair.client().rekey(CulvertConf.CONNECTION).orFail();
            pair.gateway().rekey(CulvertConf.CONNECTION, "--ike").orFail();
            pair.gateway().rekey(CulvertConf.CONNECTION).orFail();
            return load.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("strongSwan authenticates anew, make before break, and Culvert is the gateway")
    void strongSwanReauthenticates() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), CulvertConf.UDP.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(),
                            SwanctlConf.USUAL
                                    .with("reauth_time", "4s")
                                    .with("rand_time", "0s")
                                    .with("over_time", "20s")
                                    .client(parties),
                            parties.client());
            client.initiate(SwanctlConf.CHILD).orFail();
            gateway.awaitLog("IKE SA established", 3, SETTLE);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            gateway.stop();
        }
    }

    @Test
    @DisplayName(
            "Culvert authenticates anew, make before break, and strongSwan is the gateway (IK-111)")
    void culvertReauthenticates() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            CulvertConf.UDP.with("reauth-time", "\"4s\"").client(parties),
                            parties.client());
            client.up(CulvertConf.CONNECTION).orFail();

            client.awaitLog("IKE SA is gone: authenticated anew", 2, SETTLE);

            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            assertThat(gateway.sas()).contains("ESTABLISHED");
            client.stop();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName("Culvert authenticates anew to Culvert, and no packet is lost (IK-111)")
    void culvertPairReauthenticates(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertConf conf = way.configuration();
            CulvertPair pair =
                    CulvertPair.start(lab, road, conf.with("reauth-time", "\"4s\""), conf);
            try (Flood flood = Flood.start(road.client(), Road.PROTECTED_HOST)) {
                pair.client().awaitLog("IKE SA is gone: authenticated anew", 2, SETTLE);
                assertThat(flood.answers().faults()).isEmpty();
            }
            pair.stop();
        }
    }

    /// What was replaced is gone at last.
    private static void oneOfEach(CulvertDaemon side) {
        Await.until(
                "one IKE SA with one Child SA",
                SETTLE,
                () -> side.status() + "\n" + side.log(),
                () ->
                        side.status().ikeSas().size() == 1
                                && side.status().only().childSas().size() == 1);
    }
}
