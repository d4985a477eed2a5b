package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the first exchanges must survive: loss, a cookie, another group than the first one offered.
@NeedsLab
@DisplayName("Rough road to strongSwan")
class RoughRoadIT {
    private static final SwanctlConf ONLY_P256 =
            SwanctlConf.USUAL.withIkeProposals("aes128-sha256-ecp256");

    @Test
    @DisplayName("Culvert is the client and one of three datagrams is lost (IK-020)")
    void clientSurvivesLoss() {
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            road.router().filter(Router.losingOneOf(3));
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan.start(road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), CulvertConf.UDP.client(parties), parties.client());
            client.up(CulvertConf.CONNECTION).orFail();
            road.router().open();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
        }
    }

    @Test
    @DisplayName(
            "strongSwan is the client and one of three datagrams is lost: answers are repeated")
    void gatewaySurvivesLoss() {
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            road.router().filter(Router.losingOneOf(3));
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), CulvertConf.UDP.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(), SwanctlConf.USUAL.client(parties), parties.client());
            client.initiate(SwanctlConf.CHILD).orFail();
            road.router().open();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            gateway.stop();
        }
    }

    @Test
    @DisplayName("INVALID_KE_PAYLOAD: the client offers another group first")
    void clientMovesToTheWantedGroup() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(road.gateway(), ONLY_P256.gateway(parties), parties.gateway());
            CulvertConf both = CulvertConf.UDP.withIkeProposals("aes128-sha256-x25519-ecp256");
            CulvertDaemon client =
                    CulvertDaemon.start(road.client(), both.client(parties), parties.client());
            client.up(CulvertConf.CONNECTION).orFail();
            assertThat(gateway.log()).contains("N(INVAL_KE)");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 2);
            client.stop();
        }
    }

    @Test
    @DisplayName("INVALID_KE_PAYLOAD: the gateway wants another group than the client's first")
    void gatewayAsksForItsGroup() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertConf onlyP256 = CulvertConf.UDP.withIkeProposals(ONLY_P256.ikeProposals());
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), onlyP256.gateway(parties), parties.gateway());
            SwanctlConf both = SwanctlConf.USUAL.withIkeProposals("aes128-sha256-x25519-ecp256");
            StrongSwan client =
                    StrongSwan.start(road.client(), both.client(parties), parties.client());
            client.initiate(SwanctlConf.CHILD).orFail();
            assertThat(client.log()).contains("N(INVAL_KE)");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 2);
            gateway.stop();
        }
    }

    @Test
    @DisplayName("COOKIE: a gateway with a half-open SA asks for one")
    void clientReturnsTheCookie() {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            road.router().filter(Router.UDP_4500);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), CulvertConf.UDP.client(parties), parties.client());
            assertThat(client.up(CulvertConf.CONNECTION).exitCode()).isEqualTo(3);
            road.router().open();
            client.up(CulvertConf.CONNECTION).orFail();
            assertThat(gateway.log()).contains("[ N(COOKIE) ]");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 2);
            client.stop();
        }
    }

    @ParameterizedTest(name = "Culvert is the caller: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("COOKIE: a Culvert gateway asks everybody, and who returns it comes in")
    void gatewayAsksForACookie(boolean culvertCalls) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            String asking = "[limits]\ncookie-threshold = 0\n\n" + CulvertConf.UDP.gateway(parties);
            CulvertDaemon gateway = CulvertDaemon.start(road.gateway(), asking, parties.gateway());
            if (culvertCalls) {
                CulvertDaemon client =
                        CulvertDaemon.start(
                                road.client(), CulvertConf.UDP.client(parties), parties.client());
                client.up(CulvertConf.CONNECTION).orFail();
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 2);
                client.stop();
            } else {
                StrongSwan client =
                        StrongSwan.start(
                                road.client(), SwanctlConf.USUAL.client(parties), parties.client());
                client.initiate(SwanctlConf.CHILD).orFail();
                assertThat(client.log()).contains("parsed IKE_SA_INIT response 0 [ N(COOKIE) ]");
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 2);
            }
            gateway.stop();
        }
    }
}
