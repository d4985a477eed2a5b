package io.culvert.ipsec.testing;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// Checks that something holds for many random values.
///
///     Properties.forAll(messages, message ->
///             assertThat(decode(encode(message))).isEqualTo(message));
///
/// The values are the same in every run, so that a build is green or red for a reason. The
/// environment changes that: `CULVERT_SEED` = a number starts elsewhere (and repeats a failure: the
/// seed is in its message), `CULVERT_SEED=random` starts anywhere, `CULVERT_RUNS` = a number
/// replaces how many values are tried.
public final class Properties {
    /// How many values a property is tried with.
    public static final int RUNS = 200;

    private static final long SEED = 7296;
    private static final int DISCARDS_PER_RUN = 20;
    private static final int SHRINK_ATTEMPTS = 4000;
    private static final int SHOWN_CHARACTERS = 1000;

    private final int runs;
    private final long seed;

    private Properties(int runs, long seed) {
        this.runs = runs;
        this.seed = seed;
    }

    /// What must hold. It fails by throwing anything.
    @FunctionalInterface
    public interface Property<T> {
        /// Throws if `value` does not have the property.
        void check(T value) throws Exception;
    }

    /// What must hold for two values.
    @FunctionalInterface
    public interface BiProperty<A, B> {
        /// Throws if the two values do not have the property.
        void check(A first, B second) throws Exception;
    }

    /// Tries `property` with [#RUNS] values.
    ///
    /// @throws AssertionError if a value does not have it, with the seed and the simplest such value
    public static <T> void forAll(Gen<T> values, Property<? super T> property) {
        forAll(RUNS, values, property);
    }

    /// Tries `property` with `runs` values.
    ///
    /// @throws AssertionError if a value does not have it, with the seed and the simplest such value
    public static <T> void forAll(int runs, Gen<T> values, Property<? super T> property) {
        fromEnvironment(System.getenv(), runs).check(values, property);
    }

    /// Tries `property` with [#RUNS] pairs of values.
    ///
    /// @throws AssertionError if a pair does not have it, with the seed and the simplest such pair
    public static <A, B> void forAll(
            Gen<A> first, Gen<B> second, BiProperty<? super A, ? super B> property) {
        forAll(RUNS, first, second, property);
    }

    /// Tries `property` with `runs` pairs of values.
    ///
    /// @throws AssertionError if a pair does not have it, with the seed and the simplest such pair
    public static <A, B> void forAll(
            int runs, Gen<A> first, Gen<B> second, BiProperty<? super A, ? super B> property) {
        record Pair<X, Y>(X first, Y second) {}
        Gen<Pair<A, B>> pairs = Gen.both(first, second, Pair::new);
        forAll(runs, pairs, pair -> property.check(pair.first(), pair.second()));
    }

    /// Gives the value up, as if it had not been tried, unless `condition` holds.
    public static void assume(boolean condition) {
        if (!condition) {
            throw new Choices.Discarded();
        }
    }

    static Properties fromEnvironment(Map<String, String> environment, int runs) {
        String wanted = environment.getOrDefault("CULVERT_SEED", Long.toString(SEED));
        long seed = wanted.equals("random") ? System.nanoTime() : Long.parseLong(wanted);
        String count = environment.getOrDefault("CULVERT_RUNS", Integer.toString(runs));
        return new Properties(Integer.parseInt(count), seed);
    }

    static Properties of(int runs, long seed) {
        return new Properties(runs, seed);
    }

    <T> void check(Gen<T> values, Property<? super T> property) {
        long attempts = (long) runs * DISCARDS_PER_RUN;
        int done = 0;
        for (long i = 0; i < attempts && done < runs; i++) {
            // the n-th value has its own seed, so that a failure is repeated by the first value
            Choices choices = Choices.from(new SplittableRandom(seed + i));
            Trial<T> trial = Trial.of(choices, values, property);
            if (trial.failure().isPresent()) {
                throw report(seed + i, values, property, trial);
            }
            done += trial.discarded() ? 0 : 1;
        }
        if (done < runs) {
            throw new AssertionError(
                    "only %d of %d values were not discarded: build values instead of filtering them"
                            .formatted(done, runs));
        }
    }

    private static <T> AssertionError report(
            long seed, Gen<T> values, Property<? super T> property, Trial<T> first) {
        long[] simplest =
                Shrinker.shrink(
                        first.record(),
                        SHRINK_ATTEMPTS,
                        record -> {
                            Trial<T> trial = Trial.of(Choices.replay(record), values, property);
                            return trial.failure().map(failure -> trial.record());
                        });
        Trial<T> last = Trial.of(Choices.replay(simplest), values, property);
        // a property that does not fail twice with the same choices depends on something else
        Trial<T> shown = last.failure().isPresent() ? last : first;
        Throwable cause = shown.failure().orElseThrow();
        return new AssertionError(
                "a value does not have the property; repeat with CULVERT_SEED=%d%n  simplest: %s%n  first:    %s%n  because:  %s"
                        .formatted(seed, show(shown.value()), show(first.value()), cause),
                cause);
    }

    private static String show(Optional<?> value) {
        String text =
                switch (value.<Object>map(shown -> shown).orElse("could not be made")) {
                    case byte[] octets -> HexFormat.of().formatHex(octets);
                    case long[] numbers -> Arrays.toString(numbers);
                    case Object other -> other.toString();
                };
        return text.length() <= SHOWN_CHARACTERS
                ? text
                : text.substring(0, SHOWN_CHARACTERS) + "...";
    }

    /// One value and what became of it.
    private static final class Trial<T> {
        private final Choices choices;
        private Optional<T> value = Optional.empty();
        private Optional<Throwable> failure = Optional.empty();
        private boolean discarded;

        private Trial(Choices choices) {
            this.choices = choices;
        }

        @SuppressWarnings("CatchingUnchecked") // whatever the property throws is the answer
        static <T> Trial<T> of(Choices choices, Gen<T> values, Property<? super T> property) {
            Trial<T> trial = new Trial<>(choices);
            try {
                T value = values.draw(choices);
                trial.value = Optional.of(value);
                property.check(value);
            } catch (Choices.Discarded discarded) {
                trial.discarded = true;
            } catch (Exception | AssertionError | StackOverflowError failure) {
                trial.failure = Optional.of(failure);
            }
            return trial;
        }

        Optional<T> value() {
            return value;
        }

        Optional<Throwable> failure() {
            return failure;
        }

        boolean discarded() {
            return discarded;
        }

        long[] record() {
            return choices.taken();
        }
    }
}
