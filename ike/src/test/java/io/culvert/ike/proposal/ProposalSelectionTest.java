package io.culvert.ike.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TransformAttribute;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ike.wire.WireGenerators;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ProposalSelectionTest {
    private static final Spi THEIR_SPI = new Spi(0xc0ffee01);
    private static final Spi OUR_SPI = new Spi(0xc0ffee02);

    @Test
    @DisplayName("IK-044: one proposal, one transform of each type, the number kept")
    void oneOfEach() {
        ProposalSelection.IkeChoice choice =
                ike(
                                "aes128-sha256-x25519",
                                "aes128gcm16-prfsha256-x25519",
                                "aes256-aes128-sha512-sha256-ecp256-x25519")
                        .orElseThrow();

        assertThat(choice.suite()).hasToString("aes128-sha256-x25519");
        assertThat(choice.number()).isEqualTo(2);
        assertThat(ProposalOffer.chosenIke(choice.number(), choice.suite()))
                .isEqualTo(
                        new SecurityAssociation(
                                List.of(
                                        new ProposalSubstructure(
                                                2,
                                                ProtocolId.IKE,
                                                Octets.EMPTY,
                                                List.of(
                                                        TransformSubstructure.withKeyLength(
                                                                TransformType.ENCR, 12, 128),
                                                        transform(TransformType.PRF, 5),
                                                        transform(TransformType.INTEG, 12),
                                                        transform(TransformType.KE, 31))))));
    }

    @Test
    @DisplayName("our order decides, among proposals and among algorithms")
    void ourOrderDecides() {
        assertThat(
                        ike(
                                "aes256gcm16-aes128gcm16-prfsha384-prfsha256-ecp384-x25519",
                                "aes128-sha256-x25519",
                                "aes128gcm16-aes256gcm16-prfsha256-prfsha384-x25519-ecp384"))
                .get()
                .extracting(ProposalSelection.IkeChoice::suite)
                .hasToString("aes256gcm16-prfsha384-ecp384");
    }

    @Test
    @DisplayName(
            "the method of the KE payload is taken if we accept it, so that no round trip is lost")
    void theSentMethodIsPreferred() {
        List<IkeProposal> ours = ProposalParser.ike("aes128-sha256-ecp384-x25519");
        SecurityAssociation theirs =
                ProposalOffer.ofIke(ProposalParser.ike("aes128-sha256-x25519-ecp384-modp2048"));

        assertThat(chosen(ours, theirs, Optional.of(KeyExchangeMethod.CURVE25519)))
                .isEqualTo("aes128-sha256-x25519");
        assertThat(chosen(ours, theirs, Optional.empty())).isEqualTo("aes128-sha256-ecp384");
        assertThat(chosen(ours, theirs, Optional.of(KeyExchangeMethod.MODP_2048)))
                .as("a method that we do not accept")
                .isEqualTo("aes128-sha256-ecp384");
        assertThat(chosen(ours, theirs, Optional.of(KeyExchangeMethod.ECP_256)))
                .as("a method that was not offered")
                .isEqualTo("aes128-sha256-ecp384");
    }

    @Test
    @DisplayName("IK-045: nothing in common is no choice")
    void nothingInCommon() {
        assertThat(ike("aes128-sha256-x25519", "aes256-sha256-x25519")).isEmpty();
        assertThat(ike("aes128-sha256-x25519", "aes128-sha512-x25519")).isEmpty();
        assertThat(ike("aes128-sha256-x25519", "aes128-sha256-ecp256")).isEmpty();
        assertThat(ike("aes128-sha256-prfsha512-x25519", "aes128-sha256-x25519")).isEmpty();
        assertThat(ike("aes128gcm16-prfsha256-x25519", "aes128-sha256-x25519")).isEmpty();
    }

    @Test
    @DisplayName(
            "IK-044: a proposal of IKE_SA_INIT has no SPI, one for ESP has 4 octets that are not reserved")
    void spis() {
        List<IkeProposal> ike = ProposalParser.ike("aes128-sha256-x25519");
        ProposalSubstructure good = ProposalOffer.ofIke(ike).proposals().getFirst();
        SecurityAssociation rekeying =
                single(ProtocolId.IKE, Octets.ofHex("0102030405060708"), good.transforms());
        assertThat(ProposalSelection.chooseIke(ike, rekeying, Optional.empty(), true)).isEmpty();

        List<EspProposal> esp = ProposalParser.esp("aes128gcm16");
        List<TransformSubstructure> transforms =
                ProposalOffer.ofFirstChild(esp, THEIR_SPI).proposals().getFirst().transforms();
        for (String spi : List.of("", "0102030405060708", "000000ff")) {
            SecurityAssociation sa = single(ProtocolId.ESP, Octets.ofHex(spi), transforms);
            assertThat(ProposalSelection.chooseFirstChild(esp, sa)).as(spi).isEmpty();
        }
        SecurityAssociation ah = single(ProtocolId.AH, THEIR_SPI.toOctets(), transforms);
        assertThat(ProposalSelection.chooseFirstChild(esp, ah)).isEmpty();
    }

    @Test
    @DisplayName("IK-045: an AEAD goes with no integrity transform or with NONE")
    void integrityNone() {
        List<IkeProposal> ours = ProposalParser.ike("aes128gcm16-prfsha256-x25519");
        SecurityAssociation withNone = offer(ours, transform(TransformType.INTEG, 0));
        SecurityAssociation withSha = offer(ours, transform(TransformType.INTEG, 12));

        assertThat(ProposalSelection.chooseIke(ours, withNone, Optional.empty(), true))
                .get()
                .extracting(choice -> choice.suite().integrity())
                .isEqualTo(IntegrityAlgorithm.NONE);
        assertThat(ProposalSelection.chooseIke(ours, withSha, Optional.empty(), true)).isEmpty();
    }

    @Test
    @DisplayName(
            "IK-008: an unknown transform type makes the proposal unusable, the next one is tried")
    void unknownTransformType() {
        List<IkeProposal> ours = ProposalParser.ike("aes128gcm16-prfsha256-x25519");
        ProposalSubstructure strange =
                offer(ours, transform(TransformType.ADDKE1, 36)).proposals().getFirst();
        ProposalSubstructure plain =
                new ProposalSubstructure(
                        7,
                        ProtocolId.IKE,
                        Octets.EMPTY,
                        ProposalOffer.ofIke(ours).proposals().getFirst().transforms());

        SecurityAssociation alone = new SecurityAssociation(List.of(strange));
        assertThat(ProposalSelection.chooseIke(ours, alone, Optional.empty(), true)).isEmpty();
        SecurityAssociation both = new SecurityAssociation(List.of(strange, plain));
        assertThat(ProposalSelection.chooseIke(ours, both, Optional.empty(), true))
                .get()
                .extracting(ProposalSelection.IkeChoice::number)
                .isEqualTo(7);
    }

    @Test
    @DisplayName(
            "IK-008, IK-046: unknown IDs, unknown attributes and wrong key lengths make a transform unusable")
    void unusableTransforms() {
        List<IkeProposal> ours =
                ProposalParser.ike("aes128gcm16-chacha20poly1305-prfsha256-x25519");
        TransformSubstructure prf = transform(TransformType.PRF, 5);
        TransformSubstructure ke = transform(TransformType.KE, 31);
        TransformAttribute length = new TransformAttribute.Fixed(14, 128);
        TransformAttribute other = new TransformAttribute.Fixed(15, 1);
        List<TransformSubstructure> unusable =
                List.of(
                        transform(TransformType.ENCR, 20),
                        transform(TransformType.ENCR, 999),
                        TransformSubstructure.withKeyLength(TransformType.ENCR, 20, 127),
                        TransformSubstructure.withKeyLength(TransformType.ENCR, 28, 256),
                        new TransformSubstructure(TransformType.ENCR, 20, List.of(length, other)),
                        new TransformSubstructure(TransformType.ENCR, 20, List.of(length, length)));
        for (TransformSubstructure encr : unusable) {
            assertThat(
                            ProposalSelection.chooseIke(
                                    ours, proposal(encr, prf, ke), Optional.empty(), true))
                    .as(encr.toString())
                    .isEmpty();
        }
        List<TransformSubstructure> all = new ArrayList<>(unusable);
        all.add(transform(TransformType.ENCR, 28));
        all.add(prf);
        all.add(new TransformSubstructure(TransformType.KE, 19, List.of(other)));
        all.add(ke);
        SecurityAssociation mixed = proposal(all.toArray(TransformSubstructure[]::new));
        assertThat(chosen(ours, mixed, Optional.empty()))
                .isEqualTo("chacha20poly1305-prfsha256-x25519");
    }

    @Test
    @DisplayName("IK-089: in IKE_AUTH key exchange methods are ignored on both sides")
    void keyExchangeInIkeAuth() {
        List<EspProposal> ours = ProposalParser.esp("aes128gcm16-x25519");
        ProposalSubstructure offered =
                ProposalOffer.ofFirstChild(ours, THEIR_SPI).proposals().getFirst();
        assertThat(offered.transforms())
                .extracting(TransformSubstructure::type)
                .containsExactly(TransformType.ENCR, TransformType.SN);

        List<TransformSubstructure> transforms = new ArrayList<>(offered.transforms());
        transforms.add(transform(TransformType.KE, 19));
        SecurityAssociation theirs = single(ProtocolId.ESP, THEIR_SPI.toOctets(), transforms);
        ProposalSelection.EspChoice choice =
                ProposalSelection.chooseFirstChild(ours, theirs).orElseThrow();
        assertThat(choice.spi()).isEqualTo(THEIR_SPI);
        assertThat(ProposalText.of(choice.transform())).isEqualTo("aes128gcm16");
    }

    @Test
    @DisplayName("IK-008: ESP without a transform for sequence numbers lacks a mandatory type")
    void sequenceNumbersAreMandatory() {
        List<EspProposal> ours = ProposalParser.esp("aes128gcm16");
        SecurityAssociation theirs =
                single(
                        ProtocolId.ESP,
                        THEIR_SPI.toOctets(),
                        List.of(TransformSubstructure.withKeyLength(TransformType.ENCR, 20, 128)));
        assertThat(ProposalSelection.chooseFirstChild(ours, theirs)).isEmpty();
    }

    @Test
    @DisplayName("an initiator accepts what was chosen from its offer, whatever that is")
    void answersAreAccepted() {
        Properties.forAll(
                ikeProposals(),
                ikeProposals(),
                (ours, theirs) -> {
                    Optional<ProposalSelection.IkeChoice> choice =
                            ProposalSelection.chooseIke(
                                    ours, ProposalOffer.ofIke(theirs), Optional.empty(), true);
                    choice.ifPresent(c ->
                            assertThat(
                                            ProposalSelection.acceptIke(
                                                    theirs,
                                                    ProposalOffer.chosenIke(c.number(), c.suite())))
                                    .hasValue(c.suite()));
                });
    }

    @Test
    @DisplayName("a choice is there exactly if a combination is in both offers")
    void choicesAreComplete() {
        Properties.forAll(
                1000,
                ikeProposals(),
                ikeProposals(),
                (ours, theirs) -> {
                    boolean common =
                            ours.stream()
                                    .anyMatch(own -> theirs.stream().anyMatch(t -> fit(own, t)));
                    assertThat(
                                    ProposalSelection.chooseIke(
                                                    ours,
                                                    ProposalOffer.ofIke(theirs),
                                                    Optional.empty(),
                                                    true)
                                            .isPresent())
                            .isEqualTo(common);
                });
    }

    private static boolean fit(IkeProposal one, IkeProposal two) {
        return one.encryption().stream().anyMatch(two.encryption()::contains)
                && one.prfs().stream().anyMatch(two.prfs()::contains)
                && one.keyExchanges().stream().anyMatch(two.keyExchanges()::contains)
                && (one.integrity().isEmpty()
                        ? two.integrity().isEmpty()
                        : one.integrity().stream().anyMatch(two.integrity()::contains));
    }

    @Test
    @DisplayName(
            "IK-044: an initiator refuses answers that are not one choice out of the proposal they name")
    void wrongAnswers() {
        List<IkeProposal> ours =
                ProposalParser.ike("aes128gcm16-aes128-aes256-sha256-x25519-ecp256");
        IkeSuite cbc =
                ProposalParser.ike("aes128-sha256-x25519").stream()
                        .map(p -> chosen(ours, p))
                        .findFirst()
                        .orElseThrow();
        SecurityAssociation good = ProposalOffer.chosenIke(2, cbc);
        ProposalSubstructure proposal = good.proposals().getFirst();

        assertThat(ProposalSelection.acceptIke(ours, good)).hasValue(cbc);
        for (SecurityAssociation answer :
                List.of(
                        ProposalOffer.ofIke(ours),
                        ProposalOffer.ofIke(List.of(ours.get(1))),
                        ProposalOffer.chosenIke(0, cbc),
                        ProposalOffer.chosenIke(1, cbc),
                        ProposalOffer.chosenIke(3, cbc),
                        ProposalOffer.ofIke(ProposalParser.ike("aes192-sha256-x25519")),
                        new SecurityAssociation(List.of(proposal, proposal)))) {
            assertThat(ProposalSelection.acceptIke(ours, answer)).as("%s", answer).isEmpty();
        }
    }

    private static IkeSuite chosen(List<IkeProposal> ours, IkeProposal theirs) {
        return ProposalSelection.chooseIke(
                        ours, ProposalOffer.ofIke(List.of(theirs)), Optional.empty(), true)
                .orElseThrow()
                .suite();
    }

    @Test
    void espAnswersAreAccepted() {
        List<EspProposal> ours = ProposalParser.esp("default");
        SecurityAssociation offer = ProposalOffer.ofFirstChild(ours, OUR_SPI);
        ProposalSelection.EspChoice choice =
                ProposalSelection.chooseFirstChild(ProposalParser.esp("aes128-sha256"), offer)
                        .orElseThrow();
        assertThat(choice.number()).isEqualTo(2);
        SecurityAssociation answer = ProposalOffer.chosenEsp(choice, THEIR_SPI);
        assertThat(ProposalSelection.acceptFirstChild(ours, answer))
                .hasValue(
                        new ProposalSelection.EspChoice(
                                2, choice.transform(), Optional.empty(), List.of(), THEIR_SPI));
        assertThat(
                        ProposalSelection.acceptFirstChild(
                                ours,
                                ProposalOffer.chosenEsp(
                                        new ProposalSelection.EspChoice(
                                                1,
                                                choice.transform(),
                                                Optional.empty(),
                                                List.of(),
                                                THEIR_SPI),
                                        THEIR_SPI)))
                .isEmpty();
    }

    @Test
    @DisplayName("any SA payload gives a choice or none, never an exception")
    void selectionIsTotal() {
        List<IkeProposal> ike = ProposalParser.ike("default");
        List<EspProposal> esp = ProposalParser.esp("default");
        Properties.forAll(
                1000,
                WireGenerators.securityAssociations(),
                Gen.enums(KeyExchangeMethod.class).optional(),
                (sa, method) -> {
                    ProposalSelection.chooseIke(ike, sa, method, true);
                    ProposalSelection.chooseFirstChild(esp, sa);
                    ProposalSelection.acceptIke(ike, sa);
                    ProposalSelection.acceptFirstChild(esp, sa);
                    assertThat(ProposalText.of(sa)).isNotEmpty();
                });
    }

    @Test
    void bothOffersAreDescribed() {
        List<IkeProposal> ours = ProposalParser.ike("aes128gcm16-aes256-sha256-x25519");
        assertThat(ProposalText.ofIke(ours))
                .isEqualTo("aes128gcm16-prfsha256-x25519, aes256-prfsha256-sha256-x25519");
        assertThat(ProposalText.ofFirstChild(ProposalParser.esp("aes128gcm16-x25519-esn")))
                .isEqualTo("aes128gcm16-esn");
        assertThat(
                        ProposalText.of(
                                proposal(
                                        TransformSubstructure.withKeyLength(
                                                TransformType.ENCR, 23, 256),
                                        TransformSubstructure.withKeyLength(
                                                TransformType.ENCR, 21, 128),
                                        transform(TransformType.ENCR, 3),
                                        transform(TransformType.INTEG, 2),
                                        transform(TransformType.KE, 2),
                                        transform(TransformType.ADDKE1, 36),
                                        transform(TransformType.SN, 1))))
                .isEqualTo("camellia256-encr(21/128)-3des-sha1-modp1024-ke1_mlkem768-esn");
    }

    private static Gen<List<IkeProposal>> ikeProposals() {
        List<Encryption> aeads =
                List.of(
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 128),
                        new Encryption(EncryptionAlgorithm.AES_GCM_16, 256),
                        new Encryption(EncryptionAlgorithm.CHACHA20_POLY1305, 0));
        List<Encryption> others =
                List.of(
                        new Encryption(EncryptionAlgorithm.AES_CBC, 128),
                        new Encryption(EncryptionAlgorithm.AES_CTR, 256));
        Gen<List<IntegrityAlgorithm>> integrity =
                Gen.listOf(
                        Gen.of(
                                IntegrityAlgorithm.HMAC_SHA1_96,
                                IntegrityAlgorithm.HMAC_SHA2_256_128),
                        1,
                        2);
        Gen<IkeProposal> proposal =
                choices -> {
                    boolean aead = Gen.booleans().draw(choices);
                    return new IkeProposal(
                            Gen.listOf(Gen.elementOf(aead ? aeads : others), 1, 3).draw(choices),
                            Gen.listOf(Gen.enums(PrfAlgorithm.class), 1, 3).draw(choices),
                            aead ? List.of() : integrity.draw(choices),
                            Gen.listOf(Gen.enums(KeyExchangeMethod.class), 1, 5).draw(choices));
                };
        return Gen.listOf(proposal, 1, 3);
    }

    private static Optional<ProposalSelection.IkeChoice> ike(String ours, String... theirs) {
        List<IkeProposal> offered = new ArrayList<>();
        for (String text : theirs) {
            offered.addAll(ProposalParser.ike(text));
        }
        return ProposalSelection.chooseIke(
                ProposalParser.ike(ours), ProposalOffer.ofIke(offered), Optional.empty(), true);
    }

    private static String chosen(
            List<IkeProposal> ours,
            SecurityAssociation theirs,
            Optional<KeyExchangeMethod> sentMethod) {
        return ProposalSelection.chooseIke(ours, theirs, sentMethod, true)
                .orElseThrow()
                .suite()
                .toString();
    }

    private static TransformSubstructure transform(TransformType type, int id) {
        return TransformSubstructure.of(type, id);
    }

    private static SecurityAssociation proposal(TransformSubstructure... transforms) {
        return single(ProtocolId.IKE, Octets.EMPTY, List.of(transforms));
    }

    private static SecurityAssociation single(
            ProtocolId protocol, Octets spi, List<TransformSubstructure> transforms) {
        return new SecurityAssociation(
                List.of(new ProposalSubstructure(1, protocol, spi, transforms)));
    }

    /// Our offer with one transform more.
    private static SecurityAssociation offer(List<IkeProposal> ours, TransformSubstructure more) {
        List<TransformSubstructure> transforms =
                new ArrayList<>(ProposalOffer.ofIke(ours).proposals().getFirst().transforms());
        transforms.add(more);
        return proposal(transforms.toArray(TransformSubstructure[]::new));
    }
}
