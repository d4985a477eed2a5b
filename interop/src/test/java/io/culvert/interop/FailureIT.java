package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What `up` answers when a tunnel cannot be, and that nothing is left of the attempt.
@NeedsLab
@DisplayName("Failures")
class FailureIT {
    private static final int UNREACHABLE = 3;
    private static final int AUTHENTICATION_FAILED = 4;
    private static final int NO_COMMON_CHOICE = 5;

    /// Who answers Culvert's client.
    enum Gateway {
        CULVERT,
        STRONGSWAN
    }

    @ParameterizedTest(name = "{0} gateway")
    @EnumSource(Gateway.class)
    @DisplayName("A wrong pre-shared key: exit code 4")
    void wrongSecret(Gateway kind) {
        try (Lab lab = Lab.open()) {
            Parties parties =
                    new Parties(
                            Side.withSecret(Side.CLIENT_IDENTITY, "not the secret"),
                            Side.withSecret(Side.GATEWAY_IDENTITY, Side.SECRET));
            fails(lab, kind, parties, CulvertConf.UDP, AUTHENTICATION_FAILED);
        }
    }

    @ParameterizedTest(name = "{0} gateway")
    @EnumSource(Gateway.class)
    @DisplayName("A client certificate of an authority the gateway does not believe: exit code 4")
    void wrongAuthority(Gateway kind) {
        try (Lab lab = Lab.open()) {
            Authority believed = Authority.create(lab, "ca", KeyKind.ECDSA_P256);
            Authority stranger = Authority.create(lab, "stranger", KeyKind.ECDSA_P256);
            Parties parties =
                    new Parties(
                            Side.withCertificate(
                                    Side.CLIENT_IDENTITY,
                                    stranger.issue(Side.CLIENT_IDENTITY),
                                    believed),
                            Side.withCertificate(
                                    Side.GATEWAY_IDENTITY,
                                    believed.issue(Side.GATEWAY_IDENTITY),
                                    believed));
            fails(lab, kind, parties, CulvertConf.UDP, AUTHENTICATION_FAILED);
        }
    }

    @ParameterizedTest(name = "{0} gateway")
    @EnumSource(Gateway.class)
    @DisplayName("A gateway certificate that has expired: exit code 4")
    void expiredCertificate(Gateway kind) {
        try (Lab lab = Lab.open()) {
            Authority authority = Authority.create(lab, "ca", KeyKind.ECDSA_P256);
            Parties parties =
                    new Parties(
                            Side.withCertificate(
                                    Side.CLIENT_IDENTITY,
                                    authority.issue(Side.CLIENT_IDENTITY),
                                    authority),
                            Side.withCertificate(
                                    Side.GATEWAY_IDENTITY,
                                    authority.issueExpired(Side.GATEWAY_IDENTITY),
                                    authority));
            fails(lab, kind, parties, CulvertConf.UDP, AUTHENTICATION_FAILED);
        }
    }

    @ParameterizedTest(name = "{0} gateway")
    @EnumSource(Gateway.class)
    @DisplayName("No common IKE proposal: exit code 5")
    void noCommonIkeProposal(Gateway kind) {
        try (Lab lab = Lab.open()) {
            CulvertConf other = CulvertConf.UDP.withIkeProposals("aes256-sha384-ecp384");
            fails(lab, kind, Parties.of(lab, Authentication.PSK), other, NO_COMMON_CHOICE);
        }
    }

    @ParameterizedTest(name = "{0} gateway")
    @EnumSource(Gateway.class)
    @DisplayName("No common ESP proposal: exit code 5")
    void noCommonEspProposal(Gateway kind) {
        try (Lab lab = Lab.open()) {
            CulvertConf other = CulvertConf.UDP.withEspProposals("aes256-sha512");
            fails(lab, kind, Parties.of(lab, Authentication.PSK), other, NO_COMMON_CHOICE);
        }
    }

    @ParameterizedTest(name = "{0} gateway")
    @EnumSource(Gateway.class)
    @DisplayName("Traffic selectors that do not meet: exit code 5")
    void wrongSelectors(Gateway kind) {
        try (Lab lab = Lab.open()) {
            CulvertConf other = CulvertConf.UDP.withProtectedPrefix("10.201.0.0/24");
            fails(lab, kind, Parties.of(lab, Authentication.PSK), other, NO_COMMON_CHOICE);
        }
    }

    @Test
    @DisplayName("Nobody answers: exit code 3")
    void unreachable() {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            road.router().filter(Router.ALL_UDP);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), CulvertConf.UDP.client(parties), parties.client());
            refuses(client, UNREACHABLE);
            client.stop();
        }
    }

    @Test
    @DisplayName("A second daemon on the same socket is refused and harms nothing of the first")
    void secondDaemon() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), CulvertConf.UDP.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), CulvertConf.UDP.client(parties), parties.client());
            client.up(CulvertConf.CONNECTION).orFail();

            Finished second =
                    CulvertDaemon.command(
                            road.client(),
                            List.of(
                                    "daemon",
                                    "--config",
                                    road.client().folder().resolve("culvert.toml").toString(),
                                    "--control",
                                    road.client().folder().resolve("control.sock").toString()));

            assertThat(second.exitCode()).as(second.toString()).isEqualTo(1);
            assertThat(second.errors()).contains("control.sock");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
            gateway.stop();
        }
    }

    @Test
    @DisplayName("SIGTERM deletes the SA at the peer and leaves nothing behind")
    void sigterm() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), CulvertConf.UDP.client(parties), parties.client());
            client.up(CulvertConf.CONNECTION).orFail();
            assertThat(road.client().devices()).contains(CulvertConf.DEVICE);

            client.stop();

            gateway.awaitNoSa(Duration.ofSeconds(20));
        }
    }

    /// The client's configuration differs from the gateway's in what the scenario is about.
    private static void fails(
            Lab lab, Gateway kind, Parties parties, CulvertConf clientConf, int exitCode) {
        Road road = Road.direct(lab);
        Host host = road.gateway();
        switch (kind) {
            case CULVERT ->
                    CulvertDaemon.start(host, CulvertConf.UDP.gateway(parties), parties.gateway());
            case STRONGSWAN ->
                    StrongSwan.start(host, SwanctlConf.USUAL.gateway(parties), parties.gateway());
        }
        CulvertDaemon client =
                CulvertDaemon.start(road.client(), clientConf.client(parties), parties.client());
        refuses(client, exitCode);
        client.stop();
    }

    private static void refuses(CulvertDaemon client, int exitCode) {
        Finished up = client.up(CulvertConf.CONNECTION);
        assertThat(up.exitCode()).as(up + "\n" + client.log()).isEqualTo(exitCode);
        assertThat(up.errors() + up.output()).isNotBlank();
        client.awaitIkeSas(0, Duration.ofSeconds(20));
        assertThat(client.isAlive()).isTrue();
    }
}
