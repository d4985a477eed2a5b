package io.culvert.esp.ip;

import io.culvert.ipsec.packet.PacketBuffer;

/// Answers a packet that does not fit through a tunnel: ICMP "fragmentation needed" or ICMPv6 "packet too big".
///
/// @spec https://www.rfc-editor.org/rfc/rfc1191#section-4 RFC 1191 section 4
/// @spec https://www.rfc-editor.org/rfc/rfc4443#section-3.2 RFC 4443 section 3.2
public final class PacketTooBig {
    /// Every IPv6 link carries this much: a packet of this size is never too big.
    public static final int IPV6_MINIMUM_MTU = 1280;

    private static final int IPV4_HEADER_OCTETS = 20;
    private static final int IPV6_HEADER_OCTETS = 40;
    private static final int ICMP_HEADER_OCTETS = 8;

    /// What RFC 1812 lets an ICMP error have at most.
    private static final int IPV4_ERROR_OCTETS = 576;

    private static final int HOP_LIMIT = 64;

    private PacketTooBig() {}

    /// Makes the answer of the packet, in its own buffer.
    ///
    /// It seems to come from the packet's destination: that address is routed into the tunnel, so that no filter for
    /// spoofed sources takes offence.
    ///
    /// @param packet a whole IP packet
    /// @param view of the packet
    /// @param mtu the largest inner packet
    /// @return false, with the packet unchanged, if it must not be answered or its buffer has no room before it
    public static boolean answer(PacketBuffer packet, IpHeaderView view, int mtu) {
        if (!mayBeAnswered(view)) {
            return false;
        }
        if (view.isIpv6()) {
            return packet.start() >= IPV6_HEADER_OCTETS + ICMP_HEADER_OCTETS
                    && answerIpv6(packet, view, mtu);
        }
        return packet.start() >= IPV4_HEADER_OCTETS + ICMP_HEADER_OCTETS
                && answerIpv4(packet, view, mtu);
    }

    /// No errors about errors, later fragments, or packets to many.
    private static boolean mayBeAnswered(IpHeaderView view) {
        if (!view.isFirstFragment() || !view.isDontFragment()) {
            return false;
        }
        int type = view.sourcePort() >>> 8;
        if (view.isIpv6()) {
            boolean error = view.protocol() == IpHeaderView.ICMPV6 && type < 128;
            return !error && view.destinationHigh() >>> 56 != 0xff;
        }
        boolean error =
                view.protocol() == IpHeaderView.ICMP
                        && (type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
        return !error && view.destinationHigh() >>> 60 < 0xe;
    }

    private static boolean answerIpv4(PacketBuffer packet, IpHeaderView view, int mtu) {
        int header = IPV4_HEADER_OCTETS + ICMP_HEADER_OCTETS;
        packet.range(packet.start(), Math.min(view.totalOctets(), IPV4_ERROR_OCTETS - header));
        packet.growFront(header);
        packet.putU16(0, 0x45c0);
        packet.putU16(2, packet.length());
        packet.putU32(4, 0);
        packet.putU16(8, HOP_LIMIT << 8 | IpHeaderView.ICMP);
        packet.putU16(10, 0);
        packet.putU32(12, (int) (view.destinationHigh() >>> 32));
        packet.putU32(16, (int) (view.sourceHigh() >>> 32));
        packet.putU16(
                10,
                InternetChecksum.finish(InternetChecksum.add(0, packet, 0, IPV4_HEADER_OCTETS)));
        packet.putU16(20, 3 << 8 | 4);
        packet.putU16(22, 0);
        packet.putU32(24, mtu);
        packet.putU16(
                22,
                InternetChecksum.finish(
                        InternetChecksum.add(0, packet, IPV4_HEADER_OCTETS, packet.length())));
        return true;
    }

    private static boolean answerIpv6(PacketBuffer packet, IpHeaderView view, int mtu) {
        int header = IPV6_HEADER_OCTETS + ICMP_HEADER_OCTETS;
        packet.range(packet.start(), Math.min(view.totalOctets(), IPV6_MINIMUM_MTU - header));
        packet.growFront(header);
        packet.putU32(0, 6 << 28);
        packet.putU16(4, packet.length() - IPV6_HEADER_OCTETS);
        packet.putU16(6, IpHeaderView.ICMPV6 << 8 | HOP_LIMIT);
        putU64(packet, 8, view.destinationHigh());
        putU64(packet, 16, view.destinationLow());
        putU64(packet, 24, view.sourceHigh());
        putU64(packet, 32, view.sourceLow());
        packet.putU16(40, 2 << 8);
        packet.putU16(42, 0);
        packet.putU32(44, mtu);
        packet.putU16(42, InternetChecksum.overIpv6(packet, IpHeaderView.ICMPV6));
        return true;
    }

    private static void putU64(PacketBuffer packet, int index, long value) {
        packet.putU32(index, (int) (value >>> 32));
        packet.putU32(index + 4, (int) value);
    }
}
