package io.culvert.ike.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.auth.PskAuth;
import io.culvert.ike.auth.SignedOctets;
import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.testing.Vector;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The keys of a resumed IKE SA and its AUTH payloads against a second computation: a script beside the vectors, in
/// another language.
@DisplayName("Session resumption, known answers")
final class ResumptionTest {
    private static final CryptoProvider CRYPTO = new JdkCrypto();

    static List<Vector> resumed() {
        return Vector.all(ResumptionTest.class, "resumption.txt");
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("SKEYSEED comes from the old SK_d, AUTH from the new SK_p (E3-1)")
    void resumed(Vector vector) {
        IkeSuite suite =
                new IkeSuite(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        vector.algorithm(PrfAlgorithm.class),
                        IntegrityAlgorithm.NONE,
                        KeyExchangeMethod.CURVE25519);
        var contributions =
                new IkeKeys.Contributions(
                        vector.octets("ni"),
                        vector.octets("nr"),
                        new IkeSpi(vector.octets("spii").u64(0)),
                        new IkeSpi(vector.octets("spir").u64(0)));
        KeyMaterial old = KeyMaterial.wrap("SK_d", vector.bytes("skd"));

        IkeKeys keys = IkeKeys.resumed(CRYPTO, suite, old, contributions);

        Octets joined =
                Octets.concat(
                        Stream.of(keys.skD(), keys.skEi(), keys.skEr(), keys.skPi(), keys.skPr())
                                .map(key -> Octets.wrap(key.expose()))
                                .toArray(Octets[]::new));
        assertThat(joined).isEqualTo(vector.octets("keymat"));
        PseudoRandomFunction prf = CRYPTO.prf(suite.prf());
        assertThat(proof(prf, keys.skPi(), vector, "request", "nr", "idi"))
                .isEqualTo(vector.octets("authi"));
        assertThat(proof(prf, keys.skPr(), vector, "response", "ni", "idr"))
                .isEqualTo(vector.octets("authr"));
    }

    private static Octets proof(
            PseudoRandomFunction prf,
            KeyMaterial skP,
            Vector vector,
            String message,
            String nonce,
            String name) {
        Octets signed =
                SignedOctets.of(
                        prf,
                        skP,
                        vector.octets(message),
                        vector.octets(nonce),
                        vector.octets(name));
        return PskAuth.proveResumed(prf, skP, signed).data();
    }
}
