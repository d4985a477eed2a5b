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
import io.culvert.ipsec.value.Octets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// IKE_FOLLOWUP_KE: the additional key exchanges after a CREATE_CHILD_SA, one exchange for each.
///
///     Initiator                                                  Responder
///     HDR, SK {KEi(n), N(ADDITIONAL_KEY_EXCHANGE)(link n)}  -->
///                     <--  HDR, SK {KEr(n), N(ADDITIONAL_KEY_EXCHANGE)(link n+1)}    the last one without
///               or    <--  HDR, SK {N(STATE_NOT_FOUND)}           from CREATE_CHILD_SA on again
///
/// The link is the responder's, who finds its state by it; the first comes with the response of CREATE_CHILD_SA. What the
/// series leads to is there after its last exchange.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.4 RFC 9370 section 2.2.4
public final class FollowupKe {
    static final ExchangeSpec SPEC =
            new ExchangeSpec(
                    ExchangeType.IKE_FOLLOWUP_KE,
                    PayloadRules.none().once(PayloadType.KE),
                    PayloadRules.none().once(PayloadType.KE));

    private static final int LINK_OCTETS = 16;

    private FollowupKe() {}

    /// What became of our request.
    public sealed interface Verdict {
        /// Another request follows.
        record Next() implements Verdict {}

        /// The series is complete.
        ///
        /// @param secrets SK(1) to SK(n)
        record Complete(List<KeyMaterial> secrets) implements Verdict {
            /// Copies the list.
            public Complete {
                secrets = List.copyOf(secrets);
            }
        }

        /// The responder knows nothing of the series: it may begin again with CREATE_CHILD_SA (E9-4).
        record Lost() implements Verdict {}

        /// The responder refuses. The IKE SA lives.
        record Refused(Notify error, SessionFailure failure) implements Verdict {}

        /// The response cannot be used, and the responder holds keys that we do not have: the IKE SA must be ended.
        record Unusable(SessionFailure failure) implements Verdict {}
    }

    /// What becomes of the peer's request.
    public sealed interface Reply {
        /// The payloads to answer with.
        List<Payload> payloads();

        /// Another request is to come.
        record Next(List<Payload> payloads) implements Reply {}

        /// The series is complete.
        ///
        /// @param secrets SK(1) to SK(n)
        record Complete(List<Payload> payloads, List<KeyMaterial> secrets) implements Reply {
            /// Copies the list.
            public Complete {
                secrets = List.copyOf(secrets);
            }
        }

        /// The series ends here.
        record Refused(List<Payload> payloads, SessionFailure failure) implements Reply {}
    }

    /// The link in a message of a series, if it has one.
    public static Optional<Octets> link(List<Payload> payloads) {
        return PayloadChain.notification(payloads, NotifyType.ADDITIONAL_KEY_EXCHANGE)
                .map(Notify::data)
                .filter(data -> !data.isEmpty());
    }

    /// The answer to a link that leads nowhere.
    public static List<Payload> notFound() {
        return List.of(Notify.of(NotifyType.STATE_NOT_FOUND));
    }

    /// The initiator's side of a series.
    public static final class Initiating {
        private final SessionContext context;
        private final Deque<KeyExchangeMethod> due;
        private final List<KeyMaterial> secrets = new ArrayList<>();
        private KeyExchangeRound round;
        private Octets link;

        /// Begins a series.
        ///
        /// @param methods those of the additional key exchanges in their order, at least one
        /// @param link the one that came with the response of CREATE_CHILD_SA
        public Initiating(SessionContext context, List<KeyExchangeMethod> methods, Octets link) {
            this.context = context;
            this.due = new ArrayDeque<>(methods);
            this.link = link;
            this.round = new KeyExchangeRound(context, due.remove());
        }

        /// The next request's payloads.
        public List<Payload> buildRequest() {
            return List.of(round.request(), Notify.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link));
        }

        /// Takes in a response's payloads.
        public Verdict processResponse(List<Payload> response) {
            Optional<Notify> error =
                    PayloadChain.all(response, Notify.class).stream()
                            .filter(Notify::isError)
                            .findFirst();
            if (error.isPresent()) {
                return error.get().is(NotifyType.STATE_NOT_FOUND)
                        ? new Verdict.Lost()
                        : new Verdict.Refused(
                                error.get(),
                                misbehaved("the peer refused it with " + error.get().name()));
            }
            Optional<String> violation = SPEC.responseViolation(response);
            Optional<Octets> next = link(response);
            if (violation.isPresent() || next.isEmpty() != due.isEmpty()) {
                return new Verdict.Unusable(
                        misbehaved(violation.orElse("no link to the next one, or one too many")));
            }
            try {
                secrets.add(round.secret(response));
            } catch (InvalidPublicValueException e) {
                return new Verdict.Unusable(misbehaved(String.valueOf(e.getMessage())));
            }
            round.close();
            if (due.isEmpty()) {
                return new Verdict.Complete(secrets);
            }
            round = new KeyExchangeRound(context, due.remove());
            link = next.get();
            return new Verdict.Next();
        }

        /// Forgets the keys.
        public void close() {
            round.close();
            secrets.forEach(KeyMaterial::close);
        }
    }

    /// The responder's side of a series.
    public static final class Responding {
        private final SessionContext context;
        private final Deque<KeyExchangeMethod> due;
        private final List<KeyMaterial> secrets = new ArrayList<>();
        private Octets link;

        /// Waits for a series.
        ///
        /// @param methods those of the additional key exchanges in their order, at least one
        public Responding(SessionContext context, List<KeyExchangeMethod> methods) {
            this.context = context;
            this.due = new ArrayDeque<>(methods);
            this.link = freshLink();
        }

        /// What the response of CREATE_CHILD_SA has to have, too.
        public Payload firstLink() {
            return Notify.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link);
        }

        /// Whether a request belongs to this series, and to its next exchange.
        public boolean isMeant(List<Payload> request) {
            return link(request).equals(Optional.of(link));
        }

        /// Answers a request that is meant.
        public Reply processRequest(List<Payload> request) {
            Optional<String> violation = SPEC.requestViolation(request);
            if (violation.isPresent()) {
                return refused(violation.get());
            }
            KeyExchangeRound.Answer answer;
            try {
                answer = KeyExchangeRound.answer(context, due.remove(), request);
            } catch (InvalidPublicValueException e) {
                return refused(String.valueOf(e.getMessage()));
            }
            secrets.add(answer.secret());
            if (due.isEmpty()) {
                return new Reply.Complete(List.of(answer.payload()), secrets);
            }
            link = freshLink();
            return new Reply.Next(
                    List.of(answer.payload(), Notify.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link)));
        }

        /// Forgets the secrets.
        public void close() {
            secrets.forEach(KeyMaterial::close);
        }

        private Octets freshLink() {
            byte[] octets = new byte[LINK_OCTETS];
            context.random().nextBytes(octets);
            return Octets.wrap(octets);
        }

        private static Reply refused(String why) {
            return new Reply.Refused(
                    List.of(Notify.of(NotifyType.INVALID_SYNTAX)), misbehaved(why));
        }
    }

    private static SessionFailure misbehaved(String what) {
        return new SessionFailure.PeerMisbehaved(
                "IKE_FOLLOWUP_KE failed: " + what, "look into the peer's log");
    }
}
