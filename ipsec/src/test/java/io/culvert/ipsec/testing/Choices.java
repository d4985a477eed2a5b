package io.culvert.ipsec.testing;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// The stream of small decisions from which a [Gen] builds a value.
///
/// Every decision is one number, recorded as it is made, and a lower number always means a simpler
/// value. So a failing value is made simpler by making its record shorter and its numbers lower and
/// running the generator again ([Shrinker]): no generator has to know how to shrink what it makes.
///
/// Used by one thread, for one value.
public final class Choices {
    private final RandomGenerator random;
    private final long[] replayed;
    private final boolean generating;
    private long[] record = new long[32];
    private int count;

    private Choices(RandomGenerator random, long[] replayed, boolean generating) {
        this.random = random;
        this.replayed = replayed;
        this.generating = generating;
    }

    /// Fresh decisions made by `random`.
    static Choices from(RandomGenerator random) {
        return new Choices(random, new long[0], true);
    }

    /// The decisions of `record` again; when it is used up every further decision is 0.
    static Choices replay(long[] record) {
        return new Choices(
                () -> {
                    throw new IllegalStateException("a replay draws nothing");
                },
                record,
                false);
    }

    /// A number from 0 to `bound - 1`, each as likely as the others.
    ///
    /// @throws IllegalArgumentException if `bound` is not positive
    public long below(long bound) {
        requirePositive(bound);
        return keep(generating ? random.nextLong(bound) : Math.min(next(), bound - 1));
    }

    /// A number from 0 to `bound - 1`, where the ends and the powers of two are more likely, because
    /// that is where mistakes are.
    ///
    /// @throws IllegalArgumentException if `bound` is not positive
    public long edgy(long bound) {
        requirePositive(bound);
        if (!generating) {
            return below(bound);
        }
        long drawn =
                switch (random.nextInt(8)) {
                    case 0 -> random.nextLong(Math.min(bound, 3));
                    case 1 -> bound - 1 - random.nextLong(Math.min(bound, 3));
                    case 2 -> (1L << random.nextInt(64 - Long.numberOfLeadingZeros(bound))) - 1;
                    default -> random.nextLong(bound);
                };
        return keep(Math.min(Math.max(drawn, 0), bound - 1));
    }

    /// True once in `times` decisions; the simpler answer is false.
    public boolean oncePer(long times) {
        if (!generating) {
            return below(2) == 1;
        }
        return keep(random.nextLong(times) == 0 ? 1 : 0) == 1;
    }

    /// Gives this value up: it is not what the generator or the property asked for. It is not a
    /// failure; another value is tried.
    ///
    /// @return never; the type lets a caller write `throw choices.discard()`
    public Discarded discard() {
        throw new Discarded();
    }

    /// The decisions made so far.
    long[] taken() {
        return Arrays.copyOf(record, count);
    }

    private long next() {
        return count < replayed.length ? replayed[count] : 0;
    }

    private long keep(long choice) {
        if (count == record.length) {
            record = Arrays.copyOf(record, count * 2);
        }
        record[count++] = choice;
        return choice;
    }

    private static void requirePositive(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound " + bound + " is not positive");
        }
    }

    /// Thrown to give a value up.
    public static final class Discarded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Discarded() {
            super("discarded", null, false, false);
        }
    }
}
