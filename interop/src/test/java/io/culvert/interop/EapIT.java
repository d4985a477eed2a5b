package io.culvert.interop;

import static io.culvert.interop.EapSides.ALICE;
import static io.culvert.interop.EapSides.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that authenticate by EAP: Culvert and strongSwan, each as the client of the other, and Culvert with Culvert.
@NeedsLab
@DisplayName("EAP")
class EapIT {
    private static final String MSCHAPV2 = "eap-mschapv2";
    private static final String TLS = "eap-tls";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int AUTHENTICATION_FAILED = 4;

    @ParameterizedTest(name = "the password is right: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("EAP-MSCHAPv2, Culvert is the client of strongSwan (IK-095, IK-097)")
    void culvertIsTheClient(boolean right) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.ECDSA);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            EapSides.swanctl(SwanctlConf.USUAL.gateway(parties), MSCHAPV2)
                                    + EapSides.swanctlPassword(PASSWORD),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            EapSides.client(
                                    CulvertConf.UDP.client(parties),
                                    MSCHAPV2,
                                    right ? PASSWORD : "guessed"),
                            parties.client());

            Finished up = client.up(CulvertConf.CONNECTION);

            if (right) {
                up.orFail();
                assertThat(gateway.sas()).contains("ESTABLISHED").contains("10.9.0.1/32");
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                client.down(CulvertConf.CONNECTION).orFail();
            } else {
                assertThat(up.exitCode()).isEqualTo(AUTHENTICATION_FAILED);
                assertThat(up.output() + up.errors()).contains("name or password is wrong");
            }
            gateway.awaitNoSa(LIMIT);
            client.stop();
        }
    }

    @ParameterizedTest(name = "the password is right: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("EAP-MSCHAPv2, strongSwan is the client of Culvert (IK-095, IK-097)")
    void strongSwanIsTheClient(boolean right) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.ECDSA);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            EapSides.gateway(CulvertConf.UDP.gateway(parties), MSCHAPV2)
                                    + EapSides.password(PASSWORD),
                            parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(),
                            EapSides.swanctl(SwanctlConf.USUAL.client(parties), MSCHAPV2)
                                    + EapSides.swanctlPassword(right ? PASSWORD : "guessed"),
                            parties.client());

            Finished initiated = client.initiate(SwanctlConf.CHILD);

            if (right) {
                initiated.orFail();
                assertThat(client.sas()).contains("ESTABLISHED").contains("10.9.0.1/32");
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                client.terminate(SwanctlConf.CONNECTION).orFail();
            } else {
                assertThat(initiated.exitCode()).isNotZero();
                assertThat(client.sas()).isBlank();
            }
            gateway.awaitIkeSas(0, LIMIT);
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "{0}, no extended master secret is allowed: {1}")
    @CsvSource({"ECDSA, true", "RSA, true", "ECDSA, false"})
    @DisplayName("EAP-TLS with TLS 1.2, Culvert is the client of strongSwan (IK-095, E12-3)")
    void tlsToStrongSwan(Authentication keys, boolean allowed) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, keys);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            EapSides.swanctl(SwanctlConf.USUAL.gateway(parties), TLS),
                            parties.gateway());
            String conf = EapSides.client(CulvertConf.UDP.client(parties), TLS);
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            allowed ? EapSides.anyMasterSecret(conf) : conf,
                            parties.client());

            Finished up = client.up(CulvertConf.CONNECTION);

            if (allowed) {
                up.orFail();
                assertThat(gateway.log()).contains("negotiated TLS 1.2");
                assertThat(gateway.sas()).contains("ESTABLISHED").contains("10.9.0.1/32");
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                client.down(CulvertConf.CONNECTION).orFail();
                gateway.awaitNoSa(LIMIT);
            } else {
                assertThat(up.exitCode()).isEqualTo(AUTHENTICATION_FAILED);
                assertThat(up.output() + up.errors()).contains("TLS gives no key for EAP");
                assertThat(gateway.sas()).doesNotContain("ESTABLISHED");
            }
            client.stop();
        }
    }

    @ParameterizedTest(name = "{0}, no extended master secret is allowed: {1}")
    @CsvSource({"ECDSA, true", "RSA, true", "ECDSA, false"})
    @DisplayName("EAP-TLS with TLS 1.2, strongSwan is the client of Culvert (IK-095, E12-3)")
    void tlsFromStrongSwan(Authentication keys, boolean allowed) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, keys);
            String conf = EapSides.gateway(CulvertConf.UDP.gateway(parties), TLS);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            allowed ? EapSides.anyMasterSecret(conf) : conf,
                            parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(),
                            EapSides.swanctl(SwanctlConf.USUAL.client(parties), TLS),
                            parties.client());

            Finished initiated = client.initiate(SwanctlConf.CHILD);

            if (allowed) {
                initiated.orFail();
                assertThat(client.log()).contains("negotiated TLS 1.2");
                assertThat(client.sas()).contains("ESTABLISHED").contains("10.9.0.1/32");
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                client.terminate(SwanctlConf.CONNECTION).orFail();
            } else {
                assertThat(initiated.exitCode()).isNotZero();
                gateway.awaitLog("TLS gives no key for EAP", 1, LIMIT);
                assertThat(client.sas()).isBlank();
            }
            gateway.awaitIkeSas(0, LIMIT);
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Way.class)
    @DisplayName("EAP-TLS between Culvert and Culvert, by each transport (IK-095)")
    void tlsByEachTransport(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.ECDSA);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            EapSides.gateway(way.configuration().gateway(parties), TLS),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            EapSides.client(way.configuration().client(parties), TLS),
                            parties.client());

            client.up(CulvertConf.CONNECTION).orFail();

            CulvertStatus.IkeSa sa = client.status().only();
            assertThat(sa.transport()).isEqualTo(way.ike);
            assertThat(sa.childSas())
                    .extracting(CulvertStatus.ChildSa::transport)
                    .containsExactly(way.esp);
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.down(CulvertConf.CONNECTION).orFail();
            gateway.awaitIkeSas(0, LIMIT);
            client.stop();
            gateway.stop();
        }
    }

    @Test
    @DisplayName("EAP-TLS in the name of another: exit code 4, and nothing is left (IK-097)")
    void tlsInTheNameOfAnother() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.ECDSA);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            EapSides.gateway(CulvertConf.UDP.gateway(parties), TLS),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            EapSides.client(CulvertConf.UDP.client(parties), TLS)
                                    .replace(
                                            "id = \"" + ALICE + "\"",
                                            "id = \"mallory@example.org\""),
                            parties.client());

            Finished up = client.up(CulvertConf.CONNECTION);

            assertThat(up.exitCode()).isEqualTo(AUTHENTICATION_FAILED);
            gateway.awaitLog("EAP of mallory@example.org failed", 1, LIMIT);
            gateway.awaitIkeSas(0, LIMIT);
            client.stop();
            gateway.stop();
        }
    }
}
