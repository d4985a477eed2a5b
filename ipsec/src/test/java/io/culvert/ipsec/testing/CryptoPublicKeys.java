package io.culvert.ipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.CryptoProvider.KeyExchangeResponse;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.value.Octets;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Key exchange and signatures of a [CryptoProvider], above all what a peer may not do. Part of [CryptoConformance].
public abstract class CryptoPublicKeys extends CryptoKnownAnswers {
    private static final Octets MESSAGE = Octets.ofHex("4e6f20737475627321");
    private static final Map<SignatureScheme, KeyPair> KEY_PAIRS = keyPairs();

    private final CryptoProvider reference = new JdkCrypto();

    @ParameterizedTest
    @EnumSource
    void initiatorAndResponderShareASecret(KeyExchangeMethod method) throws Exception {
        for (CryptoProvider other : List.of(provider(), reference)) {
            try (KeyExchange ours = provider().initiate(method, new SeededRandom(1))) {
                KeyExchangeResponse theirs =
                        other.respond(method, ours.publicValue(), new SeededRandom(2));
                assertThat(ours.method()).isEqualTo(method);
                assertThat(ours.publicValue().size()).isEqualTo(method.initiatorOctets());
                assertThat(theirs.value().size()).isEqualTo(method.responderOctets());
                assertThat(theirs.secret().size()).isEqualTo(method.secretOctets());
                assertThat(ours.agree(theirs.value())).isEqualTo(theirs.secret());
            }
            try (KeyExchange theirs = other.initiate(method, new SeededRandom(3))) {
                KeyExchangeResponse ours =
                        provider().respond(method, theirs.publicValue(), new SeededRandom(4));
                assertThat(theirs.agree(ours.value())).isEqualTo(ours.secret());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("every key exchange is fresh, and repeats from a seed where the provider says so")
    void keyPairsAreFresh(KeyExchangeMethod method) {
        SeededRandom source = new SeededRandom(5);
        Octets first = publicValue(provider(), method, source);
        assertThat(publicValue(provider(), method, source)).isNotEqualTo(first);
        if (provider().isReplayable()) {
            assertThat(publicValue(provider(), method, new SeededRandom(5))).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyExchangeForgetsItsKey(KeyExchangeMethod method) {
        Octets peer = publicValue(reference, method, new SeededRandom(7));
        KeyExchange exchange = provider().initiate(method, new SeededRandom(6));
        exchange.close();
        exchange.close();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> exchange.agree(peer));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("IK-047: a public value of a wrong length is refused")
    void lengthsAreChecked(KeyExchangeMethod method) {
        Octets good = publicValue(reference, method, new SeededRandom(8));
        Octets zero = Octets.of((byte) 0);
        refuses(method, Octets.EMPTY);
        refuses(method, good.slice(1));
        refuses(method, good.slice(0, good.size() - 1));
        refuses(method, Octets.concat(good, zero));
        refuses(method, Octets.concat(zero, good));
    }

    @ParameterizedTest
    @MethodSource("modpVectors")
    @DisplayName("IK-047: a MODP value must be between 1 and p-1")
    void modpRangeIsChecked(Vector vector) throws Exception {
        KeyExchangeMethod method = vector.algorithm(KeyExchangeMethod.class);
        int width = method.initiatorOctets();
        BigInteger p = new BigInteger(1, vector.bytes("prime"));
        BigInteger one = BigInteger.ONE;
        BigInteger all = one.shiftLeft(8 * width).subtract(one);
        for (BigInteger bad : List.of(BigInteger.ZERO, one, p.subtract(one), p, p.add(one), all)) {
            refuses(method, bigEndian(bad, width));
        }
        for (BigInteger good : List.of(BigInteger.TWO, p.subtract(BigInteger.TWO))) {
            Octets value = bigEndian(good, width);
            assertThat(provider().respond(method, value, new SeededRandom(12)).secret().size())
                    .isEqualTo(width);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ECP_256", "ECP_384", "ECP_521"})
    @DisplayName("IK-047: an ECP value must be a point of the curve")
    void pointsAreChecked(KeyExchangeMethod method) throws Exception {
        ECParameterSpec domain = domain(method);
        BigInteger p = ((ECFieldFp) domain.getCurve().getField()).getP();
        BigInteger gx = domain.getGenerator().getAffineX();
        BigInteger gy = domain.getGenerator().getAffineY();
        int width = method.initiatorOctets() / 2;
        BigInteger all = BigInteger.ONE.shiftLeft(8 * width).subtract(BigInteger.ONE);
        refuses(method, point(BigInteger.ZERO, BigInteger.ZERO, width));
        refuses(method, point(gx, gy.add(BigInteger.ONE), width));
        refuses(method, point(gx.add(BigInteger.ONE), gy, width));
        refuses(method, point(gy, gx, width));
        refuses(method, point(gx, BigInteger.ZERO, width));
        refuses(method, point(all, gy, width));
        refuses(method, point(gx, p, width));
        refuses(method, point(p, gy, width));
        if (p.add(gx).bitLength() <= 8 * width) {
            refuses(method, point(p.add(gx), gy, width));
        }
        // a point and its mirror image are both fine, and share their x
        try (KeyExchange exchange = provider().initiate(method, new SeededRandom(13))) {
            assertThat(exchange.agree(point(gx, gy, width)))
                    .isEqualTo(exchange.agree(point(gx, p.subtract(gy), width)));
        }
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("IK-047: a value that gives a secret of zeros is refused")
    void smallOrderIsRefused(Octets value) {
        refuses(
                value.size() == 32 ? KeyExchangeMethod.CURVE25519 : KeyExchangeMethod.CURVE448,
                value);
    }

    @ParameterizedTest
    @EnumSource(names = {"ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"})
    @DisplayName(
            "E9-5: an encapsulation key with a coefficient of q or more is refused, wherever it is")
    void coefficientsAreChecked(KeyExchangeMethod method) throws Exception {
        Octets good = publicValue(reference, method, new SeededRandom(22));
        int coefficients = (method.initiatorOctets() - 32) / 384 * 256;
        for (int index : List.of(0, 1, 255, 256, coefficients - 2, coefficients - 1)) {
            for (int value : List.of(3329, 3330, 4095)) {
                refusesKey(method, withCoefficient(good, index, value));
            }
            Octets highest = withCoefficient(good, index, 3328);
            assertThat(provider().respond(method, highest, new SeededRandom(23)).value().size())
                    .isEqualTo(method.responderOctets());
        }
        byte[] ones = new byte[method.initiatorOctets()];
        Arrays.fill(ones, (byte) 0xff);
        refusesKey(method, Octets.wrap(ones));
    }

    @ParameterizedTest
    @EnumSource(names = {"ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"})
    @DisplayName(
            "E9-5: a ciphertext that was changed gives another secret, always the same, and no error")
    void rejectionIsImplicit(KeyExchangeMethod method) throws Exception {
        try (KeyExchange ours = provider().initiate(method, new SeededRandom(24))) {
            KeyExchangeResponse theirs =
                    reference.respond(method, ours.publicValue(), new SeededRandom(25));
            byte[] changed = theirs.value().toArray();
            changed[changed.length / 2] ^= 1;
            Octets zeros = Octets.wrap(new byte[method.responderOctets()]);
            for (Octets bad : List.of(Octets.wrap(changed), zeros)) {
                assertThat(ours.agree(bad))
                        .isNotEqualTo(theirs.secret())
                        .isEqualTo(ours.agree(bad));
            }
            assertThat(ours.agree(theirs.value())).isEqualTo(theirs.secret());
        }
    }

    private void refusesKey(KeyExchangeMethod method, Octets key) {
        assertThatExceptionOfType(InvalidPublicValueException.class)
                .isThrownBy(() -> provider().respond(method, key, new SeededRandom(26)));
    }

    /// The key with another coefficient: twelve bits each, the lowest first.
    private static Octets withCoefficient(Octets key, int index, int value) {
        byte[] octets = key.toArray();
        int at = index / 2 * 3;
        if (index % 2 == 0) {
            octets[at] = (byte) value;
            octets[at + 1] = (byte) ((octets[at + 1] & 0xf0) | (value >> 8));
        } else {
            octets[at + 1] = (byte) ((octets[at + 1] & 0x0f) | (value << 4));
            octets[at + 2] = (byte) (value >> 4);
        }
        return Octets.wrap(octets);
    }

    @Test
    @DisplayName("RFC 7748: a u coordinate above p is taken modulo p")
    void otherFormsOfUAreTaken() throws Exception {
        // p + 9 and 9, the base point
        Octets nine = Octets.ofHex("09" + "00".repeat(31));
        Octets above = Octets.ofHex("f6" + "ff".repeat(30) + "7f");
        Octets unusedBit = Octets.ofHex("09" + "00".repeat(30) + "80");
        try (KeyExchange x =
                provider().initiate(KeyExchangeMethod.CURVE25519, new SeededRandom(14))) {
            assertThat(Octets.wrap(x.agree(nine).expose())).isEqualTo(x.publicValue());
            assertThat(x.agree(above)).isEqualTo(x.agree(nine));
            assertThat(x.agree(unusedBit)).isEqualTo(x.agree(nine));
        }
    }

    @ParameterizedTest
    @EnumSource
    void signaturesAreVerifiedByBothProviders(SignatureScheme scheme) throws Exception {
        KeyPair pair = keyPair(scheme);
        Octets ours = provider().sign(scheme, pair.getPrivate(), MESSAGE, new SeededRandom(15));
        Octets theirs = reference.sign(scheme, pair.getPrivate(), MESSAGE, new SeededRandom(16));
        for (Octets signature : List.of(ours, theirs)) {
            assertThat(provider().verify(scheme, pair.getPublic(), MESSAGE, signature)).isTrue();
            assertThat(reference.verify(scheme, pair.getPublic(), MESSAGE, signature)).isTrue();
        }
        if (provider().isReplayable()) {
            assertThat(provider().sign(scheme, pair.getPrivate(), MESSAGE, new SeededRandom(15)))
                    .isEqualTo(ours);
        }
    }

    @ParameterizedTest
    @EnumSource
    void damagedSignaturesAreFalse(SignatureScheme scheme) throws Exception {
        KeyPair pair = keyPair(scheme);
        Octets good = reference.sign(scheme, pair.getPrivate(), MESSAGE, new SeededRandom(17));
        Octets other = Octets.concat(MESSAGE, Octets.of((byte) 0));
        assertThat(provider().verify(scheme, pair.getPublic(), other, good)).isFalse();
        for (int i = 0; i < good.size(); i += 5) {
            byte[] changed = good.toArray();
            changed[i] ^= (byte) (1 << i % 8);
            assertThat(provider().verify(scheme, pair.getPublic(), MESSAGE, Octets.wrap(changed)))
                    .isFalse();
        }
        for (Octets wrong :
                List.of(
                        Octets.EMPTY,
                        good.slice(1),
                        good.slice(0, good.size() - 1),
                        Octets.concat(good, Octets.of((byte) 0)),
                        Octets.concat(Octets.of((byte) 0), good),
                        Octets.wrap(new byte[good.size()]))) {
            assertThat(provider().verify(scheme, pair.getPublic(), MESSAGE, wrong)).isFalse();
        }
        Properties.forAll(
                100,
                Gen.bytes(0, 600),
                octets ->
                        assertThat(
                                        provider()
                                                .verify(
                                                        scheme,
                                                        pair.getPublic(),
                                                        MESSAGE,
                                                        Octets.of(octets)))
                                .isFalse());
    }

    @ParameterizedTest
    @EnumSource
    void aKeyOfAnotherKindIsRefused(SignatureScheme scheme) throws Exception {
        for (SignatureScheme other : SignatureScheme.values()) {
            KeyPair pair = keyPair(other);
            if (scheme.accepts(pair.getPublic())) {
                continue;
            }
            Octets signature =
                    reference.sign(other, pair.getPrivate(), MESSAGE, new SeededRandom(18));
            assertThat(provider().verify(scheme, pair.getPublic(), MESSAGE, signature)).isFalse();
            assertThatExceptionOfType(GeneralSecurityException.class)
                    .isThrownBy(() ->
                            provider()
                                    .sign(
                                            scheme,
                                            pair.getPrivate(),
                                            MESSAGE,
                                            new SeededRandom(19)));
        }
    }

    @Test
    @DisplayName("RFC 7427: a PSS salt of another length than the hash is refused (KF-12)")
    void theSaltIsAsLongAsTheHash() throws Exception {
        KeyPair pair = keyPair(SignatureScheme.RSA_PSS_SHA2_256);
        for (int salt : List.of(0, 20, 31, 33, 64)) {
            Signature jca = Signature.getInstance("RSASSA-PSS");
            jca.setParameter(
                    new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, salt, 1));
            jca.initSign(pair.getPrivate(), new SeededRandom(20));
            jca.update(MESSAGE.toArray());
            Octets signature = Octets.wrap(jca.sign());
            assertThat(
                            provider()
                                    .verify(
                                            SignatureScheme.RSA_PSS_SHA2_256,
                                            pair.getPublic(),
                                            MESSAGE,
                                            signature))
                    .isFalse();
        }
    }

    @Test
    @DisplayName(
            "an RSA key whose exponent proves nothing, or whose size costs too much, is refused (KF-12)")
    void unreasonableRsaKeysAreRefused() {
        BigInteger modulus =
                ((RSAPublicKey) keyPair(SignatureScheme.RSA_PSS_SHA2_256).getPublic()).getModulus();
        BigInteger f4 = BigInteger.valueOf(65537);
        for (PublicKey bad :
                List.of(
                        new RsaKey(modulus, BigInteger.ONE),
                        new RsaKey(modulus, BigInteger.ZERO),
                        new RsaKey(modulus, BigInteger.valueOf(4)),
                        new RsaKey(modulus, modulus.subtract(BigInteger.TWO)),
                        new RsaKey(modulus.shiftRight(1100), f4),
                        new RsaKey(modulus.shiftLeft(16000), f4))) {
            assertThat(SignatureScheme.RSA_PKCS1_SHA2_256.accepts(bad)).isFalse();
            assertThat(
                            provider()
                                    .verify(
                                            SignatureScheme.RSA_PKCS1_SHA2_256,
                                            bad,
                                            MESSAGE,
                                            Octets.wrap(new byte[256])))
                    .isFalse();
        }
        assertThat(SignatureScheme.RSA_PKCS1_SHA2_256.accepts(new RsaKey(modulus, f4))).isTrue();
    }

    static Stream<Vector> modpVectors() {
        return Vector.all("key-exchange.txt").stream()
                .filter(vector -> vector.optional("prime").isPresent());
    }

    /// The u coordinates of order 8 and less, in all their forms; with and without the bit that X25519 ignores.
    static List<Octets> smallOrderIsRefused() {
        List<Octets> values = new ArrayList<>();
        for (String hex :
                List.of(
                        "00" + "00".repeat(31),
                        "01" + "00".repeat(31),
                        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                        "ec" + "ff".repeat(30) + "7f",
                        "ed" + "ff".repeat(30) + "7f",
                        "ee" + "ff".repeat(30) + "7f")) {
            values.add(Octets.ofHex(hex));
            byte[] unusedBit = Octets.ofHex(hex).toArray();
            unusedBit[31] |= (byte) 0x80;
            values.add(Octets.wrap(unusedBit));
        }
        String high = "ff".repeat(27) + "fe" + "ff".repeat(27);
        for (String hex :
                List.of(
                        "00" + "00".repeat(55),
                        "01" + "00".repeat(55),
                        "fe" + high,
                        "ff" + high,
                        "00".repeat(28) + "ff".repeat(28))) {
            values.add(Octets.ofHex(hex));
        }
        return values;
    }

    private void refuses(KeyExchangeMethod method, Octets value) {
        assertThatExceptionOfType(InvalidPublicValueException.class)
                .isThrownBy(() -> provider().respond(method, value, new SeededRandom(9)));
        try (KeyExchange exchange = provider().initiate(method, new SeededRandom(10))) {
            assertThatExceptionOfType(InvalidPublicValueException.class)
                    .isThrownBy(() -> exchange.agree(value));
        }
    }

    private static Octets publicValue(
            CryptoProvider provider, KeyExchangeMethod method, SeededRandom random) {
        try (KeyExchange exchange = provider.initiate(method, random)) {
            return exchange.publicValue();
        }
    }

    private static Octets point(BigInteger x, BigInteger y, int width) {
        return Octets.concat(bigEndian(x, width), bigEndian(y, width));
    }

    private static Octets bigEndian(BigInteger number, int width) {
        return Octets.ofHex(("%0" + 2 * width + "x").formatted(number));
    }

    private static ECParameterSpec domain(KeyExchangeMethod method) throws Exception {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(
                new ECGenParameterSpec("secp" + method.name().substring("ECP_".length()) + "r1"));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }

    private static KeyPair keyPair(SignatureScheme scheme) {
        return KEY_PAIRS.get(scheme);
    }

    private static Map<SignatureScheme, KeyPair> keyPairs() {
        KeyPair rsa = generate("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
        Map<SignatureScheme, KeyPair> pairs = new EnumMap<>(SignatureScheme.class);
        for (SignatureScheme scheme : SignatureScheme.values()) {
            pairs.put(
                    scheme,
                    switch (scheme) {
                        case RSA_PKCS1_SHA1,
                                RSA_PKCS1_SHA2_256,
                                RSA_PKCS1_SHA2_384,
                                RSA_PKCS1_SHA2_512,
                                RSA_PSS_SHA2_256,
                                RSA_PSS_SHA2_384,
                                RSA_PSS_SHA2_512 ->
                                rsa;
                        case ECDSA_SHA2_256 -> generate("EC", new ECGenParameterSpec("secp256r1"));
                        case ECDSA_SHA2_384 -> generate("EC", new ECGenParameterSpec("secp384r1"));
                        case ECDSA_SHA2_512 -> generate("EC", new ECGenParameterSpec("secp521r1"));
                        case ED25519 -> generate("Ed25519", NamedParameterSpec.ED25519);
                        case ED448 -> generate("Ed448", NamedParameterSpec.ED448);
                    });
        }
        return pairs;
    }

    private static KeyPair generate(String algorithm, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters, new SeededRandom(21));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// A key that no key factory would make.
    private record RsaKey(BigInteger modulus, BigInteger exponent) implements RSAPublicKey {
        @Override
        public BigInteger getPublicExponent() {
            return exponent;
        }

        @Override
        public BigInteger getModulus() {
            return modulus;
        }

        @Override
        public String getAlgorithm() {
            return "RSA";
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }
    }
}
