package io.culvert.sim.network;

import io.culvert.ipsec.value.Octets;

/// Takes what comes on one TCP connection.
public interface StreamUser {
    /// The next octets of the stream, cut anywhere.
    void received(Octets octets);

    /// The other end sends no more.
    void ended();

    /// The connection is gone.
    ///
    /// @param reason why, for people
    void broken(String reason);
}
