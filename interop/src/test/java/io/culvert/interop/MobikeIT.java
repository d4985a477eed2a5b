package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A client goes from one address to another under traffic, and its tunnel goes with it.
@NeedsLab
@DisplayName("MOBIKE")
class MobikeIT {
    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final String OLD = "192.0.2.10/24";
    private static final String NEW = "192.0.2.11/24";
    private static final String DEVICE = "to-gateway";
    private static final String MOVED = "IKE and ESP go over";

    /// A hundred echo requests a second: so many are a second.
    private static final int A_SECOND = 100;

    @ParameterizedTest(name = "over {0}")
    @EnumSource
    @DisplayName("Culvert to Culvert: at most a second is lost, there and back again (E2-2)")
    void culvertPair(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertPair pair = CulvertPair.start(lab, road, way.configuration()).going(way);
            move(road.client(), DEVICE, OLD, NEW);
            move(road.client(), DEVICE, NEW, OLD);
            pair.stop();
        }
    }

    @Test
    @DisplayName("Culvert to Culvert: from IPv4 to IPv6, with at most a second lost (E2-1, E2-2)")
    void otherFamily() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertPair pair = CulvertPair.start(lab, road, CulvertConf.UDP);
            try (RunningProcess ping = Traffic.flood(road.client(), Road.PROTECTED_HOST)) {
                remove(road.client(), DEVICE, OLD);
                pair.client().awaitLog(MOVED, 1, SETTLE);
                pair.gateway().awaitLog(MOVED, 1, SETTLE);
                Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
                assertThat(Traffic.lost(ping)).isLessThanOrEqualTo(A_SECOND);
            }
            assertThat(pair.client().log()).contains("udp 2001:db8:1:0:0:0:0:10:4500");
            // stop looks whether everything is as it was
            road.client().run("ip", "address", "add", OLD, "dev", DEVICE).orFail();
            pair.stop();
        }
    }

    @Test
    @DisplayName("Culvert to Culvert: to behind a NAT, with at most a second lost (E2-2, E2-4)")
    void natAppears() {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            CulvertPair pair = CulvertPair.start(lab, road, CulvertConf.UDP);
            // counts for new flows only
            road.router().masquerade("to-gateway", true);
            move(road.client(), "to-router", "192.168.7.2/24", "192.168.7.3/24");
            pair.gateway().awaitLog(MOVED, 1, SETTLE);
            assertThat(pair.gateway().log().lines().filter(line -> line.contains(MOVED)))
                    .allMatch(line -> line.contains("-> 192.0.2.1:"));
            move(road.client(), "to-router", "192.168.7.3/24", "192.168.7.2/24");
            pair.stop();
        }
    }

    @Test
    @DisplayName("Culvert moves, strongSwan follows with at most a second lost (E2-2)")
    void strongSwanGateway() {
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
            move(road.client(), DEVICE, OLD, NEW);
            client.awaitLog(MOVED, 1, SETTLE);
            move(road.client(), DEVICE, NEW, OLD);
            client.awaitLog(MOVED, 2, SETTLE);
            assertThat(gateway.complaints()).isEmpty();
            client.stop();
        }
    }

    @Test
    @DisplayName("strongSwan moves, Culvert follows (E2-2, E2-4)")
    void strongSwanClient() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(), CulvertConf.UDP.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(), SwanctlConf.USUAL.client(parties), parties.client());
            client.initiate(SwanctlConf.CHILD).orFail();
            move(road.client(), DEVICE, OLD, NEW);
            gateway.awaitLog(MOVED, 1, SETTLE);
            assertThat(client.complaints()).isEmpty();
            gateway.stop();
        }
    }

    /// The client has another address from now on.
    private static void move(Host client, String device, String from, String to) {
        // else the kernel removes the new address with the old one
        client.run("sysctl", "-q", "-w", "net.ipv4.conf.all.promote_secondaries=1").orFail();
        try (RunningProcess ping = Traffic.flood(client, Road.PROTECTED_HOST)) {
            client.run("ip", "address", "add", to, "dev", device).orFail();
            remove(client, device, from);
            Await.until(
                    "packets go through again",
                    SETTLE,
                    () -> "",
                    () -> Traffic.ping(client, Road.PROTECTED_HOST, 1) == 1);
            Traffic.pingAll(client, Road.PROTECTED_HOST, 5);
            assertThat(Traffic.lost(ping)).isLessThanOrEqualTo(A_SECOND);
        }
    }

    private static void remove(Host client, String device, String address) {
        client.run("ip", "address", "delete", address, "dev", device).orFail();
    }
}
