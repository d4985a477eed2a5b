package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Culvert and strongSwan, each as the client of the other, with a virtual IP.
@NeedsLab
@DisplayName("strongSwan")
class StrongSwanIT {
    private static final Duration LOAD = Duration.ofSeconds(1);
    private static final double MEGABIT = 1e6;

    @ParameterizedTest(name = "Culvert client, {0}, behind NAT: {1}")
    @CsvSource({
        "PSK,false", "PSK,true", "ECDSA,false", "ECDSA,true",
        "RSA,false", "RSA,true", "ED25519,false", "ED25519,true"
    })
    @DisplayName("Culvert is the client")
    void culvertIsTheClient(Authentication authentication, boolean nat) {
        try (Lab lab = Lab.open()) {
            Road road = nat ? Road.behindNat(lab) : Road.direct(lab);
            Parties parties = Parties.of(lab, authentication);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), CulvertConf.UDP.client(parties), parties.client());

            client.up(CulvertConf.CONNECTION).orFail();

            assertThat(gateway.sas()).contains("ESTABLISHED").contains("10.9.0.1/32");
            CulvertStatus.IkeSa sa = client.status().only();
            assertThat(sa.transport()).isEqualTo("udp");
            assertThat(sa.childSas())
                    .extracting(CulvertStatus.ChildSa::transport)
                    .containsExactly("udp");
            carriesTraffic(road);

            client.down(CulvertConf.CONNECTION).orFail();
            gateway.awaitNoSa(Duration.ofSeconds(20));
            client.stop();
        }
    }

    @ParameterizedTest(name = "strongSwan client, {0}, behind NAT: {1}")
    @CsvSource({
        "PSK,false", "PSK,true", "ECDSA,false", "ECDSA,true",
        "RSA,false", "RSA,true", "ED25519,false", "ED25519,true"
    })
    @DisplayName("strongSwan is the client")
    void strongSwanIsTheClient(Authentication authentication, boolean nat) {
        try (Lab lab = Lab.open()) {
            Road road = nat ? Road.behindNat(lab) : Road.direct(lab);
            Parties parties = Parties.of(lab, authentication);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), CulvertConf.UDP.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(), SwanctlConf.USUAL.client(parties), parties.client());

            client.initiate(SwanctlConf.CHILD).orFail();

            assertThat(client.sas()).contains("ESTABLISHED").contains("10.9.0.1/32");
            assertThat(gateway.status().only().state()).isEqualTo("established");
            carriesTraffic(road);

            client.terminate(SwanctlConf.CONNECTION).orFail();
            gateway.awaitIkeSas(0, Duration.ofSeconds(20));
            gateway.stop();
        }
    }

    private static void carriesTraffic(Road road) {
        Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 5);
        for (boolean toClient : new boolean[] {false, true}) {
            double rate =
                    Traffic.iperf(
                            road.client(), road.gateway(), Road.PROTECTED_HOST, LOAD, toClient);
            assertThat(rate).isGreaterThan(MEGABIT);
        }
    }
}
