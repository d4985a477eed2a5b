package io.culvert.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Authentication by a pre-shared key, and what is signed")
class PskAuthTest {
    private static final Octets SIGNED =
            Octets.ofHex(
                    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                            + "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");
    private static final PseudoRandomFunction SHA2_256 =
            new JdkCrypto().prf(PrfAlgorithm.HMAC_SHA2_256);

    /// The answers were computed with Python's hmac.
    @ParameterizedTest
    @CsvSource({
        "HMAC_SHA1, 6708b5bc2c3b0e61b16b879f9e8570aa12667631",
        "HMAC_SHA2_256, 1b1a34d18dfc2f820c6e21b96ebc8c9e96fb958d0455ae68e5a20502ffb0541c",
        "HMAC_SHA2_384, 8eecade367311589220eea96863b0dd7a3882c623a61e5448d02a819e5e068b2"
                + "8ce5475602f22b39944c88a15d2646f5",
        "HMAC_SHA2_512, 3a094f039d9a8aba9ed1b4546e2011c0c80993707aad0cce1c32250392305ae5"
                + "48421ec1ff28ecd2846548781b2f2d2cce1ac5970575aa57775d669982e52809",
    })
    @DisplayName("the AUTH payload is that of another implementation (IK-081)")
    void knownAnswer(PrfAlgorithm algorithm, String expected) {
        PseudoRandomFunction prf = new JdkCrypto().prf(algorithm);
        try (KeyMaterial secret = secret("a shared secret")) {
            Authentication proof = PskAuth.prove(prf, secret, SIGNED);
            assertThat(proof.method()).isEqualTo(AuthenticationMethod.SHARED_KEY_MIC);
            assertThat(proof.data()).isEqualTo(Octets.ofHex(expected));
            assertThat(PskAuth.verify(prf, secret, SIGNED, proof)).isTrue();
        }
    }

    @Test
    @DisplayName("another secret, other octets, another method, or a cut proof prove nothing")
    void wrong() {
        try (KeyMaterial secret = secret("right");
                KeyMaterial other = secret("wrong")) {
            Authentication proof = PskAuth.prove(SHA2_256, secret, SIGNED);
            assertThat(PskAuth.verify(SHA2_256, other, SIGNED, proof)).isFalse();
            assertThat(PskAuth.verify(SHA2_256, secret, SIGNED.slice(1), proof)).isFalse();
            for (int size = 0; size < proof.data().size(); size++) {
                Authentication cut =
                        new Authentication(proof.method(), proof.data().slice(0, size));
                assertThat(PskAuth.verify(SHA2_256, secret, SIGNED, cut)).isFalse();
            }
            Authentication asSignature =
                    new Authentication(AuthenticationMethod.DIGITAL_SIGNATURE, proof.data());
            assertThat(PskAuth.verify(SHA2_256, secret, SIGNED, asSignature)).isFalse();
            Authentication longer =
                    new Authentication(
                            proof.method(), Octets.concat(proof.data(), Octets.ofHex("00")));
            assertThat(PskAuth.verify(SHA2_256, secret, SIGNED, longer)).isFalse();
        }
    }

    /// The last 32 octets were computed with Python's hmac.
    @Test
    @DisplayName("what is signed: the message, the other's nonce, and the MAC of the ID (IK-080)")
    void signedOctets() {
        byte[] sk = new byte[32];
        for (int i = 0; i < sk.length; i++) {
            sk[i] = (byte) i;
        }
        Octets message = Octets.ofHex("11".repeat(40));
        Octets nonce = Octets.ofHex("22".repeat(16));
        Octets restOfId =
                Octets.concat(
                        Octets.ofHex("02000000"),
                        Octets.wrap("gw.example.com".getBytes(StandardCharsets.US_ASCII)));
        try (KeyMaterial skP = KeyMaterial.wrap("SK_pi", sk)) {
            assertThat(SignedOctets.of(SHA2_256, skP, message, nonce, restOfId))
                    .isEqualTo(
                            Octets.concat(
                                    message,
                                    nonce,
                                    Octets.ofHex(
                                            "47a684bb537588941cc1f85edb3c9514"
                                                    + "1bcc2e534655ac389df2732b75c967db")));
        }
    }

    private static KeyMaterial secret(String text) {
        return KeyMaterial.wrap("psk", text.getBytes(StandardCharsets.UTF_8));
    }
}
