package io.culvert.ipsec.packet;

import io.culvert.ipsec.dataplane.EspRoute;

/// Where received ESP packets enter a data plane that works in user space. Safe for use by many threads.
public interface EspIntake {
    /// Takes ESP packets that arrived by one route. Ownership: moves to the callee.
    ///
    /// @param packets whole ESP packets, starting with the SPI
    /// @param count how many
    /// @param from where they came from, seen from us
    void accept(PacketBuffer[] packets, int count, EspRoute from);
}
