package io.culvert.ipsec.dataplane;

/// How much an SA may carry in either direction before it is reported ([DataPlaneEvent.LifetimeReached]).
///
/// @param softOctets octets after which to rekey; 0 for no limit
/// @param hardOctets octets after which nothing more is carried; 0 for no limit
/// @param softPackets packets after which to rekey; 0 for no limit
/// @param hardPackets packets after which nothing more is carried; 0 for no limit
public record Lifetime(long softOctets, long hardOctets, long softPackets, long hardPackets) {
    /// Without limits but for the sequence number itself.
    public static final Lifetime UNLIMITED = new Lifetime(0, 0, 0, 0);
}
