package io.culvert.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.linux.libcrypto.LibcryptoCrypto;
import io.culvert.linux.libcrypto.LibcryptoCrypto.Availability;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The benchmarks that carry messages measure what they say: what fails throws, and a benchmark that throws measures
/// nothing.
class BenchmarksTest {
    @ParameterizedTest
    @CsvSource({
        "jdk, x25519, false",
        "jdk, ecp256, true",
        "jdk, modp2048, true",
        "libcrypto, x25519, true",
        "libcrypto, ecp256, false",
        "libcrypto, modp2048, false"
    })
    @DisplayName("A recorded initiator fits a responder whose randomness repeats, again and again")
    void responderRepeats(String provider, String keyExchange, boolean child) {
        Assumptions.assumeTrue(
                provider.equals("jdk")
                        || LibcryptoCrypto.availability() instanceof Availability.Available);
        var benchmark = new ResponderBenchmark();
        benchmark.provider = provider;
        benchmark.keyExchange = keyExchange;
        benchmark.child = child;
        benchmark.record();
        for (int i = 0; i < 3; i++) {
            assertThat(benchmark.respond().isEstablished()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 300})
    @DisplayName("Each new request is let in, or asked for a cookie")
    void admissionDecides(int halfOpen) {
        var benchmark = new AdmissionBenchmark();
        benchmark.halfOpen = halfOpen;
        benchmark.fill();
        for (int i = 0; i < 3; i++) {
            assertThat(benchmark.accept().isZero()).isFalse();
            assertThat(benchmark.cookie().size()).isPositive();
        }
    }

    @Test
    @DisplayName("Randomness repeats from where it is told to")
    void randomnessRepeats() {
        var random = new RepeatingRandom(7);
        long first = random.nextLong();
        long second = random.nextLong();
        random.restart();
        assertThat(random.nextLong()).isEqualTo(first).isNotEqualTo(second);
    }
}
