package io.culvert.interop;

import static io.culvert.interop.EapSides.ALICE;
import static io.culvert.interop.EapSides.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Culvert is the gateway, and FreeRADIUS on a host behind it decides who may come in.
@NeedsLab
@DisplayName("FreeRADIUS")
class RadiusIT {
    private static final String SERVER = "198.51.100.2";
    private static final String SERVER_IDENTITY = "radius.example.org";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int AUTHENTICATION_FAILED = 4;

    /// A road whose gateway has a RADIUS server behind it, and what all of them are certified with.
    private record Site(Road road, Host server, Authority authority, Parties parties) {
        static Site of(Lab lab) {
            Road road = Road.direct(lab);
            Host server = lab.host("radius");
            lab.cable(road.gateway(), "198.51.100.1/24", server, SERVER + "/24");
            Authority authority = Authority.create(lab, "ca", KeyKind.ECDSA_P256);
            Side client =
                    Side.withCertificate(
                            Side.CLIENT_IDENTITY, authority.issue(Side.CLIENT_IDENTITY), authority);
            Side gateway =
                    Side.withCertificate(
                            Side.GATEWAY_IDENTITY,
                            authority.issue(Side.GATEWAY_IDENTITY),
                            authority);
            return new Site(road, server, authority, new Parties(client, gateway));
        }

        FreeRadius startRadius(FreeRadius.Method method) {
            return FreeRadius.start(
                    server, method, authority.issue(SERVER_IDENTITY), authority, ALICE, PASSWORD);
        }

        /// The gateway, which asks the RADIUS server.
        CulvertDaemon startGateway(CulvertConf usual) {
            return startGateway(usual, FreeRadius.SECRET);
        }

        CulvertDaemon startGateway(CulvertConf usual, String secret) {
            String radius =
                    """

                    [radius]
                    servers = ["%s"]
                    secret = "%s"
                    timeout = "500ms"
                    tries = 2
                    """
                            .formatted(SERVER, secret);
            return CulvertDaemon.start(
                    road.gateway(),
                    EapSides.gateway(usual.gateway(parties), "eap-radius") + radius,
                    parties.gateway());
        }

        CulvertDaemon startClient(CulvertConf usual, String password) {
            return CulvertDaemon.start(
                    road.client(),
                    EapSides.client(usual.client(parties), "eap-mschapv2", password),
                    parties.client());
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Way.class)
    @DisplayName("a Culvert client with the right password comes in, by each transport (E14-1)")
    void rightPassword(Way way) {
        try (Lab lab = Lab.open()) {
            Site site = Site.of(lab);
            FreeRadius radius = site.startRadius(FreeRadius.Method.MSCHAPV2);
            CulvertDaemon gateway = site.startGateway(way.configuration());
            CulvertDaemon client = site.startClient(way.configuration(), PASSWORD);

            client.up(CulvertConf.CONNECTION).orFail();

            assertThat(client.status().only().transport()).isEqualTo(way.ike);
            Traffic.pingAll(site.road().client(), Road.PROTECTED_HOST, 3);
            assertThat(radius.log())
                    .contains("Sent Access-Accept")
                    .contains("User-Name = \"" + ALICE);
            client.down(CulvertConf.CONNECTION).orFail();
            gateway.awaitIkeSas(0, LIMIT);
            client.stop();
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "the password is right: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("strongSwan is the client (E14-1)")
    void strongSwanIsTheClient(boolean right) {
        try (Lab lab = Lab.open()) {
            Site site = Site.of(lab);
            FreeRadius radius = site.startRadius(FreeRadius.Method.MSCHAPV2);
            CulvertDaemon gateway = site.startGateway(CulvertConf.UDP);
            StrongSwan client =
                    StrongSwan.start(
                            site.road().client(),
                            EapSides.swanctl(
                                            SwanctlConf.USUAL.client(site.parties()),
                                            "eap-mschapv2")
                                    + EapSides.swanctlPassword(right ? PASSWORD : "guessed"),
                            site.parties().client());

            Finished initiated = client.initiate(SwanctlConf.CHILD);

            if (right) {
                initiated.orFail();
                assertThat(client.sas()).contains("ESTABLISHED").contains("10.9.0.1/32");
                Traffic.pingAll(site.road().client(), Road.PROTECTED_HOST, 3);
                client.terminate(SwanctlConf.CONNECTION).orFail();
            } else {
                assertThat(initiated.exitCode()).isNotZero();
                assertThat(client.sas()).isBlank();
                assertThat(radius.log()).contains("Sent Access-Reject");
            }
            gateway.awaitIkeSas(0, LIMIT);
            gateway.stop();
        }
    }

    @Test
    @DisplayName(
            "a wrong password: exit code 4; the client says who is refused, the gateway by whom (IK-097)")
    void wrongPassword() {
        try (Lab lab = Lab.open()) {
            Site site = Site.of(lab);
            FreeRadius radius = site.startRadius(FreeRadius.Method.MSCHAPV2);
            CulvertDaemon gateway = site.startGateway(CulvertConf.UDP);
            CulvertDaemon client = site.startClient(CulvertConf.UDP, "guessed");

            Finished up = client.up(CulvertConf.CONNECTION);

            assertThat(up.exitCode()).isEqualTo(AUTHENTICATION_FAILED);
            assertThat(up.output() + up.errors()).contains("refused us as " + ALICE);
            gateway.awaitLog("the RADIUS server refuses " + ALICE, 1, LIMIT);
            assertThat(radius.log()).contains("Sent Access-Reject");
            gateway.awaitIkeSas(0, LIMIT);
            client.stop();
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "the secret is right: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "a RADIUS server that is down, or does not know us: nobody comes in, and the log says why")
    void noServer(boolean right) {
        try (Lab lab = Lab.open()) {
            Site site = Site.of(lab);
            if (!right) {
                site.startRadius(FreeRadius.Method.MSCHAPV2);
            }
            CulvertDaemon gateway =
                    site.startGateway(CulvertConf.UDP, right ? FreeRadius.SECRET : "another");
            CulvertDaemon client = site.startClient(CulvertConf.UDP, PASSWORD);

            Finished up = client.up(CulvertConf.CONNECTION);

            assertThat(up.exitCode()).isEqualTo(AUTHENTICATION_FAILED);
            gateway.awaitLog("no RADIUS server answers: " + SERVER + ":1812", 1, LIMIT);
            gateway.awaitIkeSas(0, LIMIT);
            client.stop();
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
    @DisplayName("EAP-TLS between a Culvert client and FreeRADIUS goes through (E14-1)")
    void tls(FreeRadius.Method method) {
        try (Lab lab = Lab.open()) {
            Site site = Site.of(lab);
            FreeRadius radius = site.startRadius(method);
            CulvertDaemon gateway = site.startGateway(CulvertConf.UDP);
            CulvertDaemon client =
                    CulvertDaemon.start(
                            site.road().client(),
                            EapSides.client(CulvertConf.UDP.client(site.parties()), "eap-tls")
                                    .replace(
                                            "\"eap-tls\"",
                                            "\"eap-tls\", aaa-id = \"" + SERVER_IDENTITY + "\""),
                            site.parties().client());

            Finished up = client.up(CulvertConf.CONNECTION);
            up.orFail();
            Traffic.pingAll(site.road().client(), Road.PROTECTED_HOST, 3);
            assertThat(radius.log()).contains("Sent Access-Accept");
            client.stop();
            gateway.stop();
        }
    }
}
