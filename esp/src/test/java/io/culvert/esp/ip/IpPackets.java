package io.culvert.esp.ip;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;

/// IP packets for tests, made without the code that reads them. Checksums are right.
public final class IpPackets {
    private static final int HOP_LIMIT = 63;

    private IpPackets() {}

    /// An IPv4 or IPv6 packet, by the family of the addresses. IPv4 packets have DF set.
    public static Octets packet(String source, String destination, int protocol, Octets payload) {
        Octets from = address(source);
        Octets to = address(destination);
        return from.size() == 4
                ? ipv4(from, to, protocol, 0x4000, Octets.EMPTY, payload)
                : ipv6(from, to, protocol, payload);
    }

    /// An IPv4 packet with any flags, fragment offset and options.
    public static Octets ipv4(
            String source,
            String destination,
            int protocol,
            int flagsAndOffset,
            Octets options,
            Octets payload) {
        return ipv4(
                address(source), address(destination), protocol, flagsAndOffset, options, payload);
    }

    /// UDP with a right checksum.
    public static Octets udp(
            String source,
            int sourcePort,
            String destination,
            int destinationPort,
            Octets payload) {
        Octets header =
                new OctetsBuilder(8)
                        .u16(sourcePort)
                        .u16(destinationPort)
                        .u16(8 + payload.size())
                        .u16(0)
                        .build();
        return withChecksum(source, destination, 17, Octets.concat(header, payload), 6);
    }

    /// The first 20 octets of TCP, with ports and a right checksum.
    public static Octets tcp(
            String source, int sourcePort, String destination, int destinationPort) {
        Octets header =
                new OctetsBuilder(20)
                        .u16(sourcePort)
                        .u16(destinationPort)
                        .u32(1)
                        .u32(0)
                        .u16(0x5002)
                        .u16(0xffff)
                        .u32(0)
                        .build();
        return withChecksum(source, destination, 6, header, 16);
    }

    /// An echo request of ICMP or ICMPv6.
    public static Octets echoRequest(String source, String destination, int number, Octets data) {
        return echo(source, destination, number, data, 8, 128);
    }

    /// The echo reply to it.
    public static Octets echoReply(String source, String destination, int number, Octets data) {
        return echo(source, destination, number, data, 0, 129);
    }

    private static Octets echo(
            String source, String destination, int number, Octets data, int type4, int type6) {
        boolean ipv4 = address(source).size() == 4;
        Octets header =
                new OctetsBuilder(8)
                        .u8(ipv4 ? type4 : type6)
                        .u8(0)
                        .u16(0)
                        .u16(0x1234)
                        .u16(number)
                        .build();
        Octets message = Octets.concat(header, data);
        if (ipv4) {
            return packet(source, destination, 1, put(message, 2, checksum(message)));
        }
        return withChecksum(source, destination, 58, message, 2);
    }

    private static Octets withChecksum(
            String source, String destination, int protocol, Octets message, int at) {
        Octets pseudoHeader =
                Octets.concat(
                        address(source),
                        address(destination),
                        new OctetsBuilder(8).u32(message.size()).u32(protocol).build());
        int checksum = checksum(Octets.concat(pseudoHeader, message));
        return packet(source, destination, protocol, put(message, at, checksum));
    }

    private static Octets ipv4(
            Octets source,
            Octets destination,
            int protocol,
            int flagsAndOffset,
            Octets options,
            Octets payload) {
        Octets fields =
                new OctetsBuilder(12)
                        .u8(0x45 + options.size() / 4)
                        .u8(0)
                        .u16(20 + options.size() + payload.size())
                        .u16(0x77)
                        .u16(flagsAndOffset)
                        .u8(HOP_LIMIT)
                        .u8(protocol)
                        .u16(0)
                        .build();
        Octets header = Octets.concat(fields, source, destination, options);
        return Octets.concat(put(header, 10, checksum(header)), payload);
    }

    private static Octets ipv6(Octets source, Octets destination, int protocol, Octets payload) {
        Octets fields =
                new OctetsBuilder(8)
                        .u32(0x6000_0000L)
                        .u16(payload.size())
                        .u8(protocol)
                        .u8(HOP_LIMIT)
                        .build();
        return Octets.concat(fields, source, destination, payload);
    }

    /// The checksum by the definition: the ones' complement of the ones' complement sum.
    public static int checksum(Octets octets) {
        int sum = 0;
        for (int i = 0; i < octets.size(); i++) {
            sum += i % 2 == 0 ? octets.u8(i) << 8 : octets.u8(i);
            if (sum > 0xffff) {
                sum -= 0xffff;
            }
        }
        return 0xffff - sum;
    }

    private static Octets put(Octets octets, int at, int value) {
        return Octets.concat(
                octets.slice(0, at), new OctetsBuilder(2).u16(value).build(), octets.slice(at + 2));
    }

    private static Octets address(String literal) {
        return Octets.of(IpPrefix.parseAddress(literal).getAddress());
    }
}
