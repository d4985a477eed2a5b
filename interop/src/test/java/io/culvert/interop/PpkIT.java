package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Post-quantum pre-shared keys with strongSwan in both roles, and between two Culverts.
@NeedsLab
@DisplayName("Post-quantum pre-shared keys")
class PpkIT {
    private static final String ID = "key-1.example.org";
    private static final String KEY = "0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final int AUTHENTICATION_FAILED = 4;

    private static String toml(String key) {
        return "\n[secrets.ppk]\nids = [\"" + ID + "\"]\nppk = \"" + key + "\"\n";
    }

    private static String swanctl() {
        return "secrets {\n  ppk-1 {\n    id = " + ID + "\n    secret = " + KEY + "\n  }\n}\n";
    }

    private static CulvertConf culvert(CulvertConf conf, boolean required) {
        return conf.with("ppk-id", "\"" + ID + "\"").with("ppk-required", String.valueOf(required));
    }

    @ParameterizedTest(name = "required: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("Culvert is the client of strongSwan (E7-1, E7-2)")
    void culvertIsTheClient(boolean required) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            SwanctlConf.USUAL.gateway(parties) + swanctl(),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            culvert(CulvertConf.UDP, required).client(parties) + toml(KEY),
                            parties.client());

            client.up(CulvertConf.CONNECTION).orFail();

            assertThat(gateway.log()).contains("using PPK for PPK_ID '" + ID + "'");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.rekey(CulvertConf.CONNECTION, "--ike").orFail();
            client.rekey(CulvertConf.CONNECTION).orFail();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
        }
    }

    @ParameterizedTest(name = "required: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("strongSwan is the client of Culvert (E7-1, E7-2)")
    void strongSwanIsTheClient(boolean required) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            culvert(CulvertConf.UDP, required).gateway(parties) + toml(KEY),
                            parties.gateway());
            SwanctlConf named =
                    SwanctlConf.USUAL
                            .with("ppk_id", ID)
                            .with("ppk_required", required ? "yes" : "no");
            StrongSwan client =
                    StrongSwan.start(
                            road.client(), named.client(parties) + swanctl(), parties.client());

            client.initiate(SwanctlConf.CHILD).orFail();

            assertThat(client.log()).contains("using PPK for PPK_ID '" + ID + "'");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @EnumSource(Way.class)
    @DisplayName("between two Culverts, beside ML-KEM, before they say who they are (E7-3)")
    void culverts(Way way) {
        CulvertConf conf =
                culvert(way.configuration(), true)
                        .withIkeProposals("aes128gcm16-prfsha256-x25519-ke1_mlkem768");
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), conf.gateway(parties) + toml(KEY), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), conf.client(parties) + toml(KEY), parties.client());

            client.up(CulvertConf.CONNECTION).orFail();

            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
            gateway.stop();
        }
    }

    @Test
    @DisplayName("another key under the same name lets nobody in (E7-1)")
    void anotherKey() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            SwanctlConf.USUAL.gateway(parties) + swanctl(),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            culvert(CulvertConf.UDP, true).client(parties)
                                    + toml(KEY.replace('a', 'b')),
                            parties.client());

            assertThat(client.up(CulvertConf.CONNECTION).exitCode())
                    .isEqualTo(AUTHENTICATION_FAILED);
            assertThat(gateway.log()).contains("N(PPK_ID)", "MAC mismatched");
            client.stop();
        }
    }
}
