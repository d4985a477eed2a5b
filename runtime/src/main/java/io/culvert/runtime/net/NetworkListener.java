package io.culvert.runtime.net;

import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.Octets;

/// Takes what the network brings. Safe for use by many threads.
public interface NetworkListener {
    /// An IKE message came.
    ///
    /// On a UDP path this must not block. On a TCP path it may: meanwhile the connection is not read (back-pressure).
    void received(TransportPath path, Octets message);

    /// A connection ended without [Network#close] having been called for it. Must not block.
    ///
    /// Told once, after [Network#isOpen] has become false.
    ///
    /// @param reason why, for people
    void connectionLost(TransportPath.Tcp path, String reason);

    /// Addresses or routes of the host may have changed; the ports on them have been opened and closed. One call after
    /// the other.
    void hostChanged();

    /// Whether raw IKE messages of versions before 2 are wanted too, as by a relay that reads none of them. An endpoint
    /// closes a connection that brings one (IT-004).
    default boolean takesAnyVersion() {
        return false;
    }
}
