package io.culvert.linux.libcrypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.testing.CryptoConformance;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.Octets;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.EdECKey;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The conformance suite on libcrypto, where the system has it; every operation also against the JDK.
final class LibcryptoCryptoTest extends CryptoConformance {
    @BeforeAll
    static void libcryptoIsHere() {
        assumeTrue(
                LibcryptoCrypto.load().isPresent(),
                () -> LibcryptoCrypto.availability().toString());
    }

    @Override
    protected CryptoProvider provider() {
        return LibcryptoCrypto.load().orElseThrow();
    }

    @Override
    protected KeyExchange withKeyPair(
            KeyExchangeMethod method, Octets privateKey, Octets publicValue) {
        return LibcryptoCrypto.withPrivateKey(method, privateKey.toArray());
    }

    @Test
    void theNameHasTheVersion() {
        assertThat(provider().name()).matches("libcrypto 3\\.\\d+\\.\\d+.*");
    }

    @Test
    @DisplayName("a key that no octets are shown of is the JDK's to sign with")
    void aKeyInATokenIsNotOurs() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        PrivateKey hidden = new HiddenKey(pair.getPrivate());
        Octets message = Octets.of((byte) 1);
        // the JDK has no such token either and says so in its own words
        assertThatExceptionOfType(InvalidKeyException.class)
                .isThrownBy(() ->
                        provider()
                                .sign(
                                        SignatureScheme.ED25519,
                                        hidden,
                                        message,
                                        new SeededRandom(2)));
    }

    /// A key as a token shows it: its kind, and nothing else.
    private static final class HiddenKey implements PrivateKey {
        private static final long serialVersionUID = 1L;

        private final String algorithm;

        HiddenKey(PrivateKey key) {
            algorithm =
                    key instanceof EdECKey edwards
                            ? edwards.getParams().getName()
                            : key.getAlgorithm();
        }

        @Override
        public String getAlgorithm() {
            return algorithm;
        }

        @Override
        @SuppressWarnings("NullAway")
        public String getFormat() {
            return null;
        }

        @Override
        @SuppressWarnings("NullAway")
        public byte[] getEncoded() {
            return null;
        }
    }
}
