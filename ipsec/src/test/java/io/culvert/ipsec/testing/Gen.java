package io.culvert.ipsec.testing;

import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/// A recipe for random values of one type, used with [Properties#forAll].
///
/// A generator is a function of [Choices] and nothing else, so one seed always gives the same value
/// and the failing value can be made simpler without any help from the generator. Write one with the
/// factories below, or directly as a lambda that draws from other generators:
///
///     Gen<Header> headers = choices -> new Header(spis.draw(choices), messageIds.draw(choices));
///
/// Of two alternatives name the simpler one first: shrinking moves to the left.
@FunctionalInterface
public interface Gen<T> {
    /// How many values [#filter] looks at before it gives up.
    int FILTER_ATTEMPTS = 50;

    /// The value these choices stand for.
    T draw(Choices choices);

    /// Always `value`.
    static <T> Gen<T> constant(T value) {
        return choices -> value;
    }

    /// One of `values`, the simplest first.
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is copied, and only read
    static <T> Gen<T> of(T first, T... others) {
        List<T> values = new ArrayList<>();
        values.add(first);
        values.addAll(Arrays.asList(others));
        return elementOf(values);
    }

    /// One of `values`, the simplest first.
    static <T> Gen<T> elementOf(List<T> values) {
        List<T> copy = List.copyOf(values);
        return choices -> copy.get((int) choices.below(copy.size()));
    }

    /// One of the constants of an enum, in the order of declaration.
    static <E extends Enum<E>> Gen<E> enums(Class<E> type) {
        return elementOf(List.of(type.getEnumConstants()));
    }

    /// A value of one of `generators`, the simplest first.
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is copied, and only read
    static <T> Gen<T> oneOf(Gen<? extends T>... generators) {
        List<Gen<? extends T>> copy = List.of(generators);
        return choices -> copy.get((int) choices.below(copy.size())).draw(choices);
    }

    /// True or false; false is simpler.
    static Gen<Boolean> booleans() {
        return choices -> choices.below(2) == 1;
    }

    /// An int from `low` to `high`, both included; `low` is simplest, and the ends are likelier.
    static Gen<Integer> ints(int low, int high) {
        return longs(low, high).map(Math::toIntExact);
    }

    /// A long from `low` to `high`, both included; `low` is simplest, and the ends are likelier.
    ///
    /// @throws IllegalArgumentException if there are more than `Long.MAX_VALUE` values in the range
    static Gen<Long> longs(long low, long high) {
        long span = high - low + 1;
        if (high < low || span <= 0) {
            throw new IllegalArgumentException("no range of values: " + low + " to " + high);
        }
        return choices -> low + choices.edgy(span);
    }

    /// Any long at all; 0 is simplest.
    static Gen<Long> longs() {
        return choices -> {
            long low = choices.edgy(1L << 32);
            long high = choices.edgy(1L << 32);
            return high << 32 | low;
        };
    }

    /// From `low` to `high` octets of any value; few and zero octets are simplest.
    static Gen<byte[]> bytes(int low, int high) {
        Gen<Integer> sizes = ints(low, high);
        return choices -> {
            byte[] octets = new byte[sizes.draw(choices)];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte) choices.edgy(256);
            }
            return octets;
        };
    }

    /// From `low` to `high` octets of any value; few and zero octets are simplest.
    static Gen<Octets> octets(int low, int high) {
        return bytes(low, high).map(Octets::wrap);
    }

    /// A list of `low` to `high` values; short lists are simplest. The list cannot be changed.
    static <T> Gen<List<T>> listOf(Gen<? extends T> values, int low, int high) {
        // Each element is preceded by its own "one more" choice, so that shrinking can cut any
        // element out of the middle. The odds make the mean about half of what the range allows.
        long odds = Math.max(2, (high - low) / 2 + 1);
        return choices -> {
            List<T> list = new ArrayList<>();
            while (list.size() < high && (list.size() < low || choices.below(odds) != 0)) {
                list.add(values.draw(choices));
            }
            return List.copyOf(list);
        };
    }

    /// A list of at most `high` values.
    static <T> Gen<List<T>> listOf(Gen<? extends T> values, int high) {
        return listOf(values, 0, high);
    }

    /// One value of each of two generators, joined.
    static <A, B, R> Gen<R> both(
            Gen<A> first, Gen<B> second, BiFunction<? super A, ? super B, ? extends R> join) {
        return choices -> {
            A a = first.draw(choices);
            return join.apply(a, second.draw(choices));
        };
    }

    /// A value of this generator, or nothing once in four times; nothing is simplest.
    default Gen<Optional<T>> optional() {
        return choices ->
                choices.below(4) == 0 ? Optional.empty() : Optional.of(this.draw(choices));
    }

    /// What `change` makes of a value.
    default <R> Gen<R> map(Function<? super T, ? extends R> change) {
        return choices -> change.apply(this.draw(choices));
    }

    /// A value of the generator that `next` makes of a value.
    default <R> Gen<R> flatMap(Function<? super T, ? extends Gen<? extends R>> next) {
        return choices -> next.apply(this.draw(choices)).draw(choices);
    }

    /// Only values that satisfy `wanted`. Prefer to build such values: this one tries again and
    /// again, and discards the run in the end.
    default Gen<T> filter(Predicate<? super T> wanted) {
        return choices -> {
            for (int attempt = 0; attempt < FILTER_ATTEMPTS; attempt++) {
                T value = this.draw(choices);
                if (wanted.test(value)) {
                    return value;
                }
            }
            throw choices.discard();
        };
    }
}
