package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// IKE in a TCP connection, ESP in UDP.
@NeedsLab
@DisplayName("Separate transports")
class SeparateIT {
    private static final CulvertConf SEPARATE =
            CulvertConf.UDP.with("transports", "[\"separate\", \"udp\"]");

    @Test
    @DisplayName(
            "through a NAT: IKE in TCP, ESP in UDP, and rekeyed there (ST-003, ST-010, ST-016)")
    void throughNat() {
        try (Lab lab = Lab.open()) {
            Tunnel tunnel = new Tunnel(lab);
            tunnel.goes("tcp-encapsulation");
            tunnel.client.rekey(CulvertConf.CONNECTION, "--ike").orFail();
            tunnel.client.rekey(CulvertConf.CONNECTION).orFail();
            tunnel.goes("tcp-encapsulation");
            tunnel.stop();
        }
    }

    @Test
    @DisplayName("where TCP is blocked, another IKE SA begins over UDP (ST-006)")
    void withoutTcp() {
        try (Lab lab = Lab.open()) {
            Tunnel tunnel = new Tunnel(lab, Router.ALL_TCP);
            tunnel.goes("udp");
            tunnel.stop();
        }
    }

    /// Two Culverts that know separate transports, with a NAT between them.
    private static final class Tunnel {
        final Road road;
        final CulvertDaemon gateway;
        final CulvertDaemon client;

        Tunnel(Lab lab, String... rules) {
            road = Road.behindNat(lab);
            road.router().filter(rules);
            Parties parties = Parties.of(lab, Authentication.PSK);
            gateway =
                    CulvertDaemon.start(
                            road.gateway(), SEPARATE.gateway(parties), parties.gateway());
            client = CulvertDaemon.start(road.client(), SEPARATE.client(parties), parties.client());
            client.up(CulvertConf.CONNECTION).orFail();
        }

        /// Checks how IKE goes, that ESP goes in UDP, and that packets do.
        void goes(String ike) {
            CulvertStatus.IkeSa sa = client.status().only();
            assertThat(sa.transport()).isEqualTo(ike);
            assertThat(sa.childSas())
                    .extracting(CulvertStatus.ChildSa::transport)
                    .containsExactly("udp");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
        }

        void stop() {
            client.stop();
            gateway.stop();
        }
    }
}
