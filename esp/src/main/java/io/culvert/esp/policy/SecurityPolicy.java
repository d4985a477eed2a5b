package io.culvert.esp.policy;

import io.culvert.esp.ip.IpHeaderView;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;

/// The packets that one SA carries, in both directions.
///
/// A packet belongs to an SA if one selector of each side selects it, in any combination.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.9 RFC 7296 section 2.9
public final class SecurityPolicy<S> {
    private final SelectorSet local;
    private final SelectorSet remote;
    private final Verdict.Protect<S> protect;

    /// A policy that sends packets through `sa`.
    ///
    /// @param local the selectors of our side
    /// @param remote the selectors of the peer's side
    public SecurityPolicy(List<TrafficSelector> local, List<TrafficSelector> remote, S sa) {
        this.local = new SelectorSet(local);
        this.remote = new SelectorSet(remote);
        protect = new Verdict.Protect<>(sa);
    }

    /// Whether a packet from the peer is one that its SA may carry.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc4301#section-5.2 RFC 4301 section 5.2
    public boolean admitsInbound(IpHeaderView packet) {
        return remote.selectsSource(packet) && local.selectsDestination(packet);
    }

    boolean selectsLocal(IpHeaderView packet) {
        return local.selectsSource(packet);
    }

    List<PacketSelector> remoteSelectors() {
        return remote.selectors();
    }

    Verdict.Protect<S> verdict() {
        return protect;
    }
}
