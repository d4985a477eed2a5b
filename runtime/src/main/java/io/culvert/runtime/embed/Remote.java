package io.culvert.runtime.embed;

import java.net.InetAddress;

/// Where a peer listens.
///
/// @param address its address
/// @param udp its UDP port for IKE alone
/// @param natTraversal its UDP port shared with ESP
/// @param ikeTcp its TCP port for raw IKE
/// @param tcpEncapsulation its TCP port for encapsulation
/// @param tls its TCP port for encapsulation within TLS
public record Remote(
        InetAddress address, int udp, int natTraversal, int ikeTcp, int tcpEncapsulation, int tls) {
    private static final int HTTPS = 443;

    /// With the usual port for TLS.
    public Remote(
            InetAddress address, int udp, int natTraversal, int ikeTcp, int tcpEncapsulation) {
        this(address, udp, natTraversal, ikeTcp, tcpEncapsulation, HTTPS);
    }

    /// A peer that listens on the usual ports.
    public static Remote at(InetAddress address) {
        return new Remote(address, 500, 4500, 500, 4500);
    }
}
