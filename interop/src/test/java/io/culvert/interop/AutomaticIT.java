package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A client that may use several transports finds the one that works.
@NeedsLab
@DisplayName("Culvert finds the way through")
class AutomaticIT {
    private static final CulvertConf SEVERAL =
            CulvertConf.UDP.with("transports", "[\"udp\", \"tcp-encapsulation\"]");

    @Test
    @DisplayName("nothing is in the way: UDP, in both directions (TE-026)")
    void open() {
        // long enough for programs that have only just started, on a busy machine
        throughs(SEVERAL.with("transport-head-start", "\"5s\""), Way.UDP);
    }

    @Test
    @DisplayName("all UDP is dropped: TCP, soon (IT-081, TE-027)")
    void withoutUdp() {
        throughs(SEVERAL, Way.TCP_ENCAPSULATION, Router.ALL_UDP);
    }

    @Test
    @DisplayName("UDP 500 is open and UDP 4500 is not: TCP")
    void onlyTheFirstPort() {
        throughs(SEVERAL, Way.TCP_ENCAPSULATION, Router.UDP_4500);
    }

    @Test
    @DisplayName("all TCP is dropped: UDP")
    void withoutTcp() {
        throughs(SEVERAL, Way.UDP, Router.ALL_TCP);
    }

    private static void throughs(CulvertConf conf, Way way, String... rules) {
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            road.router().filter(rules);
            Parties parties = Parties.of(lab, Authentication.PSK);
            CulvertDaemon gateway =
                    CulvertDaemon.start(road.gateway(), conf.gateway(parties), parties.gateway());
            CulvertDaemon client =
                    CulvertDaemon.start(road.client(), conf.client(parties), parties.client());
            long before = System.nanoTime();
            client.up(CulvertConf.CONNECTION).orFail();
            Duration took = Duration.ofNanos(System.nanoTime() - before);

            CulvertStatus.IkeSa sa = client.status().only();
            assertThat(sa.transport()).isEqualTo(way.ike);
            assertThat(sa.childSas())
                    .extracting(CulvertStatus.ChildSa::transport)
                    .containsExactly(way.esp);
            // the gateway may still wait for an attempt that was given up
            assertThat(gateway.status().ikeSas())
                    .filteredOn(other -> other.state().equals("established"))
                    .singleElement()
                    .matches(other -> other.transport().equals(way.ike));
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            System.out.printf("interop: way found in %d ms%n", took.toMillis());
            // with the start of the program that gives the order, on a busy machine
            assertThat(took).isLessThan(Duration.ofSeconds(15));
            client.stop();
            gateway.stop();
        }
    }
}
