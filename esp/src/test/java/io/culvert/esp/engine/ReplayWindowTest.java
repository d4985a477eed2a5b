package io.culvert.esp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("E15-2: the replay window")
class ReplayWindowTest {
    /// The obvious window: all that was ever accepted.
    private static final class NaiveWindow {
        private final Set<Long> accepted = new HashSet<>();
        private final int size;
        private long highest;

        NaiveWindow(int size) {
            this.size = size;
        }

        boolean admits(long sequence) {
            return sequence > 0 && sequence > highest - size && !accepted.contains(sequence);
        }

        void accept(long sequence) {
            accepted.add(sequence);
            highest = Math.max(highest, sequence);
        }
    }

    private record Walk(int size, long start, List<Integer> steps) {}

    private static final Gen<Walk> WALKS =
            choices ->
                    new Walk(
                            Gen.oneOf(Gen.of(32, 63, 64, 65, 1024, 4096), Gen.ints(32, 4096))
                                    .draw(choices),
                            Gen.oneOf(Gen.longs(0, 5000), Gen.longs(0, 1L << 33)).draw(choices),
                            Gen.listOf(
                                            Gen.oneOf(
                                                    Gen.ints(-3, 3),
                                                    Gen.ints(-130, 130),
                                                    Gen.ints(-5000, 9000)),
                                            200)
                                    .draw(choices));

    @Test
    @DisplayName("decides like a window that forgets nothing, for any size, loss and order")
    void agreesWithNaiveModel() {
        Properties.forAll(
                WALKS,
                walk -> {
                    ReplayWindow window = new ReplayWindow(walk.size(), true);
                    NaiveWindow model = new NaiveWindow(walk.size());
                    long sequence = walk.start();
                    for (int step : walk.steps()) {
                        sequence += step;
                        assertThat(window.admits(sequence))
                                .as("sequence %d", sequence)
                                .isEqualTo(model.admits(sequence));
                        if (model.admits(sequence)) {
                            assertThat(window.accept(sequence)).isEqualTo(sequence > model.highest);
                            model.accept(sequence);
                        }
                    }
                });
    }

    @Test
    @DisplayName("finds the upper half of every number from the window's begin to 2^32 - window on")
    void infersUpperHalf() {
        record Case(int size, long highest, long ahead) {}
        Gen<Case> cases =
                choices -> {
                    int size = Gen.ints(32, 4096).draw(choices);
                    long around = Gen.longs(0, 3).draw(choices) << 32;
                    long highest = Math.max(1, around + Gen.longs(-5000, 5000).draw(choices));
                    long ahead =
                            Gen.oneOf(
                                            Gen.longs(1 - (long) size, size),
                                            Gen.longs(1 - (long) size, (1L << 32) - size))
                                    .draw(choices);
                    return new Case(size, highest, ahead);
                };
        Properties.forAll(
                1000,
                cases,
                tried -> {
                    long sequence = tried.highest() + tried.ahead();
                    Properties.assume(sequence > 0);
                    ReplayWindow window = new ReplayWindow(tried.size(), true);
                    window.accept(tried.highest());
                    assertThat(window.infer((int) sequence)).isEqualTo(sequence);
                });
    }

    @Test
    @DisplayName("before the first packet a number that would lie below zero is refused")
    void refusesNumbersBelowZero() {
        ReplayWindow window = new ReplayWindow(64, true);

        assertThat(window.admits(window.infer(-1))).isFalse();
        assertThat(window.admits(window.infer(0))).isFalse();
        assertThat(window.admits(window.infer(1))).isTrue();
    }

    @Test
    @DisplayName("without ESN all 32 bits are a number of their own, and zero is none")
    void numbersOf32Bits() {
        ReplayWindow window = new ReplayWindow(64, false);

        assertThat(window.infer(-1)).isEqualTo(0xffff_ffffL);
        assertThat(window.admits(window.infer(0))).isFalse();
        assertThat(window.accept(window.infer(-1))).isTrue();
        assertThat(window.admits(window.infer(1))).isFalse();
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new ReplayWindow(31, false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ReplayWindow(4097, false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
