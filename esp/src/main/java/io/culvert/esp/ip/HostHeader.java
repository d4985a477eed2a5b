package io.culvert.esp.ip;

import io.culvert.ipsec.packet.PacketBuffer;
import java.net.Inet4Address;
import java.net.InetAddress;

/// The IP header that transport mode does not carry: that of packets from one host to another, made anew on arrival.
///
/// What else an IP header says (time to live, traffic class, options) is in the header of the UDP datagram or TCP
/// segment, which ESP in user space does not see; so it is made up.
///
/// Immutable.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-3.1.1 RFC 4303 section 3.1.1
public final class HostHeader {
    private static final int IPV4_OCTETS = 20;
    private static final int IPV6_OCTETS = 40;
    private static final int LARGEST_LENGTH = 0xffff;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int HOP_LIMIT = 64;

    private final byte[] source;
    private final byte[] destination;
    private final boolean ipv6;

    /// @param source the sender
    /// @param destination the receiver, of the same family
    public HostHeader(InetAddress source, InetAddress destination) {
        this.source = source.getAddress();
        this.destination = destination.getAddress();
        ipv6 = !(source instanceof Inet4Address);
    }

    /// Whether it is one of IPv6.
    public boolean isIpv6() {
        return ipv6;
    }

    /// Puts the header before a payload, which then is a whole IP packet.
    ///
    /// @return false, with the packet unchanged, if its buffer has no room before it or it would be too large
    public boolean put(PacketBuffer packet, int protocol) {
        int octets = ipv6 ? IPV6_OCTETS : IPV4_OCTETS;
        int length = ipv6 ? packet.length() : packet.length() + octets;
        if (packet.start() < octets || length > LARGEST_LENGTH) {
            return false;
        }
        packet.growFront(octets);
        if (ipv6) {
            packet.putU32(0, 6 << 28);
            packet.putU16(4, length);
            packet.putU16(6, protocol << 8 | HOP_LIMIT);
            put(packet, 8, source);
            put(packet, 24, destination);
        } else {
            packet.putU16(0, 0x4500);
            packet.putU16(2, length);
            packet.putU16(4, 0);
            packet.putU16(6, DONT_FRAGMENT);
            packet.putU16(8, HOP_LIMIT << 8 | protocol);
            packet.putU16(10, 0);
            put(packet, 12, source);
            put(packet, 16, destination);
            packet.putU16(
                    10, InternetChecksum.finish(InternetChecksum.add(0, packet, 0, IPV4_OCTETS)));
        }
        return true;
    }

    private static void put(PacketBuffer packet, int index, byte[] address) {
        for (int i = 0; i < address.length; i++) {
            packet.putU8(index + i, address[i]);
        }
    }
}
