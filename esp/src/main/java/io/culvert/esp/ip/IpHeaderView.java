package io.culvert.esp.ip;

import io.culvert.ipsec.packet.PacketBuffer;

/// What policy needs to know of an IP packet: addresses, next layer protocol, ports.
///
/// A view is filled anew by each [#read], so that the data path allocates nothing; one for each thread. Any octets give
/// an answer. Addresses are 128 bits in two numbers; an IPv4 address is the first 32 of them, the rest is zero.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4301#section-4.4.1.1 RFC 4301 section 4.4.1.1
public final class IpHeaderView {
    /// IPv4 in the Next Header of ESP.
    public static final int IPV4 = 4;

    /// IPv6 in the Next Header of ESP.
    public static final int IPV6 = 41;

    /// The protocol number of ICMP.
    public static final int ICMP = 1;

    /// The protocol number of TCP.
    public static final int TCP = 6;

    /// The protocol number of UDP.
    public static final int UDP = 17;

    /// The protocol number of ICMPv6.
    public static final int ICMPV6 = 58;

    /// The protocol number of UDP-Lite.
    public static final int UDP_LITE = 136;

    private static final int HOP_BY_HOP = 0;
    private static final int DCCP = 33;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION_HEADER = 51;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int SCTP = 132;
    private static final int MOBILITY_HEADER = 135;

    private static final int IPV4_HEADER_OCTETS = 20;
    private static final int IPV6_HEADER_OCTETS = 40;
    private static final int MORE_FRAGMENTS_AND_OFFSET = 0x3fff;
    private static final int IPV4_OFFSET = 0x1fff;
    private static final int IPV4_DONT_FRAGMENT = 0x4000;
    private static final int IPV6_OFFSET = 0xfff8;

    private boolean ipv6;
    private int totalOctets;
    private int protocol;
    private int payloadAt;
    private boolean fragment;
    private boolean firstFragment;
    private boolean dontFragment;
    private boolean portsVisible;
    private int sourcePort;
    private int destinationPort;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    /// A view of nothing yet.
    public IpHeaderView() {}

    /// Reads the headers of a packet.
    ///
    /// @param packet any octets; there may be more behind the IP packet
    /// @return whether they begin with a whole IP packet; if not, the view holds nothing of use
    public boolean read(PacketBuffer packet) {
        if (packet.length() == 0) {
            return false;
        }
        portsVisible = false;
        sourcePort = 0;
        destinationPort = 0;
        boolean whole =
                switch (packet.u8(0) >>> 4) {
                    case 4 -> readIpv4(packet);
                    case 6 -> readIpv6(packet);
                    default -> false;
                };
        if (whole && firstFragment) {
            readPorts(packet);
        }
        return whole;
    }

    private boolean readIpv4(PacketBuffer packet) {
        if (packet.length() < IPV4_HEADER_OCTETS) {
            return false;
        }
        int headerOctets = (packet.u8(0) & 0x0f) * 4;
        int total = packet.u16(2);
        if (headerOctets < IPV4_HEADER_OCTETS || total < headerOctets || total > packet.length()) {
            return false;
        }
        int flagsAndOffset = packet.u16(6);
        ipv6 = false;
        totalOctets = total;
        protocol = packet.u8(9);
        payloadAt = headerOctets;
        fragment = (flagsAndOffset & MORE_FRAGMENTS_AND_OFFSET) != 0;
        firstFragment = (flagsAndOffset & IPV4_OFFSET) == 0;
        dontFragment = (flagsAndOffset & IPV4_DONT_FRAGMENT) != 0;
        sourceHigh = (long) packet.u32(12) << 32;
        sourceLow = 0;
        destinationHigh = (long) packet.u32(16) << 32;
        destinationLow = 0;
        return true;
    }

    private boolean readIpv6(PacketBuffer packet) {
        if (packet.length() < IPV6_HEADER_OCTETS) {
            return false;
        }
        int total = IPV6_HEADER_OCTETS + packet.u16(4);
        if (total > packet.length()) {
            return false;
        }
        ipv6 = true;
        totalOctets = total;
        fragment = false;
        firstFragment = true;
        dontFragment = true;
        sourceHigh = u64(packet, 8);
        sourceLow = u64(packet, 16);
        destinationHigh = u64(packet, 24);
        destinationLow = u64(packet, 32);
        return skipExtensionHeaders(packet);
    }

    /// Walks to the first header that is not an IPv6 extension header. Behind the header of a later fragment there is
    /// nothing to be seen.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc8200#section-4 RFC 8200 section 4
    private boolean skipExtensionHeaders(PacketBuffer packet) {
        int next = packet.u8(6);
        int at = IPV6_HEADER_OCTETS;
        while (firstFragment && isExtensionHeader(next)) {
            if (totalOctets - at < 8) {
                return false;
            }
            int following = packet.u8(at);
            int lengthField = packet.u8(at + 1);
            switch (next) {
                case FRAGMENT -> {
                    fragment = true;
                    firstFragment = (packet.u16(at + 2) & IPV6_OFFSET) == 0;
                    at += 8;
                }
                case AUTHENTICATION_HEADER -> at += (lengthField + 2) * 4;
                default -> at += (lengthField + 1) * 8;
            }
            next = following;
        }
        protocol = next;
        payloadAt = at;
        return at <= totalOctets;
    }

    private static boolean isExtensionHeader(int next) {
        return switch (next) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION_HEADER, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    private void readPorts(PacketBuffer packet) {
        if (totalOctets - payloadAt < 4) {
            return;
        }
        switch (protocol) {
            case TCP, UDP, DCCP, SCTP, UDP_LITE -> {
                sourcePort = packet.u16(payloadAt);
                destinationPort = packet.u16(payloadAt + 2);
                portsVisible = true;
            }
            case ICMP, ICMPV6 -> {
                sourcePort = packet.u16(payloadAt);
                destinationPort = sourcePort;
                portsVisible = true;
            }
            case MOBILITY_HEADER -> {
                sourcePort = packet.u8(payloadAt + 2) << 8;
                destinationPort = sourcePort;
                portsVisible = true;
            }
            default -> {}
        }
    }

    private static long u64(PacketBuffer packet, int index) {
        return (long) packet.u32(index) << 32 | (packet.u32(index + 4) & 0xffff_ffffL);
    }

    /// Whether this is IPv6 rather than IPv4.
    public boolean isIpv6() {
        return ipv6;
    }

    /// The IP packet by its own account, header included; never more than was read.
    public int totalOctets() {
        return totalOctets;
    }

    /// The next layer protocol, behind all extension headers.
    public int protocol() {
        return protocol;
    }

    /// Where the next layer's header, or a later fragment's data, starts.
    public int payloadAt() {
        return payloadAt;
    }

    /// Whether this is only a part of a packet.
    public boolean isFragment() {
        return fragment;
    }

    /// Whether this is a whole packet or the first part of one.
    public boolean isFirstFragment() {
        return firstFragment;
    }

    /// Whether routers must not cut the packet: DF of IPv4, always in IPv6.
    public boolean isDontFragment() {
        return dontFragment;
    }

    /// Whether there are ports, or an ICMP type and code, or a Mobility Header type, to be seen. Without, they are what
    /// RFC 4301 calls OPAQUE.
    public boolean isPortsVisible() {
        return portsVisible;
    }

    /// The source port, or type * 256 + code.
    public int sourcePort() {
        return sourcePort;
    }

    /// The destination port, or type * 256 + code.
    public int destinationPort() {
        return destinationPort;
    }

    /// The first 64 bits of the source address.
    public long sourceHigh() {
        return sourceHigh;
    }

    /// The last 64 bits of the source address.
    public long sourceLow() {
        return sourceLow;
    }

    /// The first 64 bits of the destination address.
    public long destinationHigh() {
        return destinationHigh;
    }

    /// The last 64 bits of the destination address.
    public long destinationLow() {
        return destinationLow;
    }
}
