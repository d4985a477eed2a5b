package io.culvert.ike.transport;

import java.net.InetSocketAddress;

/// Where a message came from, or is to go: one pair of UDP endpoints, or one TCP connection.
public sealed interface TransportPath {
    /// Our address and port.
    InetSocketAddress local();

    /// The peer's address and port, as we see them.
    InetSocketAddress remote();

    /// The sort of transport.
    TransportKind kind();

    /// Between two UDP ports.
    ///
    /// @param nonEspMarker whether the socket is shared with ESP, so that IKE messages follow four zero octets
    record Udp(InetSocketAddress local, InetSocketAddress remote, boolean nonEspMarker)
            implements TransportPath {
        @Override
        public TransportKind kind() {
            return TransportKind.UDP;
        }

        @Override
        public String toString() {
            return "udp " + text(local) + " -> " + text(remote);
        }
    }

    /// On one TCP connection.
    ///
    /// @param weOpened whether we are its TCP client (in RFC 9329, the TCP Originator)
    record Tcp(
            ConnectionId connection,
            StreamFraming framing,
            boolean weOpened,
            InetSocketAddress local,
            InetSocketAddress remote)
            implements TransportPath {
        @Override
        public TransportKind kind() {
            return framing.kind();
        }

        @Override
        public String toString() {
            return kind().word() + " " + text(local) + " -> " + text(remote);
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
