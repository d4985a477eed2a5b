package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import java.util.List;
import java.util.Optional;

/// IKE_INTERMEDIATE: an additional key exchange before the peers say who they are, one exchange for each.
///
///     Initiator                     Responder
///     HDR, SK {KEi(n)}         -->
///                              <--  HDR, SK {KEr(n)}
///                        or    <--  HDR, SK {N(INVALID_SYNTAX)}      the IKE SA comes to nothing
///
/// Each is protected by the keys that the one before has made. AUTH covers all of them, see
/// [io.culvert.ike.auth.IntermediateTranscript].
///
/// @spec https://www.rfc-editor.org/rfc/rfc9242#section-3.2 RFC 9242 section 3.2
/// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.2 RFC 9370 section 2.2.2
public final class IkeIntermediate {
    static final ExchangeSpec SPEC =
            new ExchangeSpec(
                    ExchangeType.IKE_INTERMEDIATE,
                    PayloadRules.none().once(PayloadType.KE),
                    PayloadRules.none().once(PayloadType.KE));

    private IkeIntermediate() {}

    /// What became of our request.
    public sealed interface Verdict {
        /// Both have the secret, from which the next keys come.
        record Agreed(KeyMaterial secret) implements Verdict {}

        /// The responder refuses, and holds no IKE SA any more.
        record Refused(SessionFailure failure) implements Verdict {}

        /// The response cannot be used.
        record Unusable(SessionFailure failure) implements Verdict {}
    }

    /// What becomes of the peer's request.
    public sealed interface Reply {
        /// The payloads to answer with.
        List<Payload> payloads();

        /// Both will have the secret.
        record Accepted(List<Payload> payloads, KeyMaterial secret) implements Reply {}

        /// The IKE SA comes to nothing.
        record Refused(List<Payload> payloads, SessionFailure failure) implements Reply {}
    }

    /// The initiator's side.
    public static final class Initiating {
        private final KeyExchangeRound round;

        /// Begins with a fresh key pair.
        public Initiating(SessionContext context, KeyExchangeMethod method) {
            round = new KeyExchangeRound(context, method);
        }

        /// The request's payloads.
        public List<Payload> buildRequest() {
            return List.of(round.request());
        }

        /// Takes in the response's payloads.
        public Verdict processResponse(List<Payload> response) {
            Optional<Notify> error =
                    PayloadChain.all(response, Notify.class).stream()
                            .filter(Notify::isError)
                            .findFirst();
            if (error.isPresent()) {
                return new Verdict.Refused(
                        misbehaved("the peer refused it with " + error.get().name()));
            }
            Optional<String> violation = SPEC.responseViolation(response);
            if (violation.isPresent()) {
                return new Verdict.Unusable(misbehaved(violation.get()));
            }
            try {
                return new Verdict.Agreed(round.secret(response));
            } catch (InvalidPublicValueException e) {
                return new Verdict.Unusable(misbehaved(String.valueOf(e.getMessage())));
            }
        }

        /// Forgets the private key.
        public void close() {
            round.close();
        }
    }

    /// Answers a request.
    ///
    /// @param due the method that comes next; none if no additional key exchange is left
    public static Reply processRequest(
            SessionContext context, Optional<KeyExchangeMethod> due, List<Payload> request) {
        Optional<String> violation =
                due.isEmpty()
                        ? Optional.of("none was agreed on, or not so many")
                        : SPEC.requestViolation(request);
        if (violation.isPresent()) {
            return refused(violation.get());
        }
        try {
            KeyExchangeRound.Answer answer = KeyExchangeRound.answer(context, due.get(), request);
            return new Reply.Accepted(List.of(answer.payload()), answer.secret());
        } catch (InvalidPublicValueException e) {
            return refused(String.valueOf(e.getMessage()));
        }
    }

    /// What is wrong with a peer that goes on with IKE_AUTH before all additional key exchanges took place.
    public static SessionFailure missing(KeyExchangeMethod due) {
        return misbehaved("it is missing for " + due);
    }

    private static Reply refused(String why) {
        return new Reply.Refused(List.of(Notify.of(NotifyType.INVALID_SYNTAX)), misbehaved(why));
    }

    private static SessionFailure misbehaved(String what) {
        return new SessionFailure.PeerMisbehaved(
                "IKE_INTERMEDIATE failed: " + what, "look into the peer's log");
    }
}
