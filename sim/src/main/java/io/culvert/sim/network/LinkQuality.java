package io.culvert.sim.network;

import java.time.Duration;

/// How well one link carries packets, the same in both directions.
///
/// @param loss the share of packets that vanish
/// @param duplication the share of datagrams that arrive twice
/// @param reordering the share of datagrams that others overtake
/// @param delay how long a packet takes
/// @param jitter by how much longer it may take
/// @param mtu the largest packet in octets; larger datagrams go in fragments
/// @param dropsFragments whether fragments vanish
public record LinkQuality(
        double loss,
        double duplication,
        double reordering,
        Duration delay,
        Duration jitter,
        int mtu,
        boolean dropsFragments) {
    private static final int FRAGMENT_HEADER = 20;

    /// A link without faults.
    public static final LinkQuality GOOD =
            new LinkQuality(0, 0, 0, Duration.ofMillis(10), Duration.ZERO, 1500, false);

    /// The same link with this share of loss.
    public LinkQuality losing(double share) {
        return new LinkQuality(share, duplication, reordering, delay, jitter, mtu, dropsFragments);
    }

    /// The same link where fragments vanish.
    public LinkQuality withoutFragments() {
        return new LinkQuality(loss, duplication, reordering, delay, jitter, mtu, true);
    }

    /// Whether a packet of this size gets over it at all.
    boolean admits(int packetOctets) {
        return packetOctets <= mtu || !dropsFragments;
    }

    /// Whether a packet gets over it.
    boolean carries(Dice dice, int packetOctets) {
        if (packetOctets <= mtu) {
            return !dice.happens(loss);
        }
        if (!admits(packetOctets)) {
            return false;
        }
        int room = mtu - FRAGMENT_HEADER;
        int fragments = (packetOctets - FRAGMENT_HEADER + room - 1) / room;
        boolean all = true;
        for (int i = 0; i < fragments; i++) {
            all &= !dice.happens(loss);
        }
        return all;
    }

    /// How long a packet takes on it.
    Duration delay(Dice dice) {
        Duration time = delay.plus(dice.between(Duration.ZERO, jitter));
        return dice.happens(reordering)
                ? time.plus(dice.between(Duration.ZERO, delay.multipliedBy(6)))
                : time;
    }
}
