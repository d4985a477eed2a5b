package io.culvert.esp.device;

import io.culvert.esp.ip.InternetChecksum;
import io.culvert.esp.ip.IpHeaderView;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/// A device with a small host behind it, which answers pings of its addresses and UDP to port 7.
///
/// Something for the other end of a tunnel to talk to, without root and without a kernel. Packets with a wrong checksum
/// are ignored, as are fragments and all that is not for it.
///
/// @spec https://www.rfc-editor.org/rfc/rfc792 RFC 792
/// @spec https://www.rfc-editor.org/rfc/rfc862 RFC 862
/// @spec https://www.rfc-editor.org/rfc/rfc4443#section-4.2 RFC 4443 section 4.2
public final class IpEcho implements PacketDevice {
    private static final int CAPACITY = 256;
    private static final int ECHO_PORT = 7;
    private static final int IPV4_REQUEST = 8;
    private static final int IPV4_REPLY = 0;
    private static final int IPV6_REQUEST = 128;
    private static final int IPV6_REPLY = 129;
    private static final int IPV6_HEADER_OCTETS = 40;
    private static final int UDP_HEADER_OCTETS = 8;
    private static final int HOP_LIMIT = 64;

    /// An address as [IpHeaderView] gives it.
    private record Address(boolean ipv6, long high, long low) {
        static Address of(InetAddress address) {
            ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
            return octets.remaining() == Integer.BYTES
                    ? new Address(false, (long) octets.getInt() << 32, 0)
                    : new Address(true, octets.getLong(), octets.getLong());
        }
    }

    private final String name;
    private final int mtu;
    private final Set<Address> addresses;
    private final PacketQueue replies = new PacketQueue(CAPACITY);
    private final IpHeaderView view = new IpHeaderView();

    /// A host with these addresses.
    ///
    /// @param name for people
    /// @param mtu the largest packet, in octets
    public IpEcho(String name, int mtu, Collection<InetAddress> addresses) {
        this.name = name;
        this.mtu = mtu;
        this.addresses =
                addresses.stream().map(Address::of).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int read(PacketBuffer[] buffers, int count) {
        return replies.read(buffers, count);
    }

    @Override
    public void write(PacketBuffer[] packets, int count) {
        for (int i = 0; i < count; i++) {
            if (becomesReply(packets[i])) {
                replies.offer(packets[i].toOctets());
            }
            packets[i].release();
        }
    }

    @Override
    public void close() {
        replies.close();
    }

    /// Makes the reply of a request, in its own buffer.
    private boolean becomesReply(PacketBuffer packet) {
        if (!view.read(packet) || view.isFragment() || !isForUs()) {
            return false;
        }
        packet.range(packet.start(), view.totalOctets());
        boolean answered =
                switch (view.protocol()) {
                    case IpHeaderView.ICMP -> !view.isIpv6() && answerPing(packet);
                    case IpHeaderView.ICMPV6 -> view.isIpv6() && answerIpv6Ping(packet);
                    case IpHeaderView.UDP -> answerUdp(packet);
                    default -> false;
                };
        if (answered) {
            turnAround(packet);
        }
        return answered;
    }

    private boolean isForUs() {
        return addresses.contains(
                new Address(view.isIpv6(), view.destinationHigh(), view.destinationLow()));
    }

    private boolean answerPing(PacketBuffer packet) {
        int at = view.payloadAt();
        if (!isEcho(IPV4_REQUEST)
                || InternetChecksum.finish(InternetChecksum.add(0, packet, at, packet.length()))
                        != 0) {
            return false;
        }
        packet.putU8(at, IPV4_REPLY);
        packet.putU16(at + 2, 0);
        packet.putU16(
                at + 2,
                InternetChecksum.finish(InternetChecksum.add(0, packet, at, packet.length())));
        return true;
    }

    private boolean answerIpv6Ping(PacketBuffer packet) {
        if (!isEcho(IPV6_REQUEST)
                || view.payloadAt() != IPV6_HEADER_OCTETS
                || InternetChecksum.overIpv6(packet, IpHeaderView.ICMPV6) != 0) {
            return false;
        }
        packet.putU8(IPV6_HEADER_OCTETS, IPV6_REPLY);
        packet.putU16(IPV6_HEADER_OCTETS + 2, 0);
        packet.putU16(
                IPV6_HEADER_OCTETS + 2, InternetChecksum.overIpv6(packet, IpHeaderView.ICMPV6));
        return true;
    }

    private boolean isEcho(int type) {
        return view.isPortsVisible() && view.sourcePort() == type << 8;
    }

    /// The checksum stays right: it does not mind the order of addresses and ports.
    private boolean answerUdp(PacketBuffer packet) {
        int at = view.payloadAt();
        if (!view.isPortsVisible()
                || view.destinationPort() != ECHO_PORT
                || view.sourcePort() == ECHO_PORT
                || packet.length() - at < UDP_HEADER_OCTETS) {
            return false;
        }
        packet.putU16(at, view.destinationPort());
        packet.putU16(at + 2, view.sourcePort());
        return true;
    }

    private void turnAround(PacketBuffer packet) {
        if (view.isIpv6()) {
            swap(packet, 8, 24, 16);
            packet.putU8(7, HOP_LIMIT);
            return;
        }
        swap(packet, 12, 16, 4);
        packet.putU8(8, HOP_LIMIT);
        packet.putU16(10, 0);
        int headerOctets = (packet.u8(0) & 0x0f) * 4;
        packet.putU16(
                10, InternetChecksum.finish(InternetChecksum.add(0, packet, 0, headerOctets)));
    }

    private static void swap(PacketBuffer packet, int one, int other, int octets) {
        for (int i = 0; i < octets; i += 4) {
            int value = packet.u32(one + i);
            packet.putU32(one + i, packet.u32(other + i));
            packet.putU32(other + i, value);
        }
    }
}
