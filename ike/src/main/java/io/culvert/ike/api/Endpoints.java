package io.culvert.ike.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/// The addresses and ports between which an original initiator starts.
///
/// @param localAddress our address towards the peer
/// @param localUdp our UDP port without marker
/// @param localNatTraversal our UDP port shared with ESP
/// @param remoteAddress the peer's address
/// @param remoteUdp the peer's UDP port without marker, by default 500
/// @param remoteNatTraversal the peer's UDP port shared with ESP, by default 4500
/// @param remoteIkeTcp the peer's port for raw IKE over TCP, by default 500
/// @param remoteTcpEncapsulation the peer's port for TCP encapsulation, by default 4500
public record Endpoints(
        InetAddress localAddress,
        int localUdp,
        int localNatTraversal,
        InetAddress remoteAddress,
        int remoteUdp,
        int remoteNatTraversal,
        int remoteIkeTcp,
        int remoteTcpEncapsulation) {
    /// The same ports at other addresses.
    public Endpoints between(InetAddress local, InetAddress remote) {
        return new Endpoints(
                local,
                localUdp,
                localNatTraversal,
                remote,
                remoteUdp,
                remoteNatTraversal,
                remoteIkeTcp,
                remoteTcpEncapsulation);
    }

    /// Our endpoint without marker.
    public InetSocketAddress localUdpEndpoint() {
        return new InetSocketAddress(localAddress, localUdp);
    }

    /// Our endpoint shared with ESP.
    public InetSocketAddress localNatTraversalEndpoint() {
        return new InetSocketAddress(localAddress, localNatTraversal);
    }

    /// The peer's endpoint without marker.
    public InetSocketAddress remoteUdpEndpoint() {
        return new InetSocketAddress(remoteAddress, remoteUdp);
    }

    /// The peer's endpoint shared with ESP.
    public InetSocketAddress remoteNatTraversalEndpoint() {
        return new InetSocketAddress(remoteAddress, remoteNatTraversal);
    }
}
