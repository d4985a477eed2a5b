package io.culvert.esp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The layout of ESP packets")
class EspLayoutTest {
    private static final Gen<EspLayout> LAYOUTS =
            Gen.of(
                    new EspLayout(8, 1, 16),
                    new EspLayout(16, 16, 16),
                    new EspLayout(16, 16, 12),
                    new EspLayout(8, 1, 32));

    @Test
    void ciphertextEndsOnWordAndBlock() {
        Properties.forAll(
                LAYOUTS,
                Gen.ints(0, 2000),
                (layout, payload) -> {
                    int ciphertext =
                            layout.packetOctets(payload)
                                    - layout.headerOctets()
                                    - layout.icvOctets();
                    assertThat(ciphertext % 4).isZero();
                    assertThat(ciphertext % layout.blockOctets()).isZero();
                    assertThat(layout.admits(layout.packetOctets(payload))).isTrue();
                });
    }

    @Test
    void largestPayloadFitsAndOneMoreDoesNot() {
        Properties.forAll(
                LAYOUTS,
                Gen.ints(100, 2000),
                (layout, octets) -> {
                    int largest = layout.largestPayloadOctets(octets);
                    assertThat(layout.packetOctets(largest)).isLessThanOrEqualTo(octets);
                    assertThat(layout.packetOctets(largest + 1)).isGreaterThan(octets);
                });
    }
}
