package io.culvert.runtime.net;

import io.culvert.ike.transport.StreamFraming;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Where an endpoint listens.
///
/// @param addresses our addresses; `0.0.0.0` and `::` stand for all of their family
/// @param udp the UDP port for IKE alone; 0 for any free one
/// @param natTraversal the UDP port shared with ESP; 0 for any free one
/// @param tcp the TCP ports
public record ListenSettings(
        List<InetAddress> addresses, int udp, int natTraversal, List<TcpPort> tcp) {
    /// Copies the lists.
    public ListenSettings {
        addresses = List.copyOf(addresses);
        tcp = List.copyOf(tcp);
    }

    /// A TCP port.
    ///
    /// @param port the port; 0 for any free one
    /// @param framings the framings that it serves, told apart by the first octets (IT-084)
    public record TcpPort(int port, Set<StreamFraming> framings) {
        /// Copies the set.
        public TcpPort {
            framings = Set.copyOf(framings);
            if (framings.isEmpty()) {
                throw new IllegalArgumentException("TCP port " + port + " serves no framing");
            }
        }

        /// A port that serves both framings.
        public static TcpPort serving(int port) {
            return new TcpPort(port, EnumSet.allOf(StreamFraming.class));
        }
    }
}
