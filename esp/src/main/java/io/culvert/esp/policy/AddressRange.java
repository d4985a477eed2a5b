package io.culvert.esp.policy;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/// Numbers of 128 bits from a first to a last one.
///
/// @param firstHigh the first 64 bits of the first number
/// @param firstLow the last 64 bits of the first number
/// @param lastHigh the first 64 bits of the last number
/// @param lastLow the last 64 bits of the last number
record AddressRange(long firstHigh, long firstLow, long lastHigh, long lastLow) {
    private static final int IPV4_OCTETS = 4;

    /// The addresses from `first` to `last`, both of one family.
    static AddressRange of(InetAddress first, InetAddress last) {
        ByteBuffer low = ByteBuffer.wrap(first.getAddress());
        ByteBuffer high = ByteBuffer.wrap(last.getAddress());
        if (low.remaining() == IPV4_OCTETS) {
            return new AddressRange(
                    (long) low.getInt() << 32, 0, (long) high.getInt() << 32 | 0xffff_ffffL, -1);
        }
        return new AddressRange(low.getLong(), low.getLong(), high.getLong(), high.getLong());
    }

    boolean contains(long high, long low) {
        return compare(firstHigh, firstLow, high, low) <= 0
                && compare(high, low, lastHigh, lastLow) <= 0;
    }

    boolean containsAll(AddressRange other) {
        return contains(other.firstHigh, other.firstLow) && contains(other.lastHigh, other.lastLow);
    }

    boolean overlaps(AddressRange other) {
        return compare(firstHigh, firstLow, other.lastHigh, other.lastLow) <= 0
                && compare(other.firstHigh, other.firstLow, lastHigh, lastLow) <= 0;
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        int order = Long.compareUnsigned(high, otherHigh);
        return order != 0 ? order : Long.compareUnsigned(low, otherLow);
    }
}
