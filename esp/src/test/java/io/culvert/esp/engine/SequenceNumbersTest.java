package io.culvert.esp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("E15-1: sequence numbers")
class SequenceNumbersTest {
    @Test
    void startAtOne() {
        SequenceNumbers numbers = new SequenceNumbers(false);

        assertThat(numbers.next()).isEqualTo(1);
        assertThat(numbers.next()).isEqualTo(2);
        assertThat(numbers.isNearlyExhausted()).isFalse();
    }

    @Test
    void neverWrapWithoutEsn() {
        SequenceNumbers numbers = new SequenceNumbers(false, 0xffff_fffeL);

        assertThat(numbers.next()).isEqualTo(0xffff_ffffL);
        assertThat(numbers.next()).isEqualTo(SequenceNumbers.EXHAUSTED);
        assertThat(numbers.next()).isEqualTo(SequenceNumbers.EXHAUSTED);
    }

    @Test
    void goOnWithEsn() {
        SequenceNumbers numbers = new SequenceNumbers(true, 0xffff_ffffL);

        assertThat(numbers.next()).isEqualTo(0x1_0000_0000L);
        assertThat(numbers.isNearlyExhausted()).isFalse();
    }

    @Test
    void warnBeforeTheEnd() {
        long threshold = 0xffff_ffffL - (1L << 29);
        SequenceNumbers numbers = new SequenceNumbers(false, threshold);

        assertThat(numbers.isNearlyExhausted()).isFalse();
        assertThat(numbers.next()).isEqualTo(threshold + 1);
        assertThat(numbers.isNearlyExhausted()).isTrue();
    }
}
