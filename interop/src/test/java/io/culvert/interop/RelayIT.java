package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Relays between programs that speak only UDP, over a network that lets only TCP through.
///
///     client ──UDP── near ──TCP── wall ──TCP── far ──UDP── gateway
///
/// The client takes the near relay for its gateway.
@NeedsLab
@DisplayName("culvert relay")
class RelayIT {
    private static final String FAR = "203.0.113.1";
    private static final String BEHIND_FAR = "10.77.0.20";
    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final Duration LOAD = Duration.ofSeconds(1);
    private static final double MEGABIT = 1e6;

    /// The hosts, the router in their middle dropping all UDP.
    private record Chain(Road road, Host near, Host far) {
        static Chain in(Lab lab) {
            Host client = lab.host("client");
            Host near = lab.host("near");
            Host wall = lab.host("wall");
            Host far = lab.host("far");
            lab.cable(client, "192.0.2.10/24", near, Road.GATEWAY_ADDRESS + "/24");
            lab.cable(near, "198.51.100.1/24", wall, "198.51.100.2/24");
            lab.cable(wall, "203.0.113.2/24", far, FAR + "/24");
            near.run("ip", "route", "add", "203.0.113.0/24", "via", "198.51.100.2").orFail();
            far.run("ip", "route", "add", "198.51.100.0/24", "via", "203.0.113.2").orFail();
            Router router = new Router(wall);
            router.filter(Router.ALL_UDP);
            return new Chain(new Road(client, gatewayBehind(lab, far), List.of(router)), near, far);
        }

        private static Host gatewayBehind(Lab lab, Host relay) {
            Host gateway = lab.host("gateway");
            lab.cable(relay, "10.77.0.1/24", gateway, BEHIND_FAR + "/24");
            gateway.run("ip", "address", "add", Road.PROTECTED_HOST + "/32", "dev", "lo").orFail();
            return gateway;
        }
    }

    /// Two relays and a strongSwan on each side of them.
    private record Pair(
            CulvertRelay near, CulvertRelay far, StrongSwan client, StrongSwan gateway) {
        static Pair start(Lab lab, Chain chain, SwanctlConf conf, String... nearOptions) {
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertRelay far =
                    CulvertRelay.start(chain.far(), "tcp:" + FAR + ":4500", "udp:" + BEHIND_FAR);
            CulvertRelay near =
                    CulvertRelay.start(
                            chain.near(),
                            "udp:" + Road.GATEWAY_ADDRESS,
                            "tcp:" + FAR + ":4500",
                            nearOptions);
            StrongSwan gateway =
                    StrongSwan.start(
                            chain.road().gateway(), conf.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(chain.road().client(), conf.client(parties), parties.client());
            return new Pair(near, far, client, gateway);
        }

        String logs() {
            return near.log() + "\n" + far.log() + "\n" + client.log();
        }
    }

    @ParameterizedTest(name = "IKEv{0}")
    @ValueSource(ints = {2, 1})
    @DisplayName(
            "two relays carry a tunnel between strongSwans, its load and its rekeying (TE-040)")
    void twoRelays(int version) {
        try (Lab lab = Lab.open()) {
            Chain chain = Chain.in(lab);
            SwanctlConf conf = SwanctlConf.USUAL.with("version", Integer.toString(version));
            Pair pair = Pair.start(lab, chain, conf);
            pair.client().initiate(SwanctlConf.CHILD).orFail();
            Host client = chain.road().client();
            Traffic.pingAll(client, Road.PROTECTED_HOST, 5);
            for (boolean toClient : new boolean[] {false, true}) {
                double speed =
                        Traffic.iperf(
                                client,
                                chain.road().gateway(),
                                Road.PROTECTED_HOST,
                                LOAD,
                                toClient);
                System.out.printf(
                        "interop: IKEv%d through two relays, to the client: %b, %.0f Mbit/s%n",
                        version, toClient, speed / MEGABIT);
                assertThat(speed).isGreaterThan(MEGABIT);
            }
            rekeys(pair, client, version);
            pair.client().terminate(SwanctlConf.CONNECTION).orFail();
            pair.gateway().awaitNoSa(SETTLE);
            JsonNode near = pair.near().stop();
            JsonNode far = pair.far().stop();
            assertThat(near.at("/served").intValue())
                    .as(near.toString())
                    .isEqualTo(version == 2 ? 1 : 2);
            assertThat(far.at("/served").intValue())
                    .as(far.toString())
                    .isEqualTo(near.at("/served").intValue());
            assertThat(near.at("/to-tcp/esp-packets").longValue()).isPositive();
            assertThat(near.at("/to-tcp/ike-messages")).isEqualTo(far.at("/to-udp/ike-messages"));
        }
    }

    /// In IKEv1 a client begins another IKE SA anew, and so in a connection of its own; the gateway has none to open.
    private static void rekeys(Pair pair, Host client, int version) {
        String replaced = version == 2 ? "rekeyed" : "established";
        try (RunningProcess ping = Traffic.flood(client, Road.PROTECTED_HOST)) {
            pair.client().rekeyChild(SwanctlConf.CHILD).orFail();
            awaitInLog(pair, "CHILD_SA net{2} established");
            pair.client().rekeyIke(SwanctlConf.CONNECTION).orFail();
            awaitInLog(pair, "IKE_SA home[2] " + replaced);
            pair.gateway().rekeyIke(SwanctlConf.CONNECTION).orFail();
            awaitInLog(pair, "IKE_SA home[3] " + replaced);
            Traffic.pingAll(client, Road.PROTECTED_HOST, 3);
            assertThat(Traffic.lost(ping)).as("lost while rekeying").isZero();
        }
    }

    private static void awaitInLog(Pair pair, String text) {
        Await.until(text, SETTLE, pair::logs, () -> pair.client().log().contains(text));
    }

    @Test
    @DisplayName("raw IKE between the relays sets up the same SAs (IT-006)")
    void rawIke() {
        try (Lab lab = Lab.open()) {
            Chain chain = Chain.in(lab);
            Pair pair = Pair.start(lab, chain, SwanctlConf.USUAL, "--framing", "ike-tcp");
            pair.client().initiate(SwanctlConf.CHILD).orFail();
            assertThat(pair.gateway().sas()).contains("ESTABLISHED").contains("INSTALLED");
            assertThat(Traffic.ping(chain.road().client(), Road.PROTECTED_HOST, 2)).isZero();
            pair.client().terminate(SwanctlConf.CONNECTION).orFail();
            pair.gateway().awaitNoSa(SETTLE);
            assertThat(pair.near().stop().at("/dropped/ESP_TO_RAW_IKE").longValue()).isPositive();
        }
    }

    @Test
    @DisplayName(
            "a connection that breaks on one side is made again, and the gateway does not notice (TE-045)")
    void brokenConnection() {
        try (Lab lab = Lab.open()) {
            Chain chain = Chain.in(lab);
            Pair pair = Pair.start(lab, chain, SwanctlConf.USUAL);
            Host client = chain.road().client();
            pair.client().initiate(SwanctlConf.CHILD).orFail();
            Traffic.pingAll(client, Road.PROTECTED_HOST, 2);
            // the near relay's own segments are answered with RST, and the far relay hears nothing
            Router near = new Router(chain.near());
            near.resetLeaving("tcp dport 4500");
            Traffic.ping(client, Road.PROTECTED_HOST, 2);
            near.open();
            Await.until(
                    "the tunnel works again",
                    SETTLE,
                    pair::logs,
                    () -> Traffic.ping(client, Road.PROTECTED_HOST, 1) == 1);
            Traffic.pingAll(client, Road.PROTECTED_HOST, 3);
            assertThat(pair.near().stop().at("/connections-resumed").intValue()).isPositive();
            JsonNode far = pair.far().stop();
            assertThat(far.at("/served").intValue()).as(far.toString()).isEqualTo(1);
            assertThat(far.at("/connections-resumed").intValue()).isPositive();
        }
    }

    @Test
    @DisplayName("a relay in front of strongSwan serves Culvert by TCP (TE-040)")
    void inFrontOfStrongSwan() {
        try (Lab lab = Lab.open()) {
            Host client = lab.host("client");
            Host relayHost = lab.host("relay");
            lab.cable(client, "192.0.2.10/24", relayHost, Road.GATEWAY_ADDRESS + "/24");
            Host gatewayHost = Chain.gatewayBehind(lab, relayHost);
            Parties parties = Parties.of(lab, Authentication.ECDSA);
            CulvertRelay relay =
                    CulvertRelay.start(relayHost, "tcp:0.0.0.0:4500", "udp:" + BEHIND_FAR);
            StrongSwan gateway =
                    StrongSwan.start(
                            gatewayHost, SwanctlConf.USUAL.gateway(parties), parties.gateway());
            CulvertDaemon culvert =
                    CulvertDaemon.start(
                            client,
                            CulvertConf.TCP_ENCAPSULATION.client(parties),
                            parties.client());
            culvert.up(CulvertConf.CONNECTION).orFail();
            CulvertStatus.IkeSa sa = culvert.status().only();
            assertThat(sa.transport()).isEqualTo("tcp-encapsulation");
            Traffic.pingAll(client, Road.PROTECTED_HOST, 5);
            double speed = Traffic.iperf(client, gatewayHost, Road.PROTECTED_HOST, LOAD, false);
            assertThat(speed).isGreaterThan(MEGABIT);
            culvert.rekey(CulvertConf.CONNECTION, "--ike").orFail();
            culvert.rekey(CulvertConf.CONNECTION).orFail();
            Traffic.pingAll(client, Road.PROTECTED_HOST, 3);
            culvert.down(CulvertConf.CONNECTION).orFail();
            gateway.awaitNoSa(SETTLE);
            culvert.stop();
            assertThat(relay.stop().at("/served").intValue()).isEqualTo(1);
        }
    }
}
