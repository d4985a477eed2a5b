package io.culvert.ike.api;

import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Something that happened in a session and that people or programs may want to know. Holds no secrets.
public sealed interface IkeEvent {
    /// A message went or came: one rung of the ladder.
    ///
    /// @param sent whether we sent it
    /// @param exchange the exchange, in the RFC's word: `IKE_SA_INIT`
    /// @param request whether it is a request
    /// @param octets the IKE message's size, without marker, framing or headers below
    /// @param payloads its payloads in short: `SA KE Ni N(NATD_S_IP)`; inner ones for protected messages
    /// @param repeated whether it is a retransmission
    record MessagePassed(
            boolean sent,
            TransportPath path,
            String exchange,
            boolean request,
            long messageId,
            int octets,
            String payloads,
            boolean repeated)
            implements IkeEvent {}

    /// A transport was chosen.
    record TransportChosen(TransportKind kind, String why) implements IkeEvent {}

    /// Of several attempts at the peer, one has led to an IKE SA.
    ///
    /// @param experience what has worked
    /// @param setbacks what the others met, one sentence each: `udp 192.0.2.1: no answer`
    record AttemptSucceeded(Experience experience, List<String> setbacks) implements IkeEvent {
        /// Copies the list.
        public AttemptSucceeded {
            setbacks = List.copyOf(setbacks);
        }
    }

    /// NAT detection came to a result.
    ///
    /// @param us whether we are behind a NAT
    /// @param peer whether the peer is
    record NatDetected(boolean us, boolean peer) implements IkeEvent {}

    /// The peer has told at which other addresses it can be reached, in place of those that it told before.
    record PeerAddresses(List<InetAddress> addresses) implements IkeEvent {
        /// Copies the list.
        public PeerAddresses {
            addresses = List.copyOf(addresses);
        }
    }

    /// IKE and ESP go another way now.
    ///
    /// @param why for people
    record PathChanged(TransportPath path, String why) implements IkeEvent {}

    /// An IKE SA is established.
    record IkeSaEstablished(SessionStatus status) implements IkeEvent {}

    /// A Child SA carries packets.
    record ChildSaEstablished(SessionStatus.ChildSaStatus child) implements IkeEvent {}

    /// A Child SA has taken the place of another one, which is closed later.
    ///
    /// @param child the new one
    /// @param previous the one that it replaces
    record ChildSaRekeyed(SessionStatus.ChildSaStatus child, ChildSaId previous)
            implements IkeEvent {}

    /// A Child SA is gone.
    record ChildSaClosed(SessionStatus.ChildSaStatus child, String cause) implements IkeEvent {}

    /// The IKE SA was replaced by a new one, which has its Child SAs.
    record IkeSaRekeyed(SessionStatus status) implements IkeEvent {}

    /// A rekeying did not come about; the old SA is still in use.
    ///
    /// @param what which SA: `IKE SA`, `child net`
    record RekeyingFailed(String what, SessionFailure failure) implements IkeEvent {}

    /// A Child SA could not be agreed; the IKE SA lives (IK-088).
    record ChildSaFailed(String child, SessionFailure failure) implements IkeEvent {}

    /// The peer assigned addresses to us.
    record AddressesAssigned(List<InetAddress> addresses, List<InetAddress> dns)
            implements IkeEvent {}

    /// The peer has restarted and proves it: it is there, and knows nothing of the IKE SA, which ends.
    record PeerRestarted() implements IkeEvent {}

    /// The IKE SA, or the attempt at one, is over.
    ///
    /// @param cause why, for people
    /// @param failure present if it was not wanted
    record IkeSaClosed(String cause, Optional<SessionFailure> failure) implements IkeEvent {}

    /// Something that was dropped or answered with an error, for the counters.
    ///
    /// @param reason the name of the reason: `BAD_INTEGRITY`
    record MessageDropped(TransportPath path, String reason) implements IkeEvent {}
}
