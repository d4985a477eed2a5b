package io.culvert.ipsec.testing;

import java.util.Arrays;
import java.util.Optional;

/// Makes a failing record of [Choices] simpler for as long as it still fails.
///
/// Three moves, each by halving, until none of them helps or the attempts are used up: lower one
/// choice and cut as many behind it (an element count and its elements), cut a block out of the
/// record, lower one choice. Every move makes the record shorter, or as long and lower, so this
/// ends.
final class Shrinker {
    /// Decides whether the value of a record still fails.
    @FunctionalInterface
    interface Attempt {
        /// The choices really taken, if the value they stand for fails; empty if it holds.
        Optional<long[]> failing(long[] record);
    }

    private final Attempt attempt;
    private long[] best;
    private int attemptsLeft;

    private Shrinker(Attempt attempt, long[] failing, int attempts) {
        this.attempt = attempt;
        this.best = failing;
        this.attemptsLeft = attempts;
    }

    /// The simplest failing record found from `failing` in at most `attempts` attempts.
    static long[] shrink(long[] failing, int attempts, Attempt attempt) {
        Shrinker shrinker = new Shrinker(attempt, failing, attempts);
        boolean better = true;
        while (better && shrinker.attemptsLeft > 0) {
            better = shrinker.shortenCounts();
            better |= shrinker.cutBlocks();
            better |= shrinker.lowerChoices();
        }
        return shrinker.best;
    }

    private boolean cutBlocks() {
        boolean better = false;
        for (int size = best.length; size > 0; size /= 2) {
            for (int at = best.length - size; at >= 0; at = Math.min(at - 1, best.length - size)) {
                better |= take(without(best, at, size));
            }
        }
        return better;
    }

    private boolean shortenCounts() {
        boolean better = false;
        for (int at = 0; at < best.length; at++) {
            long most = Math.min(best[at], best.length - at - 1L);
            for (long less = most; less > 0; less /= 2) {
                while (at < best.length && shorten(at, less)) {
                    better = true;
                }
            }
        }
        return better;
    }

    private boolean shorten(int at, long less) {
        if (best[at] < less || best.length - at - 1 < less) {
            return false;
        }
        long[] candidate = without(best, at + 1, (int) less);
        candidate[at] -= less;
        return take(candidate);
    }

    private boolean lowerChoices() {
        boolean better = false;
        for (int at = 0; at < best.length; at++) {
            for (long less = best[at]; less > 0; less /= 2) {
                while (at < best.length && best[at] >= less && lower(at, less)) {
                    better = true;
                }
            }
        }
        return better;
    }

    private boolean lower(int at, long less) {
        long[] candidate = best.clone();
        candidate[at] -= less;
        return take(candidate);
    }

    private boolean take(long[] candidate) {
        if (attemptsLeft <= 0) {
            return false;
        }
        attemptsLeft--;
        Optional<long[]> failing = attempt.failing(candidate).filter(this::isSimpler);
        failing.ifPresent(record -> best = record);
        return failing.isPresent();
    }

    private boolean isSimpler(long[] record) {
        return record.length < best.length
                || (record.length == best.length && Arrays.compare(record, best) < 0);
    }

    private static long[] without(long[] record, int at, int size) {
        long[] shorter = new long[record.length - size];
        System.arraycopy(record, 0, shorter, 0, at);
        System.arraycopy(record, at + size, shorter, at, shorter.length - at);
        return shorter;
    }
}
