package io.culvert.ike.proposal;

import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.ArrayList;
import java.util.List;

/// Writes proposals, and the one that was chosen, as SA payloads.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3 RFC 7296 section 3.3
public final class ProposalOffer {
    private static final int EXTENDED = 1;
    private static final int NOT_EXTENDED = 0;

    private ProposalOffer() {}

    /// An offer for an IKE SA in IKE_SA_INIT: numbered from 1, without SPI (IK-044).
    public static SecurityAssociation ofIke(List<IkeProposal> proposals) {
        return ofIke(proposals, Octets.EMPTY);
    }

    /// An offer for the IKE SA that replaces another one.
    ///
    /// @param spi our SPI for the new IKE SA
    public static SecurityAssociation ofIkeRekey(List<IkeProposal> proposals, IkeSpi spi) {
        return ofIke(proposals, spi.toOctets());
    }

    private static SecurityAssociation ofIke(List<IkeProposal> proposals, Octets spi) {
        List<ProposalSubstructure> offered = new ArrayList<>();
        for (IkeProposal proposal : proposals) {
            List<TransformSubstructure> transforms =
                    new ArrayList<>(encryption(proposal.encryption()));
            proposal.prfs()
                    .forEach(prf ->
                            transforms.add(
                                    TransformSubstructure.of(
                                            TransformType.PRF, prf.transformId())));
            transforms.addAll(integrity(proposal.integrity()));
            proposal.keyExchanges()
                    .forEach(ke ->
                            transforms.add(
                                    TransformSubstructure.of(TransformType.KE, ke.transformId())));
            transforms.addAll(additional(proposal.additional()));
            offered.add(
                    new ProposalSubstructure(offered.size() + 1, ProtocolId.IKE, spi, transforms));
        }
        return new SecurityAssociation(offered);
    }

    /// The suite that was chosen from the peer's proposal `number`.
    public static SecurityAssociation chosenIke(int number, IkeSuite suite) {
        return chosenIke(number, suite, Octets.EMPTY);
    }

    /// The suite that was chosen for the IKE SA that replaces another one.
    ///
    /// @param spi our SPI for the new IKE SA
    public static SecurityAssociation chosenIkeRekey(int number, IkeSuite suite, IkeSpi spi) {
        return chosenIke(number, suite, spi.toOctets());
    }

    private static SecurityAssociation chosenIke(int number, IkeSuite suite, Octets spi) {
        List<TransformSubstructure> transforms = new ArrayList<>();
        transforms.add(encryption(suite.encryption()));
        transforms.add(TransformSubstructure.of(TransformType.PRF, suite.prf().transformId()));
        if (suite.integrity() != IntegrityAlgorithm.NONE) {
            transforms.add(
                    TransformSubstructure.of(TransformType.INTEG, suite.integrity().transformId()));
        }
        transforms.add(
                TransformSubstructure.of(TransformType.KE, suite.keyExchange().transformId()));
        transforms.addAll(additional(suite.additional()));
        return single(number, ProtocolId.IKE, spi, transforms);
    }

    /// An offer for the Child SA of IKE_AUTH: without key exchange methods (IK-089).
    ///
    /// @param spi our inbound SPI
    public static SecurityAssociation ofFirstChild(List<EspProposal> proposals, Spi spi) {
        return ofChild(proposals.stream().map(EspProposal::withoutKeyExchange).toList(), spi);
    }

    /// An offer for a Child SA of CREATE_CHILD_SA.
    ///
    /// @param spi our inbound SPI
    public static SecurityAssociation ofChild(List<EspProposal> proposals, Spi spi) {
        List<ProposalSubstructure> offered = new ArrayList<>();
        for (EspProposal proposal : proposals) {
            List<TransformSubstructure> transforms =
                    new ArrayList<>(encryption(proposal.encryption()));
            transforms.addAll(integrity(proposal.integrity()));
            proposal.keyExchanges()
                    .forEach(ke ->
                            transforms.add(
                                    TransformSubstructure.of(TransformType.KE, ke.transformId())));
            transforms.addAll(additional(proposal.additional()));
            proposal.extendedSequenceNumbers()
                    .forEach(extended -> transforms.add(sequenceNumbers(extended)));
            offered.add(
                    new ProposalSubstructure(
                            offered.size() + 1, ProtocolId.ESP, spi.toOctets(), transforms));
        }
        return new SecurityAssociation(offered);
    }

    /// What was chosen from the peer's proposals.
    ///
    /// @param spi our inbound SPI
    public static SecurityAssociation chosenEsp(ProposalSelection.EspChoice choice, Spi spi) {
        EspTransform chosen = choice.transform();
        List<TransformSubstructure> transforms = new ArrayList<>();
        transforms.add(encryption(new Encryption(chosen.encryption(), chosen.keyLengthBits())));
        if (chosen.integrity() != IntegrityAlgorithm.NONE) {
            transforms.add(
                    TransformSubstructure.of(
                            TransformType.INTEG, chosen.integrity().transformId()));
        }
        choice.keyExchange()
                .ifPresent(ke ->
                        transforms.add(
                                TransformSubstructure.of(TransformType.KE, ke.transformId())));
        transforms.addAll(additional(choice.additional()));
        transforms.add(sequenceNumbers(chosen.extendedSequenceNumbers()));
        return single(choice.number(), ProtocolId.ESP, spi.toOctets(), transforms);
    }

    private static SecurityAssociation single(
            int number, ProtocolId protocol, Octets spi, List<TransformSubstructure> transforms) {
        return new SecurityAssociation(
                List.of(new ProposalSubstructure(number, protocol, spi, transforms)));
    }

    private static List<TransformSubstructure> encryption(List<Encryption> choices) {
        return choices.stream().map(ProposalOffer::encryption).toList();
    }

    private static TransformSubstructure encryption(Encryption choice) {
        int id = choice.algorithm().transformId();
        return choice.keyLengthBits() == 0
                ? TransformSubstructure.of(TransformType.ENCR, id)
                : TransformSubstructure.withKeyLength(
                        TransformType.ENCR, id, choice.keyLengthBits());
    }

    private static List<TransformSubstructure> integrity(List<IntegrityAlgorithm> choices) {
        return choices.stream()
                .map(i -> TransformSubstructure.of(TransformType.INTEG, i.transformId()))
                .toList();
    }

    private static List<TransformSubstructure> additional(List<AdditionalKeyExchange> choices) {
        return choices.stream().map(AdditionalKeyExchange::transform).toList();
    }

    private static TransformSubstructure sequenceNumbers(boolean extended) {
        return TransformSubstructure.of(TransformType.SN, extended ? EXTENDED : NOT_EXTENDED);
    }
}
