package io.culvert.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
    private static final IkeSpi SPI_I = new IkeSpi(0x1122334455667788L);
    private static final IkeSpi SPI_R = new IkeSpi(0x99aabbccddeeff00L);

    private final MessageCodec codec = new MessageCodec();

    /// How a session builds an IKE_SA_INIT request, and reads it on the other side.
    ///
    ///     Initiator                         Responder
    ///     HDR, SAi1, KEi, Ni,
    ///       N(NAT_DETECTION_SOURCE_IP),
    ///       N(NAT_DETECTION_DESTINATION_IP),
    ///       N(SIGNATURE_HASH_ALGORITHMS)  -->
    @Test
    void anIkeSaInitRequestIsBuiltAndRead() {
        IkeHeader header = IkeHeader.request(SPI_I, IkeSpi.ZERO, ExchangeType.IKE_SA_INIT, true, 0);
        ProposalSubstructure proposal =
                new ProposalSubstructure(
                        1,
                        ProtocolId.IKE,
                        Octets.EMPTY,
                        List.of(
                                TransformSubstructure.withKeyLength(TransformType.ENCR, 20, 256),
                                TransformSubstructure.of(TransformType.PRF, 5),
                                TransformSubstructure.of(TransformType.KE, 31)));
        IkeMessage request =
                new IkeMessage(
                        header,
                        List.of(
                                new SecurityAssociation(List.of(proposal)),
                                new KeyExchangePayload(31, ofSize(32)),
                                new Nonce(ofSize(32)),
                                new Notification.NatDetectionSource(ofSize(20)).toNotify(),
                                new Notification.NatDetectionDestination(ofSize(20)).toNotify(),
                                new Notification.SignatureHashAlgorithms(List.of(2, 3, 4, 5))
                                        .toNotify()));
        Octets onTheWire = MessageCodec.encode(request);

        DecodeResult result = codec.decode(onTheWire);

        assertThat(result).isEqualTo(new DecodeResult.Decoded(request));
        IkeMessage received = ((DecodeResult.Decoded) result).message();
        assertThat(received.payload(KeyExchangePayload.class).orElseThrow().method()).isEqualTo(31);
        assertThat(received.notification(NotifyType.NAT_DETECTION_SOURCE_IP)).isPresent();
        assertThat(received.notification(NotifyType.COOKIE)).isEmpty();
        assertThat(received.notifications(Notification.SignatureHashAlgorithms.class))
                .containsExactly(new Notification.SignatureHashAlgorithms(List.of(2, 3, 4, 5)));
        assertThat(received)
                .hasToString(
                        "IKE_SA_INIT request 0 (1122334455667788_0000000000000000) {SA, KE, Nonce,"
                                + " N(NAT_DETECTION_SOURCE_IP), N(NAT_DETECTION_DESTINATION_IP),"
                                + " N(SIGNATURE_HASH_ALGORITHMS)}");
        assertThat(header.reply().withResponderSpi(SPI_R))
                .isEqualTo(
                        new IkeHeader(
                                SPI_I,
                                SPI_R,
                                2,
                                0,
                                ExchangeType.IKE_SA_INIT,
                                false,
                                false,
                                true,
                                0));
    }

    @Test
    void theHeaderHasTheOctetsOfTheRfc() {
        IkeHeader header =
                new IkeHeader(SPI_I, SPI_R, 2, 0, ExchangeType.INFORMATIONAL, true, false, true, 7);

        assertThat(MessageCodec.encode(new IkeMessage(header, List.of())))
                .isEqualTo(
                        Octets.ofHex(
                                "1122334455667788 99aabbccddeeff00 00 20 25 28 00000007 0000001c"));
        assertThat(header.senderSpi()).isEqualTo(SPI_I);
        assertThat(header.receiverSpi()).isEqualTo(SPI_R);
    }

    @Test
    @DisplayName("decode(encode(message)) is the message, for all messages")
    void messagesSurviveARoundTrip() {
        Properties.forAll(
                WireGenerators.messages(),
                message ->
                        assertThat(codec.decode(MessageCodec.encode(message)))
                                .isEqualTo(new DecodeResult.Decoded(message)));
    }

    @Test
    void chainsSurviveARoundTrip() {
        Properties.forAll(
                WireGenerators.payloads(),
                chain ->
                        assertThat(
                                        codec.decodePayloads(
                                                PayloadChain.firstType(chain),
                                                MessageCodec.encodePayloads(chain)))
                                .isEqualTo(new ChainResult.Payloads(chain)));
    }

    @Test
    void everyKindOfPayloadIsGenerated() {
        // a generator that forgets a kind would make the round trips above prove less than they say
        StringBuilder kinds = new StringBuilder();
        Properties.forAll(
                500,
                WireGenerators.messages(),
                message ->
                        message.payloads()
                                .forEach(p ->
                                        kinds.append(p.getClass().getSimpleName()).append(' ')));
        for (Class<?> kind : Payload.class.getPermittedSubclasses()) {
            assertThat(kinds).contains(kind.getSimpleName());
        }
    }

    @Test
    @DisplayName("any message cut off at any octet is malformed, never an exception")
    void truncationIsNoticed() {
        Properties.forAll(
                30,
                WireGenerators.messages(),
                message -> {
                    Octets whole = MessageCodec.encode(message);
                    for (int size = 0; size < whole.size(); size++) {
                        DecodeResult raw = codec.decode(whole.slice(0, size));
                        assertThat(raw).isNotInstanceOf(DecodeResult.Decoded.class);
                        // with its length corrected the cut goes unnoticed only where a payload
                        // ended
                        codec.decode(withLength(whole.slice(0, size)));
                    }
                });
    }

    @Test
    @DisplayName("any octet changed gives some result")
    void mutationsAreDecoded() {
        Properties.forAll(
                60,
                WireGenerators.messages(),
                message -> {
                    byte[] octets = MessageCodec.encode(message).toArray();
                    for (int i = 0; i < octets.length; i++) {
                        byte before = octets[i];
                        for (int change : new int[] {1, 0x80, 0xff}) {
                            octets[i] = (byte) (before ^ change);
                            decodeAndReadAll(Octets.of(octets));
                        }
                        octets[i] = before;
                    }
                });
    }

    @Test
    @DisplayName("random octets give some result, as message and as chain of any first type")
    void randomOctetsAreDecoded() {
        Properties.forAll(
                2000,
                WireGenerators.octets(0, 120),
                Gen.ints(0, 255),
                (octets, type) -> {
                    decodeAndReadAll(octets);
                    decodeAndReadAll(withLength(octets));
                    if (codec.decodePayloads(new PayloadType(type), octets)
                            instanceof ChainResult.Payloads(List<Payload> payloads)) {
                        assertThat(Readings.of(payloads)).isNotNull();
                    }
                });
    }

    @Test
    @DisplayName("what was decoded can be encoded, and is then decoded the same")
    void decodingIsStable() {
        Properties.forAll(
                2000,
                WireGenerators.messages(),
                WireGenerators.octets(1, 4),
                (message, changes) -> {
                    byte[] octets = MessageCodec.encode(message).toArray();
                    for (int i = 0; i < changes.size(); i++) {
                        int at = changes.u8(i) * 31 % octets.length;
                        octets[at] = (byte) (octets[at] ^ changes.u8(i));
                    }
                    if (codec.decode(Octets.of(octets))
                            instanceof DecodeResult.Decoded(IkeMessage decoded)) {
                        assertThat(codec.decode(MessageCodec.encode(decoded)))
                                .isEqualTo(new DecodeResult.Decoded(decoded));
                    }
                });
    }

    @Test
    @DisplayName("IK-001: the length of the header is the length of the message")
    void lengthMustMatch() {
        byte[] octets = MessageCodec.encode(informational()).toArray();
        octets[27]++;
        assertMalformed(Octets.of(octets), MalformedReason.LENGTH_MISMATCH);
        octets[27] = (byte) (octets[27] - 2);
        assertMalformed(Octets.of(octets), MalformedReason.LENGTH_MISMATCH);
        assertThat(IkeHeader.announcedLength(Octets.of(octets))).hasValue(octets.length - 1);
    }

    @Test
    @DisplayName("IK-002: the initiator's SPI is not zero")
    void initiatorSpiMustNotBeZero() {
        IkeHeader header =
                IkeHeader.request(IkeSpi.ZERO, SPI_R, ExchangeType.INFORMATIONAL, true, 1);
        assertMalformed(
                MessageCodec.encode(new IkeMessage(header, List.of())),
                MalformedReason.ZERO_INITIATOR_SPI);
    }

    @Test
    @DisplayName("IK-005: an unknown payload with the Critical flag rejects the message")
    void criticalUnknownPayload() {
        IkeHeader header = informational().header();
        PayloadType type = new PayloadType(200);
        IkeMessage harmless =
                new IkeMessage(
                        header,
                        List.of(
                                new UnknownPayload(type, false, ofSize(3)),
                                new VendorId(ofSize(4))));
        IkeMessage critical =
                new IkeMessage(header, List.of(new UnknownPayload(type, true, ofSize(3))));

        assertThat(codec.decode(MessageCodec.encode(harmless)))
                .isEqualTo(new DecodeResult.Decoded(harmless));
        assertThat(codec.decode(MessageCodec.encode(critical)))
                .isEqualTo(new DecodeResult.UnknownCriticalPayload(header, type));
        assertThat(codec.decodePayloads(type, MessageCodec.encodePayloads(critical.payloads())))
                .isEqualTo(new ChainResult.UnknownCriticalPayload(type));
    }

    @Test
    @DisplayName("IK-005: the Critical flag means nothing on a payload that we know")
    void criticalKnownPayload() {
        IkeMessage message =
                new IkeMessage(informational().header(), List.of(new VendorId(ofSize(4))));
        byte[] octets = MessageCodec.encode(message).toArray();
        octets[29] = (byte) 0xff;

        assertThat(codec.decode(Octets.of(octets))).isEqualTo(new DecodeResult.Decoded(message));
    }

    @Test
    @DisplayName("IK-007: another major version is told apart before anything else")
    void majorVersion() {
        byte[] octets = MessageCodec.encode(informational()).toArray();
        octets[17] = 0x30;
        octets[27] = 0;
        assertThat(codec.decode(Octets.of(octets)))
                .isInstanceOfSatisfying(
                        DecodeResult.UnsupportedVersion.class,
                        result -> assertThat(result.header().majorVersion()).isEqualTo(3));
    }

    @Test
    void encryptedPayloadsEndTheMessage() {
        IkeHeader header = informational().header();
        IkeMessage message =
                new IkeMessage(
                        header,
                        List.of(
                                new PuzzleSolution(ofSize(16)),
                                new Encrypted(PayloadType.IDI, ofSize(40))));
        byte[] octets = MessageCodec.encode(message).toArray();
        assertThat(octets[28]).isEqualTo((byte) 46);
        assertThat(octets[48]).as("announces what is inside").isEqualTo((byte) 35);

        Octets longer = withLength(Octets.concat(Octets.of(octets), ofSize(4)));
        assertMalformed(longer, MalformedReason.MISPLACED_ENCRYPTED);
        assertThat(codec.decodePayloads(PayloadType.SK, Octets.ofHex("00000008 01020304")))
                .isInstanceOfSatisfying(
                        ChainResult.Malformed.class,
                        result ->
                                assertThat(result.reason())
                                        .isEqualTo(MalformedReason.MISPLACED_ENCRYPTED));
        assertThatThrownBy(() -> message.withPayloads(message.payloads().reversed()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("the prefix of an encrypted message is what encoding it begins with")
    void protectedPrefixIsTheBeginning() {
        Properties.forAll(
                WireGenerators.messages(),
                message -> {
                    if (message.payloads().isEmpty()
                            || !message.payloads().getLast().isProtection()) {
                        return;
                    }
                    List<Payload> clear =
                            message.payloads().subList(0, message.payloads().size() - 1);
                    Octets prefix = prefix(message.header(), clear, message.payloads().getLast());
                    Octets whole = MessageCodec.encode(message);
                    assertThat(whole.slice(0, prefix.size())).isEqualTo(prefix);
                });
    }

    private static Octets prefix(IkeHeader header, List<Payload> clear, Payload last) {
        if (last
                instanceof
                EncryptedFragment(PayloadType first, int number, int total, Octets body)) {
            return MessageCodec.protectedFragmentPrefix(
                    header, clear, first, number, total, body.size());
        }
        Encrypted sk = (Encrypted) last;
        return MessageCodec.protectedPrefix(header, clear, sk.firstInner(), sk.body().size());
    }

    @Test
    @DisplayName("E1-3: fragment numbers are not zero and not above the total")
    void fragmentNumbers() {
        IkeMessage message =
                new IkeMessage(
                        informational().header(),
                        List.of(new EncryptedFragment(PayloadType.NONE, 2, 3, ofSize(30))));
        byte[] octets = MessageCodec.encode(message).toArray();
        assertThat(codec.decode(Octets.of(octets))).isEqualTo(new DecodeResult.Decoded(message));
        octets[33] = 4;
        assertMalformed(Octets.of(octets), MalformedReason.VALUE_OUT_OF_RANGE);
        octets[33] = 0;
        assertMalformed(Octets.of(octets), MalformedReason.VALUE_OUT_OF_RANGE);
    }

    @Test
    void limitsHold() {
        WireLimits tight = new WireLimits(400, 3, 1, 2, 1, 2, 1);
        MessageCodec strict = new MessageCodec(tight);
        IkeHeader header = informational().header();
        TransformSubstructure aes =
                TransformSubstructure.withKeyLength(TransformType.ENCR, 20, 128);
        TransformSubstructure twoAttributes =
                new TransformSubstructure(
                        TransformType.ENCR,
                        20,
                        List.of(aes.attributes().getFirst(), aes.attributes().getFirst()));
        ConfigurationAttribute dns =
                ConfigurationAttribute.request(ConfigurationAttributeType.INTERNAL_IP4_DNS);
        List<List<Payload>> tooMuch =
                List.of(
                        List.of(vendor(), vendor(), vendor(), vendor()),
                        List.of(new SecurityAssociation(List.of(proposal(aes), proposal(aes)))),
                        List.of(new SecurityAssociation(List.of(proposal(aes, aes, aes)))),
                        List.of(new SecurityAssociation(List.of(proposal(twoAttributes)))),
                        List.of(
                                new Delete(
                                        ProtocolId.ESP, List.of(ofSize(4), ofSize(4), ofSize(4)))),
                        List.of(
                                new Configuration(
                                        ConfigurationType.CFG_REQUEST, List.of(dns, dns))));
        for (List<Payload> payloads : tooMuch) {
            Octets message = MessageCodec.encode(new IkeMessage(header, payloads));
            assertThat(codec.decode(message)).isInstanceOf(DecodeResult.Decoded.class);
            assertThat(strict.decode(message))
                    .isInstanceOfSatisfying(
                            DecodeResult.Malformed.class,
                            result ->
                                    assertThat(result.reason())
                                            .isEqualTo(MalformedReason.LIMIT_EXCEEDED));
        }
        Octets big =
                MessageCodec.encode(new IkeMessage(header, List.of(new VendorId(ofSize(380)))));
        assertThat(strict.decode(big))
                .isInstanceOfSatisfying(
                        DecodeResult.Malformed.class,
                        result ->
                                assertThat(result.reason())
                                        .isEqualTo(MalformedReason.MESSAGE_TOO_LARGE));
    }

    @Test
    void countsAndMarksMustAgree() {
        SecurityAssociation sa =
                new SecurityAssociation(
                        List.of(proposal(TransformSubstructure.of(TransformType.PRF, 5))));
        byte[] octets =
                MessageCodec.encode(new IkeMessage(informational().header(), List.of(sa)))
                        .toArray();
        octets[32] = 2;
        assertMalformed(Octets.of(octets), MalformedReason.COUNT_MISMATCH);
        octets[32] = 0;
        octets[39] = 2;
        assertMalformed(Octets.of(octets), MalformedReason.COUNT_MISMATCH);
        octets[39] = 1;
        octets[40] = 3;
        assertMalformed(Octets.of(octets), MalformedReason.COUNT_MISMATCH);
    }

    @Test
    void octetsBehindTheLastPayloadAreAMistake() {
        Octets message = MessageCodec.encode(informational());
        assertMalformed(
                withLength(Octets.concat(message, ofSize(1))), MalformedReason.TRAILING_OCTETS);
    }

    @Test
    void fewerOctetsThanAHeaderAreToldApart() {
        assertThat(codec.decode(ofSize(27))).isEqualTo(new DecodeResult.NoHeader(27));
        assertThat(IkeHeader.peek(ofSize(27))).isEmpty();
        assertThat(IkeHeader.announcedLength(ofSize(27))).isEmpty();
    }

    private void decodeAndReadAll(Octets octets) {
        if (codec.decode(octets) instanceof DecodeResult.Decoded(IkeMessage message)) {
            assertThat(Readings.of(message.payloads())).isNotNull();
        }
    }

    private void assertMalformed(Octets octets, MalformedReason reason) {
        assertThat(codec.decode(octets))
                .isInstanceOfSatisfying(
                        DecodeResult.Malformed.class,
                        result -> assertThat(result.reason()).isEqualTo(reason));
    }

    private static IkeMessage informational() {
        return new IkeMessage(
                IkeHeader.request(SPI_I, SPI_R, ExchangeType.INFORMATIONAL, true, 1), List.of());
    }

    private static ProposalSubstructure proposal(TransformSubstructure... transforms) {
        return new ProposalSubstructure(1, ProtocolId.IKE, Octets.EMPTY, List.of(transforms));
    }

    private static Payload vendor() {
        return new VendorId(ofSize(1));
    }

    /// The octets with the length field of the header made right, where there is one.
    private static Octets withLength(Octets octets) {
        return octets.size() < IkeHeader.OCTETS
                ? octets
                : new OctetsBuilder().octets(octets).putU32(24, octets.size()).build();
    }

    private static Octets ofSize(int size) {
        OctetsBuilder out = new OctetsBuilder();
        Stream.iterate(1, i -> i + 1).limit(size).forEach(out::u8);
        return out.build();
    }
}
