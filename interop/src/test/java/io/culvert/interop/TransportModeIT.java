package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Culvert to Culvert: strongSwan's ESP in user space has no transport mode.
///
/// Client and gateway then speak with each other by the addresses that also carry ESP. So the firewall between them lets
/// nothing pass but what carries IKE and ESP.
@NeedsLab
@DisplayName("Transport mode between two hosts")
class TransportModeIT {
    @ParameterizedTest(name = "behind a NAT: {0}, {1}")
    @CsvSource({"false, udp", "true, udp", "false, tcp-encapsulation", "true, tcp-encapsulation"})
    @DisplayName("IK-121: pings and TCP each way, nothing in the clear, nothing left behind")
    void hostToHost(boolean behindNat, String transport) {
        try (Lab lab = Lab.open()) {
            Road road = behindNat ? Road.behindNat(lab) : Road.routed(lab);
            road.router()
                    .filter(
                            "meta l4proto { icmp, sctp } drop",
                            "tcp dport 5201 drop",
                            "tcp sport 5201 drop");
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(
                            road.gateway(),
                            CulvertConf.betweenHosts(
                                    "%any", transport, parties.gateway(), parties.client()),
                            parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(
                            road.client(),
                            CulvertConf.betweenHosts(
                                    Road.GATEWAY_ADDRESS,
                                    transport,
                                    parties.client(),
                                    parties.gateway()),
                            parties.client());
            client.up(CulvertConf.CONNECTION).orFail();

            String clientAddress = behindNat ? "192.0.2.1" : "192.168.7.2";
            Traffic.pingAll(road.client(), Road.GATEWAY_ADDRESS, 3);
            Traffic.pingAll(road.gateway(), clientAddress, 3);
            for (boolean toClient : new boolean[] {false, true}) {
                assertThat(
                                Traffic.iperf(
                                        road.client(),
                                        road.gateway(),
                                        Road.GATEWAY_ADDRESS,
                                        Duration.ofSeconds(2),
                                        toClient))
                        .isGreaterThan(1e6);
            }
            for (CulvertDaemon side : new CulvertDaemon[] {client, gateway}) {
                CulvertStatus.ChildSa child = side.status().only().childSas().getFirst();
                assertThat(child.packetsIn()).isGreaterThan(12);
                assertThat(child.packetsOut()).isGreaterThan(12);
            }
            client.stop();
            gateway.stop();
        }
    }
}
