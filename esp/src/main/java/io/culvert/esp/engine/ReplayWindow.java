package io.culvert.esp.engine;

/// Remembers which of the latest sequence numbers an inbound SA has accepted. For one thread.
///
/// The window ends at the highest number accepted so far. Numbers before it are too old, numbers in it are accepted
/// once, numbers behind it are new. With extended sequence numbers the upper half is not sent: it is inferred from the
/// window.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-3.4.3 RFC 4303 section 3.4.3
/// @spec https://www.rfc-editor.org/rfc/rfc4303#appendix-A RFC 4303 appendix A
final class ReplayWindow {
    /// The smallest window that RFC 4303 lets a receiver have.
    static final int SMALLEST = 32;

    /// The largest window: 512 octets for each SA.
    static final int LARGEST = 4096;

    private static final int LOW_BITS = 32;
    private static final long LOW_MASK = 0xffff_ffffL;

    private final int size;
    private final boolean extended;

    /// One bit for each number, at its place modulo the number of bits; zero beyond the window.
    private final long[] seen;

    private long highest;

    /// @param size the numbers that the window holds, [#SMALLEST] to [#LARGEST]
    /// @param extended whether numbers have 64 bits
    ReplayWindow(int size, boolean extended) {
        if (size < SMALLEST || size > LARGEST) {
            throw new IllegalArgumentException(
                    "a replay window holds %d to %d packets, not %d"
                            .formatted(SMALLEST, LARGEST, size));
        }
        this.size = size;
        this.extended = extended;
        // a power of two that is at least one word larger, so that the word at the front is never
        // half in the window
        seen = new long[Integer.highestOneBit(2 * (size + Long.SIZE) - 1) / Long.SIZE];
    }

    /// The whole sequence number of a packet, of which only the lower half was sent; negative if there is none.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc4303#appendix-A2.2 RFC 4303 appendix A2.2
    long infer(int sent) {
        long low = sent & LOW_MASK;
        if (!extended) {
            return low;
        }
        long highestLow = highest & LOW_MASK;
        long half = highest >>> LOW_BITS;
        long bottom = (highestLow - size + 1) & LOW_MASK;
        boolean spansTwoHalves = highestLow < size - 1;
        if (spansTwoHalves) {
            half -= low >= bottom ? 1 : 0;
        } else {
            half += low < bottom ? 1 : 0;
        }
        return half << LOW_BITS | low;
    }

    /// Whether `sequence` is neither too old nor accepted before. Nothing is changed, since it may be forged.
    boolean admits(long sequence) {
        if (sequence <= 0) {
            return false;
        }
        if (sequence > highest) {
            return true;
        }
        return sequence > highest - size && (seen[word(sequence)] & bit(sequence)) == 0;
    }

    /// Marks the number of an authenticated packet that [#admits] let in.
    ///
    /// @return whether it is higher than all before
    boolean accept(long sequence) {
        boolean newest = sequence > highest;
        if (newest) {
            advance(sequence);
        }
        seen[word(sequence)] |= bit(sequence);
        return newest;
    }

    private void advance(long sequence) {
        long fromWord = highest / Long.SIZE;
        long steps = Math.min(sequence / Long.SIZE - fromWord, seen.length);
        for (long i = 1; i <= steps; i++) {
            seen[(int) (fromWord + i) & seen.length - 1] = 0;
        }
        highest = sequence;
    }

    private int word(long sequence) {
        return (int) (sequence / Long.SIZE) & seen.length - 1;
    }

    private static long bit(long sequence) {
        return 1L << sequence;
    }
}
