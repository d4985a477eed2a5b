package io.culvert.ike.proposal;

import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Chooses from a peer's proposals, or checks what a peer chose from ours.
///
/// Our choice: our order of preference decides, first among our proposals, then among the algorithms of each type, as
/// strongSwan does by default; among equal proposals of the peer the first. The one exception is the key exchange method:
/// where the initiator's KE payload is for one that we accept too, that one is taken, since another would cost a round
/// trip and gain little. A transform of unknown ID or with an unknown attribute is passed over; a proposal with an unknown
/// type of transform, or without a mandatory one, is passed over as a whole (IK-008).
///
/// Pure functions of their arguments. Nothing means NO_PROPOSAL_CHOSEN.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.7 RFC 7296 section 2.7
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3.6 RFC 7296 section 3.3.6
public final class ProposalSelection {
    private static final Set<TransformType> IKE_TYPES =
            Set.of(TransformType.ENCR, TransformType.PRF, TransformType.INTEG, TransformType.KE);
    private static final Set<TransformType> ESP_TYPES =
            Set.of(TransformType.ENCR, TransformType.INTEG, TransformType.KE, TransformType.SN);

    private static final int IKE_SPI_OCTETS = 8;

    private ProposalSelection() {}

    /// A suite for an IKE SA.
    ///
    /// @param number the number of the proposal that it comes from
    public record IkeChoice(int number, IkeSuite suite) {}

    /// A transform for a Child SA.
    ///
    /// @param number the number of the proposal that it comes from
    /// @param keyExchange the method of its own key exchange, if it has one
    /// @param additional what was chosen for additional key exchanges
    /// @param spi the peer's inbound SPI
    public record EspChoice(
            int number,
            EspTransform transform,
            Optional<KeyExchangeMethod> keyExchange,
            List<AdditionalKeyExchange> additional,
            Spi spi) {
        /// Copies the list.
        public EspChoice {
            additional = List.copyOf(additional);
        }

        /// The methods of the additional key exchanges that take place, in order.
        public List<KeyExchangeMethod> additionalMethods() {
            return additional.stream().flatMap(choice -> choice.method().stream()).toList();
        }
    }

    /// A suite for an IKE SA that replaces another one.
    ///
    /// @param number the number of the proposal that it comes from
    /// @param spi the peer's SPI for the new IKE SA
    public record IkeRekeyChoice(int number, IkeSuite suite, IkeSpi spi) {}

    /// Chooses a suite for an IKE SA in IKE_SA_INIT, where proposals have no SPI (IK-044).
    ///
    /// @param preferred the method of the peer's KE payload: taken where a proposal allows it, which saves a round
    ///     trip
    /// @param intermediate whether both sides know IKE_INTERMEDIATE, without which proposals with additional key
    ///     exchanges are passed over
    public static Optional<IkeChoice> chooseIke(
            List<IkeProposal> ours,
            SecurityAssociation offered,
            Optional<KeyExchangeMethod> preferred,
            boolean intermediate) {
        List<ProposalSubstructure> usable =
                offered.proposals().stream()
                        .filter(their ->
                                intermediate
                                        || !new OfferedTransforms(their)
                                                .hasAdditionalKeyExchanges())
                        .toList();
        return chooseIke(ours, usable, preferred, Octets::isEmpty)
                .map(found -> new IkeChoice(found.their.number(), found.suite));
    }

    /// Chooses a suite for an IKE SA that replaces another one, where proposals have an SPI of eight octets (IK-044).
    ///
    /// @param preferred the method of the peer's KE payload
    public static Optional<IkeRekeyChoice> chooseIkeRekey(
            List<IkeProposal> ours,
            SecurityAssociation offered,
            Optional<KeyExchangeMethod> preferred) {
        return chooseIke(ours, offered.proposals(), preferred, ProposalSelection::isIkeSpi)
                .map(found ->
                        new IkeRekeyChoice(
                                found.their.number(),
                                found.suite,
                                new IkeSpi(found.their.spi().u64(0))));
    }

    private record Found(ProposalSubstructure their, IkeSuite suite) {}

    private static Optional<Found> chooseIke(
            List<IkeProposal> ours,
            List<ProposalSubstructure> offered,
            Optional<KeyExchangeMethod> preferred,
            Predicate<Octets> rightSpi) {
        for (IkeProposal our : ours) {
            for (ProposalSubstructure their : offered) {
                Optional<IkeSuite> suite =
                        their.protocol().equals(ProtocolId.IKE) && rightSpi.test(their.spi())
                                ? common(our, their, preferred)
                                : Optional.empty();
                if (suite.isPresent()) {
                    return Optional.of(new Found(their, suite.get()));
                }
            }
        }
        return Optional.empty();
    }

    /// Chooses a transform for a Child SA that has no key exchange of its own: key exchange methods that are offered are
    /// ignored (IK-089).
    public static Optional<EspChoice> chooseFirstChild(
            List<EspProposal> ours, SecurityAssociation offered) {
        return chooseEsp(ours, offered, (our, their) -> NO_KEY_EXCHANGE);
    }

    /// Chooses a transform for a Child SA of CREATE_CHILD_SA: with a key exchange of its own exactly if both want one.
    ///
    /// @param preferred the method of the peer's KE payload, if it sent one
    public static Optional<EspChoice> chooseChild(
            List<EspProposal> ours,
            SecurityAssociation offered,
            Optional<KeyExchangeMethod> preferred) {
        return chooseEsp(ours, offered, (our, their) -> keyExchange(our, their, preferred));
    }

    private static final Optional<KeyExchangeChoice> NO_KEY_EXCHANGE =
            Optional.of(new KeyExchangeChoice(Optional.empty(), List.of()));

    /// Gives nothing if both sides do not go together.
    private interface ChildKeyExchange {
        Optional<KeyExchangeChoice> choose(EspProposal our, OfferedTransforms their);
    }

    private static Optional<EspChoice> chooseEsp(
            List<EspProposal> ours, SecurityAssociation offered, ChildKeyExchange keyExchange) {
        for (EspProposal our : ours) {
            for (ProposalSubstructure their : offered.proposals()) {
                if (!their.protocol().equals(ProtocolId.ESP) || !isAllocatable(their.spi())) {
                    continue;
                }
                Optional<EspTransform> transform = common(our, their);
                var exchanges = keyExchange.choose(our, new OfferedTransforms(their));
                if (transform.isPresent() && exchanges.isPresent()) {
                    return Optional.of(
                            new EspChoice(
                                    their.number(),
                                    transform.get(),
                                    exchanges.get().first(),
                                    exchanges.get().additional(),
                                    Spi.of(their.spi())));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<KeyExchangeChoice> keyExchange(
            EspProposal our, OfferedTransforms their, Optional<KeyExchangeMethod> preferred) {
        if (our.keyExchanges().isEmpty()) {
            return their.doesWithoutKeyExchange() && !their.hasAdditionalKeyExchanges()
                    ? NO_KEY_EXCHANGE
                    : Optional.empty();
        }
        return KeyExchangeChoice.choose(our.keyExchanges(), our.additional(), their, preferred);
    }

    private static boolean isIkeSpi(Octets spi) {
        return spi.size() == IKE_SPI_OCTETS && spi.u64(0) != 0;
    }

    /// Reads the suite that a responder chose: exactly one proposal under a number that we sent, with exactly one
    /// transform of each type, all from our proposal of that number (IK-044).
    ///
    /// @param ours what [ProposalOffer#ofIke] wrote
    public static Optional<IkeSuite> acceptIke(List<IkeProposal> ours, SecurityAssociation chosen) {
        return answered(ours, chosen)
                .flatMap(our -> chooseIke(List.of(our), chosen, Optional.empty(), true))
                .map(IkeChoice::suite);
    }

    /// Reads the transform that a responder chose for the Child SA of IKE_AUTH, as [#acceptIke].
    ///
    /// @param ours what [ProposalOffer#ofFirstChild] wrote
    public static Optional<EspChoice> acceptFirstChild(
            List<EspProposal> ours, SecurityAssociation chosen) {
        return answered(ours, chosen).flatMap(our -> chooseFirstChild(List.of(our), chosen));
    }

    /// Reads the transform that a responder chose in CREATE_CHILD_SA, as [#acceptIke].
    ///
    /// @param ours what [ProposalOffer#ofChild] wrote
    public static Optional<EspChoice> acceptChild(
            List<EspProposal> ours, SecurityAssociation chosen) {
        return answered(ours, chosen)
                .flatMap(our -> chooseChild(List.of(our), chosen, Optional.empty()));
    }

    /// Reads the suite that a responder chose for an IKE SA that replaces another one, as [#acceptIke].
    ///
    /// @param ours what [ProposalOffer#ofIkeRekey] wrote
    public static Optional<IkeRekeyChoice> acceptIkeRekey(
            List<IkeProposal> ours, SecurityAssociation chosen) {
        return answered(ours, chosen)
                .flatMap(our -> chooseIkeRekey(List.of(our), chosen, Optional.empty()));
    }

    /// Whether any of our proposals has this method.
    public static boolean offers(List<IkeProposal> ours, KeyExchangeMethod method) {
        return ours.stream().anyMatch(p -> p.keyExchanges().contains(method));
    }

    /// Whether any of our ESP proposals has this method.
    public static boolean offersForEsp(List<EspProposal> ours, KeyExchangeMethod method) {
        return ours.stream().anyMatch(p -> p.keyExchanges().contains(method));
    }

    /// The one of our proposals that an answer says it has chosen from.
    private static <P> Optional<P> answered(List<P> ours, SecurityAssociation chosen) {
        ProposalSubstructure proposal = chosen.proposals().getFirst();
        long types =
                proposal.transforms().stream().map(TransformSubstructure::type).distinct().count();
        boolean single = chosen.proposals().size() == 1 && types == proposal.transforms().size();
        return single && proposal.number() >= 1 && proposal.number() <= ours.size()
                ? Optional.of(ours.get(proposal.number() - 1))
                : Optional.empty();
    }

    private static boolean isAllocatable(Octets spi) {
        return spi.size() == 4 && Spi.of(spi).isAllocatable();
    }

    private static Optional<IkeSuite> common(
            IkeProposal our, ProposalSubstructure their, Optional<KeyExchangeMethod> preferred) {
        OfferedTransforms offered = new OfferedTransforms(their);
        if (!offered.hasOnly(IKE_TYPES)) {
            return Optional.empty();
        }
        Optional<Encryption> encryption = first(our.encryption(), offered.encryption());
        Optional<PrfAlgorithm> prf = first(our.prfs(), offered.prfs());
        Optional<IntegrityAlgorithm> integrity = integrity(our.integrity(), offered);
        Optional<KeyExchangeChoice> exchanges =
                KeyExchangeChoice.choose(our.keyExchanges(), our.additional(), offered, preferred);
        return encryption.isPresent()
                        && prf.isPresent()
                        && integrity.isPresent()
                        && exchanges.isPresent()
                ? Optional.of(
                        new IkeSuite(
                                encryption.get(),
                                prf.get(),
                                integrity.get(),
                                exchanges.get().first().orElseThrow(),
                                exchanges.get().additional()))
                : Optional.empty();
    }

    private static Optional<EspTransform> common(EspProposal our, ProposalSubstructure their) {
        OfferedTransforms offered = new OfferedTransforms(their);
        if (!offered.hasOnly(ESP_TYPES)) {
            return Optional.empty();
        }
        Optional<Encryption> encryption = first(our.encryption(), offered.encryption());
        Optional<IntegrityAlgorithm> integrity = integrity(our.integrity(), offered);
        Optional<Boolean> extended =
                first(our.extendedSequenceNumbers(), offered.sequenceNumbers());
        return encryption.isPresent() && integrity.isPresent() && extended.isPresent()
                ? Optional.of(
                        new EspTransform(
                                encryption.get().algorithm(),
                                encryption.get().keyLengthBits(),
                                integrity.get(),
                                extended.get()))
                : Optional.empty();
    }

    private static <T> Optional<T> first(List<T> ours, Set<T> offered) {
        return ours.stream().filter(offered::contains).findFirst();
    }

    /// With AEADs, which are ours if we have no integrity algorithm: none, which must be what is offered (IK-045).
    private static Optional<IntegrityAlgorithm> integrity(
            List<IntegrityAlgorithm> ours, OfferedTransforms offered) {
        Set<IntegrityAlgorithm> theirs = offered.integrity();
        if (!ours.isEmpty()) {
            return first(ours, theirs);
        }
        return !offered.has(TransformType.INTEG) || theirs.contains(IntegrityAlgorithm.NONE)
                ? Optional.of(IntegrityAlgorithm.NONE)
                : Optional.empty();
    }
}
