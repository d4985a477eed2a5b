package io.culvert.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The lab itself, proved with strongSwan on both sides.
@NeedsLab
@DisplayName("Lab")
class LabSelfTestIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String IKE_AUTH = "35";

    @ParameterizedTest(name = "{0}, behind NAT: {1}")
    @CsvSource({"PSK,false", "PSK,true", "ECDSA,false", "RSA,true", "ED25519,false"})
    @DisplayName("strongSwan to strongSwan: tunnel with virtual IP carries ICMP and TCP")
    void strongSwanToStrongSwan(Authentication authentication, boolean nat) {
        try (Lab lab = Lab.open()) {
            Road road = nat ? Road.behindNat(lab) : Road.direct(lab);
            Parties parties = Parties.of(lab, authentication);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(), SwanctlConf.USUAL.client(parties), parties.client());

            assertThat(Traffic.ping(road.client(), Road.PROTECTED_HOST, 1)).isZero();
            client.initiate(SwanctlConf.CHILD).orFail();
            assertThat(client.sas()).contains("10.9.0.1").contains("ESTABLISHED");
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 3);
            Duration second = Duration.ofSeconds(1);
            Host server = road.gateway();
            assertThat(Traffic.iperf(road.client(), server, Road.PROTECTED_HOST, second, nat))
                    .isGreaterThan(1e6);

            client.terminate(SwanctlConf.CONNECTION).orFail();
            gateway.awaitNoSa(Duration.ofSeconds(5));
            client.close();
            gateway.close();
        }
    }

    @Test
    @DisplayName(
            "tshark opens IKE and ESP of a capture with a key log, and finds nothing malformed")
    void tsharkOpensACapture() {
        try (Lab lab = Lab.open()) {
            Road road = Road.direct(lab);
            Parties parties = Parties.of(lab, Authentication.PSK);
            Capture capture = Capture.start(road.gateway(), "to-client");
            StrongSwan.start(road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(), SwanctlConf.USUAL.client(parties), parties.client());
            client.initiate(SwanctlConf.CHILD).orFail();
            Traffic.pingAll(road.client(), Road.PROTECTED_HOST, 2);
            Path keys = StrongSwanKeyLog.write(client, lab.folder().resolve("keys"));
            Dissection read = Dissection.read(road.client(), capture.stop(), keys);

            assertThat(read.frames()).filteredOn(Dissection.Frame::isIke).hasSizeGreaterThan(3);
            assertThat(read.frames()).filteredOn(Dissection.Frame::isEsp).hasSize(4);
            assertThat(read.frames())
                    .filteredOn(frame -> frame.exchange().equals(IKE_AUTH))
                    .hasSize(2)
                    .allMatch(Dissection.Frame::isOpenedIke);
            assertThat(read.frames())
                    .allSatisfy(frame -> {
                        assertThat(frame.malformed()).isEmpty();
                        assertThat(frame.complaint()).isEmpty();
                        assertThat(frame.isOpenedEsp()).isEqualTo(frame.isEsp());
                        assertThat(frame.icvGood()).isEqualTo(frame.isEsp());
                    });
        }
    }

    @Test
    @DisplayName(
            "The firewall stops UDP 4500, and the gateway then wants a COOKIE from the next client")
    void firewallStopsUdp() {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            road.router().filter(Router.UDP_4500);
            Parties parties = Parties.of(lab, Authentication.PSK);
            StrongSwan gateway =
                    StrongSwan.start(
                            road.gateway(), SwanctlConf.USUAL.gateway(parties), parties.gateway());
            StrongSwan client =
                    StrongSwan.start(
                            road.client(), SwanctlConf.USUAL.client(parties), parties.client());

            Traffic.pingAll(road.client(), Road.GATEWAY_ADDRESS, 2);
            assertThat(client.initiate(SwanctlConf.CHILD).exitCode()).isNotZero();
            road.router().open();
            client.initiate(SwanctlConf.CHILD).orFail();
            assertThat(gateway.log()).contains("[ N(COOKIE) ]");
        }
    }

    @Test
    @DisplayName("Fragments are dropped before anything puts them together")
    void firewallDropsFragments() {
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            Finished whole =
                    road.client().run("ping", "-c1", "-W2", "-s", "3000", Road.GATEWAY_ADDRESS);
            road.router().filter(Router.FRAGMENTS);
            Finished dropped =
                    road.client().run("ping", "-c1", "-W1", "-s", "3000", Road.GATEWAY_ADDRESS);

            assertThat(whole.exitCode()).as(whole.toString()).isZero();
            assertThat(dropped.exitCode()).isEqualTo(1);
            Traffic.pingAll(road.client(), Road.GATEWAY_ADDRESS, 1);
        }
    }

    @Test
    @DisplayName("A flood tells which packets a router has dropped")
    void floodTellsLosses() {
        try (Lab lab = Lab.open()) {
            Road road = Road.routed(lab);
            Duration time = Duration.ofSeconds(1);
            Flood whole = Flood.start(road.client(), Road.GATEWAY_ADDRESS, time);
            assertThat(whole.awaitEnd(LIMIT).answers().faults()).isEmpty();
            road.router().filter("ip protocol icmp icmp sequence 20-21 drop");
            Flood holed = Flood.start(road.client(), Road.GATEWAY_ADDRESS, time);
            assertThat(holed.awaitEnd(LIMIT).answers().faults())
                    .singleElement()
                    .asString()
                    .startsWith("20 to 21 lost before ");
        }
    }

    @Test
    @DisplayName("A lab leaves no namespace, no process and no file, also after a failure")
    void leavesNothing() {
        List<String> namespaces;
        Path folder;
        RunningProcess ping;
        try (Lab lab = Lab.open()) {
            Road road = Road.behindNat(lab);
            folder = lab.folder();
            namespaces = lab.hosts().stream().map(Host::namespace).toList();
            ping =
                    road.client()
                            .start(
                                    "ping",
                                    java.util.Map.of(),
                                    List.of("ping", Road.GATEWAY_ADDRESS));
            ping.awaitText("64 bytes from", Duration.ofSeconds(5));
            assertThat(road.client().processes()).contains(ping.pid());
            assertThat(lab.namespaces()).containsAll(namespaces);
        }
        assertThat(ping.isAlive()).isFalse();
        assertThat(Files.exists(folder)).isFalse();
        try (Lab lab = Lab.open()) {
            assertThat(lab.namespaces()).doesNotContainAnyElementsOf(namespaces);
        }
    }

    @Test
    @DisplayName("What a killed test run left behind is removed by the next lab")
    void removesStaleNamespaces() {
        String stale = "culv-999999999-1";
        try (Lab lab = Lab.open()) {
            lab.run("ip", "netns", "add", stale).orFail();
            assertThat(lab.namespaces()).contains(stale);
        }
        try (Lab lab = Lab.open()) {
            assertThat(lab.namespaces()).doesNotContain(stale);
        }
    }
}
