package io.culvert.esp.ip;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.Octets;

/// The ones' complement checksum of IP, ICMP, UDP and TCP.
///
/// @spec https://www.rfc-editor.org/rfc/rfc1071#section-1 RFC 1071 section 1
public final class InternetChecksum {
    private InternetChecksum() {}

    /// Adds the octets from `from` to `end` of the packet to a sum; an odd last octet counts as the upper half of a
    /// word.
    public static long add(long sum, PacketBuffer packet, int from, int end) {
        long total = sum;
        int at = from;
        for (; at + 1 < end; at += 2) {
            total += packet.u16(at);
        }
        return at < end ? total + (packet.u8(at) << 8) : total;
    }

    /// The checksum of what was added up.
    public static int finish(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }

    /// The checksum of whole octets, whose own field is zero.
    public static int of(Octets octets) {
        long sum = 0;
        for (int i = 0; i < octets.size(); i++) {
            sum += i % 2 == 0 ? octets.u8(i) << 8 : octets.u8(i);
        }
        return finish(sum);
    }

    /// The checksum of ICMPv6, TCP or UDP in IPv6, whose own field is zero.
    ///
    /// @param packet a packet whose IPv6 header is 40 octets and followed at once by the protocol's header
    /// @spec https://www.rfc-editor.org/rfc/rfc8200#section-8.1 RFC 8200 section 8.1
    public static int overIpv6(PacketBuffer packet, int protocol) {
        long pseudoHeader = add((long) packet.length() - 40 + protocol, packet, 8, 40);
        return finish(add(pseudoHeader, packet, 40, packet.length()));
    }
}
