package io.culvert.esp.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The answer to a packet that is too big")
class PacketTooBigTest {
    private static final Octets DATA = Octets.of(new byte[1400]);

    private final PacketPool pool = new PacketPool(1, 4096, 64);
    private final PacketBuffer buffer = pool.acquire().orElseThrow();
    private final IpHeaderView view = new IpHeaderView();

    @Test
    void ipv4() {
        Octets original = IpPackets.udp("10.0.0.1", 5, "10.9.0.1", 6, DATA);
        assertThat(answer(original, 1300)).isTrue();

        Octets answer = buffer.toOctets();
        assertThat(answer.size()).isEqualTo(576);
        assertThat(IpPackets.checksum(answer.slice(0, 20))).isZero();
        assertThat(IpPackets.checksum(answer.slice(20))).isZero();
        assertThat(answer.u16(20)).as("destination unreachable, DF set").isEqualTo(0x0304);
        assertThat(answer.u16(26)).isEqualTo(1300);
        assertThat(answer.slice(28)).isEqualTo(original.slice(0, 548));
        assertThat(view.read(buffer)).isTrue();
        assertThat(view.sourceHigh()).isEqualTo(0x0a090001_00000000L);
        assertThat(view.destinationHigh()).isEqualTo(0x0a000001_00000000L);
        assertThat(view.protocol()).isEqualTo(1);
    }

    @Test
    void ipv6() {
        Octets original = IpPackets.udp("2001:db8::1", 5, "2001:db8::2", 6, DATA);
        assertThat(answer(original, 1390)).isTrue();

        Octets answer = buffer.toOctets();
        assertThat(answer.size()).isEqualTo(1280);
        Octets pseudoHeader =
                Octets.concat(answer.slice(8, 40), new OctetsBuilder(8).u32(1240).u32(58).build());
        assertThat(IpPackets.checksum(Octets.concat(pseudoHeader, answer.slice(40)))).isZero();
        assertThat(answer.u16(40)).as("packet too big").isEqualTo(0x0200);
        assertThat(answer.u32(44)).isEqualTo(1390);
        assertThat(answer.slice(48)).isEqualTo(original.slice(0, 1232));
        assertThat(view.read(buffer)).isTrue();
        assertThat(view.sourceLow()).isEqualTo(2);
        assertThat(view.destinationLow()).isEqualTo(1);
    }

    @Test
    @DisplayName("errors, later fragments, cuttable packets and packets to many are not answered")
    void notAnswered() {
        Octets error = Octets.concat(Octets.ofHex("0304 0000 00000000"), DATA);
        assertUnanswered(IpPackets.packet("10.0.0.1", "10.9.0.1", 1, error));
        Octets error6 = Octets.concat(Octets.ofHex("0200 0000 00000000"), DATA);
        assertUnanswered(IpPackets.packet("2001:db8::1", "2001:db8::2", 58, error6));
        assertUnanswered(IpPackets.ipv4("10.0.0.1", "10.9.0.1", 17, 0x4001, Octets.EMPTY, DATA));
        assertUnanswered(IpPackets.ipv4("10.0.0.1", "10.9.0.1", 17, 0, Octets.EMPTY, DATA));
        assertUnanswered(IpPackets.udp("10.0.0.1", 5, "224.0.0.251", 6, DATA));
        assertUnanswered(IpPackets.udp("2001:db8::1", 5, "ff02::1", 6, DATA));
    }

    @Test
    void bufferWithoutRoomIsLeftAlone() {
        Octets original = IpPackets.udp("10.0.0.1", 5, "10.9.0.1", 6, DATA);
        buffer.set(27, original);
        assertThat(view.read(buffer)).isTrue();

        assertThat(PacketTooBig.answer(buffer, view, 1300)).isFalse();
        assertThat(buffer.toOctets()).isEqualTo(original);
    }

    @AfterEach
    void leavesNothingBehind() {
        buffer.release();
        assertThat(pool.inUse()).isZero();
        pool.close();
    }

    private void assertUnanswered(Octets packet) {
        assertThat(answer(packet, 1300)).isFalse();
        assertThat(buffer.toOctets()).isEqualTo(packet);
    }

    private boolean answer(Octets packet, int mtu) {
        buffer.set(64, packet);
        assertThat(view.read(buffer)).isTrue();
        return PacketTooBig.answer(buffer, view, mtu);
    }
}
