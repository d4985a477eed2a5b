package io.culvert.ipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Properties: generators, seeds and shrinking")
class PropertiesTest {
    private static final long SEED = 42;

    private static <T> String failureOf(Gen<T> values, Properties.Property<? super T> property) {
        try {
            Properties.of(500, SEED).check(values, property);
        } catch (AssertionError failure) {
            return String.valueOf(failure.getMessage());
        }
        throw new IllegalStateException("the property did not fail");
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("broken");
        }
    }

    @Test
    @DisplayName("a number shrinks to the smallest that fails")
    void numberShrinks() {
        assertThat(failureOf(Gen.ints(0, 1_000_000), n -> require(n < 4711)))
                .contains("simplest: 4711\n")
                .contains("IllegalArgumentException: broken");
    }

    @Test
    @DisplayName("a list shrinks to the one element that matters, wherever it was")
    void listShrinks() {
        Gen<List<Integer>> lists = Gen.listOf(Gen.ints(0, 1000), 40);
        assertThat(failureOf(lists, list -> require(list.stream().noneMatch(n -> n > 500))))
                .contains("simplest: [501]\n");
    }

    @Test
    @DisplayName("two elements that matter together both stay")
    void pairStays() {
        Gen<List<Integer>> lists = Gen.listOf(Gen.ints(0, 9), 40);
        assertThat(failureOf(lists, list -> require(list.stream().filter(n -> n >= 3).count() < 2)))
                .contains("simplest: [3, 3]\n");
    }

    @Test
    @DisplayName("octets shrink in number and in value")
    void octetsShrink() {
        assertThat(failureOf(Gen.bytes(0, 2000), octets -> require(octets.length < 17)))
                .contains("simplest: " + "00".repeat(17) + "\n");
    }

    @Test
    @DisplayName("shrinking passes through map, flatMap, filter and optional")
    void shrinksThroughCombinators() {
        Gen<List<String>> names =
                Gen.ints(1, 20)
                        .flatMap(size ->
                                Gen.listOf(
                                        Gen.ints(0, 99).filter(n -> n % 2 == 1).map(n -> "n" + n),
                                        size,
                                        20));
        assertThat(failureOf(names.optional(), list -> require(list.isEmpty())))
                .contains("simplest: Optional[[n1]]\n");
    }

    @Test
    @DisplayName("a failing pair names both values")
    void pairsAreShown() {
        assertThatThrownBy(() ->
                        Properties.forAll(
                                Gen.ints(0, 100), Gen.ints(0, 100), (a, b) -> require(a + b < 30)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("simplest: Pair[first=30, second=0]");
    }

    @Test
    @DisplayName("the seed in the message repeats the same first value")
    void seedRepeats() {
        String message = failureOf(Gen.bytes(0, 60), octets -> require(octets.length < 30));
        String seed = message.replaceAll("(?s).*CULVERT_SEED=(-?\\d+).*", "$1");
        String first = message.replaceAll("(?s).*first: +(\\p{XDigit}+)\n.*", "$1");
        List<String> seen = new ArrayList<>();

        Properties again = Properties.fromEnvironment(Map.of("CULVERT_SEED", seed), 1);
        again.check(
                Gen.bytes(0, 60), octets -> seen.add(java.util.HexFormat.of().formatHex(octets)));

        assertThat(seen).containsExactly(first);
    }

    @Test
    @DisplayName("the environment sets the number of runs, and the default is deterministic")
    void environment() {
        AtomicInteger runs = new AtomicInteger();
        Properties.fromEnvironment(Map.of("CULVERT_RUNS", "7"), 100)
                .check(Gen.booleans(), value -> runs.incrementAndGet());
        assertThat(runs).hasValue(7);

        assertThat(drawnFrom(Map.of())).isEqualTo(drawnFrom(Map.of()));
        assertThat(drawnFrom(Map.of("CULVERT_SEED", "1"))).isNotEqualTo(drawnFrom(Map.of()));
        assertThat(drawnFrom(Map.of("CULVERT_SEED", "random"))).hasSize(20);
    }

    private static List<Long> drawnFrom(Map<String, String> environment) {
        List<Long> drawn = new ArrayList<>();
        Properties.fromEnvironment(environment, 20).check(Gen.longs(), drawn::add);
        return drawn;
    }

    @Test
    @DisplayName("ranges are kept, and their ends are reached")
    void rangesReachTheirEnds() {
        Set<Integer> seen = new HashSet<>();
        Properties.of(500, SEED).check(Gen.ints(-3, 70_000), seen::add);

        assertThat(seen).contains(-3, 70_000).allMatch(n -> n >= -3 && n <= 70_000);
        assertThatThrownBy(() -> Gen.ints(5, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Gen.longs(Long.MIN_VALUE, Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("lists have the sizes asked for, and every alternative is drawn")
    void listsAndAlternatives() {
        Set<Integer> sizes = new HashSet<>();
        Properties.of(2000, SEED)
                .check(Gen.listOf(Gen.booleans(), 2, 5), list -> sizes.add(list.size()));
        assertThat(sizes).containsExactlyInAnyOrder(2, 3, 4, 5);

        Set<Object> alternatives = new HashSet<>();
        Properties.of(200, SEED)
                .check(
                        Gen.<Object>oneOf(
                                Gen.of("a", "b"), Gen.constant(1), Gen.enums(Thread.State.class)),
                        alternatives::add);
        assertThat(alternatives).hasSize(3 + Thread.State.values().length);
    }

    @Test
    @DisplayName("values that are assumed away do not count, and too many of them fail")
    void discards() {
        AtomicInteger kept = new AtomicInteger();
        Properties.of(50, SEED)
                .check(
                        Gen.booleans(),
                        value -> {
                            Properties.assume(value);
                            kept.incrementAndGet();
                        });
        assertThat(kept).hasValue(50);

        Gen<Integer> none = Gen.ints(0, 10).filter(n -> n > 10);
        assertThatThrownBy(() -> Properties.of(10, SEED).check(none, n -> {}))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("only 0 of 10");
    }

    @Test
    @DisplayName("a property that fails only once is still reported")
    void flakyPropertyIsReported() {
        AtomicInteger calls = new AtomicInteger();
        assertThat(failureOf(Gen.ints(0, 10), n -> require(calls.incrementAndGet() != 3)))
                .contains("because:  java.lang.IllegalArgumentException: broken");
    }

    @Test
    @DisplayName("shrinking stops after the attempts it is given")
    void shrinkingIsBounded() {
        AtomicInteger attempts = new AtomicInteger();
        long[] simplest =
                Shrinker.shrink(
                        new long[] {1_000_000, 5},
                        10,
                        record -> {
                            attempts.incrementAndGet();
                            return Optional.of(record);
                        });
        assertThat(attempts.get()).isLessThanOrEqualTo(10);
        assertThat(simplest).isEmpty();
    }

    @Test
    @DisplayName("a replay gives the recorded values, and the simplest once it is used up")
    void replay() {
        Choices fresh = Choices.from(RandomGenerator.of("L64X128MixRandom"));
        byte[] octets = Gen.bytes(5, 9).draw(fresh);

        assertThat(Gen.bytes(5, 9).draw(Choices.replay(fresh.taken()))).isEqualTo(octets);
        assertThat(Gen.bytes(5, 9).draw(Choices.replay(new long[0]))).isEqualTo(new byte[5]);
        assertThatCode(() -> Choices.replay(new long[] {900}).below(3)).doesNotThrowAnyException();
    }
}
