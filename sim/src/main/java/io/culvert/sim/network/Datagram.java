package io.culvert.sim.network;

import io.culvert.ipsec.value.Octets;
import java.net.InetSocketAddress;

/// A UDP datagram.
///
/// @param from its source, as seen where it is now
/// @param to its destination, as seen where it is now
/// @param payload what it carries
public record Datagram(InetSocketAddress from, InetSocketAddress to, Octets payload) {
    /// The octets of its IPv4 packet.
    int packetOctets() {
        return 28 + payload.size();
    }

    Datagram from(InetSocketAddress other) {
        return new Datagram(other, to, payload);
    }

    Datagram to(InetSocketAddress other) {
        return new Datagram(from, other, payload);
    }

    @Override
    public String toString() {
        return "%s:%d -> %s:%d, %d octets"
                .formatted(
                        from.getAddress().getHostAddress(),
                        from.getPort(),
                        to.getAddress().getHostAddress(),
                        to.getPort(),
                        payload.size());
    }
}
