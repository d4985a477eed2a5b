package io.culvert.ike.extension;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.proposal.SelectorNarrowing;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;
import java.util.Optional;

/// What a configured child and an initiator's selectors have in common.
///
/// @param config the configured child
/// @param mode tunnel or transport
/// @param local the selectors of our side, not empty
/// @param remote those of the peer's side, not empty
/// @param peerView in transport mode through a NAT, the addresses as the peer sees them
/// @param holdsFirst whether the first selector of each side is there as a whole
record ChildMatch(
        ChildConfig config,
        ChildSaSpec.Mode mode,
        List<TrafficSelector> local,
        List<TrafficSelector> remote,
        Optional<ChildSaSpec.PeerView> peerView,
        boolean holdsFirst) {
    /// Copies the lists.
    ChildMatch {
        local = List.copyOf(local);
        remote = List.copyOf(remote);
    }

    /// Compares a child with an offer. Where transport mode was asked for and is configured, with the addresses that we
    /// see; if that comes to nothing, as they are, for tunnel mode.
    ///
    /// @param ours what the initiator offers of our side
    /// @param theirs what it offers of its own
    /// @param transport whether it asks for transport mode
    static Optional<ChildMatch> of(
            ChildConfig child,
            ChildNegotiation.Hosts hosts,
            List<TrafficSelector> ours,
            List<TrafficSelector> theirs,
            boolean transport) {
        Optional<TransportMode.Seen> seen =
                transport && child.mode() == ChildSaSpec.Mode.TRANSPORT
                        ? TransportMode.asked(hosts, ours, theirs)
                        : Optional.empty();
        return seen.flatMap(s ->
                        between(
                                child,
                                hosts,
                                s.local(),
                                s.remote(),
                                ChildSaSpec.Mode.TRANSPORT,
                                s.peerView()))
                .or(() ->
                        between(
                                child,
                                hosts,
                                ours,
                                theirs,
                                ChildSaSpec.Mode.TUNNEL,
                                Optional.empty()));
    }

    private static Optional<ChildMatch> between(
            ChildConfig child,
            ChildNegotiation.Hosts hosts,
            List<TrafficSelector> ours,
            List<TrafficSelector> theirs,
            ChildSaSpec.Mode mode,
            Optional<ChildSaSpec.PeerView> peerView) {
        List<TrafficSelector> local =
                SelectorNarrowing.narrow(
                        ChildNegotiation.resolve(child.local(), hosts.local()), ours);
        List<TrafficSelector> remote =
                SelectorNarrowing.narrow(
                        ChildNegotiation.resolve(child.remote(), hosts.remote()), theirs);
        if (local.isEmpty() || remote.isEmpty()) {
            return Optional.empty();
        }
        boolean holdsFirst =
                SelectorNarrowing.isWithin(List.of(ours.getFirst()), local)
                        && SelectorNarrowing.isWithin(List.of(theirs.getFirst()), remote);
        return Optional.of(new ChildMatch(child, mode, local, remote, peerView, holdsFirst));
    }

    /// Whether another match leaves nothing of this one out.
    boolean isWithin(ChildMatch other) {
        return SelectorNarrowing.isWithin(local, other.local)
                && SelectorNarrowing.isWithin(remote, other.remote);
    }
}
