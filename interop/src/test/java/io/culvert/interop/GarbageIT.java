package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Random octets on every port of a gateway that serves a peer.
@NeedsLab
@DisplayName("Garbage")
class GarbageIT {
    /// Bash's own sockets send; every datagram and stream has another length.
    private static final String NOISE =
            """
            for i in $(seq 1 150); do
              for port in 500 4500; do
                head -c $((i * 9)) /dev/urandom > /dev/udp/$0/$port
                { printf '\\0\\0\\0\\0'; head -c $((i * 9)) /dev/urandom; } > /dev/udp/$0/$port
              done
            done
            for i in $(seq 1 40); do
              for port in 500 4500; do
                head -c $((i * 30)) /dev/urandom > /dev/tcp/$0/$port
                { printf IKETCP; head -c $((i * 30)) /dev/urandom; } > /dev/tcp/$0/$port
              done
            done 2> /dev/null
            echo sent
            """;

    @Test
    @DisplayName("Random datagrams and streams do not disturb an established peer nor the next one")
    void doesNotDisturb() {
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
            CulvertStatus.IkeSa before = gateway.status().only();

            Finished noise =
                    road.client()
                            .run(
                                    Map.of(),
                                    Duration.ofSeconds(60),
                                    List.of("bash", "-c", NOISE, Road.GATEWAY_ADDRESS));

            assertThat(noise.output()).as(noise.toString()).contains("sent");
            assertThat(gateway.isAlive()).isTrue();
            assertThat(gateway.status().only().responderSpi()).isEqualTo(before.responderSpi());
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 5);
            client.terminate(SwanctlConf.CONNECTION).orFail();
            client.initiate(SwanctlConf.CHILD).orFail();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            assertThat(gateway.log()).doesNotContain("Exception");
            gateway.stop();
        }
    }
}
