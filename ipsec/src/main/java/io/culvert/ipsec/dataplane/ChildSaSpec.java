package io.culvert.ipsec.dataplane;

import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

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
/// @param peerView in transport mode through a NAT, the addresses that the peer sees
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
        Lifetime lifetime,
        Optional<PeerView> peerView) {
    /// How inner packets are carried.
    public enum Mode {
        /// A whole IP packet inside.
        TUNNEL,
        /// The payload of the same IP packet inside.
        TRANSPORT
    }

    /// Between which addresses the peer's packets go before a NAT changes that. Their checksums cover these.
    ///
    /// @param source the peer's own
    /// @param destination ours, as the peer knows it
    /// @spec https://www.rfc-editor.org/rfc/rfc3948#section-3.1.2 RFC 3948 section 3.1.2
    public record PeerView(InetAddress source, InetAddress destination) {}

    /// Copies the lists, and checks that those of transport mode have one address each, of the same family.
    public ChildSaSpec {
        local = List.copyOf(local);
        remote = List.copyOf(remote);
        if (local.isEmpty() || remote.isEmpty()) {
            throw new IllegalArgumentException("a Child SA has traffic selectors on both sides");
        }
        if (mode == Mode.TRANSPORT
                && (!isOneHost(local)
                        || !isOneHost(remote)
                        || local.getFirst().isIpv4() != remote.getFirst().isIpv4())) {
            throw new IllegalArgumentException(
                    "transport mode is between two hosts, not " + local + " and " + remote);
        }
    }

    /// The same without a NAT that matters.
    public ChildSaSpec(
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
        this(
                id,
                connection,
                transform,
                mode,
                inboundSpi,
                inboundKeys,
                outboundSpi,
                outboundKeys,
                local,
                remote,
                route,
                replayWindow,
                lifetime,
                Optional.empty());
    }

    private static boolean isOneHost(List<TrafficSelector> selectors) {
        return selectors.stream()
                .allMatch(s ->
                        s.isOneAddress()
                                && s.startAddress().equals(selectors.getFirst().startAddress()));
    }
}
