package io.culvert.sim.network;

import java.util.Optional;

/// A computer on the network.
public interface Host {
    /// A datagram came.
    void received(Datagram datagram);

    /// Somebody wants to connect.
    ///
    /// @return who takes what comes on the stream; empty to refuse
    Optional<StreamUser> accept(StreamEnd end);
}
