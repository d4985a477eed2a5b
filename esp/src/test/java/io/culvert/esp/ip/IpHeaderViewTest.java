package io.culvert.esp.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What policy sees of an IP packet")
class IpHeaderViewTest {
    private static final String HERE = "2001:db8::1";
    private static final String THERE = "2001:db8:0:1::2";

    private final PacketPool pool = new PacketPool(1, 4096, 64);
    private final PacketBuffer buffer = pool.acquire().orElseThrow();
    private final IpHeaderView view = new IpHeaderView();

    @Test
    void ipv4() {
        assertThat(read(IpPackets.tcp("10.1.2.3", 1025, "192.0.2.255", 443))).isTrue();

        assertThat(view.isIpv6()).isFalse();
        assertThat(view.protocol()).isEqualTo(6);
        assertThat(view.sourceHigh()).isEqualTo(0x0a010203_00000000L);
        assertThat(view.destinationHigh()).isEqualTo(0xc00002ff_00000000L);
        assertThat(view.sourceLow()).isZero();
        assertThat(view.destinationLow()).isZero();
        assertThat(view.isPortsVisible()).isTrue();
        assertThat(view.sourcePort()).isEqualTo(1025);
        assertThat(view.destinationPort()).isEqualTo(443);
        assertThat(view.isFragment()).isFalse();
        assertThat(view.isDontFragment()).isTrue();
        assertThat(view.totalOctets()).isEqualTo(40);
    }

    @Test
    void ipv4WithOptions() {
        Octets ports = Octets.ofHex("1111 2222");
        assertThat(
                        read(
                                IpPackets.ipv4(
                                        "10.0.0.1",
                                        "10.0.0.2",
                                        17,
                                        0,
                                        Octets.ofHex("94040000 01010100"),
                                        ports)))
                .isTrue();

        assertThat(view.payloadAt()).isEqualTo(28);
        assertThat(view.sourcePort()).isEqualTo(0x1111);
        assertThat(view.destinationPort()).isEqualTo(0x2222);
        assertThat(view.isDontFragment()).isFalse();
    }

    @Test
    @DisplayName("later IPv4 fragments have no ports, first ones have")
    void ipv4Fragments() {
        Octets data = Octets.ofHex("1111 2222 00000000");

        assertThat(read(IpPackets.ipv4("10.0.0.1", "10.0.0.2", 17, 0x2000, Octets.EMPTY, data)))
                .isTrue();
        assertThat(view.isFragment()).isTrue();
        assertThat(view.isFirstFragment()).isTrue();
        assertThat(view.isPortsVisible()).isTrue();

        assertThat(read(IpPackets.ipv4("10.0.0.1", "10.0.0.2", 17, 0x0001, Octets.EMPTY, data)))
                .isTrue();
        assertThat(view.isFragment()).isTrue();
        assertThat(view.isFirstFragment()).isFalse();
        assertThat(view.isPortsVisible()).isFalse();
        assertThat(view.protocol()).isEqualTo(17);
    }

    @Test
    @DisplayName("the type and code of ICMP stand for both ports")
    void icmp() {
        assertThat(read(IpPackets.echoRequest("10.0.0.1", "10.0.0.2", 1, Octets.EMPTY))).isTrue();
        assertThat(view.sourcePort()).isEqualTo(0x0800);
        assertThat(view.destinationPort()).isEqualTo(0x0800);

        assertThat(read(IpPackets.echoRequest(HERE, THERE, 1, Octets.EMPTY))).isTrue();
        assertThat(view.sourcePort()).isEqualTo(0x8000);
    }

    @Test
    void ipv6BehindExtensionHeaders() {
        Octets chain =
                Octets.ofHex(
                        "3c 00 0104 00000000" // hop-by-hop, then destination options
                                + "2b 01 0104 00000000 0000000000000000" // two units, then routing
                                + "33 00 0000 00000000" // then authentication header
                                + "11 04 0000 0000000000000001 112233445566778899aabbcc" // then UDP
                                + "0035 0036 0008 0000");
        assertThat(read(IpPackets.packet(HERE, THERE, 0, chain))).isTrue();

        assertThat(view.isIpv6()).isTrue();
        assertThat(view.protocol()).isEqualTo(17);
        assertThat(view.sourcePort()).isEqualTo(0x35);
        assertThat(view.destinationPort()).isEqualTo(0x36);
        assertThat(view.sourceHigh()).isEqualTo(0x20010db8_00000000L);
        assertThat(view.sourceLow()).isEqualTo(1);
        assertThat(view.destinationHigh()).isEqualTo(0x20010db8_00000001L);
        assertThat(view.destinationLow()).isEqualTo(2);
    }

    @Test
    @DisplayName("later IPv6 fragments show a protocol but no ports")
    void ipv6Fragments() {
        Octets first = Octets.ofHex("11 00 0001 00000007 0035 0036 0008 0000");
        assertThat(read(IpPackets.packet(HERE, THERE, 44, first))).isTrue();
        assertThat(view.isFragment()).isTrue();
        assertThat(view.isFirstFragment()).isTrue();
        assertThat(view.destinationPort()).isEqualTo(0x36);

        Octets later = Octets.ofHex("11 00 0009 00000007 0035 0036 0008 0000");
        assertThat(read(IpPackets.packet(HERE, THERE, 44, later))).isTrue();
        assertThat(view.isFirstFragment()).isFalse();
        assertThat(view.protocol()).isEqualTo(17);
        assertThat(view.isPortsVisible()).isFalse();
    }

    @Test
    void extensionHeadersThatLeaveThePacketAreRefused() {
        assertThat(read(IpPackets.packet(HERE, THERE, 60, Octets.ofHex("11 00 0104 0000"))))
                .isFalse();
        assertThat(read(IpPackets.packet(HERE, THERE, 60, Octets.ofHex("11 01 0104 00000000"))))
                .isFalse();
    }

    @Test
    void lengthsThatDoNotFitAreRefused() {
        Octets packet = IpPackets.tcp("10.0.0.1", 1, "10.0.0.2", 2);

        assertThat(read(packet.slice(0, 39))).isFalse();
        assertThat(read(packet.slice(0, 19))).isFalse();
        assertThat(read(Octets.EMPTY)).isFalse();
        assertThat(read(Octets.concat(Octets.ofHex("44"), packet.slice(1)))).isFalse();
        assertThat(read(Octets.concat(Octets.ofHex("55"), packet.slice(1)))).isFalse();
        Octets padded = Octets.concat(packet, Octets.of(new byte[9]));
        assertThat(read(padded)).isTrue();
        assertThat(view.totalOctets()).isEqualTo(40);
    }

    @Test
    @DisplayName("any octets give an answer, and what it says lies inside the packet")
    void total() {
        Gen<byte[]> packets =
                choices -> {
                    byte[] octets = Gen.bytes(0, 120).draw(choices);
                    if (octets.length > 6 && Gen.booleans().draw(choices)) {
                        boolean ipv6 = Gen.booleans().draw(choices);
                        octets[0] = (byte) (ipv6 ? 0x60 : 0x45 + Gen.ints(0, 2).draw(choices));
                        int length = ipv6 ? octets.length - 40 : octets.length;
                        octets[ipv6 ? 4 : 2] = 0;
                        octets[ipv6 ? 5 : 3] = (byte) Math.max(0, length);
                        octets[6] = Gen.of(0, 43, 44, 51, 60, 17).draw(choices).byteValue();
                    }
                    return octets;
                };
        Properties.forAll(
                2000,
                packets,
                octets -> {
                    if (read(Octets.of(octets))) {
                        assertThat(view.totalOctets()).isBetween(20, octets.length);
                        assertThat(view.payloadAt()).isBetween(20, view.totalOctets());
                    }
                });
    }

    @AfterEach
    void leavesNothingBehind() {
        buffer.release();
        assertThat(pool.inUse()).isZero();
        pool.close();
    }

    private boolean read(Octets packet) {
        buffer.set(64, packet);
        return view.read(buffer);
    }
}
