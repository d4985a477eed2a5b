package io.culvert.esp.ip;

import io.culvert.ipsec.packet.PacketBuffer;
import java.net.InetAddress;

/// Corrects the checksum of TCP, UDP or ICMPv6 after a NAT has changed the addresses that it covers, without summing up
/// the packet again.
///
/// Immutable.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3948#section-3.1.2 RFC 3948 section 3.1.2
/// @spec https://www.rfc-editor.org/rfc/rfc1624#section-3 RFC 1624 section 3
public final class ChecksumFixup {
    private static final int NOWHERE = -1;

    /// The complement of the old addresses, and the new ones.
    private final long difference;

    /// @param coveredSource the source address that checksums cover
    /// @param coveredDestination the destination address that they cover
    /// @param source the one that they shall cover, of the same family
    /// @param destination likewise
    public ChecksumFixup(
            InetAddress coveredSource,
            InetAddress coveredDestination,
            InetAddress source,
            InetAddress destination) {
        difference =
                sum(coveredSource, 0xffff)
                        + sum(coveredDestination, 0xffff)
                        + sum(source, 0)
                        + sum(destination, 0);
    }

    private static long sum(InetAddress address, int mask) {
        byte[] octets = address.getAddress();
        long sum = 0;
        for (int i = 0; i < octets.length; i += 2) {
            sum += ((octets[i] & 0xff) << 8 | (octets[i + 1] & 0xff)) ^ mask;
        }
        return sum;
    }

    /// Corrects what the packet holds. One without a checksum, or of a protocol whose checksum covers no address, stays
    /// as it is.
    ///
    /// @param packet begins with the header of the protocol; any octets
    public void apply(PacketBuffer packet, int protocol, boolean ipv6) {
        int at =
                switch (protocol) {
                    case IpHeaderView.TCP -> 16;
                    case IpHeaderView.UDP, IpHeaderView.UDP_LITE -> 6;
                    case IpHeaderView.ICMPV6 -> ipv6 ? 2 : NOWHERE;
                    default -> NOWHERE;
                };
        if (at == NOWHERE || packet.length() < at + 2) {
            return;
        }
        int old = packet.u16(at);
        boolean udp = protocol == IpHeaderView.UDP;
        if (udp && old == 0) {
            return;
        }
        int corrected = InternetChecksum.finish((~old & 0xffff) + difference);
        packet.putU16(at, udp && corrected == 0 ? 0xffff : corrected);
    }
}
