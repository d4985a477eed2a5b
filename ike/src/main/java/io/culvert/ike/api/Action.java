package io.culvert.ike.api;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.StreamWrapping;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// What a session wants done. Actions are performed in the order of their list; what goes wrong comes back as an
/// [Input].
public sealed interface Action {
    /// Send a whole IKE message; marker and framing are added by who sends.
    record Send(TransportPath path, Octets message) implements Action {}

    /// Send the one octet 0xFF to keep a NAT mapping.
    record SendNatKeepalive(TransportPath.Udp path) implements Action {}

    /// Open a TCP connection; answered by [Input.ConnectionOpened] or [Input.ConnectionFailed].
    ///
    /// @param attempt the session's number for it
    /// @param framing how messages are told apart on it; the stream prefix is sent by who opens
    /// @param wrapping what the stream is wrapped in
    /// @param local our address; the port is any
    /// @param remote where to
    record OpenConnection(
            int attempt,
            StreamFraming framing,
            StreamWrapping wrapping,
            InetAddress local,
            InetSocketAddress remote)
            implements Action {}

    /// Send no more on a connection, go on reading (IT-012).
    record HalfCloseConnection(ConnectionId connection) implements Action {}

    /// Close a connection after what was sent on it.
    record CloseConnection(ConnectionId connection) implements Action {}

    /// From now on messages with this SPI, which is ours, belong to this session.
    record BindSpi(IkeSpi spi) implements Action {}

    /// Messages with this SPI belong to nobody any more.
    record UnbindSpi(IkeSpi spi) implements Action {}

    /// The handshake of a responder is over: it is no longer half open.
    ///
    /// @param established whether it came to an IKE SA
    record HandshakeEnded(IkeSpi spi, boolean established) implements Action {}

    /// Reserve inbound ESP SPIs; answered at once by [Input.SpisReserved].
    record ReserveSpis(int count) implements Action {}

    /// Give back SPIs that were not used.
    record ReleaseSpis(List<Spi> spis) implements Action {}

    /// Install a Child SA; [Input.InstallFailed] if that is not possible.
    ///
    /// @param peerHasIt whether the peer takes packets on it already; if not, another one with the same selectors, as of an
    ///     IKE SA that is being authenticated anew, sends until the first packet comes on this one
    record InstallChildSa(ChildSaSpec spec, boolean peerHasIt) implements Action {}

    /// Install a Child SA in place of another, which goes on receiving, and sending until [SwitchOutbound] or its removal.
    record ReplaceChildSa(ChildSaSpec next, ChildSaId previous) implements Action {}

    /// Send by this Child SA from now on, in place of the one that it replaces.
    record SwitchOutbound(ChildSaId next) implements Action {}

    /// Remove a Child SA.
    record RemoveChildSa(ChildSaId sa) implements Action {}

    /// Send the ESP of these Child SAs elsewhere.
    record RouteEsp(List<ChildSaId> sas, EspRoute route) implements Action {}

    /// Count the packets that these Child SAs have carried so far; answered at once by [Input.TrafficSampled].
    record SampleTraffic(List<ChildSaId> sas) implements Action {}

    /// Use these addresses, which the peer assigned, on our device.
    ///
    /// @param addresses one per family at most
    /// @param dns DNS servers that the peer announced
    record AssignAddresses(List<InetAddress> addresses, List<InetAddress> dns) implements Action {}

    /// The addresses of [AssignAddresses] are no longer ours, or those leased to the peer no longer its.
    record ReleaseAddresses(List<InetAddress> addresses) implements Action {}

    /// Answer a question; comes back as [Input.Answered].
    ///
    /// @param number the session's number for it
    record Ask(int number, Question question) implements Action {}

    /// Other IKE SAs with the same authenticated identities are to be abandoned; or this one, if another was begun later.
    record ReplaceOthers(io.culvert.ike.auth.Identity local, io.culvert.ike.auth.Identity remote)
            implements Action {}

    /// Start a session for the same connection that authenticates anew; once it is established, terminate this one.
    ///
    /// @param endpoints from where to where
    /// @param addresses the virtual IPs that this session has, to ask for again
    record Reauthenticate(
            ConnectionConfig connection, Endpoints endpoints, List<InetAddress> addresses)
            implements Action {}

    /// What concerns the resumption of IKE SAs.
    sealed interface OfTickets extends Action {}

    /// Hold a ticket of this connection, in place of an earlier one, until its time is over or [ForgetTicket].
    ///
    /// @param lifetime from now on
    record KeepTicket(String connection, HeldTicket ticket, Duration lifetime)
            implements OfTickets {}

    /// A ticket of this connection is of no use any more.
    record ForgetTicket(String connection, Octets ticket) implements OfTickets {}

    /// The session with this SPI of ours, if there still is one, has been resumed by this one: it is to be abandoned.
    record ReplaceResumed(IkeSpi spi) implements OfTickets {}

    /// Tell whoever listens.
    record Publish(IkeEvent event) implements Action {}

    /// Give the keys of an SA to the key log. Only where revealing keys was configured.
    record RevealKeys(RevealedKeys keys) implements Action {}

    /// The session is over; nothing more will come of it.
    record End() implements Action {}
}
