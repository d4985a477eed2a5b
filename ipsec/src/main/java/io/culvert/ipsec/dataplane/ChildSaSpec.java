package io.culvert.ipsec.dataplane;

import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;

/// Everything a data plane needs to carry a Child SA: both directions and their policies.
///
/// @param id its name
/// @param connection the configured connection and child, for people: `home/net`
/// @param transform the algorithms
/// @param mode tunnel or transport
/// @param inboundSpi the SPI of packets to us
/// @param inboundKeys the keys of packets to us
/// @param outboundSpi the SPI of packets to the peer
/// @param outboundKeys the keys of packets to the peer
/// @param local the traffic selectors of our side, not empty
/// @param remote the traffic selectors of the peer's side, not empty
/// @param route where outbound ESP goes at first
/// @param replayWindow the anti-replay window in packets, at least 32
/// @param lifetime limits on use
public record ChildSaSpec(
        ChildSaId id,
        String connection,
        EspTransform transform,
        Mode mode,
        Spi inboundSpi,
        EspKeys inboundKeys,
        Spi outboundSpi,
        EspKeys outboundKeys,
        List<TrafficSelector> local,
        List<TrafficSelector> remote,
        EspRoute route,
        int replayWindow,
        Lifetime lifetime) {
    /// How inner packets are carried.
    public enum Mode {
        /// A whole IP packet inside.
        TUNNEL,
        /// The payload of the same IP packet inside.
        TRANSPORT
    }

    /// Copies the lists.
    public ChildSaSpec {
        local = List.copyOf(local);
        remote = List.copyOf(remote);
        if (local.isEmpty() || remote.isEmpty()) {
            throw new IllegalArgumentException("a Child SA has traffic selectors on both sides");
        }
    }
}
