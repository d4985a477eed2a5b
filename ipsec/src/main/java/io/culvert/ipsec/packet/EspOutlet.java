package io.culvert.ipsec.packet;

import io.culvert.ipsec.dataplane.EspRoute;

/// Where sealed ESP packets leave: the runtime's sockets. Safe for use by many threads, never blocks.
public interface EspOutlet {
    /// Sends packets that all take the same route, or drops those that find no room. Ownership: moves to the callee.
    ///
    /// @param packets whole ESP packets, starting with the SPI, with at least 8 octets of headroom
    /// @param count how many
    /// @param route where they go; never [EspRoute.Unknown]
    void send(PacketBuffer[] packets, int count, EspRoute route);
}
