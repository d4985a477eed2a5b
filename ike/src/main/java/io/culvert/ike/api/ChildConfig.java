package io.culvert.ike.api;

import io.culvert.ike.proposal.EspProposal;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.Lifetime;
import java.util.List;

/// A Child SA as configured.
///
/// @param name unique in its connection
/// @param local what our side may send and receive
/// @param remote what the peer's side may
/// @param proposals what we would accept, best first
/// @param mode tunnel or transport
/// @param lifetime limits on use
/// @param lifespan limits in time
/// @param replayWindow the anti-replay window in packets
public record ChildConfig(
        String name,
        List<SelectorTemplate> local,
        List<SelectorTemplate> remote,
        List<EspProposal> proposals,
        ChildSaSpec.Mode mode,
        Lifetime lifetime,
        Lifespan lifespan,
        int replayWindow) {
    /// Copies the lists.
    public ChildConfig {
        local = List.copyOf(local);
        remote = List.copyOf(remote);
        proposals = List.copyOf(proposals);
    }
}
