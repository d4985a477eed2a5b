package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.keys.SharedSecrets;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ike.proposal.ProposalOffer;
import io.culvert.ike.proposal.ProposalSelection;
import io.culvert.ike.proposal.ProposalSelection.IkeRekeyChoice;
import io.culvert.ike.proposal.ProposalText;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ipsec.crypto.CryptoProvider.KeyExchangeResponse;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.List;
import java.util.Optional;

/// CREATE_CHILD_SA for an IKE SA that replaces the one in which it takes place.
///
///     Initiator                     Responder
///     HDR, SK {SA, Ni, KEi}    -->
///                              <--  HDR, SK {SA, Nr, KEr, [N(ADDITIONAL_KEY_EXCHANGE)]}
///                        or    <--  HDR, SK {N(INVALID_KE_PAYLOAD)}      again, with that method
///                        or    <--  HDR, SK {N(TEMPORARY_FAILURE)} …     the old IKE SA lives
///
/// The initiator of this exchange is the original initiator of the new IKE SA (IK-003).
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.3.2 RFC 7296 section 1.3.2
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.18 RFC 7296 section 2.18
public final class RekeyIke {
    static final ExchangeSpec SPEC =
            new ExchangeSpec(
                    ExchangeType.CREATE_CHILD_SA,
                    PayloadRules.none().once(PayloadType.SA, PayloadType.NONCE, PayloadType.KE),
                    PayloadRules.none().once(PayloadType.SA, PayloadType.NONCE, PayloadType.KE));

    private RekeyIke() {}

    /// The new IKE SA.
    ///
    /// @param initiatorSpi the SPI of this exchange's initiator
    /// @param responderSpi the SPI of its responder
    /// @param nonces Ni and Nr, for collisions
    public record Made(
            IkeSpi initiatorSpi,
            IkeSpi responderSpi,
            IkeSuite suite,
            IkeKeys keys,
            List<Octets> nonces) {
        /// Copies the list.
        public Made {
            nonces = List.copyOf(nonces);
        }
    }

    /// What both agreed on, before the additional key exchanges.
    ///
    /// @param secret SK(0)
    public record Begun(
            ParentSa parent,
            IkeSuite suite,
            IkeSpi initiatorSpi,
            IkeSpi responderSpi,
            KeyMaterial secret,
            List<Octets> nonces) {
        /// Copies the list.
        public Begun {
            nonces = List.copyOf(nonces);
        }

        /// The new IKE SA.
        ///
        /// @param additional SK(1) to SK(n)
        public Made complete(List<KeyMaterial> additional) {
            Octets nonceI = nonces.getFirst();
            Octets nonceR = nonces.getLast();
            try (SharedSecrets secrets = new SharedSecrets(secret, additional)) {
                IkeKeys keys =
                        IkeKeys.rekeyed(
                                parent.context().crypto(),
                                parent.prf(),
                                parent.skD(),
                                suite,
                                secrets,
                                new IkeKeys.Contributions(
                                        nonceI, nonceR, initiatorSpi, responderSpi));
                return new Made(initiatorSpi, responderSpi, suite, keys, nonces);
            }
        }
    }

    /// What became of our request.
    public sealed interface Verdict {
        /// There is a new IKE SA.
        record Agreed(Made made) implements Verdict {}

        /// Additional key exchanges have to follow.
        record Continues(Begun begun) implements Verdict {}

        /// The request has to be sent once more: its key exchange was for another method than the responder wants.
        record TryAgain() implements Verdict {}

        /// The responder refuses. The old IKE SA lives.
        ///
        /// @param error what it said
        record Refused(Notify error, SessionFailure failure) implements Verdict {}

        /// The responder agreed to something that cannot be: the old IKE SA must be ended.
        record Unusable(SessionFailure failure) implements Verdict {}
    }

    /// What becomes of the peer's request.
    public sealed interface Reply {
        /// The payloads to answer with.
        List<Payload> payloads();

        /// There is a new IKE SA.
        record Accepted(List<Payload> payloads, Made made) implements Reply {}

        /// There will be one after the additional key exchanges.
        record Continues(List<Payload> payloads, Begun begun) implements Reply {}

        /// There is none.
        record Refused(List<Payload> payloads) implements Reply {}
    }

    /// Whether a CREATE_CHILD_SA request is of this kind: it offers proposals for IKE.
    public static boolean isMeant(List<Payload> request) {
        return PayloadChain.first(request, SecurityAssociation.class).stream()
                .flatMap(offer -> offer.proposals().stream())
                .anyMatch(proposal -> proposal.protocol().equals(ProtocolId.IKE));
    }

    /// The initiator's side.
    public static final class Initiating {
        private final ParentSa parent;
        private final List<IkeProposal> proposals;
        private final IkeSpi ours;
        private final Octets nonce;
        private KeyExchange keyExchange;
        private boolean retried;

        /// Begins an attempt with a fresh nonce and key.
        ///
        /// @param proposals what we would accept, not empty
        /// @param ours our SPI for the new IKE SA
        public Initiating(ParentSa parent, List<IkeProposal> proposals, IkeSpi ours) {
            this.parent = parent;
            this.proposals = List.copyOf(proposals);
            this.ours = ours;
            this.nonce = Nonces.fresh(parent.context().random());
            this.keyExchange = freshKey(proposals.getFirst().keyExchanges().getFirst());
        }

        /// The request's payloads.
        public List<Payload> buildRequest() {
            return List.of(
                    ProposalOffer.ofIkeRekey(proposals, ours),
                    new Nonce(nonce),
                    new KeyExchangePayload(
                            keyExchange.method().transformId(), keyExchange.publicValue()));
        }

        /// Takes in the response's payloads.
        public Verdict processResponse(List<Payload> response) {
            Optional<Notify> error =
                    PayloadChain.all(response, Notify.class).stream()
                            .filter(Notify::isError)
                            .findFirst();
            boolean without = PayloadChain.first(response, SecurityAssociation.class).isEmpty();
            if (error.isPresent() && without) {
                return error.get().is(NotifyType.INVALID_KE_PAYLOAD) && changeMethod(error.get())
                        ? new Verdict.TryAgain()
                        : new Verdict.Refused(error.get(), refusal(error.get()));
            }
            Optional<String> violation = SPEC.responseViolation(response);
            if (violation.isPresent()) {
                return misbehaved(violation.get());
            }
            Optional<IkeRekeyChoice> choice =
                    ProposalSelection.acceptIkeRekey(
                            proposals,
                            PayloadChain.first(response, SecurityAssociation.class).orElseThrow());
            return choice.map(chosen -> agree(chosen, response))
                    .orElseGet(() -> misbehaved("algorithms that were not offered"));
        }

        /// Forgets the private key.
        public void close() {
            keyExchange.close();
        }

        private KeyExchange freshKey(KeyExchangeMethod method) {
            return parent.context().crypto().initiate(method, parent.context().random());
        }

        /// Only to a method that we proposed, and only once.
        private boolean changeMethod(Notify error) {
            Optional<KeyExchangeMethod> wanted =
                    error.data().size() == 2
                            ? KeyExchangeMethod.ofTransformId(error.data().u16(0))
                            : Optional.empty();
            boolean proposed =
                    wanted.filter(m -> ProposalSelection.offers(proposals, m)).isPresent();
            if (!proposed || retried) {
                return false;
            }
            retried = true;
            keyExchange.close();
            keyExchange = freshKey(wanted.get());
            return true;
        }

        private Verdict agree(IkeRekeyChoice choice, List<Payload> response) {
            KeyExchangePayload ke =
                    PayloadChain.first(response, KeyExchangePayload.class).orElseThrow();
            Octets peerNonce = PayloadChain.first(response, Nonce.class).orElseThrow().value();
            if (choice.suite().keyExchange() != keyExchange.method()
                    || ke.method() != keyExchange.method().transformId()) {
                return misbehaved("a key exchange that does not go with what it chose");
            }
            if (!Nonces.isLongEnough(peerNonce, choice.suite().prf())) {
                return misbehaved("a nonce of " + peerNonce.size() + " octets");
            }
            try {
                Begun begun =
                        new Begun(
                                parent,
                                choice.suite(),
                                ours,
                                choice.spi(),
                                keyExchange.agree(ke.data()),
                                List.of(nonce, peerNonce));
                return choice.suite().additionalMethods().isEmpty()
                        ? new Verdict.Agreed(begun.complete(List.of()))
                        : new Verdict.Continues(begun);
            } catch (InvalidPublicValueException e) {
                return misbehaved("an invalid key exchange value");
            }
        }

        private static Verdict misbehaved(String what) {
            return new Verdict.Unusable(
                    new SessionFailure.PeerMisbehaved(
                            "the peer's answer to the rekeying of the IKE SA has " + what,
                            "look into the peer's log"));
        }

        private SessionFailure refusal(Notify error) {
            return error.is(NotifyType.NO_PROPOSAL_CHOSEN)
                    ? new SessionFailure.Incompatible(
                            "the peer accepts none of our IKE proposals for the rekeying",
                            ProposalText.ofIke(proposals),
                            "NO_PROPOSAL_CHOSEN, without saying what it would accept",
                            "add to `proposals` what the peer has configured")
                    : new SessionFailure.PeerMisbehaved(
                            "the peer refused to rekey the IKE SA: " + error.name(),
                            "look into the peer's log");
        }
    }

    /// Answers a request.
    ///
    /// @param proposals what we would accept
    /// @param ours our SPI for the new IKE SA
    public static Reply processRequest(
            ParentSa parent, List<IkeProposal> proposals, IkeSpi ours, List<Payload> request) {
        if (SPEC.requestViolation(request).isPresent()) {
            return refused(NotifyType.INVALID_SYNTAX);
        }
        KeyExchangePayload ke = PayloadChain.first(request, KeyExchangePayload.class).orElseThrow();
        Octets peerNonce = PayloadChain.first(request, Nonce.class).orElseThrow().value();
        SecurityAssociation offer =
                PayloadChain.first(request, SecurityAssociation.class).orElseThrow();
        Optional<KeyExchangeMethod> method = KeyExchangeMethod.ofTransformId(ke.method());
        Optional<IkeRekeyChoice> choice =
                ProposalSelection.chooseIkeRekey(proposals, offer, method);
        if (choice.isEmpty()) {
            return refused(NotifyType.NO_PROPOSAL_CHOSEN);
        }
        IkeSuite suite = choice.get().suite();
        if (method.isEmpty() || method.get() != suite.keyExchange()) {
            Octets wanted = new OctetsBuilder(2).u16(suite.keyExchange().transformId()).build();
            return new Reply.Refused(List.of(Notify.of(NotifyType.INVALID_KE_PAYLOAD, wanted)));
        }
        if (!Nonces.isLongEnough(peerNonce, suite.prf())) {
            return refused(NotifyType.INVALID_SYNTAX);
        }
        try {
            KeyExchangeResponse exchanged =
                    parent.context()
                            .crypto()
                            .respond(method.get(), ke.data(), parent.context().random());
            Octets nonce = Nonces.fresh(parent.context().random());
            Begun begun =
                    new Begun(
                            parent,
                            suite,
                            choice.get().spi(),
                            ours,
                            exchanged.secret(),
                            List.of(peerNonce, nonce));
            List<Payload> payloads =
                    List.of(
                            ProposalOffer.chosenIkeRekey(choice.get().number(), suite, ours),
                            new Nonce(nonce),
                            new KeyExchangePayload(ke.method(), exchanged.value()));
            return suite.additionalMethods().isEmpty()
                    ? new Reply.Accepted(payloads, begun.complete(List.of()))
                    : new Reply.Continues(payloads, begun);
        } catch (InvalidPublicValueException e) {
            return refused(NotifyType.INVALID_SYNTAX);
        }
    }

    private static Reply refused(NotifyType error) {
        return new Reply.Refused(List.of(Notify.of(error)));
    }
}
