package io.culvert.ike.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.wire.ChainResult;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.Encrypted;
import io.culvert.ike.wire.EncryptedFragment;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.PuzzleSolution;
import io.culvert.ike.wire.VendorId;
import io.culvert.ike.wire.WireGenerators;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.testing.Vector;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SkProtectionTest {
    private static final CryptoProvider CRYPTO = new JdkCrypto();
    private static final MessageCodec CODEC = new MessageCodec();
    private static final IkeHeader HEADER =
            IkeHeader.request(
                    new IkeSpi(0x0102030405060708L),
                    new IkeSpi(0x1112131415161718L),
                    ExchangeType.IKE_AUTH,
                    true,
                    1);

    private record Suite(Encryption encryption, IntegrityAlgorithm integrity) {
        SkProtection protection(long seed) {
            int octets =
                    encryption.algorithm().keyOctets(encryption.keyLengthBits())
                            + encryption.algorithm().saltOctets();
            SeededRandom keys = new SeededRandom(1);
            byte[] skE = new byte[octets];
            byte[] skA = new byte[integrity.keyOctets()];
            keys.nextBytes(skE);
            keys.nextBytes(skA);
            return new SkProtection(
                    CRYPTO,
                    encryption,
                    integrity,
                    KeyMaterial.wrap("SK_ei", skE),
                    KeyMaterial.wrap("SK_ai", skA),
                    new SeededRandom(seed));
        }
    }

    private static Gen<Suite> suites() {
        List<Suite> suites = new ArrayList<>();
        for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
            List<Integer> bits =
                    algorithm.keyLengths().isEmpty() ? List.of(0) : algorithm.keyLengths();
            for (int keyLength : bits) {
                for (IntegrityAlgorithm integrity : IntegrityAlgorithm.values()) {
                    if (algorithm.isAead() == (integrity == IntegrityAlgorithm.NONE)) {
                        suites.add(new Suite(new Encryption(algorithm, keyLength), integrity));
                    }
                }
            }
        }
        return Gen.elementOf(suites);
    }

    static Stream<Vector> vectors() {
        return Vector.all(SkProtectionTest.class, "sk-messages.txt").stream();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    @DisplayName("messages of a second implementation: sealed the same, and opened")
    void knownMessages(Vector vector) {
        List<Payload> inner = List.of(new VendorId(vector.octets("vendor")));
        Octets message = vector.octets("message");
        try (SkProtection protection = protection(vector)) {
            assertThat(protection.seal(HEADER, List.of(), inner).toHex())
                    .isEqualTo(message.toHex());
            assertThat(protection.open(message, decode(message)))
                    .isEqualTo(
                            new OpenResult.Opened(
                                    PayloadType.VENDOR_ID, MessageCodec.encodePayloads(inner)));
        }
        if (vector.optional("fragment1").isPresent()) {
            try (SkProtection protection = protection(vector)) {
                int octets = Integer.parseInt(vector.text("fragment-octets"));
                assertThat(protection.sealWithin(HEADER, List.of(), inner, octets))
                        .containsExactly(vector.octets("fragment1"), vector.octets("fragment2"));
            }
        }
    }

    private static SkProtection protection(Vector vector) {
        int bits = Integer.parseInt(vector.text("bits"));
        byte[] iv = vector.bytes("iv");
        SecureRandom fixed =
                new SecureRandom() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public void nextBytes(byte[] octets) {
                        System.arraycopy(iv, 0, octets, 0, octets.length);
                    }
                };
        return new SkProtection(
                CRYPTO,
                new Encryption(vector.algorithm(EncryptionAlgorithm.class), bits),
                IntegrityAlgorithm.valueOf(vector.text("integrity")),
                KeyMaterial.wrap("SK_ei", vector.bytes("ske")),
                KeyMaterial.wrap("SK_ai", vector.bytes("ska")),
                fixed);
    }

    @Test
    @DisplayName("E15-5: the IKEv2 example of RFC 7634 appendix B")
    void chaCha20Example() {
        Octets message =
                Octets.ofHex(
                        """
                        c0 c1 c2 c3 c4 c5 c6 c7 d0 d1 d2 d3 d4 d5 d6 d7
                        2e 20 25 00 00 00 00 09 00 00 00 45 29 00 00 29
                        10 11 12 13 14 15 16 17 61 03 94 70 1f 8d 01 7f
                        7c 12 92 48 89 6b 71 bf e2 52 36 ef d7 cd c6 70
                        66 90 63 15 b2
                        """);
        KeyMaterial skE =
                KeyMaterial.wrap(
                        "SK_ei",
                        Octets.ofHex(
                                        "808182838485868788898a8b8c8d8e8f"
                                                + "909192939495969798999a9b9c9d9e9fa0a1a2a3")
                                .toArray());
        Encryption encryption = new Encryption(EncryptionAlgorithm.CHACHA20_POLY1305, 0);
        Octets inner =
                MessageCodec.encodePayloads(List.of(new Notification.SetWindowSize(10).toNotify()));
        try (SkProtection protection =
                        new SkProtection(
                                CRYPTO,
                                encryption,
                                IntegrityAlgorithm.NONE,
                                skE,
                                KeyMaterial.wrap("SK_ai", new byte[0]),
                                new SeededRandom(1));
                AeadBody body = new AeadBody(CRYPTO, encryption, skE, 0x1011121314151617L)) {
            assertThat(protection.open(message, decode(message)))
                    .isEqualTo(new OpenResult.Opened(PayloadType.NOTIFY, inner));
            assertThat(body.seal(message.slice(0, 32), inner)).isEqualTo(message.slice(32));
        }
    }

    @Test
    @DisplayName("what is sealed is opened, with every suite, whole and in fragments of every size")
    void roundTrips() {
        Properties.forAll(
                300,
                suites(),
                Gen.both(WireGenerators.payloads(), Gen.ints(120, 700), Sizes::new),
                (suite, sizes) -> {
                    List<Payload> clear = List.of(new PuzzleSolution(Octets.wrap(new byte[8])));
                    try (SkProtection sealing = suite.protection(1);
                            SkProtection opening = suite.protection(2)) {
                        List<Octets> messages =
                                sealing.sealWithin(HEADER, clear, sizes.inner(), sizes.octets());
                        assertThat(messages).allMatch(m -> m.size() <= sizes.octets());
                        assertThat(reassemble(opening, messages, clear))
                                .isEqualTo(new ChainResult.Payloads(sizes.inner()));
                    }
                });
    }

    private record Sizes(List<Payload> inner, int octets) {}

    /// Opens all messages in their order and decodes what was in them.
    private static ChainResult reassemble(
            SkProtection opening, List<Octets> messages, List<Payload> clear) {
        PayloadType first = PayloadType.NONE;
        Octets whole = Octets.EMPTY;
        for (int i = 0; i < messages.size(); i++) {
            IkeMessage decoded = decode(messages.get(i));
            int last = decoded.payloads().size() - 1;
            assertThat(decoded.payloads().subList(0, last)).isEqualTo(i == 0 ? clear : List.of());
            if (messages.size() > 1) {
                EncryptedFragment fragment = (EncryptedFragment) decoded.payloads().getLast();
                assertThat(fragment.number()).isEqualTo(i + 1);
                assertThat(fragment.total()).isEqualTo(messages.size());
            }
            OpenResult.Opened opened = (OpenResult.Opened) opening.open(messages.get(i), decoded);
            if (i == 0) {
                first = opened.firstInner();
            } else {
                assertThat(opened.firstInner()).isEqualTo(PayloadType.NONE);
            }
            whole = Octets.concat(whole, opened.plaintext());
        }
        return CODEC.decodePayloads(first, whole);
    }

    @Test
    @DisplayName("IK-009: any octet changed, anywhere in the message, is bad integrity")
    void tampering() {
        Properties.forAll(
                24,
                suites(),
                suite -> {
                    try (SkProtection sealing = suite.protection(1)) {
                        Octets message =
                                sealing.seal(
                                        HEADER,
                                        List.of(),
                                        List.of(new VendorId(Octets.wrap(new byte[20]))));
                        byte[] octets = message.toArray();
                        for (int i = 0; i < octets.length; i++) {
                            octets[i] ^= 1;
                            Octets changed = Octets.of(octets);
                            if (CODEC.decode(changed)
                                            instanceof DecodeResult.Decoded(IkeMessage decoded)
                                    && decoded.payloads().getLast() instanceof Encrypted) {
                                assertThat(sealing.open(changed, decoded))
                                        .isEqualTo(new OpenResult.BadIntegrity());
                            }
                            octets[i] ^= 1;
                        }
                    }
                });
    }

    @Test
    @DisplayName("a body of any size and content is bad integrity, never an exception")
    void garbage() {
        Properties.forAll(
                500,
                suites(),
                WireGenerators.octets(0, 90),
                (suite, body) -> {
                    IkeMessage message =
                            new IkeMessage(HEADER, List.of(new Encrypted(PayloadType.IDI, body)));
                    try (SkProtection protection = suite.protection(1)) {
                        assertThat(protection.open(MessageCodec.encode(message), message))
                                .isEqualTo(new OpenResult.BadIntegrity());
                    }
                });
    }

    @Test
    @DisplayName("IK-071: padding may have any content, but not more than there is")
    void padding() {
        Encryption encryption = new Encryption(EncryptionAlgorithm.AES_GCM_16, 128);
        Suite suite = new Suite(encryption, IntegrityAlgorithm.NONE);
        assertThat(openPadded(suite, Octets.ofHex("00000004 abcd02")))
                .isEqualTo(new OpenResult.Opened(PayloadType.VENDOR_ID, Octets.ofHex("00000004")));
        assertThat(openPadded(suite, Octets.ofHex("02ab02")))
                .isEqualTo(new OpenResult.Opened(PayloadType.VENDOR_ID, Octets.EMPTY));
        assertThat(openPadded(suite, Octets.ofHex("03abcd04")))
                .isInstanceOf(OpenResult.Malformed.class);
    }

    /// Seals octets as they are, padding and pad length included, which a correct sender would not do.
    private static OpenResult openPadded(Suite suite, Octets padded) {
        byte[] skE = new byte[20];
        new SeededRandom(1).nextBytes(skE);
        int body = 8 + padded.size() + 16;
        Octets prefix =
                MessageCodec.protectedPrefix(HEADER, List.of(), PayloadType.VENDOR_ID, body);
        byte[] nonce = new byte[12];
        System.arraycopy(skE, 16, nonce, 0, 4);
        byte[] sealed =
                CRYPTO.aead(EncryptionAlgorithm.AES_GCM_16, KeyMaterial.copyOf("key", skE, 0, 16))
                        .seal(nonce, prefix.toArray(), padded.toArray());
        Octets message = Octets.concat(prefix, Octets.wrap(new byte[8]), Octets.wrap(sealed));
        try (SkProtection protection = suite.protection(1)) {
            return protection.open(message, decode(message));
        }
    }

    @Test
    @DisplayName("IK-070: no IV is used twice, fragments and whole messages together")
    void ivsNeverRepeat() {
        Properties.forAll(
                30,
                suites(),
                suite -> {
                    int ivOctets = suite.encryption().algorithm().ivOctets();
                    Set<Octets> ivs = new HashSet<>();
                    int count = 0;
                    try (SkProtection sealing = suite.protection(1)) {
                        List<Payload> inner = List.of(new VendorId(Octets.wrap(new byte[300])));
                        for (int octets = 150; octets < 500; octets += 50) {
                            for (Octets m : sealing.sealWithin(HEADER, List.of(), inner, octets)) {
                                Octets body =
                                        switch (decode(m).payloads().getLast()) {
                                            case Encrypted sk -> sk.body();
                                            case EncryptedFragment skf -> skf.body();
                                            default -> Octets.EMPTY;
                                        };
                                ivs.add(body.slice(0, ivOctets));
                                count++;
                            }
                        }
                    }
                    assertThat(ivs).hasSize(count);
                });
    }

    @Test
    void whatCannotBeSealedIsRefused() {
        Suite suite =
                new Suite(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        IntegrityAlgorithm.NONE);
        List<Payload> tooLong =
                List.of(
                        new VendorId(Octets.wrap(new byte[60_000])),
                        new VendorId(Octets.wrap(new byte[60_000])));
        try (SkProtection sealing = suite.protection(1)) {
            assertThatThrownBy(() -> sealing.seal(HEADER, List.of(), tooLong))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> sealing.sealWithin(HEADER, List.of(), tooLong, 60))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(sealing.sealWithin(HEADER, List.of(), tooLong, 1280)).hasSizeGreaterThan(90);
        }
        assertThatThrownBy(() ->
                        new Suite(suite.encryption(), IntegrityAlgorithm.HMAC_SHA2_256_128)
                                .protection(1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static IkeMessage decode(Octets message) {
        DecodeResult result = CODEC.decode(message);
        assertThat(result).isInstanceOf(DecodeResult.Decoded.class);
        return ((DecodeResult.Decoded) result).message();
    }

    @Test
    void anEmptyMessageIsSealed() {
        Suite suite =
                new Suite(
                        new Encryption(EncryptionAlgorithm.AES_CBC, 256),
                        IntegrityAlgorithm.HMAC_SHA2_256_128);
        try (SkProtection sealing = suite.protection(1)) {
            Octets message = sealing.seal(HEADER, List.of(), List.of());
            assertThat(sealing.open(message, decode(message)))
                    .isEqualTo(new OpenResult.Opened(PayloadType.NONE, Octets.EMPTY));
            assertThat(PayloadChain.firstType(List.of())).isEqualTo(PayloadType.NONE);
        }
    }
}
