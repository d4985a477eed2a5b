package io.culvert.esp.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.esp.ip.IpPackets;
import io.culvert.ipsec.dataplane.ChildSaSpec.PeerView;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("IK-121: transport mode")
class TransportModeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String LEFT = "10.0.0.1";
    private static final String RIGHT = "10.9.0.2";
    private static final int GCM_OCTETS = 8 + 8 + 16;
    private static final Octets TEXT = Octets.of(new byte[101]);

    private final MemoryDevice leftDevice = new MemoryDevice("left", 9000, 64);
    private final PlaneFixture left = new PlaneFixture(leftDevice);
    private final MemoryDevice rightDevice = new MemoryDevice("right", 9000, 64);
    private final PlaneFixture right = new PlaneFixture(rightDevice);

    @ParameterizedTest
    @CsvSource({"10.0.0.1, 10.9.0.2, 20", "2001:db8::1, 2001:db8:9::2, 40"})
    @DisplayName("only the payload travels, and arrives between the same hosts")
    void withoutNat(String here, String there, int header) throws InterruptedException {
        connect(here, there, here, there);
        for (Octets packet :
                List.of(
                        IpPackets.udp(here, 1000, there, 2000, TEXT),
                        IpPackets.tcp(here, 1000, there, 2000),
                        IpPackets.echoRequest(here, there, 1, TEXT),
                        IpPackets.packet(here, there, 132, TEXT))) {
            assertThat(leftDevice.send(packet)).isTrue();
            Octets wire = left.nextSent().packet();
            int payload = packet.size() - header;
            assertThat(wire.size()).isEqualTo(GCM_OCTETS + Math.ceilDiv(payload + 2, 4) * 4);
            right.arrive(wire, Tunnels.UDP);

            Octets arrived = rightDevice.receive(PATIENCE).orElseThrow();
            assertThat(arrived.slice(header)).isEqualTo(packet.slice(header));
            assertThat(arrived.slice(header == 20 ? 12 : 8, header))
                    .as("addresses")
                    .isEqualTo(packet.slice(header == 20 ? 12 : 8, header));
            assertThat(header == 20 ? IpPackets.checksum(arrived.slice(0, 20)) : 0).isZero();
        }
        assertThat(right.plane.drops().values()).containsOnly(0L);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 203.0.113.2, 192.0.2.1, 10.9.0.2",
        "fd00::1, 2001:db8:9::2, 2001:db8::1, fd00:9::2"
    })
    @DisplayName("E15-8: checksums cover the addresses that the receiver sees")
    void checksumsThroughNats(String here, String thereSeen, String hereSeen, String there)
            throws InterruptedException {
        connect(here, thereSeen, hereSeen, there);
        int header = here.contains(":") ? 40 : 20;
        for (int i = 0; i < 40; i++) {
            Octets text = Octets.of(new byte[] {(byte) (i * 41), (byte) (i * 73), (byte) i});
            arrives(
                    IpPackets.udp(here, 1000 + i, thereSeen, 2000, text),
                    IpPackets.udp(hereSeen, 1000 + i, there, 2000, text),
                    header);
            arrives(
                    IpPackets.tcp(here, 1000 + i, thereSeen, 2000),
                    IpPackets.tcp(hereSeen, 1000 + i, there, 2000),
                    header);
            arrives(
                    IpPackets.echoRequest(here, thereSeen, i, text),
                    IpPackets.echoRequest(hereSeen, there, i, text),
                    header);
        }
        // the other way the other addresses are put right
        assertThat(rightDevice.send(IpPackets.udp(there, 2000, hereSeen, 1000, TEXT))).isTrue();
        left.arrive(right.nextSent().packet(), Tunnels.UDP);
        assertThat(leftDevice.receive(PATIENCE).orElseThrow().slice(header))
                .isEqualTo(IpPackets.udp(thereSeen, 2000, here, 1000, TEXT).slice(header));
    }

    @Test
    @DisplayName("RFC 3948 section 3.1.2: a UDP datagram without a checksum gets none")
    void noChecksum() throws InterruptedException {
        connect(LEFT, "203.0.113.2", "192.0.2.1", RIGHT);
        Octets datagram = Octets.ofHex("03e8 07d0 000a 0000 abcd");
        arrives(
                IpPackets.packet(LEFT, "203.0.113.2", 17, datagram),
                IpPackets.packet("192.0.2.1", RIGHT, 17, datagram),
                20);
    }

    @Test
    @DisplayName("a payload too short for its checksum passes unharmed")
    void shortPayload() throws InterruptedException {
        connect(LEFT, "203.0.113.2", "192.0.2.1", RIGHT);
        for (int size = 0; size < 20; size++) {
            Octets packet = IpPackets.packet(LEFT, "203.0.113.2", 6, Octets.of(new byte[size]));
            assertThat(leftDevice.send(packet)).isTrue();
            right.arrive(left.nextSent().packet(), Tunnels.UDP);
            assertThat(rightDevice.receive(PATIENCE).orElseThrow().size()).isEqualTo(20 + size);
        }
    }

    @Test
    @DisplayName("RFC 4303 section 3.3.4: fragments are not sent, nor are headers with options")
    void fragmentsAndOptions() throws InterruptedException {
        connect(LEFT, RIGHT, LEFT, RIGHT);
        List<Octets> refused =
                List.of(
                        IpPackets.ipv4(LEFT, RIGHT, 17, 0x2000, Octets.EMPTY, TEXT),
                        IpPackets.ipv4(LEFT, RIGHT, 17, 0x0010, Octets.EMPTY, TEXT),
                        IpPackets.ipv4(LEFT, RIGHT, 17, 0, Octets.ofHex("94040000"), TEXT));
        for (Octets packet : refused) {
            assertThat(leftDevice.send(packet)).isTrue();
        }
        arrives(IpPackets.udp(LEFT, 1, RIGHT, 2, TEXT), IpPackets.udp(LEFT, 1, RIGHT, 2, TEXT), 20);
        assertThat(left.sent).isEmpty();
        assertThat(left.drops(DropReason.NOT_FOR_TRANSPORT_MODE)).isEqualTo(3);
    }

    @Test
    @DisplayName(
            "RFC 4301 section 5.2: what came is checked against the selectors, as in tunnel mode")
    void selectorsAreChecked() throws InterruptedException {
        Tunnels wide = between(LEFT, RIGHT);
        left.plane.install(Tunnels.inTransportMode(wide.leftSpec(), Optional.empty()));
        Tunnels onlyWeb =
                wide.between(wide.left(), List.of(Tunnels.tcpPort(wide.right().getFirst(), 80)));
        right.plane.install(Tunnels.inTransportMode(onlyWeb.rightSpec(), Optional.empty()));

        assertThat(leftDevice.send(IpPackets.tcp(LEFT, 1, RIGHT, 81))).isTrue();
        right.arrive(left.nextSent().packet(), Tunnels.UDP);
        assertThat(right.drops(DropReason.SELECTOR_MISMATCH)).isEqualTo(1);
        arrives(IpPackets.tcp(LEFT, 1, RIGHT, 80), IpPackets.tcp(LEFT, 1, RIGHT, 80), 20);
    }

    @Test
    @DisplayName("a packet larger than the path is answered with the size that fits, which does")
    void tooBig() throws InterruptedException {
        connect(LEFT, RIGHT, LEFT, RIGHT);
        assertThat(leftDevice.send(IpPackets.udp(LEFT, 1, RIGHT, 2, Octets.of(new byte[1600]))))
                .isTrue();
        Octets answer = leftDevice.receive(PATIENCE).orElseThrow();
        int mtu = answer.u16(26);
        assertThat(leftDevice.send(IpPackets.udp(LEFT, 1, RIGHT, 2, Octets.of(new byte[mtu - 28]))))
                .isTrue();
        assertThat(left.nextSent().packet().size()).isBetween(1500 - 28 - 3, 1500 - 28);
    }

    @Test
    @DisplayName("a whole packet as payload stays a payload: its addresses are not those of the SA")
    void wholePacketInside() throws InterruptedException {
        connect("2001:db8::1", "2001:db8:9::2", "2001:db8::1", "2001:db8:9::2");
        Tunnels tunnel = between("2001:db8::1", "2001:db8:9::2");
        left.plane.remove(tunnel.id());
        left.plane.install(tunnel.leftSpec());
        Octets inner = IpPackets.udp("2001:db8::1", 1, "2001:db8:9::2", 2, TEXT);
        assertThat(leftDevice.send(inner)).isTrue();
        right.arrive(left.nextSent().packet(), Tunnels.UDP);

        Octets arrived = rightDevice.receive(PATIENCE).orElseThrow();
        assertThat(arrived.u8(6)).as("IPv6 in IPv6, for whoever wants that").isEqualTo(41);
        assertThat(arrived.slice(40)).isEqualTo(inner);
    }

    @AfterEach
    void leavesNothingBehind() {
        left.close();
        right.close();
    }

    /// The left side at `here` knows the right one as `thereSeen`; the right one at `there` knows it as `hereSeen`.
    private void connect(String here, String thereSeen, String hereSeen, String there) {
        boolean nat = !here.equals(hereSeen) || !there.equals(thereSeen);
        left.plane.install(
                Tunnels.inTransportMode(
                        between(here, thereSeen).leftSpec(),
                        nat ? Optional.of(view(there, hereSeen)) : Optional.empty()));
        right.plane.install(
                Tunnels.inTransportMode(
                        between(hereSeen, there).rightSpec(),
                        nat ? Optional.of(view(here, thereSeen)) : Optional.empty()));
    }

    private void arrives(Octets packet, Octets expected, int header) throws InterruptedException {
        assertThat(leftDevice.send(packet)).isTrue();
        right.arrive(left.nextSent().packet(), Tunnels.UDP);
        Octets arrived = rightDevice.receive(PATIENCE).orElseThrow();
        int addresses = header == 20 ? 12 : 8;
        assertThat(arrived.slice(addresses)).isEqualTo(expected.slice(addresses));
    }

    private static PeerView view(String source, String destination) {
        return new PeerView(IpPrefix.parseAddress(source), IpPrefix.parseAddress(destination));
    }

    private static Tunnels between(String left, String right) {
        return Tunnels.of(1)
                .between(
                        Tunnels.selectors(left + (left.contains(":") ? "/128" : "/32")),
                        Tunnels.selectors(right + (right.contains(":") ? "/128" : "/32")));
    }
}
