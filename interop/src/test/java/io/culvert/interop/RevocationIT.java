package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Certificates that are revoked: Culvert asks openssl's responder, or fetches a list, or strongSwan has one.
@NeedsLab
@DisplayName("Revocation")
class RevocationIT {
    private static final int AUTHENTICATION_FAILED = 4;
    private static final int OCSP_PORT = 8888;
    private static final int LIST_PORT = 8080;
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    /// How Culvert finds out.
    enum Source {
        OCSP,
        CRL;

        String responder() {
            return this == OCSP ? "http://" + Road.GATEWAY_ADDRESS + ":" + OCSP_PORT + "/" : "";
        }

        String list() {
            return this == CRL
                    ? "http://" + Road.GATEWAY_ADDRESS + ":" + LIST_PORT + "/ca.crl"
                    : "";
        }

        /// Serves what this source needs, on the gateway, for both sides.
        void serve(Lab lab, Host gateway, Authority authority, List<Credentials> revoked) {
            switch (this) {
                case OCSP -> authority.startResponder(gateway, OCSP_PORT, List.of(), revoked);
                case CRL -> serveList(lab, gateway, authority.revocationList(revoked));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Source.class)
    @DisplayName("A strongSwan gateway whose certificate is revoked: exit code 4, and why")
    void gatewayRevoked(Source source) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Trial trial = Trial.of(lab, source);
            source.serve(lab, road.gateway(), trial.authority, trial.parties.gateway().own());
            StrongSwan.start(
                    road.gateway(),
                    SwanctlConf.USUAL.gateway(trial.parties),
                    trial.parties.gateway());
            CulvertDaemon client = trial.client(road, "strict");

            Finished up = client.up(CulvertConf.CONNECTION);

            assertThat(up.exitCode()).as(up + "\n" + client.log()).isEqualTo(AUTHENTICATION_FAILED);
            assertThat(up.errors() + up.output()).contains("was revoked at 20");
            client.awaitIkeSas(0, Duration.ofSeconds(20));
            client.stop();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Source.class)
    @DisplayName("A strongSwan client whose certificate is revoked gets nowhere")
    void clientRevoked(Source source) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Trial trial = Trial.of(lab, source);
            source.serve(lab, road.gateway(), trial.authority, trial.parties.client().own());
            CulvertDaemon gateway = trial.gateway(road, "strict");
            StrongSwan client =
                    StrongSwan.start(
                            road.client(),
                            SwanctlConf.USUAL.client(trial.parties),
                            trial.parties.client());

            Finished initiated = client.initiate(SwanctlConf.CHILD);

            assertThat(initiated.exitCode()).as(initiated.toString()).isNotZero();
            Await.until(
                    "a word about revocation",
                    Duration.ofSeconds(20),
                    gateway::log,
                    () -> gateway.log().contains("was revoked at 20"));
            gateway.awaitIkeSas(0, Duration.ofSeconds(20));
            gateway.stop();
        }
    }

    @Test
    @DisplayName("Who is not revoked comes in, by OCSP and by list, in both roles")
    void notRevoked() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Authority authority = Authority.create(lab, "ca", KeyKind.ECDSA_P256);
            Credentials client =
                    authority.issueAskable(
                            Side.CLIENT_IDENTITY, Source.OCSP.responder(), Source.CRL.list());
            Credentials gateway =
                    authority.issueAskable(Side.GATEWAY_IDENTITY, "", Source.CRL.list());
            authority.startResponder(road.gateway(), OCSP_PORT, List.of(client), List.of());
            serveList(lab, road.gateway(), authority.revocationList(List.of()));
            Trial trial = Trial.of(authority, client, gateway);
            CulvertDaemon server = trial.gateway(road, "strict");
            CulvertDaemon caller = trial.client(road, "strict");

            caller.up(CulvertConf.CONNECTION).orFail();

            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            caller.stop();
            server.stop();
        }
    }

    @ParameterizedTest(name = "revocation = {0}: exit code {1}")
    @CsvSource({"strict, 4", "ifuri, 4", "relaxed, 0"})
    @DisplayName("A responder that is not there: refused or not, as the configuration says")
    void deadResponder(String demand, int exitCode) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Trial trial = Trial.of(lab, Source.OCSP);
            StrongSwan.start(
                    road.gateway(),
                    SwanctlConf.USUAL.gateway(trial.parties),
                    trial.parties.gateway());
            CulvertDaemon client = trial.client(road, demand);

            Finished up = client.up(CulvertConf.CONNECTION);

            assertThat(up.exitCode()).as(up + "\n" + client.log()).isEqualTo(exitCode);
            client.stop();
        }
    }

    @Test
    @DisplayName("strongSwan has a list with Culvert's certificate on it: exit code 4")
    void revokedAtStrongSwan() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Trial trial = Trial.of(lab, Source.OCSP);
            Path list = trial.authority.revocationList(trial.parties.client().own());
            TextFiles.copy(list, road.gateway().folder().resolve("swanctl").resolve("x509crl"));
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            SwanctlConf.USUAL.gateway(trial.parties),
                            trial.parties.gateway());
            CulvertDaemon client = trial.client(road, "relaxed");

            Finished up = client.up(CulvertConf.CONNECTION);

            assertThat(up.exitCode()).as(up + "\n" + client.log()).isEqualTo(AUTHENTICATION_FAILED);
            assertThat(gateway.log()).contains("certificate was revoked");
            client.stop();
        }
    }

    private static void serveList(Lab lab, Host host, Path list) {
        Path served = lab.folder().resolve("served");
        TextFiles.copy(list, served);
        RunningProcess server =
                host.start(
                        "web",
                        Map.of(),
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "jwebserver")
                                        .toString(),
                                "-b",
                                "0.0.0.0",
                                "-p",
                                String.valueOf(LIST_PORT),
                                "-d",
                                served.toString()));
        server.awaitText("Serving", START_LIMIT);
    }

    /// Two sides that believe one authority, and its certificates for them.
    private record Trial(Authority authority, Parties parties) {
        static Trial of(Lab lab, Source source) {
            Authority authority = Authority.create(lab, "ca", KeyKind.ECDSA_P256);
            return of(
                    authority,
                    authority.issueAskable(Side.CLIENT_IDENTITY, source.responder(), source.list()),
                    authority.issueAskable(
                            Side.GATEWAY_IDENTITY, source.responder(), source.list()));
        }

        static Trial of(Authority authority, Credentials client, Credentials gateway) {
            return new Trial(
                    authority,
                    new Parties(
                            Side.withCertificate(Side.CLIENT_IDENTITY, client, authority),
                            Side.withCertificate(Side.GATEWAY_IDENTITY, gateway, authority)));
        }

        CulvertDaemon client(Road road, String demand) {
            return CulvertDaemon.start(
                    road.client(),
                    demanding(CulvertConf.UDP.client(parties), demand),
                    parties.client());
        }

        CulvertDaemon gateway(Road road, String demand) {
            return CulvertDaemon.start(
                    road.gateway(),
                    demanding(CulvertConf.UDP.gateway(parties), demand),
                    parties.gateway());
        }

        private static String demanding(String configuration, String demand) {
            assertThat(configuration).contains("ca-certs = ");
            return configuration.replace(
                    "ca-certs = ",
                    "revocation = \"" + demand + "\", revocation-fetch = true, ca-certs = ");
        }
    }
}
