package io.culvert.esp.device;

import io.culvert.esp.ip.InternetChecksum;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.net.Inet4Address;
import java.net.InetAddress;

/// A ping: an echo request of ICMP or ICMPv6, by the family of the addresses.
///
/// @param source who asks
/// @param destination who is asked, of the same family
/// @param identifier 16 bits that tell one asker from another
/// @param sequence 16 bits that tell one request from another
/// @param dataOctets how much data the request carries
public record EchoRequest(
        InetAddress source, InetAddress destination, int identifier, int sequence, int dataOctets) {
    private static final int HOP_LIMIT = 64;
    private static final int REQUEST = 8;
    private static final int REPLY = 0;
    private static final int IPV6_REQUEST = 128;
    private static final int IPV6_REPLY = 129;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    /// Checks the families.
    public EchoRequest {
        if (source.getAddress().length != destination.getAddress().length) {
            throw new IllegalArgumentException("a ping has two addresses of one family");
        }
    }

    /// The whole IP packet.
    public Octets toOctets() {
        return packet(source, destination, isIpv4() ? REQUEST : IPV6_REQUEST);
    }

    /// Whether `packet` is the reply to this request. Its header may have any hop limit and the like.
    public boolean isAnsweredBy(Octets packet) {
        Octets reply = packet(destination, source, isIpv4() ? REPLY : IPV6_REPLY);
        int addressesAt = isIpv4() ? 12 : 8;
        return packet.size() == reply.size()
                && packet.u8(0) >>> 4 == (isIpv4() ? 4 : 6)
                && packet.slice(addressesAt).equals(reply.slice(addressesAt));
    }

    private boolean isIpv4() {
        return source instanceof Inet4Address;
    }

    private Octets packet(InetAddress from, InetAddress to, int type) {
        Octets addresses = Octets.concat(Octets.of(from.getAddress()), Octets.of(to.getAddress()));
        Octets message = message(addresses, type);
        return isIpv4() ? ipv4(addresses, message) : ipv6(addresses, message);
    }

    private Octets message(Octets addresses, int type) {
        OctetsBuilder builder =
                new OctetsBuilder(8 + dataOctets)
                        .u8(type)
                        .u8(0)
                        .u16(0)
                        .u16(identifier)
                        .u16(sequence);
        for (int i = 0; i < dataOctets; i++) {
            builder.u8(i & 0xff);
        }
        Octets message = builder.build();
        Octets covered =
                isIpv4()
                        ? message
                        : Octets.concat(
                                addresses,
                                new OctetsBuilder(8).u32(message.size()).u32(ICMPV6).build(),
                                message);
        return withChecksum(message, 2, covered);
    }

    private static Octets ipv4(Octets addresses, Octets message) {
        Octets header =
                Octets.concat(
                        new OctetsBuilder(12)
                                .u16(0x4500)
                                .u16(20 + message.size())
                                .u32(0)
                                .u8(HOP_LIMIT)
                                .u8(ICMP)
                                .u16(0)
                                .build(),
                        addresses);
        return Octets.concat(withChecksum(header, 10, header), message);
    }

    private static Octets ipv6(Octets addresses, Octets message) {
        Octets fields =
                new OctetsBuilder(8)
                        .u32(6L << 28)
                        .u16(message.size())
                        .u8(ICMPV6)
                        .u8(HOP_LIMIT)
                        .build();
        return Octets.concat(fields, addresses, message);
    }

    private static Octets withChecksum(Octets octets, int at, Octets covered) {
        Octets checksum = new OctetsBuilder(2).u16(InternetChecksum.of(covered)).build();
        return Octets.concat(octets.slice(0, at), checksum, octets.slice(at + 2));
    }
}
