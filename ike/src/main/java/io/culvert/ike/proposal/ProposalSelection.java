package io.culvert.ike.proposal;

import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Chooses from a peer's proposals, or checks what a peer chose from ours.
///
/// Our choice: our proposals count in our order, within one of them the peer's, and of each type of transform the
/// first of ours that the peer offers. A transform of unknown ID or with an unknown attribute is passed over; a
/// proposal with an unknown type of transform is passed over as a whole (IK-008).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3.6 RFC 7296 section 3.3.6
public final class ProposalSelection {
    private static final int NONE = 0;
    private static final int EXTENDED = 1;
    private static final Set<TransformType> IKE_TYPES =
            Set.of(TransformType.ENCR, TransformType.PRF, TransformType.INTEG, TransformType.KE);
    private static final Set<TransformType> ESP_TYPES =
            Set.of(TransformType.ENCR, TransformType.INTEG, TransformType.KE, TransformType.SN);

    private ProposalSelection() {}

    /// A suite for an IKE SA.
    ///
    /// @param number the number of the proposal that it comes from
    public record IkeChoice(int number, IkeSuite suite) {}

    /// A transform for a Child SA.
    ///
    /// @param number the number of the proposal that it comes from
    /// @param spi the peer's inbound SPI
    public record EspChoice(int number, EspTransform transform, Spi spi) {}

    /// Chooses a suite for an IKE SA.
    ///
    /// @param preferred the method of the peer's KE payload: taken where a proposal allows it, which saves a round
    ///     trip
    public static Optional<IkeChoice> chooseIke(
            List<IkeProposal> ours,
            SecurityAssociation offered,
            Optional<KeyExchangeMethod> preferred) {
        for (IkeProposal our : ours) {
            for (ProposalSubstructure their : offered.proposals()) {
                Optional<IkeSuite> suite =
                        their.protocol().equals(ProtocolId.IKE)
                                ? common(our, their, preferred)
                                : Optional.empty();
                if (suite.isPresent()) {
                    return Optional.of(new IkeChoice(their.number(), suite.get()));
                }
            }
        }
        return Optional.empty();
    }

    /// Chooses a transform for a Child SA that has no key exchange of its own.
    public static Optional<EspChoice> chooseFirstChild(
            List<EspProposal> ours, SecurityAssociation offered) {
        for (EspProposal our : ours) {
            for (ProposalSubstructure their : offered.proposals()) {
                Optional<EspTransform> transform =
                        their.protocol().equals(ProtocolId.ESP) && isAllocatable(their.spi())
                                ? common(our, their)
                                : Optional.empty();
                if (transform.isPresent()) {
                    return Optional.of(
                            new EspChoice(their.number(), transform.get(), Spi.of(their.spi())));
                }
            }
        }
        return Optional.empty();
    }

    /// Reads the suite that a responder chose: one proposal, one transform of each type, all of them offered by us.
    public static Optional<IkeSuite> acceptIke(List<IkeProposal> ours, SecurityAssociation chosen) {
        return isSingle(chosen)
                ? chooseIke(ours, chosen, Optional.empty()).map(IkeChoice::suite)
                : Optional.empty();
    }

    /// Reads the transform that a responder chose for the Child SA of IKE_AUTH.
    public static Optional<EspChoice> acceptFirstChild(
            List<EspProposal> ours, SecurityAssociation chosen) {
        return isSingle(chosen) ? chooseFirstChild(ours, chosen) : Optional.empty();
    }

    /// Whether any of our proposals has this method.
    public static boolean offers(List<IkeProposal> ours, KeyExchangeMethod method) {
        return ours.stream().anyMatch(p -> p.keyExchanges().contains(method));
    }

    private static boolean isSingle(SecurityAssociation chosen) {
        if (chosen.proposals().size() != 1) {
            return false;
        }
        List<TransformSubstructure> transforms = chosen.proposals().getFirst().transforms();
        long types = transforms.stream().map(TransformSubstructure::type).distinct().count();
        return types == transforms.size();
    }

    private static boolean isAllocatable(Octets spi) {
        return spi.size() == 4 && Spi.of(spi).isAllocatable();
    }

    private static Optional<IkeSuite> common(
            IkeProposal our, ProposalSubstructure their, Optional<KeyExchangeMethod> preferred) {
        if (!onlyTypes(their, IKE_TYPES)) {
            return Optional.empty();
        }
        Optional<Encryption> encryption = encryption(our.encryption(), their);
        Optional<PrfAlgorithm> prf =
                first(our.prfs(), PrfAlgorithm::transformId, their, TransformType.PRF);
        List<KeyExchangeMethod> methods =
                preferred
                        .filter(our.keyExchanges()::contains)
                        .filter(m -> ids(their, TransformType.KE).contains(m.transformId()))
                        .map(List::of)
                        .orElse(our.keyExchanges());
        Optional<KeyExchangeMethod> method =
                first(methods, KeyExchangeMethod::transformId, their, TransformType.KE);
        if (encryption.isEmpty() || prf.isEmpty() || method.isEmpty()) {
            return Optional.empty();
        }
        return integrity(encryption.get(), our.integrity(), their)
                .map(integrity ->
                        new IkeSuite(encryption.get(), prf.get(), integrity, method.get()));
    }

    private static Optional<EspTransform> common(EspProposal our, ProposalSubstructure their) {
        if (!onlyTypes(their, ESP_TYPES)) {
            return Optional.empty();
        }
        Optional<Encryption> encryption = encryption(our.encryption(), their);
        Set<Integer> offered = ids(their, TransformType.SN);
        Optional<Boolean> extended =
                our.extendedSequenceNumbers().stream()
                        .filter(wanted ->
                                offered.contains(wanted ? EXTENDED : NONE)
                                        || (offered.isEmpty() && !wanted))
                        .findFirst();
        if (encryption.isEmpty() || extended.isEmpty()) {
            return Optional.empty();
        }
        return integrity(encryption.get(), our.integrity(), their)
                .map(integrity ->
                        new EspTransform(
                                encryption.get().algorithm(),
                                encryption.get().keyLengthBits(),
                                integrity,
                                extended.get()));
    }

    private static boolean onlyTypes(ProposalSubstructure their, Set<TransformType> known) {
        return their.transforms().stream()
                .allMatch(t ->
                        known.contains(t.type())
                                || (isAdditionalKeyExchange(t.type()) && t.id() == NONE));
    }

    /// ADDKE1 to ADDKE7 (RFC 9370): a peer that offers NONE does without.
    private static boolean isAdditionalKeyExchange(TransformType type) {
        return type.value() >= 6 && type.value() <= 12;
    }

    private static Optional<Encryption> encryption(
            List<Encryption> ours, ProposalSubstructure their) {
        return ours.stream()
                .filter(our -> their.transforms().stream().anyMatch(t -> isSame(our, t)))
                .findFirst();
    }

    private static boolean isSame(Encryption our, TransformSubstructure their) {
        boolean sameLength =
                our.keyLengthBits() == 0
                        ? their.attributes().isEmpty()
                        : their.keyLengthBits().orElse(0) == our.keyLengthBits();
        return their.type().equals(TransformType.ENCR)
                && their.id() == our.algorithm().transformId()
                && sameLength;
    }

    private static Optional<IntegrityAlgorithm> integrity(
            Encryption encryption, List<IntegrityAlgorithm> ours, ProposalSubstructure their) {
        EncryptionAlgorithm algorithm = encryption.algorithm();
        if (algorithm.isAead()) {
            Set<Integer> offered = ids(their, TransformType.INTEG);
            return offered.isEmpty() || offered.contains(NONE)
                    ? Optional.of(IntegrityAlgorithm.NONE)
                    : Optional.empty();
        }
        return first(ours, IntegrityAlgorithm::transformId, their, TransformType.INTEG);
    }

    private static <T> Optional<T> first(
            List<T> ours, Function<T, Integer> id, ProposalSubstructure their, TransformType type) {
        Set<Integer> offered = ids(their, type);
        return ours.stream().filter(our -> offered.contains(id.apply(our))).findFirst();
    }

    private static Set<Integer> ids(ProposalSubstructure their, TransformType type) {
        return their.transforms().stream()
                .filter(t ->
                        t.type().equals(type)
                                && (type.equals(TransformType.ENCR) || t.attributes().isEmpty()))
                .map(TransformSubstructure::id)
                .collect(Collectors.toSet());
    }
}
