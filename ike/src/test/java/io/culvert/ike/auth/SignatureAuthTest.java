package io.culvert.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Authentication by signature (IK-082, IK-083)")
class SignatureAuthTest {
    private static final Octets SIGNED = Octets.ofHex("4e6f20737475627321");
    private static final Set<Integer> ALL_HASHES = Set.copyOf(SignatureAuth.ANNOUNCED_HASHES);
    private static final CryptoProvider CRYPTO = new JdkCrypto();
    private static final Map<String, KeyPair> KEYS = keys();

    private final SecureRandom random = new SeededRandom(7427);

    @ParameterizedTest
    @CsvSource({
        "RSA, RSA_PSS_SHA2_256",
        "P-256, ECDSA_SHA2_256",
        "P-384, ECDSA_SHA2_384",
        "P-521, ECDSA_SHA2_512",
        "Ed25519, ED25519",
        "Ed448, ED448",
    })
    @DisplayName("every kind of key proves by method 14, with the hash that fits it")
    void named(String kind, SignatureScheme scheme) throws Exception {
        Authentication proof = prove(kind, ALL_HASHES);
        Octets identifier = SignatureIdentifier.of(scheme).der();
        assertThat(proof.method()).isEqualTo(AuthenticationMethod.DIGITAL_SIGNATURE);
        assertThat(proof.data().u8(0)).isEqualTo(identifier.size());
        assertThat(proof.data().slice(1).startsWith(identifier)).isTrue();
        assertThat(verify(kind, proof)).isEqualTo("good");
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, 3, RSA_PSS_SHA2_384",
        "RSA, 4, RSA_PSS_SHA2_512",
        "P-256, 3, ECDSA_SHA2_384",
        "P-256, 4, ECDSA_SHA2_512",
        "P-384, 4, ECDSA_SHA2_512",
    })
    @DisplayName("the signer uses a hash that the peer announced (IK-083)")
    void announced(String kind, int hash, SignatureScheme scheme) throws Exception {
        Authentication proof = prove(kind, Set.of(1, hash, 99));
        assertThat(proof.data().slice(1).startsWith(SignatureIdentifier.of(scheme).der())).isTrue();
        assertThat(verify(kind, proof)).isEqualTo("good");
    }

    @ParameterizedTest
    @CsvSource({"RSA, 1", "RSA, 5", "P-384, 2", "P-521, 3", "Ed25519, 2", "Ed448, 4"})
    @DisplayName("without a hash that both know there is no proof, but a reason (IK-083)")
    void nothingInCommon(String kind, int hash) {
        assertThatExceptionOfType(GeneralSecurityException.class)
                .isThrownBy(() -> prove(kind, Set.of(hash)))
                .withMessageContaining("announced no hash");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("what we announced is accepted, SHA-1 is not (IK-083)")
    void policy(SignatureScheme scheme) throws Exception {
        KeyPair key = keyFor(scheme);
        Octets signature = CRYPTO.sign(scheme, key.getPrivate(), SIGNED, random);
        Authentication proof = named(SignatureIdentifier.of(scheme).der(), signature);
        String verdict = verify(key.getPublic(), SIGNED, proof);
        if (scheme == SignatureScheme.RSA_PKCS1_SHA1) {
            assertThat(verdict).contains("whose hash we did not announce");
        } else {
            assertThat(verdict).isEqualTo("good");
        }
    }

    @ParameterizedTest
    @CsvSource({"P-256, 9, 64", "P-384, 10, 96", "P-521, 11, 132"})
    @DisplayName("a peer without RFC 7427 gets ECDSA in fixed width (IK-082)")
    void older(String kind, int method, int size) throws Exception {
        for (int round = 0; round < 40; round++) {
            Octets signed = Octets.concat(SIGNED, Octets.of((byte) round));
            Authentication proof =
                    SignatureAuth.prove(CRYPTO, random, key(kind).getPrivate(), Set.of(), signed);
            assertThat(proof.method().value()).isEqualTo(method);
            assertThat(proof.data().size()).isEqualTo(size);
            assertThat(verify(key(kind).getPublic(), signed, proof)).isEqualTo("good");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "Ed25519", "Ed448"})
    @DisplayName("a peer without RFC 7427 gets nothing from other keys, and we say what would do")
    void olderHasNoPlace(String kind) {
        assertThatExceptionOfType(GeneralSecurityException.class)
                .isThrownBy(() -> prove(kind, Set.of()))
                .withMessageContaining("does not support RFC 7427")
                .withMessageContaining("use an ECDSA key");
    }

    @ParameterizedTest
    @CsvSource({
        "9, 3059301306072a8648ce3d020106082a8648ce3d030107034200042442a5cc0ecd015fa3ca31dc8e2bbc70"
                + "bf42d60cbca20085e0822cb04235e9706fc98bd7e50211a4a27102fa3549df79ebcb4bf246b80945"
                + "cddfe7d509bbfd7d, cb28e0999b9c7715fd0a80d8e47a77079716cbbf917dd72e97566ea1c06695"
                + "7c86fa3bb4e26cad5bf90b7f81899256ce7594bb1ea0c89212748bff3b3d5b0315",
        "10, 3076301006072a8648ce3d020106052b810400220362000496281bf8dd5e0525ca049c048d345d3082968d"
                + "10fedf5c5aca0c64e6465a97ea5ce10c9dfec21797415710721f437922447688ba94708eb6e2e4d5"
                + "9f6ab6d7edff9301d249fe49c33096655f5d502fad3d383b91c5e7edaa2b714cc99d5743ca, fb01"
                + "7b914e29149432d8bac29a514640b46f53ddab2c69948084e2930f1c8f7e08e07c9c63f2d21a07dc"
                + "b56a6af56eb3b263a1305e057f984d38726a1b46874109f417bca112674c528262a40a629af1cbb9"
                + "f516ce0fa7d2ff630863a00e8b9f",
        "11, 30819b301006072a8648ce3d020106052b8104002303818600040151518f1af0f563517edd5485190df95a"
                + "4bf57b5cba4cf2a9a3f6474725a35f7afe0a6ddeb8bedbcd6a197e592d40188901cecd650699c9b5"
                + "e456aea5add19052a8006f3b142ea1bfff7e2837ad44c9e4ff6d2d34c73184bbad90026dd5e6e853"
                + "17d9df45cad7803c6c20035b2f3ff63aff4e1ba64d1c077577da3f4286c58f0aeae643, 0154fd38"
                + "36af92d0dca57dd5341d3053988534fde8318fc6aaaab68e2e6f4339b19f2f281a7e0b22c269d93c"
                + "f8794a9278880ed7dbb8d9362caeacee544320552251017705a7030290d1ceb605a9a1bb03ff9cdd"
                + "521e87a696ec926c8c10c8362df4975367101f67d1cf9bccbf2f3d239534fa509e70aac851ae01aa"
                + "c68d62f866472660",
    })
    @DisplayName("the examples of RFC 4754 section 8 are accepted (IK-082)")
    void examplesOfRfc4754(int method, String publicKey, String data) throws Exception {
        PublicKey key =
                KeyFactory.getInstance("EC")
                        .generatePublic(new X509EncodedKeySpec(Octets.ofHex(publicKey).toArray()));
        Authentication proof =
                new Authentication(new AuthenticationMethod(method), Octets.ofHex(data));
        assertThat(verify(key, Octets.ofHex("616263"), proof)).isEqualTo("good");
        assertThat(verify(key, Octets.ofHex("616264"), proof)).contains("is wrong");
    }

    @ParameterizedTest
    @CsvSource({"9, P-384", "10, P-256", "11, RSA", "9, Ed25519"})
    @DisplayName("an older method with a key of another kind is wrong")
    void olderWithOtherKey(int method, String kind) {
        Authentication proof =
                new Authentication(new AuthenticationMethod(method), Octets.wrap(new byte[64]));
        assertThat(verify(key(kind).getPublic(), SIGNED, proof)).contains("signature is wrong");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 12, 13, 201, 255})
    @DisplayName("a method that is no signature of ours is named; RSA with SHA-1 (1) is none")
    void otherMethod(int method) {
        Authentication proof =
                new Authentication(new AuthenticationMethod(method), Octets.wrap(new byte[256]));
        assertThat(verify(key("RSA").getPublic(), SIGNED, proof))
                .contains("the peer authenticates with " + proof.method());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "P-256", "P-384", "P-521", "Ed25519", "Ed448"})
    @DisplayName(
            "another key, other octets, a cut or lengthened or changed proof is wrong, without an exception")
    void wrong(String kind) throws Exception {
        Random bits = new Random(7427);
        for (Set<Integer> hashes : Set.of(ALL_HASHES, Set.<Integer>of())) {
            if (hashes.isEmpty() && !kind.startsWith("P-")) {
                continue;
            }
            Authentication proof = prove(kind, hashes);
            Octets data = proof.data();
            assertThat(verify(key(kind).getPublic(), SIGNED.slice(1), proof)).contains("is wrong");
            assertThat(verify(key("other " + kind).getPublic(), SIGNED, proof))
                    .contains("is wrong");
            for (int size = 0; size < data.size(); size++) {
                assertThat(verify(kind, new Authentication(proof.method(), data.slice(0, size))))
                        .isNotEqualTo("good");
            }
            Octets longer = Octets.concat(data, Octets.of((byte) 0));
            assertThat(verify(kind, new Authentication(proof.method(), longer)))
                    .isNotEqualTo("good");
            for (int round = 0; round < 100; round++) {
                byte[] changed = data.toArray();
                changed[bits.nextInt(changed.length)] ^= (byte) (1 << bits.nextInt(8));
                assertThat(verify(kind, new Authentication(proof.method(), Octets.wrap(changed))))
                        .isNotEqualTo("good");
            }
        }
    }

    @Test
    @DisplayName("zeros are no signature: r = s = 0 proves nothing")
    void zeros() {
        Octets zeros = Octets.wrap(new byte[64]);
        Authentication older = new Authentication(AuthenticationMethod.ECDSA_256, zeros);
        assertThat(verify("P-256", older)).contains("is wrong");
        Octets der = Octets.ofHex("3006020100020100");
        Authentication named = named(SignatureIdentifier.ECDSA_SHA2_256.der(), der);
        assertThat(verify("P-256", named)).contains("is wrong");
    }

    @Test
    @DisplayName("the algorithm must fit the key")
    void algorithmOfAnotherKey() throws Exception {
        for (SignatureIdentifier identifier : SignatureIdentifier.values()) {
            Octets signature = Octets.wrap(new byte[256]);
            assertThat(verify("Ed25519", named(identifier.der(), signature))).isNotEqualTo("good");
        }
        Octets unknown = Octets.ofHex("300506032b6599");
        assertThat(verify("Ed25519", named(unknown, Octets.wrap(new byte[64]))))
                .contains("an algorithm that is not supported: 300506032b6599");
        Authentication empty =
                new Authentication(AuthenticationMethod.DIGITAL_SIGNATURE, Octets.EMPTY);
        assertThat(verify("Ed25519", empty)).contains("too short");
    }

    private Authentication prove(String kind, Set<Integer> hashes) throws Exception {
        return SignatureAuth.prove(CRYPTO, random, key(kind).getPrivate(), hashes, SIGNED);
    }

    private static String verify(String kind, Authentication proof) {
        return verify(key(kind).getPublic(), SIGNED, proof);
    }

    private static String verify(PublicKey key, Octets signed, Authentication proof) {
        return SignatureAuth.verify(CRYPTO, key, signed, proof).orElse("good");
    }

    private static Authentication named(Octets identifier, Octets signature) {
        Octets data =
                new OctetsBuilder()
                        .u8(identifier.size())
                        .octets(identifier)
                        .octets(signature)
                        .build();
        return new Authentication(AuthenticationMethod.DIGITAL_SIGNATURE, data);
    }

    private static KeyPair key(String kind) {
        KeyPair pair = KEYS.get(kind);
        if (pair == null) {
            throw new IllegalArgumentException(kind);
        }
        return pair;
    }

    private static KeyPair keyFor(SignatureScheme scheme) {
        return KEYS.values().stream()
                .filter(pair -> scheme.accepts(pair.getPublic()))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, KeyPair> keys() {
        Map<String, KeyPair> keys = new HashMap<>();
        for (String owner : Set.of("", "other ")) {
            for (String curve : Set.of("256", "384", "521")) {
                keys.put(owner + "P-" + curve, elliptic("secp" + curve + "r1"));
            }
            keys.put(owner + "RSA", generate("RSA"));
            keys.put(owner + "Ed25519", generate("Ed25519"));
            keys.put(owner + "Ed448", generate("Ed448"));
        }
        return keys;
    }

    private static KeyPair elliptic(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair generate(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
