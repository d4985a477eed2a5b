package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Certificates of more than 12 kB, and a router that drops every fragment of IP.
@NeedsLab
@DisplayName("Fragments of IKE messages")
class FragmentationIT {
    private static final int FURTHER_NAMES = 320;
    private static final int OCTETS = 12_000;

    private static Parties parties(Lab lab) {
        Authority authority = Authority.create(lab, "ca", KeyKind.ECDSA_P256);
        Credentials client = authority.issueLarge(Side.CLIENT_IDENTITY, FURTHER_NAMES);
        Credentials gateway = authority.issueLarge(Side.GATEWAY_IDENTITY, FURTHER_NAMES);
        // PEM is a third larger than what is sent
        assertThat(octets(client) * 3 / 4).isGreaterThan(OCTETS);
        return new Parties(
                Side.withCertificate(Side.CLIENT_IDENTITY, client, authority),
                Side.withCertificate(Side.GATEWAY_IDENTITY, gateway, authority));
    }

    private static long octets(Credentials credentials) {
        try {
            return Files.size(credentials.certificate());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Road road(Lab lab) {
        Road road = Road.routed(lab);
        road.router().filter(Router.FRAGMENTS);
        return road;
    }

    @Test
    @DisplayName("Culvert is the client of strongSwan (E1-1, E1-2, E1-3)")
    void culvertIsTheClient() {
        try (Lab lab = Lab.open()) {
            Road road = road(lab);
            Parties parties = parties(lab);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), CulvertConf.UDP.client(parties), parties.client());

            client.up(CulvertConf.CONNECTION).orFail();

            assertThat(gateway.log()).contains("received fragment #1 of", "reassembled fragmented");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
        }
    }

    @Test
    @DisplayName("strongSwan is the client of Culvert (E1-1, E1-2, E1-3)")
    void strongSwanIsTheClient() {
        try (Lab lab = Lab.open()) {
            Road road = road(lab);
            Parties parties = parties(lab);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), CulvertConf.UDP.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(), SwanctlConf.USUAL.client(parties), parties.client());

            client.initiate(SwanctlConf.CHILD).orFail();

            assertThat(client.log()).contains("received fragment #1 of", "reassembled fragmented");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Way.class)
    @DisplayName("Culvert to Culvert over each transport")
    void culvertPair(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = road(lab);
            Parties parties = parties(lab);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            way.configuration().gateway(parties),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(), way.configuration().client(parties), parties.client());

            client.up(CulvertConf.CONNECTION).orFail();

            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
            gateway.stop();
        }
    }
}
