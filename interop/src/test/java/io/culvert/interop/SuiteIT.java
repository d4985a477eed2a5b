package io.culvert.interop;

import static org.junit.jupiter.api.Assertions.assertAll;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Every kind of algorithm against strongSwan's, one tunnel after the other, in both roles.
@NeedsLab
@DisplayName("Suites with strongSwan")
class SuiteIT {
    /// IKE proposal and ESP proposal; each algorithm stands in one of them at least.
    private static final List<List<String>> SUITES =
            List.of(
                    List.of("aes128gcm16-prfsha256-x25519", "aes128gcm16"),
                    List.of("aes256gcm16-prfsha384-ecp384", "aes256gcm16"),
                    List.of("chacha20poly1305-prfsha256-ecp256", "chacha20poly1305"),
                    List.of("aes128-sha256-modp2048", "aes128-sha256"),
                    List.of("aes256-sha384-modp3072", "aes256-sha384"),
                    List.of("aes256-sha512-ecp521", "aes256-sha512"),
                    List.of("aes128ctr-sha256-x448", "aes128ctr-sha256"),
                    List.of("aes256ctr-sha512-modp4096", "aes256ctr-sha512"),
                    List.of("aes128-sha1-x25519", "aes128-sha1"));

    @Test
    @DisplayName("Culvert is the client")
    void culvertIsTheClient() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan.start(road.gateway(), everything().gateway(parties), parties.gateway());
            List<CulvertConf> suites =
                    SUITES.stream()
                            .map(suite ->
                                    CulvertConf.UDP
                                            .withIkeProposals(suite.getFirst())
                                            .withEspProposals(suite.getLast()))
                            .toList();
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            CulvertConf.clientOfSuites(suites, parties),
                            parties.client());
            everySuite(name -> {
                client.up(name).orFail();
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 2);
                client.down(name).orFail();
            });
            client.stop();
        }
    }

    @Test
    @DisplayName("The lab's own proof: strongSwan is both")
    void strongSwanIsBoth() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan.start(road.gateway(), everything().gateway(parties), parties.gateway());
            clientOfEverySuite(road, parties);
        }
    }

    @Test
    @DisplayName("strongSwan is the client")
    void strongSwanIsTheClient() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            SwanctlConf all = everything();
            CulvertConf gatewayConf =
                    CulvertConf.UDP
                            .withIkeProposals(all.ikeProposals())
                            .withEspProposals(all.espProposals());
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), gatewayConf.gateway(parties), parties.gateway());
            clientOfEverySuite(road, parties);
            gateway.stop();
        }
    }

    private static void clientOfEverySuite(Road road, Parties parties) {
        List<SwanctlConf> suites =
                SUITES.stream()
                        .map(suite ->
                                SwanctlConf.USUAL
                                        .withIkeProposals(suite.getFirst())
                                        .withEspProposals(suite.getLast()))
                        .toList();
        StrongSwan client =
                StrongSwan.start(
                        road.client(),
                        SwanctlConf.clientOfSuites(suites, parties),
                        parties.client());
        everySuite(name -> {
            client.initiate(name).orFail();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 2);
            client.terminate(name).orFail();
        });
    }

    /// Reports every suite that fails, not only the first one.
    private static void everySuite(Consumer<String> tunnel) {
        assertAll(
                IntStream.range(0, SUITES.size())
                        .<Executable>mapToObj(i ->
                                () -> {
                                    try {
                                        tunnel.accept("suite-" + i);
                                    } catch (AssertionError e) {
                                        throw new AssertionError(
                                                String.join(" / ", SUITES.get(i)), e);
                                    }
                                }));
    }

    private static SwanctlConf everything() {
        return SwanctlConf.USUAL
                .withIkeProposals(
                        SUITES.stream().map(List::getFirst).collect(Collectors.joining(", ")))
                .withEspProposals(
                        SUITES.stream().map(List::getLast).collect(Collectors.joining(", ")));
    }
}
