package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.PostQuantumPsks.Ppk;
import io.culvert.ike.exchange.AuthenticationContext;
import io.culvert.ike.exchange.AuthenticationStep;
import io.culvert.ike.exchange.IkeAuth;
import io.culvert.ike.exchange.IkeIntermediate;
import io.culvert.ike.exchange.IkeSaInit;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.exchange.InitialKeys;
import io.culvert.ike.exchange.PpkConfirmation;
import io.culvert.ike.exchange.PpkMode;
import io.culvert.ike.exchange.SessionResume;
import io.culvert.ike.extension.Mobike;
import io.culvert.ike.extension.SeparateTransports;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The stages of an original responder until the IKE SA is established.
///
///     AwaitingInitRequest ─► AwaitingAuthRequest (with IKE_INTERMEDIATE before, if agreed) ─► (Judging the peer ─►)
///     EstablishedPeer
final class ResponderSetup {
    private ResponderSetup() {}

    /// Nothing has come yet.
    static final class AwaitingInitRequest implements Stage {
        private final Peering peering;
        private final List<ConnectionConfig> candidates;

        AwaitingInitRequest(Peering peering, List<ConnectionConfig> candidates) {
            this.peering = peering;
            this.candidates = candidates;
        }

        @Override
        public Stage onInit(MonoTime now, TransportPath path, IkeMessage message, Octets octets) {
            peering.bind(peering.ours());
            peering.becameHalfOpen();
            peering.outbox().received(path, octets, message.header(), message.payloads(), false);
            List<ConnectionConfig> admitted =
                    candidates.stream()
                            .filter(c ->
                                    c.admits(path.local().getAddress(), path.remote().getAddress()))
                            .toList();
            return message.header().exchangeType().equals(ExchangeType.IKE_SESSION_RESUME)
                    ? resume(now, path, message, octets, admitted)
                    : begin(now, path, message, octets, admitted);
        }

        private Stage begin(
                MonoTime now,
                TransportPath path,
                IkeMessage message,
                Octets octets,
                List<ConnectionConfig> admitted) {
            IkeSaInit.Reply reply =
                    IkeSaInit.processRequest(
                            peering.context(), admitted, peering.ours(), path, message);
            Octets response = peering.respondInit(now, path, reply.response());
            return switch (reply) {
                case IkeSaInit.Reply.Rejected(var _, String reason) -> {
                    peering.end(reason, Optional.empty());
                    yield this;
                }
                case IkeSaInit.Reply.Accepted(var _, var keys) -> {
                    IkeKeys derived = keys.derive(peering.context().crypto());
                    peering.begin(false, keys, derived, octets, response, path);
                    await(now, path, admitted);
                    yield new AwaitingAuthRequest(
                            peering, matching(admitted, keys), IkeIntermediate.rounds(keys));
                }
            };
        }

        private Stage resume(
                MonoTime now,
                TransportPath path,
                IkeMessage message,
                Octets octets,
                List<ConnectionConfig> admitted) {
            SessionResume.Reply reply =
                    SessionResume.processRequest(
                            peering.context(), admitted, peering.ours(), path, message);
            Octets response = peering.respondInit(now, path, reply.response());
            return switch (reply) {
                case SessionResume.Reply.Rejected(var _, String reason) -> {
                    peering.end(reason, Optional.empty());
                    yield this;
                }
                case SessionResume.Reply.Accepted(var _, var initial, var keys, var resumption) -> {
                    peering.begin(false, initial, keys, octets, response, path);
                    await(now, path, List.of(resumption.connection()));
                    peering.tickets().resuming(resumption);
                    yield new AwaitingAuthRequest(
                            peering, List.of(resumption.authenticating()), List.of());
                }
            };
        }

        /// Waits for IKE_AUTH.
        private void await(MonoTime now, TransportPath path, List<ConnectionConfig> admitted) {
            InitialKeys initial = peering.theSa().initial();
            ConnectionTimers timers = admitted.getFirst().timers();
            peering.courier().schedule().use(timers);
            peering.ways().adopt(path);
            peering.ways().learned(initial.ikeTcpPort(), initial.nat().foundNone());
            if (path instanceof TransportPath.Udp begun
                    && initial.separateTransports()
                    && SeparateTransports.areWelcome(path, admitted)) {
                peering.ways().separate(begun);
            }
            peering.outbox().add(new Action.ReserveSpis(1));
            peering.timers().set(TimerTable.Kind.HALF_OPEN, now, timers.halfOpen());
        }

        /// Only connections that allow what was agreed on can still apply.
        private static List<ConnectionConfig> matching(
                List<ConnectionConfig> admitted, InitialKeys keys) {
            IkeSuite suite = keys.suite();
            return admitted.stream()
                    .filter(c -> keys.ppk() != PpkMode.NONE || !c.ppks().required())
                    .filter(c -> c.proposals().stream().anyMatch(suite::isFrom))
                    .toList();
        }
    }

    /// IKE_SA_INIT is answered; the peer has to prove who it is.
    static final class AwaitingAuthRequest implements Stage {
        private final Peering peering;
        private List<ConnectionConfig> candidates;
        private final Deque<IkeIntermediate.Round> due;
        private Optional<Pending> pending = Optional.empty();
        private boolean silent;

        private record Pending(
                TransportPath path,
                IkeHeader header,
                IkeAuth.Responding exchange,
                Spi spi,
                int question) {}

        /// @param due the additional key exchanges that come first
        AwaitingAuthRequest(
                Peering peering,
                List<ConnectionConfig> candidates,
                List<IkeIntermediate.Round> due) {
            this.peering = peering;
            this.candidates = candidates;
            this.due = new ArrayDeque<>(due);
        }

        @Override
        public boolean awaitsRequests() {
            return true;
        }

        @Override
        public boolean repeatsInit() {
            return !silent;
        }

        @Override
        public Stage onRequest(
                MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
            silent = true;
            if (header.exchangeType().equals(ExchangeType.IKE_INTERMEDIATE) && pending.isEmpty()) {
                return intermediate(now, path, header, payloads);
            }
            if (!header.exchangeType().equals(ExchangeType.IKE_AUTH)) {
                return withoutAuthentication(now, path, header, payloads);
            }
            if (!due.isEmpty()) {
                return refuse(
                        now,
                        path,
                        header,
                        List.of(Notify.of(NotifyType.INVALID_SYNTAX)),
                        IkeIntermediate.missing(due.getFirst()));
            }
            peering.mobility().heard(payloads);
            peering.tickets().heard(payloads);
            if (pending.isPresent()) {
                Pending before = pending.get();
                var next =
                        new Pending(
                                path, header, before.exchange(), before.spi(), before.question());
                return apply(now, next, before.exchange().processRequest(payloads));
            }
            if (candidates.stream().anyMatch(ConnectionConfig::mobike)
                    && Mobike.isSupported(payloads)
                    && Mobike.findsForbiddenNat(path, payloads)) {
                return forbiddenNat(now, path, header);
            }
            IkeSa sa = peering.theSa();
            Optional<Spi> spi = peering.takeSpi();
            if (spi.isEmpty()) {
                peering.end("no SPI could be reserved", Optional.empty());
                return this;
            }
            var context =
                    new AuthenticationContext(
                            peering.context(),
                            sa.initial(),
                            sa.keys(),
                            sa.initRequest(),
                            sa.initResponse(),
                            sa.transcript().intAuth(header.messageId()),
                            path.local().getAddress(),
                            path.remote().getAddress());
            var exchange = new IkeAuth.Responding(context, candidates, spi.get());
            var first = new Pending(path, header, exchange, spi.get(), 0);
            return apply(now, first, exchange.processRequest(payloads));
        }

        /// The next additional key exchange, whose keys are for what comes after its response.
        private Stage intermediate(
                MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
            Optional<IkeIntermediate.Round> next = Optional.ofNullable(due.poll());
            IkeIntermediate.Reply reply =
                    IkeIntermediate.processRequest(
                            peering.context(),
                            next,
                            candidates.stream().map(ConnectionConfig::ppks).toList(),
                            new PpkConfirmation(peering.context(), peering.theSa().initial()),
                            payloads);
            return switch (reply) {
                case IkeIntermediate.Reply.Accepted(List<Payload> answer, var ingredients) -> {
                    peering.respond(now, path, header, answer);
                    peering.sas().advance(ingredients, header.messageId());
                    if (next.filter(IkeIntermediate.Round::namesPpks).isPresent()) {
                        keepThoseWith(ingredients.ppk());
                    }
                    yield this;
                }
                case IkeIntermediate.Reply.Refused(List<Payload> error, var failure) ->
                        refuse(now, path, header, error, failure);
            };
        }

        /// Only connections whose key was used can still apply, or those that do without if none was.
        private void keepThoseWith(Optional<Ppk> used) {
            candidates =
                    candidates.stream()
                            .filter(c ->
                                    used.map(ppk -> c.ppks().keys().contains(ppk))
                                            .orElse(!c.ppks().required()))
                            .toList();
        }

        private Stage refuse(
                MonoTime now,
                TransportPath path,
                IkeHeader header,
                List<Payload> error,
                SessionFailure failure) {
            peering.respond(now, path, header, error);
            peering.end("the peer breaks the protocol", Optional.of(failure));
            return this;
        }

        /// The peer allows no NAT, and there is one (E2-7). It begins anew if it wants to.
        private Stage forbiddenNat(MonoTime now, TransportPath path, IkeHeader header) {
            List<Payload> found = List.of(Notify.of(NotifyType.UNEXPECTED_NAT_DETECTED));
            peering.respond(now, path, header, found);
            peering.end(
                    "the peer allows no NAT, and there is one",
                    Optional.of(
                            new SessionFailure.Incompatible(
                                    "somebody changes addresses on the way from the peer",
                                    "came by " + path,
                                    "NO_NATS_ALLOWED",
                                    "let the peer allow NATs if that is one that you know of")));
            return this;
        }

        /// A peer that has not said who it is may change its mind, and nothing else.
        private Stage withoutAuthentication(
                MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
            boolean givesUp =
                    header.exchangeType().equals(ExchangeType.INFORMATIONAL)
                            && Informational.read(payloads).deletesIkeSa();
            peering.respond(
                    now,
                    path,
                    header,
                    givesUp ? List.of() : List.of(Notify.of(NotifyType.INVALID_SYNTAX)));
            peering.end(
                    givesUp
                            ? "deleted by the peer before it authenticated"
                            : "the peer did not begin with IKE_AUTH",
                    Optional.empty());
            return this;
        }

        @Override
        public Stage onAnswer(MonoTime now, int question, Answer answer) {
            return pending.filter(p -> p.question() == question)
                    .map(p -> apply(now, p, p.exchange().resume(answer)))
                    .orElse(this);
        }

        @Override
        public Stage onTimer(MonoTime now, TimerTable.Kind kind) {
            if (kind == TimerTable.Kind.HALF_OPEN) {
                peering.end("the peer did not authenticate in time", Optional.empty());
            }
            return this;
        }

        private Stage apply(MonoTime now, Pending current, AuthenticationStep step) {
            return switch (step) {
                case AuthenticationStep.Ask(var question) -> {
                    pending =
                            Optional.of(
                                    new Pending(
                                            current.path(),
                                            current.header(),
                                            current.exchange(),
                                            current.spi(),
                                            peering.ask(question)));
                    yield this;
                }
                case AuthenticationStep.Round(List<Payload> payloads) -> {
                    pending = Optional.of(current);
                    peering.respond(now, current.path(), current.header(), payloads);
                    yield this;
                }
                case AuthenticationStep.Failed(
                                SessionFailure failure,
                                var _,
                                List<Payload> response) -> {
                    current.exchange().close();
                    peering.respond(now, current.path(), current.header(), response);
                    peering.giveBack(current.spi());
                    peering.end("authentication failed", Optional.of(failure));
                    yield this;
                }
                case AuthenticationStep.Authenticated outcome -> {
                    Optional<AuthenticationStep.Authenticated> redeemed =
                            peering.tickets().redeemed(outcome);
                    yield redeemed.isPresent()
                            ? established(now, current, redeemed.get())
                            : apply(now, current, IkeAuth.ticketUsedUp());
                }
            };
        }

        private Stage established(
                MonoTime now, Pending current, AuthenticationStep.Authenticated outcome) {
            peering.timers().clear(TimerTable.Kind.HALF_OPEN);
            current.exchange().close();
            peering.establish(now, outcome);
            // inbound first: the peer may send as soon as it has the response (IK-101)
            outcome.child().ifPresent(child -> peering.installFirstChild(now, child, false));
            if (outcome.child().isEmpty()) {
                peering.giveBack(current.spi());
            }
            List<Payload> response =
                    new ArrayList<>(CrashTokens.behindAuth(peering, outcome.response()));
            response.addAll(peering.mobility().accept(current.path()));
            response.addAll(peering.tickets().answer());
            peering.respond(now, current.path(), current.header(), response);
            return EstablishedPeer.begin(now, peering, false, outcome.childFailure());
        }
    }
}
