package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Culvert and strongSwan, each as the client of the other, where the client authenticates by EAP-MSCHAPv2.
@NeedsLab
@DisplayName("strongSwan and EAP")
class EapIT {
    private static final String PASSWORD = "correct horse battery staple";
    private static final String ALICE = Side.CLIENT_IDENTITY;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int AUTHENTICATION_FAILED = 4;

    private static String swanctl(String usual, String password) {
        return usual.replace(
                        "auth = pubkey\n      id = " + ALICE,
                        "auth = eap-mschapv2\n      eap_id = %s\n      id = %s"
                                .formatted(ALICE, ALICE))
                + """
                secrets {
                  eap-1 {
                    id = %s
                    secret = "%s"
                  }
                }
                """
                        .formatted(ALICE, password);
    }

    private static String culvert(String usual, String password) {
        String client = "auth = \"pubkey\", id = \"" + ALICE + "\"";
        return usual.replaceAll(
                                "local = \\{ " + client + ".*}",
                                "local = { auth = \"eap-mschapv2\", id = \"" + ALICE + "\" }")
                        .replaceAll(
                                "remote = \\{ " + client + ".*}",
                                "remote = { auth = \"eap-mschapv2\", eap-id = \"%any\" }")
                + """

                [secrets.alice]
                ids = ["%s"]
                eap = "%s"
                """
                        .formatted(ALICE, password);
    }

    @ParameterizedTest(name = "the password is right: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("Culvert is the client (IK-095, IK-097)")
    void culvertIsTheClient(boolean right) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.ECDSA);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            swanctl(SwanctlConf.USUAL.gateway(parties), PASSWORD),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            culvert(CulvertConf.UDP.client(parties), right ? PASSWORD : "guessed"),
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
    @DisplayName("strongSwan is the client (IK-095, IK-097)")
    void strongSwanIsTheClient(boolean right) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.ECDSA);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            culvert(CulvertConf.UDP.gateway(parties), PASSWORD),
                            parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(),
                            swanctl(
                                    SwanctlConf.USUAL.client(parties),
                                    right ? PASSWORD : "guessed"),
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
}
