package io.culvert.ike.auth;

import static io.culvert.ike.auth.CertificateValidationTest.reason;
import static io.culvert.ike.auth.Forge.CA;
import static io.culvert.ike.auth.Forge.CERT_AND_CRL_SIGN;
import static io.culvert.ike.auth.Forge.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.value.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What has brought down or fooled other IKE daemons by their peers' certificates.
@DisplayName("Known faults: certificates (IK-085, IK-086)")
@Timeout(30)
class CertificateFaultsTest {
    private static final String GATE = "gate.example.org";
    private static final Instant START = NOW.minus(Duration.ofDays(1));
    private static final Instant END = NOW.plus(Duration.ofDays(1));
    private static final Octets SHA256_WITH_RSA =
            Der.sequence(Der.oid("1.2.840.113549.1.1.11"), Octets.ofHex("0500"));
    private static final BigInteger F4 = BigInteger.valueOf(65_537);

    private final Forge root = Forge.root("Root");

    @ParameterizedTest(name = "modulus of {0} bits, exponent {1}")
    @CsvSource({
        "2048, 1",
        "2048, 2",
        "2048, 0",
        "2048, 65536",
        "512, 65537",
        "1024, 65537",
        "2047, 65537",
        "8, 3",
        "16385, 65537",
        "20000, 65537",
        "250000, 65537",
    })
    @DisplayName(
            "RSA with e = 1 or even, with a tiny or an oversized modulus, as peer and as authority")
    void oddRsa(int bits, long exponent) {
        Octets key = rsa(odd(bits), BigInteger.valueOf(exponent));
        assertThat(refusal(root.issue("gate", key, START, END, Forge.domainName(GATE))))
                .matches(".*(an RSA key of|is no X.509 in DER|a key of algorithm).*");

        Octets authority = root.issue("Odd", key, START, END, CA, CERT_AND_CRL_SIGN);
        Octets leaf = belowRsa("Odd", Octets.wrap(new byte[bits / 8]));
        assertThat(refusal(leaf, authority)).isNotEmpty();
    }

    @Test
    @DisplayName("RSA with an exponent as long as the modulus costs no time")
    void longExponent() {
        Octets key = rsa(odd(16_384), odd(16_383));
        assertThat(refusal(root.issue("gate", key, START, END, Forge.domainName(GATE))))
                .isNotEmpty();
    }

    @Test
    @DisplayName("RSA with e = 3: a signature whose padding only starts right is wrong")
    void forgedPadding() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(2048, BigInteger.valueOf(3)));
        KeyPair keys = generator.generateKeyPair();
        Octets key = Octets.wrap(keys.getPublic().getEncoded());
        Octets authority = root.issue("Three", key, START, END, CA, CERT_AND_CRL_SIGN);
        Octets body = bodyBelow("Three");
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.toArray());
        Octets start =
                Octets.concat(
                        Octets.ofHex("0001 ffffffffffffffff 00"),
                        Octets.ofHex("3031300d060960864801650304020105000420"),
                        Octets.wrap(digest));
        BigInteger modulus = ((RSAPublicKey) keys.getPublic()).getModulus();
        BigInteger wanted = new BigInteger(1, start.toArray()).shiftLeft(8 * (256 - start.size()));
        BigInteger root3 = cubeRoot(wanted).add(BigInteger.ONE);
        assertThat(root3.pow(3).mod(modulus).shiftRight(8 * (256 - start.size())))
                .as("a careless verifier would believe it")
                .isEqualTo(new BigInteger(1, start.toArray()));

        Octets forged = signedBelow(body, fixed(root3, 256));

        assertThat(refusal(forged, authority)).contains("was not signed with the known key");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 33, 222, 70_000})
    @DisplayName(
            "PSS with an odd salt length: a verdict, and a signature that does not fit is wrong")
    void oddSalt(int salt) {
        Octets hash = Der.sequence(Der.oid("2.16.840.1.101.3.4.2.1"));
        Octets mask = Der.sequence(Der.oid("1.2.840.113549.1.1.8"), hash);
        Octets pss =
                Der.sequence(
                        Der.oid("1.2.840.113549.1.1.10"),
                        Der.sequence(
                                Der.explicit(0, hash),
                                Der.explicit(1, mask),
                                Der.explicit(2, Der.integer(salt))));
        Octets authority =
                root.issue("Salt", rsa(odd(2048), F4), START, END, CA, CERT_AND_CRL_SIGN);
        Octets body = body(pss, "Salt");
        Octets leaf = Der.sequence(body, pss, Der.bitString(Octets.wrap(new byte[256])));

        assertThat(refusal(leaf, authority)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"off the curve", "zero", "above p", "infinity", "short", "empty"})
    @DisplayName("an EC key that is no point of its curve, as peer and as authority")
    void offTheCurve(String how) {
        Octets good = Octets.wrap(Forge.p256().getPublic().getEncoded());
        Octets head = good.slice(0, good.size() - 65);
        Octets point = good.slice(good.size() - 64);
        Octets algorithm =
                Der.sequence(Der.oid("1.2.840.10045.2.1"), Der.oid("1.2.840.10045.3.1.7"));
        Octets bad =
                switch (how) {
                    case "off the curve" -> {
                        byte[] changed = point.toArray();
                        changed[63] ^= 1;
                        yield Octets.concat(head, Octets.ofHex("04"), Octets.wrap(changed));
                    }
                    case "zero" ->
                            Octets.concat(head, Octets.ofHex("04"), Octets.wrap(new byte[64]));
                    case "above p" ->
                            Octets.concat(
                                    head,
                                    Octets.ofHex("04"),
                                    Octets.ofHex("ff".repeat(32)),
                                    point.slice(32));
                    case "infinity" -> Der.sequence(algorithm, Der.bitString(Octets.ofHex("00")));
                    case "short" -> Der.sequence(algorithm, Der.bitString(Octets.ofHex("04 0102")));
                    default -> Der.sequence(algorithm, Der.bitString(Octets.EMPTY));
                };
        assertThat(refusal(root.issue("gate", bad, START, END, Forge.domainName(GATE))))
                .matches(".*(is no point of its curve|is no X.509 in DER|a key of algorithm).*");

        Octets authority = root.issue("Off", bad, START, END, CA, CERT_AND_CRL_SIGN);
        Octets leaf =
                new Forge(Forge.commonName("Off"), Forge.p256(), authority)
                        .issue("gate", Forge.p256(), START, END, Forge.domainName(GATE));
        assertThat(refusal(leaf, authority)).isNotEmpty();
    }

    @Test
    @DisplayName("an intermediate that is not valid yet, or not any more")
    void datesOfIntermediate() {
        KeyPair keys = Forge.p256();
        for (boolean early : new boolean[] {true, false}) {
            Octets between =
                    root.issue(
                            "Between",
                            keys,
                            early ? NOW.plusSeconds(1) : START,
                            early ? END : NOW.minusSeconds(1),
                            CA,
                            CERT_AND_CRL_SIGN);
            Forge forge = new Forge(Forge.commonName("Between"), keys, between);
            assertThat(refusal(forge.leaf(GATE), between))
                    .contains("CN=Between")
                    .contains(early ? "is valid only from" : "expired at");
        }
    }

    @Test
    @DisplayName("A signed B and B signed A: the chain runs in a circle and ends")
    void loop() {
        KeyPair a = Forge.p256();
        KeyPair b = Forge.p256();
        Forge forgeA = new Forge(Forge.commonName("A"), a, Octets.EMPTY);
        Forge forgeB = new Forge(Forge.commonName("B"), b, Octets.EMPTY);
        Octets byA = forgeA.issue("B", b, START, END, CA, CERT_AND_CRL_SIGN);
        Octets byB = forgeB.issue("A", a, START, END, CA, CERT_AND_CRL_SIGN);

        assertThat(refusal(forgeA.leaf(GATE), byA, byB)).contains("runs in a circle");
    }

    @Test
    @DisplayName(
            "a chain of ten certificates is accepted; of twenty, or a hundred in any order, not")
    void longChains() {
        assertThat(judge(chain(8))).isInstanceOf(CertificateVerdict.Trusted.class);
        assertThat(reason(judge(chain(19)))).contains("at most 10 certificates are accepted");
        List<Octets> many = new ArrayList<>(chain(1));
        Octets junk = root.leaf("other.example.org");
        many.addAll(Collections.nCopies(98, junk));
        assertThat(many).hasSize(100);
        assertThat(reason(judge(many))).contains("at most 10 certificates are accepted");
    }

    @Test
    @DisplayName("the others of a chain may come in any order, with junk among them")
    void junk() {
        List<Octets> chain = new ArrayList<>(chain(4));
        Octets own = chain.removeFirst();
        chain.add(Octets.ofHex("30"));
        chain.add(Octets.EMPTY);
        chain.add(Octets.wrap(new byte[60_000]));
        chain.add(root.certificate());
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(chain, new Random(seed));
            List<Octets> all = new ArrayList<>(chain);
            all.addFirst(own);
            assertThat(judge(all)).isInstanceOf(CertificateVerdict.Trusted.class);
        }
    }

    @Test
    @DisplayName(
            "a huge certificate is read as long as it fits a payload, and its reason stays short")
    void huge() {
        Octets[] names =
                IntStream.range(0, 3000)
                        .mapToObj(i -> Der.implicit(2, Der.ia5("n" + i + ".example.org")))
                        .toArray(Octets[]::new);
        names[2999] = Der.implicit(2, Der.ia5(GATE));
        Octets large =
                root.issue(
                        "gate",
                        Forge.p256(),
                        START,
                        END,
                        Forge.extension("2.5.29.17", Der.sequence(names)));
        assertThat(large.size()).isBetween(50_000, CertificateValidation.MAX_CERTIFICATE_OCTETS);
        assertThat(judge(List.of(large))).isInstanceOf(CertificateVerdict.Trusted.class);
        names[2999] = names[0];
        Octets other =
                root.issue(
                        "gate",
                        Forge.p256(),
                        START,
                        END,
                        Forge.extension("2.5.29.17", Der.sequence(names)));
        assertThat(refusal(other)).contains("does not name").hasSizeLessThan(500);
        Octets tooLarge = root.leaf(GATE, Forge.extension("1.2.3", Octets.wrap(new byte[70_000])));
        assertThat(refusal(tooLarge)).contains("at most 65536 are accepted");
    }

    @Test
    @DisplayName("an extension that is there twice, or critical and unknown")
    void extensions() {
        assertThat(refusal(root.leaf(GATE, Forge.domainName("other.example.org"))))
                .contains("is no X.509 in DER");
        assertThat(refusal(root.leaf(GATE, CA, CA))).contains("is no X.509 in DER");
        assertThat(refusal(root.leaf(GATE, Forge.critical("1.2.3.4", Octets.ofHex("0500")))))
                .contains("critical extension that is not understood");
        Forge odd = root.authority("Odd", CA, Forge.critical("1.2.3.4", Octets.ofHex("0500")));
        assertThat(refusal(odd.leaf(GATE), odd.certificate()))
                .contains("CN=Odd has a critical extension that is not understood");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2.5.29.17",
                "2.5.29.31",
                "2.5.29.32",
                "1.3.6.1.5.5.7.1.1",
                "2.5.29.14",
                "1.2.3"
            })
    @DisplayName("DER in DER in DER, as deep as fits: a verdict")
    void nested(String extension) {
        for (int tag : new int[] {0x24, 0x30, 0xa0}) {
            Octets deep = nested(tag, 12_000);
            assertThat(judge(List.of(root.leaf(GATE, Forge.extension(extension, deep)))))
                    .isNotNull();
        }
    }

    /// `depth` values of `tag`, each the content of the one before.
    private static Octets nested(int tag, int depth) {
        byte[] octets = new byte[4 * depth];
        for (int i = 0; i < depth; i++) {
            int size = 4 * (depth - i - 1);
            octets[4 * i] = (byte) tag;
            octets[4 * i + 1] = (byte) 0x82;
            octets[4 * i + 2] = (byte) (size >> 8);
            octets[4 * i + 3] = (byte) size;
        }
        return Octets.wrap(octets);
    }

    /// A good chain with so many authorities between root and end, end first.
    private List<Octets> chain(int between) {
        List<Octets> chain = new ArrayList<>();
        Forge issuer = root;
        for (int i = 0; i < between; i++) {
            issuer = issuer.authority("Between " + i);
            chain.addFirst(issuer.certificate());
        }
        chain.addFirst(issuer.leaf(GATE));
        return chain;
    }

    private String refusal(Octets... chain) {
        return reason(judge(List.of(chain)));
    }

    private CertificateVerdict judge(List<Octets> chain) {
        return CertificateValidation.validate(
                Identity.parse(GATE),
                chain,
                new RemoteAuthentication.Signature(
                        IdentityPattern.ANY, List.of(root.certificate()), List.of(), List.of()),
                NOW);
    }

    private static Octets belowRsa(String issuer, Octets signature) {
        return signedBelow(bodyBelow(issuer), signature);
    }

    private static Octets bodyBelow(String issuer) {
        return body(SHA256_WITH_RSA, issuer);
    }

    private static Octets signedBelow(Octets body, Octets signature) {
        return Der.sequence(body, SHA256_WITH_RSA, Der.bitString(signature));
    }

    private static Octets body(Octets algorithm, String issuer) {
        return Forge.body(
                algorithm,
                BigInteger.TWO,
                Forge.commonName(issuer),
                START,
                END,
                Forge.commonName("gate"),
                Octets.wrap(Forge.p256().getPublic().getEncoded()),
                List.of(Forge.domainName(GATE)));
    }

    private static Octets rsa(BigInteger modulus, BigInteger exponent) {
        return Der.sequence(
                Der.sequence(Der.oid("1.2.840.113549.1.1.1"), Octets.ofHex("0500")),
                Der.bitString(Der.sequence(Der.integer(modulus), Der.integer(exponent))));
    }

    private static BigInteger odd(int bits) {
        return new BigInteger(bits, new Random(bits)).setBit(bits - 1).setBit(0);
    }

    private static BigInteger cubeRoot(BigInteger number) {
        BigInteger root = BigInteger.ZERO;
        for (int bit = number.bitLength() / 3 + 1; bit >= 0; bit--) {
            BigInteger next = root.setBit(bit);
            if (next.pow(3).compareTo(number) <= 0) {
                root = next;
            }
        }
        return root;
    }

    private static Octets fixed(BigInteger number, int size) {
        byte[] octets = number.toByteArray();
        byte[] padded = new byte[size];
        System.arraycopy(octets, 0, padded, size - octets.length, octets.length);
        return Octets.wrap(padded);
    }
}
