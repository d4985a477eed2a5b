package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/// A Culvert client and a Culvert gateway with an established tunnel.
record CulvertPair(Road road, CulvertDaemon client, CulvertDaemon gateway) {

    /// Starts both with the same configuration, and sets the tunnel up.
    static CulvertPair start(Lab lab, Road road, CulvertConf configuration) {
        return start(lab, road, configuration, configuration);
    }

    static CulvertPair start(Lab lab, Road road, CulvertConf clientConf, CulvertConf gatewayConf) {
        Parties parties = Parties.of(lab, Authentication.PSK);
        CulvertDaemon gateway =
                CulvertDaemon.start(
                        road.gateway(), gatewayConf.gateway(parties), parties.gateway());
        CulvertDaemon client =
                CulvertDaemon.start(road.client(), clientConf.client(parties), parties.client());
        client.up(CulvertConf.CONNECTION).orFail();
        return new CulvertPair(road, client, gateway);
    }

    /// Fails unless IKE and ESP of both sides go this way.
    CulvertPair going(Way way) {
        for (CulvertDaemon side : List.of(client, gateway)) {
            CulvertStatus.IkeSa sa = side.status().only();
            assertThat(sa.transport()).isEqualTo(way.ike);
            assertThat(sa.childSas())
                    .extracting(CulvertStatus.ChildSa::transport)
                    .containsExactly(way.esp);
        }
        return this;
    }

    /// Ends both; fails if anything is left behind.
    void stop() {
        client.stop();
        gateway.stop();
    }
}
