package io.culvert.ipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.crypto.Aead;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.Integrity;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.crypto.UnauthenticatedCipher;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The published vectors, which every [CryptoProvider] must reproduce. Part of [CryptoConformance].
public abstract class CryptoKnownAnswers {
    /// The provider under test.
    protected abstract CryptoProvider provider();

    /// A key exchange of the provider under test with a key pair that is not fresh.
    ///
    /// @param privateKey the scalar or exponent, in the byte order of the method
    protected abstract KeyExchange withKeyPair(
            KeyExchangeMethod method, Octets privateKey, Octets publicValue);

    @ParameterizedTest
    @MethodSource
    void aead(Vector vector) {
        KeyMaterial key = KeyMaterial.wrap("vector key", vector.bytes("key"));
        byte[] nonce = vector.bytes("nonce");
        byte[] aad = vector.bytes("aad");
        byte[] plaintext = vector.bytes("plaintext");
        byte[] sealed = vector.bytes("sealed");
        try (Aead aead = provider().aead(vector.algorithm(EncryptionAlgorithm.class), key)) {
            assertThat(aead.seal(nonce, aad, plaintext)).isEqualTo(sealed);
            assertThat(aead.open(nonce, aad, sealed)).hasValue(plaintext);
        }
    }

    @ParameterizedTest
    @MethodSource
    void cipher(Vector vector) {
        KeyMaterial key = KeyMaterial.wrap("vector key", vector.bytes("key"));
        byte[] iv = vector.bytes("iv");
        byte[] plaintext = vector.bytes("plaintext");
        byte[] ciphertext = vector.bytes("ciphertext");
        try (UnauthenticatedCipher cipher =
                provider().cipher(vector.algorithm(EncryptionAlgorithm.class), key)) {
            assertThat(cipher.encrypt(iv, plaintext)).isEqualTo(ciphertext);
            assertThat(cipher.decrypt(iv, ciphertext)).isEqualTo(plaintext);
        }
    }

    @ParameterizedTest
    @MethodSource
    void integrity(Vector vector) {
        KeyMaterial key = KeyMaterial.wrap("vector key", vector.bytes("key"));
        try (Integrity integrity =
                provider().integrity(vector.algorithm(IntegrityAlgorithm.class), key)) {
            assertThat(integrity.icvOf(vector.bytes("data"))).isEqualTo(vector.bytes("output"));
        }
    }

    @ParameterizedTest
    @MethodSource
    void prf(Vector vector) {
        byte[] output =
                provider()
                        .prf(vector.algorithm(PrfAlgorithm.class))
                        .apply(vector.bytes("key"), vector.bytes("data"));
        assertThat(output).isEqualTo(vector.bytes("output"));
    }

    @ParameterizedTest
    @MethodSource
    void keyExchange(Vector vector) throws Exception {
        try (KeyExchange exchange =
                withKeyPair(
                        vector.algorithm(KeyExchangeMethod.class),
                        vector.octets("private"),
                        vector.octets("public"))) {
            assertThat(exchange.publicValue()).isEqualTo(vector.octets("public"));
            assertThat(Octets.wrap(exchange.agree(vector.octets("peer")).expose()))
                    .isEqualTo(vector.octets("secret"));
        }
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("E9-5: encapsulation gives the published ciphertext and secret")
    void encapsulation(Vector vector) throws Exception {
        CryptoProvider.KeyExchangeResponse made =
                provider()
                        .respond(
                                vector.algorithm(KeyExchangeMethod.class),
                                vector.octets("public"),
                                new FixedRandom(vector.bytes("random")));
        assertThat(made.value()).isEqualTo(vector.octets("peer"));
        assertThat(Octets.wrap(made.secret().expose())).isEqualTo(vector.octets("secret"));
    }

    @ParameterizedTest
    @MethodSource
    void signature(Vector vector) throws Exception {
        SignatureScheme scheme = vector.algorithm(SignatureScheme.class);
        PublicKey publicKey =
                factory(scheme).generatePublic(new X509EncodedKeySpec(vector.bytes("public")));
        Octets message = vector.octets("message");
        Octets signature = vector.octets("signature");
        assertThat(provider().verify(scheme, publicKey, message, signature)).isTrue();
        if (vector.optional("private").isPresent()) {
            PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(vector.bytes("private"));
            Octets ours =
                    provider()
                            .sign(
                                    scheme,
                                    factory(scheme).generatePrivate(encoded),
                                    message,
                                    new SeededRandom(11));
            assertThat(ours).isEqualTo(signature);
        }
    }

    static List<Vector> aead() {
        return Vector.all("aead.txt");
    }

    static List<Vector> cipher() {
        return Vector.all("cipher.txt");
    }

    static List<Vector> integrity() {
        return Vector.all("integrity.txt");
    }

    static List<Vector> prf() {
        return Vector.all("prf.txt");
    }

    static List<Vector> keyExchange() {
        return Vector.all("key-exchange.txt");
    }

    static List<Vector> encapsulation() {
        return Vector.all("ml-kem.txt").stream()
                .filter(vector -> vector.optional("random").isPresent())
                .toList();
    }

    static List<Vector> signature() {
        return Vector.all("signature.txt");
    }

    private static KeyFactory factory(SignatureScheme scheme) throws GeneralSecurityException {
        return switch (scheme) {
            case RSA_PKCS1_SHA1,
                    RSA_PKCS1_SHA2_256,
                    RSA_PKCS1_SHA2_384,
                    RSA_PKCS1_SHA2_512,
                    RSA_PSS_SHA2_256,
                    RSA_PSS_SHA2_384,
                    RSA_PSS_SHA2_512 ->
                    KeyFactory.getInstance("RSA");
            case ECDSA_SHA2_256, ECDSA_SHA2_384, ECDSA_SHA2_512 -> KeyFactory.getInstance("EC");
            case ED25519, ED448 -> KeyFactory.getInstance("EdDSA");
        };
    }

    /// Gives the octets of a vector, once.
    private static final class FixedRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] octets;
        private boolean drawn;

        FixedRandom(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public void nextBytes(byte[] out) {
            assertThat(drawn).isFalse();
            drawn = true;
            assertThat(out).hasSameSizeAs(octets);
            System.arraycopy(octets, 0, out, 0, octets.length);
        }
    }
}
