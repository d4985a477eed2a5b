package io.culvert.ipsec.dataplane;

/// What a Child SA has carried. Inner octets, without ESP's own.
///
/// @param inboundPackets authenticated packets from the peer
/// @param inboundOctets their inner octets
/// @param outboundPackets packets sealed for the peer
/// @param outboundOctets their inner octets
/// @param replayDrops packets dropped because their sequence number was seen or is too old
/// @param integrityDrops packets dropped because of a wrong ICV or malformed content
/// @param selectorDrops authentic packets dropped because the SA's selectors do not cover them
public record ChildSaCounters(
        long inboundPackets,
        long inboundOctets,
        long outboundPackets,
        long outboundOctets,
        long replayDrops,
        long integrityDrops,
        long selectorDrops) {
    /// Nothing yet.
    public static final ChildSaCounters ZERO = new ChildSaCounters(0, 0, 0, 0, 0, 0, 0);
}
