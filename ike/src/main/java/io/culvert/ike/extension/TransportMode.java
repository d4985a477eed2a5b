package io.culvert.ike.extension;

import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.dataplane.ChildSaSpec.PeerView;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Transport mode: an SA that carries the payloads of packets between the two hosts themselves.
///
///     SK {N(USE_TRANSPORT_MODE), SA, TSi, TSr}  -->
///                                          <--  SK {N(USE_TRANSPORT_MODE), SA, TSi, TSr}
///
/// Both sides then have selectors of exactly one address: those of the IKE SA. Behind a NAT each side knows the other by
/// an address that the other does not know, so each puts what it knows itself in the place of what it was told (IK-121).
/// Without the notification in the answer it is tunnel mode.
///
/// Our choice: what NAT detection found does not matter. A peer that forces ESP into UDP hides its NAT by that, and policy
/// is asked about the addresses that packets really have in any case.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.3.1 RFC 7296 section 1.3.1
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.23.1 RFC 7296 section 2.23.1
final class TransportMode {
    private TransportMode() {}

    /// Selectors with the addresses that our system sees.
    ///
    /// @param local of our side
    /// @param remote of the peer's side
    /// @param peerView the addresses that the peer sees, where they are others
    record Seen(
            List<TrafficSelector> local,
            List<TrafficSelector> remote,
            Optional<PeerView> peerView) {
        /// Copies the lists.
        Seen {
            local = List.copyOf(local);
            remote = List.copyOf(remote);
        }
    }

    /// What asks for it, and agrees to it.
    static Notify notification() {
        return Notify.of(NotifyType.USE_TRANSPORT_MODE);
    }

    /// Whether a message asks for it or agrees to it.
    static boolean isIn(List<Payload> payloads) {
        return PayloadChain.notification(payloads, NotifyType.USE_TRANSPORT_MODE).isPresent();
    }

    /// Whether it may be asked for with these selectors.
    static boolean isPossible(List<TrafficSelector> local, List<TrafficSelector> remote) {
        return onlyHost(local).isPresent() && onlyHost(remote).isPresent();
    }

    /// What the responder asked for, as it sees it, is here as we see it: between the hosts of our own offer.
    ///
    /// @return nothing if there is not exactly one address on each side
    static Optional<Seen> answered(
            List<TrafficSelector> offeredLocal,
            List<TrafficSelector> offeredRemote,
            List<TrafficSelector> local,
            List<TrafficSelector> remote) {
        return onlyHost(offeredLocal)
                .flatMap(us ->
                        onlyHost(offeredRemote).flatMap(peer -> seen(local, us, remote, peer)));
    }

    /// What the initiator asks for, as we see it: between the hosts of the IKE SA.
    ///
    /// @return nothing if there is not exactly one address on each side, of the family of the IKE SA
    static Optional<Seen> asked(
            ChildNegotiation.Hosts hosts,
            List<TrafficSelector> local,
            List<TrafficSelector> remote) {
        return ofIkeSa(hosts.local(), local)
                .flatMap(us ->
                        ofIkeSa(hosts.remote(), remote)
                                .flatMap(peer -> seen(local, us, remote, peer)));
    }

    private static Optional<InetAddress> ofIkeSa(
            List<InetAddress> hosts, List<TrafficSelector> selectors) {
        return onlyHost(selectors)
                .flatMap(named ->
                        hosts.contains(named)
                                ? Optional.of(named)
                                : hosts.stream().filter(h -> isSameFamily(h, named)).findFirst());
    }

    private static Optional<Seen> seen(
            List<TrafficSelector> local,
            InetAddress us,
            List<TrafficSelector> remote,
            InetAddress peer) {
        Optional<InetAddress> toldUs = onlyHost(local).filter(told -> isSameFamily(told, us));
        Optional<InetAddress> toldPeer = onlyHost(remote).filter(told -> isSameFamily(told, peer));
        if (toldUs.isEmpty() || toldPeer.isEmpty() || !isSameFamily(us, peer)) {
            return Optional.empty();
        }
        PeerView view = new PeerView(toldPeer.get(), toldUs.get());
        boolean translated = !view.equals(new PeerView(peer, us));
        return Optional.of(
                new Seen(
                        local.stream().map(s -> s.withAddress(us)).toList(),
                        remote.stream().map(s -> s.withAddress(peer)).toList(),
                        translated ? Optional.of(view) : Optional.empty()));
    }

    private static Optional<InetAddress> onlyHost(List<TrafficSelector> selectors) {
        boolean single =
                !selectors.isEmpty()
                        && selectors.stream()
                                .allMatch(s ->
                                        s.isOneAddress()
                                                && s.startAddress()
                                                        .equals(
                                                                selectors
                                                                        .getFirst()
                                                                        .startAddress()));
        return single ? Optional.of(selectors.getFirst().startAddress()) : Optional.empty();
    }

    private static boolean isSameFamily(InetAddress one, InetAddress other) {
        return one.getAddress().length == other.getAddress().length;
    }
}
