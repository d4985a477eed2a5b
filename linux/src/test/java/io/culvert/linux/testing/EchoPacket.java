package io.culvert.linux.testing;

import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// ICMP and ICMPv6 echo messages as whole IP packets.
public final class EchoPacket {
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    private EchoPacket() {}

    /// An echo request of the family of its addresses, with `payload` octets of payload.
    public static Octets request(InetAddress from, InetAddress to, int sequence, int payload) {
        return from.getAddress().length == 4
                ? ipv4(from, to, sequence, payload)
                : ipv6(from, to, sequence, payload);
    }

    /// Whether `packet` is the echo reply from `from` to `to` with this number.
    public static boolean isReply(Octets packet, InetAddress from, InetAddress to, int sequence) {
        if (from.getAddress().length == 4) {
            return packet.size() >= IPV4_HEADER + 8
                    && packet.u8(0) == 0x45
                    && packet.u8(9) == ICMP
                    && packet.slice(12, 16).equals(Octets.of(from.getAddress()))
                    && packet.slice(16, 20).equals(Octets.of(to.getAddress()))
                    && packet.u8(IPV4_HEADER) == 0
                    && packet.u16(IPV4_HEADER + 6) == sequence;
        }
        return packet.size() >= IPV6_HEADER + 8
                && packet.u8(0) >> 4 == 6
                && packet.u8(6) == ICMPV6
                && packet.slice(8, 24).equals(Octets.of(from.getAddress()))
                && packet.slice(24, 40).equals(Octets.of(to.getAddress()))
                && packet.u8(IPV6_HEADER) == 129
                && packet.u16(IPV6_HEADER + 6) == sequence;
    }

    private static Octets ipv4(InetAddress from, InetAddress to, int sequence, int payload) {
        ByteBuffer packet = ByteBuffer.allocate(IPV4_HEADER + 8 + payload);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
        packet.putInt(0x0001_0000).put((byte) 64).put((byte) ICMP).putShort((short) 0);
        packet.put(from.getAddress()).put(to.getAddress());
        packet.putShort(10, checksum(packet, 0, IPV4_HEADER, 0));
        packet.put((byte) 8).put((byte) 0).putShort((short) 0);
        packet.putShort((short) 0x4356).putShort((short) sequence);
        packet.putShort(IPV4_HEADER + 2, checksum(packet, IPV4_HEADER, 8 + payload, 0));
        return Octets.of(packet.array());
    }

    private static Octets ipv6(InetAddress from, InetAddress to, int sequence, int payload) {
        ByteBuffer packet = ByteBuffer.allocate(IPV6_HEADER + 8 + payload);
        packet.putInt(0x6000_0000).putShort((short) (8 + payload));
        packet.put((byte) ICMPV6).put((byte) 64);
        packet.put(from.getAddress()).put(to.getAddress());
        packet.put((byte) 128).put((byte) 0).putShort((short) 0);
        packet.putShort((short) 0x4356).putShort((short) sequence);
        int pseudo = 8 + payload + ICMPV6;
        packet.putShort(IPV6_HEADER + 2, checksum(packet, 8, 32 + 8 + payload, pseudo));
        return Octets.of(packet.array());
    }

    private static short checksum(ByteBuffer packet, int from, int octets, int start) {
        int sum = start;
        for (int i = 0; i < octets; i++) {
            int value = packet.get(from + i) & 0xff;
            sum += i % 2 == 0 ? value << 8 : value;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
