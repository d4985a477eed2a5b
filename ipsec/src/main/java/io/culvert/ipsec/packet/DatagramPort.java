package io.culvert.ipsec.packet;

import java.io.IOException;
import java.net.InetSocketAddress;

/// A UDP socket bound to one local address and port.
///
/// One thread receives, any thread sends. [#close] may come from any thread and ends a blocked [#receive].
public interface DatagramPort extends AutoCloseable {
    /// The address and port that the socket is bound to.
    InetSocketAddress local();

    /// Waits for at least one datagram. Ownership: the buffers stay the caller's.
    ///
    /// @param buffers empty buffers, whose range is set to each payload
    /// @param sources receives the sender of each
    /// @param count how many buffers may be used
    /// @return how many were filled; -1 if the port was closed
    /// @throws IOException if the socket broke
    int receive(PacketBuffer[] buffers, InetSocketAddress[] sources, int count) throws IOException;

    /// Sends payloads as they are. Ownership: moves to the callee, also on failure.
    ///
    /// @throws IOException if the system refused one, such as a destination that cannot be reached
    void send(PacketBuffer[] payloads, InetSocketAddress[] destinations, int count)
            throws IOException;

    @Override
    void close();
}
