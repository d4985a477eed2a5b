package io.culvert.ipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.testing.CryptoConformance;
import io.culvert.ipsec.testing.Vector;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The conformance suite on the provider that needs the JDK alone.
final class JdkCryptoTest extends CryptoConformance {
    @Override
    protected CryptoProvider provider() {
        return new JdkCrypto();
    }

    @Override
    protected KeyExchange withKeyPair(
            KeyExchangeMethod method, Octets privateKey, Octets publicValue) {
        return JdkCrypto.withKeyPair(method, privateKey, publicValue);
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName(
            "E9-5: decapsulation gives the published secret, also of a ciphertext that is none")
    void decapsulation(Vector vector) throws Exception {
        try (KeyExchange exchange =
                withKeyPair(
                        vector.algorithm(KeyExchangeMethod.class),
                        vector.octets("private"),
                        vector.octets("public"))) {
            assertThat(Octets.wrap(exchange.agree(vector.octets("peer")).expose()))
                    .isEqualTo(vector.octets("secret"));
        }
    }

    static List<Vector> decapsulation() {
        return Vector.all("ml-kem.txt");
    }
}
