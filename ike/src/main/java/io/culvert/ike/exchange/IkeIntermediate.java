package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.PostQuantumPsks;
import io.culvert.ike.auth.PostQuantumPsks.Ppk;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// IKE_INTERMEDIATE: an additional key exchange before the peers say who they are, one exchange for each. The last one
/// also names post-quantum pre-shared keys, if both use them here.
///
///     Initiator                                          Responder
///     HDR, SK {[KEi(n),] [N(PPK_IDENTITY_KEY)*]}    -->
///                                            <--  HDR, SK {[KEr(n),] [N(PPK_IDENTITY)]}
///                                      or    <--  HDR, SK {N(INVALID_SYNTAX)}          the IKE SA comes to nothing
///                                      or    <--  HDR, SK {N(AUTHENTICATION_FAILED)}   a PPK is required, and not there
///
/// Each is protected by the keys that the one before has made. AUTH covers all of them, see
/// [io.culvert.ike.auth.IntermediateTranscript].
///
/// @spec https://www.rfc-editor.org/rfc/rfc9242#section-3.2 RFC 9242 section 3.2
/// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.2 RFC 9370 section 2.2.2
/// @spec https://www.rfc-editor.org/rfc/rfc9867#section-3.1 RFC 9867 section 3.1
public final class IkeIntermediate {
    static final ExchangeSpec SPEC =
            new ExchangeSpec(
                    ExchangeType.IKE_INTERMEDIATE,
                    PayloadRules.none().atMostOnce(PayloadType.KE),
                    PayloadRules.none().atMostOnce(PayloadType.KE));

    private IkeIntermediate() {}

    /// What one exchange is for.
    ///
    /// @param method the method of its key exchange, if it has one
    /// @param namesPpks whether it names post-quantum pre-shared keys
    public record Round(Optional<KeyExchangeMethod> method, boolean namesPpks) {}

    /// The exchanges that have to take place, in order.
    public static List<Round> rounds(InitialKeys initial) {
        List<KeyExchangeMethod> methods = initial.suite().additionalMethods();
        boolean ppk = initial.ppk() == PpkMode.IKE_INTERMEDIATE;
        List<Round> rounds = new ArrayList<>();
        for (KeyExchangeMethod method : methods) {
            rounds.add(new Round(Optional.of(method), ppk && rounds.size() == methods.size() - 1));
        }
        if (ppk && methods.isEmpty()) {
            rounds.add(new Round(Optional.empty(), true));
        }
        return rounds;
    }

    /// What the next keys come from.
    ///
    /// @param secret that of the key exchange, if there was one
    /// @param ppk the post-quantum pre-shared key, if one is used
    public record Ingredients(Optional<KeyMaterial> secret, Optional<Ppk> ppk) {}

    /// What became of our request.
    public sealed interface Verdict {
        /// Both have the same.
        record Agreed(Ingredients ingredients) implements Verdict {}

        /// The responder refuses, and holds no IKE SA any more.
        record Refused(SessionFailure failure) implements Verdict {}

        /// The response cannot be used.
        record Unusable(SessionFailure failure) implements Verdict {}
    }

    /// What becomes of the peer's request.
    public sealed interface Reply {
        /// The payloads to answer with.
        List<Payload> payloads();

        /// Both will have the same.
        record Accepted(List<Payload> payloads, Ingredients ingredients) implements Reply {}

        /// The IKE SA comes to nothing.
        record Refused(List<Payload> payloads, SessionFailure failure) implements Reply {}
    }

    /// The initiator's side.
    public static final class Initiating {
        private final Optional<KeyExchangeRound> exchange;
        private final List<Ppk> named;
        private final boolean required;
        private final PpkConfirmation confirmation;

        /// Begins with a fresh key pair.
        ///
        /// @param ppks those of the connection
        public Initiating(
                SessionContext context,
                Round round,
                PostQuantumPsks ppks,
                PpkConfirmation confirmation) {
            this.exchange = round.method().map(method -> new KeyExchangeRound(context, method));
            this.named = round.namesPpks() ? ppks.keys() : List.of();
            this.required = round.namesPpks() && ppks.required();
            this.confirmation = confirmation;
        }

        /// The request's payloads.
        public List<Payload> buildRequest() {
            List<Payload> payloads = new ArrayList<>();
            exchange.ifPresent(round -> payloads.add(round.request()));
            named.forEach(ppk -> payloads.add(confirmation.notification(ppk)));
            return payloads;
        }

        /// Takes in the response's payloads.
        public Verdict processResponse(List<Payload> response) {
            Optional<Notify> error =
                    PayloadChain.all(response, Notify.class).stream()
                            .filter(Notify::isError)
                            .findFirst();
            if (error.isPresent()) {
                return new Verdict.Refused(
                        error.get().is(NotifyType.AUTHENTICATION_FAILED)
                                ? PpkUse.missing(Role.INITIATOR)
                                : misbehaved("the peer refused it with " + error.get().name()));
            }
            Optional<String> violation = violation(SPEC.response(), exchange.isPresent(), response);
            if (violation.isPresent()) {
                return new Verdict.Unusable(misbehaved(violation.get()));
            }
            Optional<Octets> answer =
                    PayloadChain.notifications(response, Notification.PpkIdentity.class).stream()
                            .findFirst()
                            .map(Notification.PpkIdentity::identity);
            Optional<Ppk> ppk =
                    named.stream().filter(p -> answer.equals(Optional.of(p.id()))).findFirst();
            if (ppk.isEmpty() && answer.isPresent()) {
                return new Verdict.Unusable(misbehaved("the peer takes a PPK that was not named"));
            }
            if (ppk.isEmpty() && required) {
                return new Verdict.Unusable(PpkUse.missing(Role.INITIATOR));
            }
            try {
                Optional<KeyMaterial> secret =
                        exchange.isPresent()
                                ? Optional.of(exchange.get().secret(response))
                                : Optional.empty();
                return new Verdict.Agreed(new Ingredients(secret, ppk));
            } catch (InvalidPublicValueException e) {
                return new Verdict.Unusable(misbehaved(String.valueOf(e.getMessage())));
            }
        }

        /// Forgets the private key.
        public void close() {
            exchange.ifPresent(KeyExchangeRound::close);
        }
    }

    /// Answers a request.
    ///
    /// @param due what comes next; nothing if nothing is left
    /// @param ppks those of all connections that may still apply
    public static Reply processRequest(
            SessionContext context,
            Optional<Round> due,
            List<PostQuantumPsks> ppks,
            PpkConfirmation confirmation,
            List<Payload> request) {
        Optional<String> violation =
                due.isEmpty()
                        ? Optional.of("none was agreed on, or not so many")
                        : violation(SPEC.request(), due.get().method().isPresent(), request);
        if (violation.isPresent()) {
            return refused(NotifyType.INVALID_SYNTAX, misbehaved(violation.get()));
        }
        List<Payload> payloads = new ArrayList<>();
        Optional<Ppk> ppk = Optional.empty();
        if (due.get().namesPpks()) {
            ppk =
                    confirmation.chosen(
                            PayloadChain.notifications(request, Notification.PpkIdentityKey.class),
                            ppks.stream().flatMap(p -> p.keys().stream()).toList());
            if (ppk.isEmpty() && ppks.stream().allMatch(PostQuantumPsks::required)) {
                return refused(NotifyType.AUTHENTICATION_FAILED, PpkUse.missing(Role.RESPONDER));
            }
        }
        Optional<KeyMaterial> secret = Optional.empty();
        if (due.get().method().isPresent()) {
            try {
                var answer = KeyExchangeRound.answer(context, due.get().method().get(), request);
                payloads.add(answer.payload());
                secret = Optional.of(answer.secret());
            } catch (InvalidPublicValueException e) {
                return refused(
                        NotifyType.INVALID_SYNTAX, misbehaved(String.valueOf(e.getMessage())));
            }
        }
        ppk.ifPresent(
                p -> payloads.add(new Notification.PpkIdentity(PpkUse.FIXED, p.id()).toNotify()));
        return new Reply.Accepted(payloads, new Ingredients(secret, ppk));
    }

    /// What is wrong with a peer that goes on with IKE_AUTH before all exchanges took place.
    public static SessionFailure missing(Round due) {
        return misbehaved("it is missing for " + due.method().map(Enum::toString).orElse("a PPK"));
    }

    private static Optional<String> violation(
            PayloadRules rules, boolean withKeyExchange, List<Payload> payloads) {
        return rules.violation(payloads)
                .or(() ->
                        PayloadChain.first(payloads, KeyExchangePayload.class).isPresent()
                                        == withKeyExchange
                                ? Optional.empty()
                                : Optional.of(withKeyExchange ? "no KE payload" : "a KE payload"));
    }

    private static Reply refused(NotifyType error, SessionFailure failure) {
        return new Reply.Refused(List.of(Notify.of(error)), failure);
    }

    private static SessionFailure misbehaved(String what) {
        return new SessionFailure.PeerMisbehaved(
                "IKE_INTERMEDIATE failed: " + what, "look into the peer's log");
    }
}
