package io.culvert.ipsec.dataplane;

import io.culvert.ipsec.value.Spi;

/// What a data plane has to tell.
public sealed interface DataPlaneEvent {
    /// An SA reached a limit, or its sequence numbers are nearly or wholly used up.
    ///
    /// @param sa the SA
    /// @param hard whether it has stopped carrying packets, rather than asking to be rekeyed
    record LifetimeReached(ChildSaId sa, boolean hard) implements DataPlaneEvent {}

    /// The first authenticated packet came on an SA that was installed by [DataPlane#replace]: the peer sends on it, so
    /// that it is safe to do so, too (IK-101). A dummy packet counts.
    ///
    /// @param sa the SA
    /// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.8 RFC 7296 section 2.8
    record FirstPacket(ChildSaId sa) implements DataPlaneEvent {}

    /// An authenticated packet, newer than all before, came from another place than the SA sends to.
    ///
    /// @param sa the SA
    /// @param from where it came from
    record PeerMoved(ChildSaId sa, EspRoute from) implements DataPlaneEvent {}

    /// An ESP packet with an SPI that no SA here uses; rate limited.
    ///
    /// @param spi the SPI
    /// @param from where it came from
    record UnknownSpi(Spi spi, EspRoute from) implements DataPlaneEvent {}

    /// The data plane cannot go on.
    ///
    /// @param cause what happened, for people
    record Failed(String cause) implements DataPlaneEvent {}
}
