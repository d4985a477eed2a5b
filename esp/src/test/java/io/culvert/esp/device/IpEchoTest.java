package io.culvert.esp.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.esp.ip.IpPackets;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A host that answers pings")
class IpEchoTest {
    private static final Octets TEXT = Octets.ofHex("63 75 6c 76 65 72 74");
    private static final String HOST = "10.2.0.1";
    private static final String HOST6 = "2001:db8:2::1";
    private static final String ASKER = "10.1.0.9";
    private static final String ASKER6 = "2001:db8:1::9";

    private final PacketPool pool = new PacketPool(4, 2048, 64);
    private final IpEcho echo =
            new IpEcho(
                    "echo",
                    1400,
                    List.of(IpPrefix.parseAddress(HOST), IpPrefix.parseAddress(HOST6)));

    @Test
    void answersPing() {
        Octets reply = ask(IpPackets.echoRequest(ASKER, HOST, 7, TEXT));

        assertThat(reply.slice(12)).isEqualTo(IpPackets.echoReply(HOST, ASKER, 7, TEXT).slice(12));
        assertThat(reply.u8(8)).as("hop limit").isEqualTo(64);
        assertThat(IpPackets.checksum(reply.slice(0, 20))).isZero();
    }

    @Test
    void answersIpv6Ping() {
        Octets reply = ask(IpPackets.echoRequest(ASKER6, HOST6, 7, TEXT));

        assertThat(reply.slice(8)).isEqualTo(IpPackets.echoReply(HOST6, ASKER6, 7, TEXT).slice(8));
    }

    @Test
    void answersUdpToTheEchoPort() {
        Octets reply = ask(IpPackets.udp(ASKER, 4711, HOST, 7, TEXT));
        assertThat(reply.slice(12)).isEqualTo(IpPackets.udp(HOST, 7, ASKER, 4711, TEXT).slice(12));

        Octets reply6 = ask(IpPackets.udp(ASKER6, 4711, HOST6, 7, TEXT));
        assertThat(reply6.slice(8)).isEqualTo(IpPackets.udp(HOST6, 7, ASKER6, 4711, TEXT).slice(8));
    }

    @Test
    @DisplayName("requests of our own make are answered, and the answers recognized")
    void echoRequests() {
        EchoRequest ping =
                new EchoRequest(
                        IpPrefix.parseAddress(ASKER), IpPrefix.parseAddress(HOST), 3, 4, 56);
        EchoRequest ping6 =
                new EchoRequest(
                        IpPrefix.parseAddress(ASKER6), IpPrefix.parseAddress(HOST6), 3, 4, 57);

        assertThat(ping.toOctets().size()).isEqualTo(84);
        assertThat(IpPackets.checksum(ping.toOctets().slice(0, 20))).isZero();
        assertThat(ping.isAnsweredBy(ask(ping.toOctets()))).isTrue();
        assertThat(ping6.isAnsweredBy(ask(ping6.toOctets()))).isTrue();
        assertThat(ping.isAnsweredBy(ping.toOctets())).isFalse();
        EchoRequest later = new EchoRequest(ping.source(), ping.destination(), 3, 5, 56);
        assertThat(ping.isAnsweredBy(ask(later.toOctets()))).isFalse();
    }

    @Test
    @DisplayName("answers nothing that is damaged, in pieces, for others, or no question")
    void ignores() {
        Octets ping = IpPackets.echoRequest(ASKER, HOST, 7, TEXT);
        Octets ping6 = IpPackets.echoRequest(ASKER6, HOST6, 7, TEXT);

        write(flip(ping, 30));
        write(flip(ping6, 50));
        write(IpPackets.echoRequest(ASKER, "10.2.0.2", 7, TEXT));
        write(IpPackets.echoReply(ASKER, HOST, 7, TEXT));
        write(IpPackets.udp(ASKER, 4711, HOST, 8, TEXT));
        write(IpPackets.udp(ASKER, 7, HOST, 7, TEXT));
        write(IpPackets.tcp(ASKER, 4711, HOST, 7));
        write(IpPackets.ipv4(ASKER, HOST, 1, 0x2000, Octets.EMPTY, ping.slice(20)));

        write(ping6);
        PacketBuffer[] buffers = {pool.acquire().orElseThrow(), pool.acquire().orElseThrow()};
        assertThat(echo.read(buffers, 2)).as("only the good ping is answered").isEqualTo(1);
        assertThat(buffers[0].u8(40)).isEqualTo(129);
        buffers[0].release();
        buffers[1].release();
    }

    @Test
    @DisplayName("any octets are taken without an exception")
    void total() {
        Properties.forAll(Gen.bytes(0, 100), octets -> write(Octets.of(octets)));
    }

    @Test
    void closingLetsReadersGo() {
        echo.close();
        assertThat(echo.read(new PacketBuffer[0], 0)).isEqualTo(-1);
        write(IpPackets.echoRequest(ASKER, HOST, 7, TEXT));
    }

    @AfterEach
    void leavesNothingBehind() {
        assertThat(pool.inUse()).isZero();
        pool.close();
    }

    private Octets ask(Octets packet) {
        write(packet);
        PacketBuffer[] buffers = {pool.acquire().orElseThrow()};
        assertThat(echo.read(buffers, 1)).isEqualTo(1);
        Octets reply = buffers[0].toOctets();
        buffers[0].release();
        return reply;
    }

    private void write(Octets packet) {
        PacketBuffer buffer = pool.acquire().orElseThrow();
        buffer.set(64, packet);
        echo.write(new PacketBuffer[] {buffer}, 1);
    }

    private static Octets flip(Octets octets, int at) {
        byte[] changed = octets.toArray();
        changed[at] ^= 1;
        return Octets.of(changed);
    }
}
