package io.culvert.esp.engine;

/// Gives out the sequence numbers of an outbound SA: from 1 upwards, each once, never wrapping. For one thread.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-3.3.3 RFC 4303 section 3.3.3
final class SequenceNumbers {
    /// What [#next] gives when there are none left.
    static final long EXHAUSTED = 0;

    private static final long LAST_32_BIT = 0xffff_ffffL;

    /// How many numbers are left when it is time to rekey: nine minutes at a million packets a second.
    private static final long RESERVE = 1L << 29;

    private final long last;
    private long previous;

    /// @param extended whether the numbers have 64 bits
    SequenceNumbers(boolean extended) {
        this(extended, 0);
    }

    /// @param previous the number that was given out before the first
    SequenceNumbers(boolean extended, long previous) {
        // half of the extended numbers are left out; at a packet per nanosecond the other half
        // lasts for 292 years
        last = extended ? Long.MAX_VALUE : LAST_32_BIT;
        this.previous = previous;
    }

    /// The next number, or [#EXHAUSTED].
    long next() {
        if (previous == last) {
            return EXHAUSTED;
        }
        return ++previous;
    }

    /// Whether few numbers are left.
    boolean isNearlyExhausted() {
        return last - previous < RESERVE;
    }
}
