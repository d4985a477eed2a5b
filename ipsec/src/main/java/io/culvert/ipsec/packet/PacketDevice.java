package io.culvert.ipsec.packet;

import java.io.IOException;

/// Where inner IP packets come from and go to: a TUN device, or memory.
///
/// One thread reads, one thread writes; they may be different. [#close] may come from any thread and ends a blocked
/// [#read].
public interface PacketDevice extends AutoCloseable {
    /// The interface name, or another name for people.
    String name();

    /// The largest packet, in octets.
    int mtu();

    /// Waits for at least one packet and fills buffers from the front.
    ///
    /// Ownership: the buffers stay the caller's.
    ///
    /// @param buffers empty buffers, whose range is set to each packet read
    /// @param count how many of them may be used
    /// @return how many were filled; -1 if the device was closed
    /// @throws IOException if the device broke
    int read(PacketBuffer[] buffers, int count) throws IOException;

    /// Hands over whole IP packets. Ownership: moves to the callee, also on failure.
    ///
    /// @throws IOException if the device broke; packets that the device has no room for are dropped without it
    void write(PacketBuffer[] packets, int count) throws IOException;

    /// Ends the device and undoes what its opening changed in the system.
    @Override
    void close();
}
