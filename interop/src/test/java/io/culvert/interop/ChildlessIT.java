package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An IKE SA comes first, and its Child SA by an exchange of its own.
@NeedsLab
@DisplayName("Childless")
class ChildlessIT {

    @Test
    @DisplayName("Culvert is the client of strongSwan (E13-1)")
    void culvertIsTheClient() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(),
                            SwanctlConf.USUAL.with("childless", "force").gateway(parties),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            CulvertConf.UDP.with("childless", "\"force\"").client(parties),
                            parties.client());

            client.up(CulvertConf.CONNECTION).orFail();

            assertThat(gateway.log()).contains("parsed CREATE_CHILD_SA request 2 [ SA No TSi TSr");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            client.stop();
        }
    }

    @Test
    @DisplayName("strongSwan is the client of Culvert (E13-1)")
    void strongSwanIsTheClient() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            CulvertConf.UDP.with("childless", "\"force\"").gateway(parties),
                            parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(),
                            SwanctlConf.USUAL.with("childless", "force").client(parties),
                            parties.client());

            client.initiate(SwanctlConf.CHILD).orFail();

            assertThat(client.log())
                    .contains("generating CREATE_CHILD_SA request 2 [ SA No TSi TSr ]");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            gateway.stop();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Way.class)
    @DisplayName("Culvert to Culvert over each transport (E13-1)")
    void culvertPair(Way way) {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            CulvertConf childless = way.configuration().with("childless", "\"force\"");
            CulvertPair pair = CulvertPair.start(lab, road, childless).going(way);

            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            pair.stop();
        }
    }
}
