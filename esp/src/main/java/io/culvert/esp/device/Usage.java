package io.culvert.esp.device;

import io.culvert.ipsec.dataplane.Lifetime;

/// What one direction of an SA has carried, and what it may carry. Safe for use by many threads.
final class Usage {
    private final long softOctets;
    private final long hardOctets;
    private final long softPackets;
    private final long hardPackets;
    private volatile long packets;
    private volatile long octets;

    Usage(Lifetime lifetime) {
        softOctets = orUnlimited(lifetime.softOctets());
        hardOctets = orUnlimited(lifetime.hardOctets());
        softPackets = orUnlimited(lifetime.softPackets());
        hardPackets = orUnlimited(lifetime.hardPackets());
    }

    private static long orUnlimited(long limit) {
        return limit == 0 ? Long.MAX_VALUE : limit;
    }

    synchronized void add(int packetOctets) {
        packets++;
        octets += packetOctets;
    }

    /// Whether it is time to rekey.
    boolean isSoftReached() {
        return packets >= softPackets || octets >= softOctets;
    }

    /// Whether nothing more may be carried.
    boolean isSpent() {
        return packets >= hardPackets || octets >= hardOctets;
    }

    long packets() {
        return packets;
    }

    long octets() {
        return octets;
    }
}
