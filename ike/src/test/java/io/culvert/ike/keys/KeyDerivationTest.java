package io.culvert.ike.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.testing.Vector;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The key derivation of IKEv2 from the shared secret to the keys, against the published example and a second
/// implementation.
class KeyDerivationTest {
    private static final CryptoProvider CRYPTO = new JdkCrypto();

    static Stream<Vector> vectors() {
        return Vector.all("ikev2-kdf.txt").stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    @DisplayName("IK-061: the keys of IKE_SA_INIT are KEYMAT in order, AEAD or not")
    void initialKeys(Vector vector) {
        for (IkeSuite suite : suites(vector)) {
            IkeKeys keys = IkeKeys.initial(CRYPTO, suite, secret(vector, "gir"), both(vector));
            assertThat(prefixOf(vector.octets("keymat"), keys)).isEqualTo(joined(keys));
            assertThat(keys.skD().size()).isEqualTo(suite.prf().outputOctets());
            assertThat(keys.skAr().size()).isEqualTo(suite.integrity().keyOctets());
            assertThat(keys.skEr().size()).isEqualTo(keys.skEi().size());
            keys.close();
            assertThat(Octets.wrap(keys.skD().expose()))
                    .isEqualTo(Octets.wrap(new byte[keys.skD().size()]));
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    @DisplayName("the keys of a rekeyed IKE SA come from SK_d of the old one")
    void rekeyedKeys(Vector vector) {
        IkeSuite suite = suites(vector).getFirst();
        KeyMaterial skD = IkeKeys.initial(CRYPTO, suite, secret(vector, "gir"), both(vector)).skD();
        IkeKeys keys =
                IkeKeys.rekeyed(
                        CRYPTO,
                        suite.prf(),
                        skD,
                        suite,
                        SharedSecrets.of(secret(vector, "girnew")),
                        both(vector));
        Octets expected =
                Octets.wrap(
                        PrfPlus.expand(
                                        CRYPTO.prf(suite.prf()),
                                        secret(vector, "rekey"),
                                        both(vector).seed(),
                                        joined(keys).size(),
                                        "keymat")
                                .expose());
        assertThat(joined(keys)).isEqualTo(expected);
    }

    @Test
    @DisplayName(
            "a rekeying may change the prf: SKEYSEED with the old one, expansion with the new one")
    void rekeyingChangesThePrf() {
        Vector vector = Vector.all("ikev2-kdf.txt").getFirst();
        IkeSuite next =
                new IkeSuite(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 256),
                        PrfAlgorithm.HMAC_SHA2_512,
                        IntegrityAlgorithm.NONE,
                        KeyExchangeMethod.CURVE25519);
        PrfAlgorithm before = vector.algorithm(PrfAlgorithm.class);
        KeyMaterial skD =
                KeyMaterial.wrap(
                        "SK_d", vector.octets("keymat").slice(0, before.outputOctets()).toArray());
        IkeKeys keys =
                IkeKeys.rekeyed(
                        CRYPTO,
                        before,
                        skD,
                        next,
                        SharedSecrets.of(secret(vector, "girnew")),
                        both(vector));
        KeyMaterial expected =
                PrfPlus.expand(
                        CRYPTO.prf(PrfAlgorithm.HMAC_SHA2_512),
                        secret(vector, "rekey"),
                        both(vector).seed(),
                        64,
                        "SK_d");
        assertThat(keys.skD()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    @DisplayName("the keys of a Child SA are KEYMAT in order, with and without a key exchange")
    void childKeys(Vector vector) {
        PrfAlgorithm prf = vector.algorithm(PrfAlgorithm.class);
        KeyMaterial skD =
                KeyMaterial.wrap(
                        "SK_d", vector.octets("keymat").slice(0, prf.outputOctets()).toArray());
        EspTransform cbc =
                new EspTransform(
                        EncryptionAlgorithm.AES_CBC, 128, IntegrityAlgorithm.HMAC_SHA1_96, false);
        EspTransform gcm =
                new EspTransform(
                        EncryptionAlgorithm.AES_GCM_16, 256, IntegrityAlgorithm.NONE, true);
        for (EspTransform transform : List.of(cbc, gcm)) {
            ChildKeys plain =
                    ChildKeys.derive(
                            CRYPTO, prf, skD, vector.octets("ni"), vector.octets("nr"), transform);
            ChildKeys fresh =
                    ChildKeys.derive(
                            CRYPTO,
                            prf,
                            skD,
                            SharedSecrets.of(secret(vector, "girnew")),
                            vector.octets("ni"),
                            vector.octets("nr"),
                            transform);
            assertThat(vector.octets("child").startsWith(joined(plain))).isTrue();
            assertThat(vector.octets("childdh").startsWith(joined(fresh))).isTrue();
            assertThat(plain.initiatorToResponder().encryption().size())
                    .isEqualTo(transform.encryptionKeyOctets());
            assertThat(plain.responderToInitiator().integrity().size())
                    .isEqualTo(transform.integrity().keyOctets());
        }
    }

    @Test
    @DisplayName("prf+ ends after 255 blocks")
    void prfPlusEnds() {
        PseudoRandomFunction prf = CRYPTO.prf(PrfAlgorithm.HMAC_SHA2_256);
        KeyMaterial key = KeyMaterial.wrap("key", new byte[32]);
        int most = 255 * 32;
        assertThat(PrfPlus.expand(prf, key, Octets.EMPTY, most, "all").size()).isEqualTo(most);
        assertThat(PrfPlus.expand(prf, key, Octets.EMPTY, 0, "none").size()).isZero();
        assertThatThrownBy(() -> PrfPlus.expand(prf, key, Octets.EMPTY, most + 1, "more"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<IkeSuite> suites(Vector vector) {
        PrfAlgorithm prf = vector.algorithm(PrfAlgorithm.class);
        return List.of(
                new IkeSuite(
                        new Encryption(EncryptionAlgorithm.AES_CBC, 128),
                        prf,
                        IntegrityAlgorithm.HMAC_SHA1_96,
                        KeyExchangeMethod.MODP_2048),
                new IkeSuite(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        prf,
                        IntegrityAlgorithm.NONE,
                        KeyExchangeMethod.CURVE25519));
    }

    private static IkeKeys.Contributions both(Vector vector) {
        return new IkeKeys.Contributions(
                vector.octets("ni"),
                vector.octets("nr"),
                new IkeSpi(vector.octets("spii").u64(0)),
                new IkeSpi(vector.octets("spir").u64(0)));
    }

    private static KeyMaterial secret(Vector vector, String field) {
        return KeyMaterial.wrap(field, vector.bytes(field));
    }

    private static Octets prefixOf(Octets keymat, IkeKeys keys) {
        return keymat.slice(0, joined(keys).size());
    }

    private static Octets joined(IkeKeys keys) {
        return joined(
                keys.skD(),
                keys.skAi(),
                keys.skAr(),
                keys.skEi(),
                keys.skEr(),
                keys.skPi(),
                keys.skPr());
    }

    private static Octets joined(ChildKeys keys) {
        return joined(
                keys.initiatorToResponder().encryption(),
                keys.initiatorToResponder().integrity(),
                keys.responderToInitiator().encryption(),
                keys.responderToInitiator().integrity());
    }

    private static Octets joined(KeyMaterial... keys) {
        return Octets.concat(
                Stream.of(keys).map(key -> Octets.wrap(key.expose())).toArray(Octets[]::new));
    }
}
