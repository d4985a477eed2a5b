package io.culvert.ike.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.auth.IntermediateTranscript;
import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.testing.Vector;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Keys of several key exchanges, and what AUTH covers of them, against a second computation: a script beside the
/// vectors, in another language.
@DisplayName("Several key exchanges, known answers")
final class SeveralKeyExchangesTest {
    private static final CryptoProvider CRYPTO = new JdkCrypto();

    private static List<Vector> vectors(String kind) {
        return Vector.all(SeveralKeyExchangesTest.class, "several-key-exchanges.txt").stream()
                .filter(vector -> vector.toString().startsWith(kind + " "))
                .toList();
    }

    static List<Vector> intermediate() {
        return vectors("intermediate");
    }

    static List<Vector> rekeyed() {
        return vectors("rekeyed");
    }

    static List<Vector> intAuth() {
        return vectors("intauth");
    }

    static List<Vector> earlyPpk() {
        return vectors("earlyppk");
    }

    static List<Vector> ppk() {
        return vectors("ppk");
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("each IKE_INTERMEDIATE gives all keys anew: SKEYSEED(n) (E9-2)")
    void intermediate(Vector vector) {
        IkeSuite suite = suite(vector);
        IkeKeys keys = IkeKeys.initial(CRYPTO, suite, key(vector, "sk0"), both(vector));
        assertThat(joined(keys)).isEqualTo(vector.octets("keymat0"));
        for (int n = 1; n <= 2; n++) {
            keys = IkeKeys.intermediate(CRYPTO, suite, keys, key(vector, "sk" + n), both(vector));
            assertThat(joined(keys)).isEqualTo(vector.octets("keymat" + n));
        }
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName(
            "a rekeying puts the additional secrets behind the nonces, for IKE and Child SAs (E9-3)")
    void rekeyed(Vector vector) {
        SharedSecrets secrets =
                SharedSecrets.of(key(vector, "sk0"))
                        .and(key(vector, "sk1"))
                        .and(key(vector, "sk2"))
                        .and(key(vector, "sk3"));
        IkeSuite suite = suite(vector);
        KeyMaterial skD = key(vector, "skd");

        IkeKeys ike = IkeKeys.rekeyed(CRYPTO, suite.prf(), skD, suite, secrets, both(vector));
        ChildKeys child =
                ChildKeys.derive(
                        CRYPTO,
                        suite.prf(),
                        skD,
                        secrets,
                        vector.octets("ni"),
                        vector.octets("nr"),
                        new EspTransform(
                                EncryptionAlgorithm.AES_CBC,
                                256,
                                IntegrityAlgorithm.HMAC_SHA2_256_128,
                                false));

        assertThat(joined(ike)).isEqualTo(vector.octets("keymat"));
        assertThat(
                        joined(
                                child.initiatorToResponder().encryption(),
                                child.initiatorToResponder().integrity(),
                                child.responderToInitiator().encryption(),
                                child.responderToInitiator().integrity()))
                .isEqualTo(vector.octets("child"));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName(
            "IntAuth is over whole messages, as they came, whether in fragments or not (E8-3, E1-8)")
    void intAuth(Vector vector) {
        var transcript = new IntermediateTranscript();
        assertThat(transcript.intAuth(3)).isEqualTo(Octets.EMPTY);
        for (String n : List.of("1", "2")) {
            for (Role role : Role.values()) {
                String of = (role == Role.INITIATOR ? "i" : "r") + n;
                Octets wire = vector.octets("wire" + of);
                Octets inside = vector.octets("inside" + of);
                IkeMessage decoded =
                        ((DecodeResult.Decoded) new MessageCodec().decode(wire)).message();
                transcript.add(
                        CRYPTO.prf(vector.algorithm(PrfAlgorithm.class)),
                        role,
                        key(vector, "skp" + of),
                        MessageCodec.receivedPrefix(wire, decoded, inside.size()),
                        inside);
            }
        }
        assertThat(transcript.intAuth(3)).isEqualTo(vector.octets("intauth"));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("a PPK is mixed into SK_d, SK_pi and SK_pr, and into nothing else (E7-1)")
    void ppk(Vector vector) {
        KeyMaterial other = KeyMaterial.wrap("another key", new byte[20]);
        IkeKeys plain =
                new IkeKeys(
                        key(vector, "skd"),
                        other,
                        other,
                        other,
                        other,
                        key(vector, "skpi"),
                        key(vector, "skpr"));

        IkeKeys mixed =
                plain.mixed(CRYPTO, vector.algorithm(PrfAlgorithm.class), key(vector, "ppk"));

        assertThat(joined(mixed.skD())).isEqualTo(vector.octets("mixedskd"));
        assertThat(joined(mixed.skPi())).isEqualTo(vector.octets("mixedskpi"));
        assertThat(joined(mixed.skPr())).isEqualTo(vector.octets("mixedskpr"));
        assertThat(List.of(mixed.skAi(), mixed.skAr(), mixed.skEi(), mixed.skEr()))
                .allMatch(other::equals);
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("a PPK of IKE_INTERMEDIATE gives all keys anew (E7-3)")
    void earlyPpk(Vector vector) {
        KeyMaterial other = KeyMaterial.wrap("another key", new byte[20]);
        IkeKeys before = new IkeKeys(key(vector, "skd"), other, other, other, other, other, other);

        IkeKeys keys =
                IkeKeys.withPpk(CRYPTO, suite(vector), before, key(vector, "ppk"), both(vector));

        assertThat(joined(keys)).isEqualTo(vector.octets("keymat"));
    }

    private static IkeSuite suite(Vector vector) {
        return new IkeSuite(
                new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                vector.algorithm(PrfAlgorithm.class),
                IntegrityAlgorithm.NONE,
                KeyExchangeMethod.CURVE25519);
    }

    private static IkeKeys.Contributions both(Vector vector) {
        return new IkeKeys.Contributions(
                vector.octets("ni"),
                vector.octets("nr"),
                new IkeSpi(vector.octets("spii").u64(0)),
                new IkeSpi(vector.octets("spir").u64(0)));
    }

    private static KeyMaterial key(Vector vector, String field) {
        return KeyMaterial.wrap(field, vector.bytes(field));
    }

    private static Octets joined(IkeKeys keys) {
        return joined(keys.skD(), keys.skEi(), keys.skEr(), keys.skPi(), keys.skPr());
    }

    private static Octets joined(KeyMaterial... keys) {
        return Octets.concat(
                Stream.of(keys).map(key -> Octets.wrap(key.expose())).toArray(Octets[]::new));
    }
}
