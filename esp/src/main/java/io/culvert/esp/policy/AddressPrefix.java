package io.culvert.esp.policy;

import java.util.ArrayList;
import java.util.List;

/// The first `bits` of a number of 128 bits; the others are zero.
///
/// Addresses are such numbers; an IPv4 address is the first 32 bits of one.
record AddressPrefix(long high, long low, int bits) {
    static final int MAX_BITS = 128;

    /// All numbers.
    static final AddressPrefix ALL = new AddressPrefix(0, 0, 0);

    /// Clears the bits behind the prefix.
    AddressPrefix {
        high &= highMask(bits);
        low &= lowMask(bits);
    }

    boolean covers(long otherHigh, long otherLow) {
        return ((high ^ otherHigh) & highMask(bits)) == 0
                && ((low ^ otherLow) & lowMask(bits)) == 0;
    }

    /// The bits that both begin with.
    AddressPrefix common(AddressPrefix other) {
        int equal =
                high != other.high
                        ? Long.numberOfLeadingZeros(high ^ other.high)
                        : Long.SIZE + Long.numberOfLeadingZeros(low ^ other.low);
        return new AddressPrefix(high, low, Math.min(equal, Math.min(bits, other.bits)));
    }

    /// Whether the bit behind this prefix is set in a number.
    boolean branch(long otherHigh, long otherLow) {
        long word = bits < Long.SIZE ? otherHigh : otherLow;
        return (word << bits) < 0;
    }

    /// The fewest prefixes that make up a range.
    static List<AddressPrefix> ofRange(AddressRange range) {
        List<AddressPrefix> prefixes = new ArrayList<>();
        ALL.cut(range, prefixes);
        return List.copyOf(prefixes);
    }

    private void cut(AddressRange range, List<AddressPrefix> prefixes) {
        AddressRange mine = new AddressRange(high, low, lastHigh(), lastLow());
        if (range.containsAll(mine)) {
            prefixes.add(this);
        } else if (range.overlaps(mine)) {
            new AddressPrefix(high, low, bits + 1).cut(range, prefixes);
            upperHalf().cut(range, prefixes);
        }
    }

    private AddressPrefix upperHalf() {
        return bits < Long.SIZE
                ? new AddressPrefix(high | Long.MIN_VALUE >>> bits, low, bits + 1)
                : new AddressPrefix(high, low | Long.MIN_VALUE >>> bits, bits + 1);
    }

    private long lastHigh() {
        return high | ~highMask(bits);
    }

    private long lastLow() {
        return low | ~lowMask(bits);
    }

    private static long highMask(int bits) {
        return bits == 0 ? 0 : bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
    }

    private static long lowMask(int bits) {
        return bits <= Long.SIZE ? 0 : -1L << (MAX_BITS - bits);
    }
}
