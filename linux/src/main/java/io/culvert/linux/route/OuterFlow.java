package io.culvert.linux.route;

import java.net.InetAddress;

/// Packets that carry the tunnel itself, IKE or ESP, from us to a peer: they must never be routed into it.
///
/// @param peer the outer address of the peer
/// @param protocol UDP or TCP
/// @param localPort our port, 0 for any
/// @param remotePort the peer's port, 0 for any; one of the two is not 0
public record OuterFlow(InetAddress peer, Protocol protocol, int localPort, int remotePort) {
    /// What carries IKE and ESP.
    public enum Protocol {
        /// Datagrams.
        UDP(17),
        /// Connections.
        TCP(6);

        private final int number;

        Protocol(int number) {
            this.number = number;
        }

        /// The IP protocol number.
        public int number() {
            return number;
        }
    }

    /// Checks the ports.
    public OuterFlow {
        if (localPort < 0 || localPort > 0xffff || remotePort < 0 || remotePort > 0xffff) {
            throw new IllegalArgumentException("ports " + localPort + ", " + remotePort);
        }
        if (localPort == 0 && remotePort == 0) {
            throw new IllegalArgumentException(
                    "all of a protocol to a peer is not a tunnel's flow");
        }
    }

    /// What our UDP socket sends to the peer, wherever a NAT moves its port.
    public static OuterFlow udpFrom(int localPort, InetAddress peer) {
        return new OuterFlow(peer, Protocol.UDP, localPort, 0);
    }

    /// Connections that we open to the peer's port.
    public static OuterFlow tcpTo(InetAddress peer, int remotePort) {
        return new OuterFlow(peer, Protocol.TCP, 0, remotePort);
    }

    /// Connections that the peer opens to our port.
    public static OuterFlow tcpFrom(int localPort, InetAddress peer) {
        return new OuterFlow(peer, Protocol.TCP, localPort, 0);
    }
}
