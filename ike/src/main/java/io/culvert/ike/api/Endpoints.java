package io.culvert.ike.api;

import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.StreamWrapping;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.OptionalInt;

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
/// @param remoteTls the peer's port for TCP encapsulation within TLS, by default 443
public record Endpoints(
        InetAddress localAddress,
        int localUdp,
        int localNatTraversal,
        InetAddress remoteAddress,
        int remoteUdp,
        int remoteNatTraversal,
        int remoteIkeTcp,
        int remoteTcpEncapsulation,
        int remoteTls) {
    private static final int HTTPS = 443;

    /// With the usual port for TLS.
    public Endpoints(
            InetAddress localAddress,
            int localUdp,
            int localNatTraversal,
            InetAddress remoteAddress,
            int remoteUdp,
            int remoteNatTraversal,
            int remoteIkeTcp,
            int remoteTcpEncapsulation) {
        this(
                localAddress,
                localUdp,
                localNatTraversal,
                remoteAddress,
                remoteUdp,
                remoteNatTraversal,
                remoteIkeTcp,
                remoteTcpEncapsulation,
                HTTPS);
    }

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
                remoteTcpEncapsulation,
                remoteTls);
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

    /// The peer's port for TCP encapsulation that is wrapped so.
    public int remoteTcpEncapsulation(StreamWrapping wrapping) {
        return switch (wrapping) {
            case PLAIN -> remoteTcpEncapsulation;
            case TLS -> remoteTls;
        };
    }

    /// A connection for IKE and ESP from one to the other.
    ///
    /// @param attempt the session's number for it
    /// @param wrapping what it is wrapped in
    public Action.OpenConnection encapsulation(int attempt, StreamWrapping wrapping) {
        return new Action.OpenConnection(
                attempt,
                StreamFraming.TCP_ENCAPSULATION,
                wrapping,
                localAddress,
                new InetSocketAddress(remoteAddress, remoteTcpEncapsulation(wrapping)));
    }

    /// A connection for raw IKE from one to the other.
    ///
    /// @param attempt the session's number for it
    /// @param announced the port that the peer told us, if it did
    public Action.OpenConnection rawConnection(int attempt, OptionalInt announced) {
        return new Action.OpenConnection(
                attempt,
                StreamFraming.IKE_TCP,
                StreamWrapping.PLAIN,
                localAddress,
                new InetSocketAddress(remoteAddress, announced.orElse(remoteIkeTcp)));
    }
}
