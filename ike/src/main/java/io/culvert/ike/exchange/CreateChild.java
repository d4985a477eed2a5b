package io.culvert.ike.exchange;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.extension.ChildNegotiation;
import io.culvert.ike.extension.ChildNegotiation.Agreement;
import io.culvert.ike.keys.ChildKeys;
import io.culvert.ike.keys.SharedSecrets;
import io.culvert.ike.proposal.ProposalSelection;
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
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// CREATE_CHILD_SA for a Child SA: a further one, or one that replaces another.
///
///     Initiator                                            Responder
///     HDR, SK {[N(REKEY_SA),] SA, Ni, [KEi,] TSi, TSr} -->
///                                        <--  HDR, SK {SA, Nr, [KEr,] TSi, TSr, [N(ADDITIONAL_KEY_EXCHANGE)]}
///                                  or    <--  HDR, SK {N(INVALID_KE_PAYLOAD)}        again, with that method
///                                  or    <--  HDR, SK {N(SINGLE_PAIR_REQUIRED)}      again, with the first pair
///                                  or    <--  HDR, SK {N(NO_PROPOSAL_CHOSEN)} …      the IKE SA lives
///
/// Both sides look up what is rekeyed, and what that means while other exchanges are under way, in the session.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.3.1 RFC 7296 section 1.3.1
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.3.3 RFC 7296 section 1.3.3
public final class CreateChild {
    static final ExchangeSpec SPEC =
            new ExchangeSpec(ExchangeType.CREATE_CHILD_SA, rules(), rules());

    private CreateChild() {}

    private static PayloadRules rules() {
        return PayloadRules.none()
                .once(PayloadType.SA, PayloadType.NONCE, PayloadType.TSI, PayloadType.TSR)
                .atMostOnce(PayloadType.KE);
    }

    /// What was made.
    ///
    /// @param agreement what both agreed on
    /// @param keys its keys; the initiator is that of this exchange
    /// @param nonces Ni and Nr, for collisions
    public record Made(Agreement agreement, ChildKeys keys, List<Octets> nonces) {
        /// Copies the list.
        public Made {
            nonces = List.copyOf(nonces);
        }
    }

    /// What both agreed on, before the additional key exchanges.
    ///
    /// @param secret SK(0)
    public record Begun(
            ParentSa parent, Agreement agreement, KeyMaterial secret, List<Octets> nonces) {
        /// Copies the list.
        public Begun {
            nonces = List.copyOf(nonces);
        }

        /// The new Child SA.
        ///
        /// @param additional SK(1) to SK(n)
        public Made complete(List<KeyMaterial> additional) {
            try (SharedSecrets secrets = new SharedSecrets(secret, additional)) {
                ChildKeys keys =
                        ChildKeys.derive(
                                parent.context().crypto(),
                                parent.prf(),
                                parent.skD(),
                                secrets,
                                nonces.getFirst(),
                                nonces.getLast(),
                                agreement.transform());
                return new Made(agreement, keys, nonces);
            }
        }
    }

    /// What became of our request.
    public sealed interface Verdict {
        /// There is a new Child SA.
        record Agreed(Made made) implements Verdict {}

        /// Additional key exchanges have to follow.
        record Continues(Begun begun) implements Verdict {}

        /// The request has to be sent once more: its key exchange was for another method than the responder wants, or
        /// its selectors for more than one pair of addresses.
        record TryAgain() implements Verdict {}

        /// The responder refuses. The IKE SA lives.
        ///
        /// @param error what it said
        record Refused(Notify error, SessionFailure failure) implements Verdict {}

        /// The responder agreed, but to something that cannot be: the Child SA that it has now must be deleted.
        record Unusable(SessionFailure failure) implements Verdict {}

        /// The responder's key exchange value must not be used: the IKE SA must be ended (E9-5).
        record Broken(SessionFailure failure) implements Verdict {}
    }

    /// What becomes of the peer's request.
    public sealed interface Reply {
        /// The payloads to answer with.
        List<Payload> payloads();

        /// There is a new Child SA.
        record Accepted(List<Payload> payloads, Made made) implements Reply {}

        /// There will be one after the additional key exchanges.
        record Continues(List<Payload> payloads, Begun begun) implements Reply {}

        /// There is none.
        ///
        /// @param failure why, for people; none where the peer is only asked to try again
        record Refused(List<Payload> payloads, Optional<SessionFailure> failure) implements Reply {}
    }

    /// The initiator's side.
    public static final class Initiating {
        private final ParentSa parent;
        private final ChildConfig config;
        private final Spi inbound;
        private List<TrafficSelector> local;
        private List<TrafficSelector> remote;
        private final Optional<Spi> rekeyed;
        private final Octets nonce;
        private Optional<KeyExchange> keyExchange;
        private boolean retried;

        /// Begins an attempt with a fresh nonce and, where a proposal has a key exchange, a fresh key.
        ///
        /// @param inbound our SPI for the new Child SA
        /// @param local the selectors to ask for on our side
        /// @param remote those on the peer's side
        /// @param rekeyed our inbound SPI of the Child SA that is replaced
        public Initiating(
                ParentSa parent,
                ChildConfig config,
                Spi inbound,
                List<TrafficSelector> local,
                List<TrafficSelector> remote,
                Optional<Spi> rekeyed) {
            this.parent = parent;
            this.config = config;
            this.inbound = inbound;
            this.local = List.copyOf(local);
            this.remote = List.copyOf(remote);
            this.rekeyed = rekeyed;
            this.nonce = Nonces.fresh(parent.context().random());
            this.keyExchange =
                    config.proposals().stream()
                            .flatMap(proposal -> proposal.keyExchanges().stream())
                            .findFirst()
                            .map(this::freshKey);
        }

        /// The request's payloads.
        public List<Payload> buildRequest() {
            List<Payload> payloads = new ArrayList<>();
            rekeyed.ifPresent(spi ->
                    payloads.add(
                            new Notify(
                                    ProtocolId.ESP,
                                    spi.toOctets(),
                                    NotifyType.REKEY_SA.code(),
                                    Octets.EMPTY)));
            List<Payload> offer =
                    ChildNegotiation.offer(
                            ChildNegotiation.Occasion.CREATE_CHILD_SA,
                            config,
                            inbound,
                            local,
                            remote);
            for (Payload payload : offer) {
                payloads.add(payload);
                if (payload instanceof SecurityAssociation) {
                    payloads.add(new Nonce(nonce));
                    keyExchange.ifPresent(ours ->
                            payloads.add(
                                    new KeyExchangePayload(
                                            ours.method().transformId(), ours.publicValue())));
                }
            }
            return payloads;
        }

        /// Takes in the response's payloads.
        public Verdict processResponse(List<Payload> response) {
            Optional<Notify> error =
                    PayloadChain.all(response, Notify.class).stream()
                            .filter(Notify::isError)
                            .findFirst();
            boolean without = PayloadChain.first(response, SecurityAssociation.class).isEmpty();
            if (error.isPresent() && without) {
                boolean again =
                        (error.get().is(NotifyType.INVALID_KE_PAYLOAD) && changeMethod(error.get()))
                                || (error.get().is(NotifyType.SINGLE_PAIR_REQUIRED)
                                        && keepOnePair());
                return again ? new Verdict.TryAgain() : refused(response);
            }
            Optional<String> violation = SPEC.responseViolation(response);
            if (violation.isPresent()) {
                return misbehaved(response, violation.get());
            }
            return switch (accept(response)) {
                case ChildNegotiation.Result.Refused(var _, SessionFailure failure) ->
                        new Verdict.Unusable(failure);
                case ChildNegotiation.Result.Agreed(Agreement agreement, var _) ->
                        agree(agreement, response);
            };
        }

        /// Forgets the private key.
        public void close() {
            keyExchange.ifPresent(KeyExchange::close);
        }

        private KeyExchange freshKey(KeyExchangeMethod method) {
            return parent.context().crypto().initiate(method, parent.context().random());
        }

        /// Only to a method that we proposed, and only once: the peer can then not turn us round and round.
        private boolean changeMethod(Notify error) {
            Optional<KeyExchangeMethod> wanted =
                    error.data().size() == 2
                            ? KeyExchangeMethod.ofTransformId(error.data().u16(0))
                            : Optional.empty();
            boolean proposed =
                    wanted.filter(m -> ProposalSelection.offersForEsp(config.proposals(), m))
                            .isPresent();
            if (!proposed || retried) {
                return false;
            }
            retried = true;
            close();
            keyExchange = wanted.map(this::freshKey);
            return true;
        }

        /// Asks only for the first pair of selectors, if that is one pair of addresses and not yet all (IK-120).
        private boolean keepOnePair() {
            boolean possible =
                    local.size() + remote.size() > 2
                            && local.getFirst().isOneAddress()
                            && remote.getFirst().isOneAddress();
            if (possible) {
                local = List.of(local.getFirst());
                remote = List.of(remote.getFirst());
            }
            return possible;
        }

        private ChildNegotiation.Result accept(List<Payload> response) {
            return ChildNegotiation.accept(
                    ChildNegotiation.Occasion.CREATE_CHILD_SA,
                    config,
                    inbound,
                    local,
                    remote,
                    response);
        }

        private Verdict refused(List<Payload> response) {
            return switch (accept(response)) {
                case ChildNegotiation.Result.Refused(Notify error, SessionFailure failure) ->
                        new Verdict.Refused(error, failure);
                case ChildNegotiation.Result.Agreed _ ->
                        throw new IllegalStateException("a refusal without an error");
            };
        }

        private Verdict agree(Agreement agreement, List<Payload> response) {
            Optional<KeyExchangePayload> ke =
                    PayloadChain.first(response, KeyExchangePayload.class);
            Octets peerNonce = PayloadChain.first(response, Nonce.class).orElseThrow().value();
            if (!Nonces.isLongEnough(peerNonce, parent.prf())) {
                return misbehaved(response, "a nonce of " + peerNonce.size() + " octets");
            }
            if (agreement.keyExchange().isEmpty()) {
                return new Verdict.Agreed(made(parent, agreement, nonce, peerNonce));
            }
            KeyExchange ours = keyExchange.orElseThrow();
            boolean fits =
                    ke.isPresent()
                            && agreement.keyExchange().get() == ours.method()
                            && ke.get().method() == ours.method().transformId();
            if (!fits) {
                return misbehaved(response, "a key exchange that does not go with what it chose");
            }
            try {
                Begun begun =
                        new Begun(
                                parent,
                                agreement,
                                ours.agree(ke.get().data()),
                                List.of(nonce, peerNonce));
                return agreement.additional().isEmpty()
                        ? new Verdict.Agreed(begun.complete(List.of()))
                        : new Verdict.Continues(begun);
            } catch (InvalidPublicValueException e) {
                return new Verdict.Broken(failure("an invalid key exchange value"));
            }
        }

        private SessionFailure failure(String what) {
            return new SessionFailure.PeerMisbehaved(
                    "the peer's answer about child " + config.name() + " has " + what,
                    "look into the peer's log");
        }

        private Verdict misbehaved(List<Payload> response, String what) {
            SessionFailure failure = failure(what);
            return PayloadChain.first(response, SecurityAssociation.class).isPresent()
                    ? new Verdict.Unusable(failure)
                    : new Verdict.Refused(Notify.of(NotifyType.INVALID_SYNTAX), failure);
        }
    }

    /// What a request lacks or has too often, for people.
    public static Optional<String> requestViolation(List<Payload> request) {
        return SPEC.requestViolation(request);
    }

    /// The Child SA that a request wants to replace: the peer's inbound SPI, our outbound one.
    public static Optional<Notify> rekeyed(List<Payload> request) {
        return PayloadChain.notification(request, NotifyType.REKEY_SA);
    }

    /// Answers a request that has all that [#requestViolation] asks for.
    ///
    /// @param children the configured children that it may be about
    /// @param inbound our SPI, if a Child SA comes of it
    /// @param hosts what `dynamic` selectors stand for
    public static Reply processRequest(
            ParentSa parent,
            List<ChildConfig> children,
            Spi inbound,
            ChildNegotiation.Hosts hosts,
            List<Payload> request) {
        ChildNegotiation.Result result =
                ChildNegotiation.choose(
                        ChildNegotiation.Occasion.CREATE_CHILD_SA,
                        children,
                        inbound,
                        hosts,
                        request);
        return switch (result) {
            case ChildNegotiation.Result.Refused(Notify error, SessionFailure failure) ->
                    new Reply.Refused(List.of(error), Optional.of(failure));
            case ChildNegotiation.Result.Agreed(Agreement agreement, List<Payload> payloads) ->
                    accept(parent, agreement, payloads, request);
        };
    }

    private static Reply accept(
            ParentSa parent, Agreement agreement, List<Payload> chosen, List<Payload> request) {
        Octets peerNonce = PayloadChain.first(request, Nonce.class).orElseThrow().value();
        if (!Nonces.isLongEnough(peerNonce, parent.prf())) {
            return invalid("a nonce of " + peerNonce.size() + " octets");
        }
        Octets nonce = Nonces.fresh(parent.context().random());
        if (agreement.keyExchange().isEmpty()) {
            return new Reply.Accepted(
                    response(chosen, nonce, Optional.empty()),
                    made(parent, agreement, peerNonce, nonce));
        }
        KeyExchangeMethod method = agreement.keyExchange().get();
        Optional<KeyExchangePayload> ke = PayloadChain.first(request, KeyExchangePayload.class);
        if (ke.isEmpty() || ke.get().method() != method.transformId()) {
            Octets wanted = new OctetsBuilder(2).u16(method.transformId()).build();
            return new Reply.Refused(
                    List.of(Notify.of(NotifyType.INVALID_KE_PAYLOAD, wanted)), Optional.empty());
        }
        try {
            KeyExchangeResponse exchanged =
                    parent.context()
                            .crypto()
                            .respond(method, ke.get().data(), parent.context().random());
            Begun begun =
                    new Begun(parent, agreement, exchanged.secret(), List.of(peerNonce, nonce));
            List<Payload> payloads =
                    response(
                            chosen,
                            nonce,
                            Optional.of(
                                    new KeyExchangePayload(
                                            method.transformId(), exchanged.value())));
            return agreement.additional().isEmpty()
                    ? new Reply.Accepted(payloads, begun.complete(List.of()))
                    : new Reply.Continues(payloads, begun);
        } catch (InvalidPublicValueException e) {
            return invalid("an invalid key exchange value");
        }
    }

    private static Reply invalid(String what) {
        return new Reply.Refused(
                List.of(Notify.of(NotifyType.INVALID_SYNTAX)),
                Optional.of(
                        new SessionFailure.PeerMisbehaved(
                                "the peer's request for a Child SA has " + what,
                                "look into the peer's log")));
    }

    private static List<Payload> response(
            List<Payload> chosen, Octets nonce, Optional<KeyExchangePayload> ke) {
        List<Payload> payloads = new ArrayList<>();
        for (Payload payload : chosen) {
            payloads.add(payload);
            if (payload instanceof SecurityAssociation) {
                payloads.add(new Nonce(nonce));
                ke.ifPresent(payloads::add);
            }
        }
        return payloads;
    }

    private static Made made(ParentSa parent, Agreement agreement, Octets nonceI, Octets nonceR) {
        ChildKeys keys =
                ChildKeys.derive(
                        parent.context().crypto(),
                        parent.prf(),
                        parent.skD(),
                        nonceI,
                        nonceR,
                        agreement.transform());
        return new Made(agreement, keys, List.of(nonceI, nonceR));
    }
}
