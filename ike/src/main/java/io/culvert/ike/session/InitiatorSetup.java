package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionConfig.Childless;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.exchange.AuthenticationContext;
import io.culvert.ike.exchange.AuthenticationStep;
import io.culvert.ike.exchange.IkeAuth;
import io.culvert.ike.exchange.IkeIntermediate;
import io.culvert.ike.exchange.IkeSaInit;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.exchange.PpkConfirmation;
import io.culvert.ike.exchange.Resumption;
import io.culvert.ike.extension.IkeTcpSupport;
import io.culvert.ike.extension.SeparateTransports;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The stages of an original initiator until the IKE SA is established.
///
///     AwaitingInitResponse ─► (AwaitingIntermediateResponse ─►) AwaitingAuthResponse ─► (JudgingPeer ─►)
///     EstablishedPeer
final class InitiatorSetup {
    /// How long a refusal without proof waits for a better answer (IK-048).
    private static final Duration HINT_PATIENCE = Duration.ofSeconds(1);

    private InitiatorSetup() {}

    /// Starts: asks for an SPI, opens a connection if need be, sends IKE_SA_INIT.
    ///
    /// @param choice the transport
    /// @param why why this one, for people
    static Stage start(
            MonoTime now,
            Peering peering,
            TransportChoice choice,
            Endpoints endpoints,
            String why) {
        ConnectionConfig connection = peering.connection().orElseThrow();
        peering.bind(peering.ours());
        peering.outbox().add(new Action.ReserveSpis(1));
        peering.courier().schedule().use(connection.timers());
        peering.ways().begin(connection, choice, endpoints, why);
        peering.outbox().publish(new IkeEvent.TransportChosen(choice.kind(), peering.ways().why()));
        Optional<Resumption> resumption = peering.tickets().usable();
        return resumption.isPresent()
                ? Resuming.begin(now, peering, resumption.get())
                : init(now, peering);
    }

    /// Goes on with IKE_SA_INIT.
    static Stage init(MonoTime now, Peering peering) {
        return new AwaitingInitResponse(peering).begin(now);
    }

    /// Goes on after the first exchange: with IKE_AUTH, or first with the additional key exchanges, if there are any.
    ///
    /// @param from the stage that it comes from
    /// @param path that of the first exchange
    static Stage proceed(MonoTime now, Peering peering, Stage from, TransportPath path) {
        boolean streamed = path.kind() == TransportKind.TCP_ENCAPSULATION;
        if (!streamed && !peering.theSa().initial().nat().carriedOut()) {
            peering.end(
                    "the peer cannot have ESP in UDP",
                    Optional.of(
                            new SessionFailure.PeerMisbehaved(
                                    "the peer does not support NAT traversal, and ESP without UDP is not supported here",
                                    "turn NAT traversal on at the peer, or use tcp-encapsulation")));
            return from;
        }
        peering.ways().floatToNatTraversal();
        if (peering.ways().offersSeparateTransports()) {
            separate(peering, path);
        }
        List<IkeIntermediate.Round> due =
                peering.tickets().isResuming()
                        ? List.of()
                        : IkeIntermediate.rounds(peering.theSa().initial());
        return due.isEmpty()
                ? authenticate(now, peering, from)
                : new AwaitingIntermediateResponse(peering, due).begin(now);
    }

    private static void separate(Peering peering, TransportPath path) {
        boolean agreed = peering.theSa().initial().separateTransports();
        if (agreed && path instanceof TransportPath.Udp begun) {
            peering.ways().separate(begun);
        } else {
            peering.ways()
                    .because("the peer does not know separate transports, so all goes over udp");
        }
    }

    /// What the first message says of the transports that we know beside UDP.
    static List<Payload> announcements(Peering peering) {
        OptionalInt port = peering.context().ikeTcpPort();
        boolean rawTcp =
                peering.ways().choice().kind() == TransportKind.IKE_TCP || port.isPresent();
        List<Payload> payloads =
                new ArrayList<>(rawTcp ? IkeTcpSupport.announcement(port) : List.of());
        if (peering.ways().offersSeparateTransports()) {
            SeparateTransports.addTo(payloads);
        }
        return payloads;
    }

    /// IKE_SA_INIT is under way.
    static final class AwaitingInitResponse implements Stage {
        private final Peering peering;
        private final IkeSaInit.Initiating exchange;
        private Optional<SessionFailure> hint = Optional.empty();
        private Octets request = Octets.EMPTY;

        AwaitingInitResponse(Peering peering) {
            this.peering = peering;
            this.exchange =
                    new IkeSaInit.Initiating(
                            peering.context(), peering.connection().orElseThrow(), peering.ours());
        }

        Stage begin(MonoTime now) {
            if (peering.ways().pathForInit(now).isPresent()) {
                send(now);
            } else {
                peering.courier().openForInit();
            }
            return this;
        }

        @Override
        public Stage onConnectionOpened(MonoTime now) {
            if (peering.courier().outstanding().isPresent()) {
                peering.courier().resume(now);
            } else {
                send(now);
            }
            return this;
        }

        @Override
        public Stage onRestart(MonoTime now) {
            exchange.close();
            peering.timers().clear(TimerTable.Kind.HINT);
            peering.courier().settled();
            peering.bind(Peering.freshSpi(peering.context()));
            return new AwaitingInitResponse(peering).begin(now);
        }

        @Override
        public Stage onInit(MonoTime now, TransportPath path, IkeMessage message, Octets octets) {
            Optional<Transmission> outstanding = peering.courier().outstanding();
            if (!message.header().response()
                    || message.header().messageId() != 0
                    || !message.header().initiatorSpi().equals(peering.ours())
                    || outstanding.isEmpty()) {
                peering.outbox().drop(path, DropReason.OUT_OF_STATE);
                return this;
            }
            if (!outstanding.get().wasSentOn(path)) {
                peering.outbox().drop(path, DropReason.RESPONSE_ON_WRONG_TRANSPORT);
                return this;
            }
            peering.outbox().received(path, octets, message.header(), message.payloads(), false);
            return switch (exchange.processResponse(path, message)) {
                case IkeSaInit.Verdict.Ignored _ -> {
                    peering.outbox().drop(path, DropReason.USELESS_INIT_RESPONSE);
                    yield this;
                }
                case IkeSaInit.Verdict.TryAgain _ -> {
                    hint = Optional.empty();
                    peering.timers().clear(TimerTable.Kind.HINT);
                    peering.courier().settled();
                    yield begin(now);
                }
                case IkeSaInit.Verdict.Refused(SessionFailure failure) ->
                        refused(now, path, failure);
                case IkeSaInit.Verdict.Agreed(var keys) -> {
                    exchange.close();
                    peering.timers().clear(TimerTable.Kind.HINT);
                    peering.courier().settled();
                    peering.ways().learned(keys.ikeTcpPort(), keys.nat().foundNone());
                    IkeKeys derived = keys.derive(peering.context().crypto());
                    peering.begin(true, keys, derived, request, octets, path);
                    yield proceed(now, peering, this, path);
                }
            };
        }

        @Override
        public Optional<SessionFailure> refusal() {
            return hint;
        }

        @Override
        public Stage onTimer(MonoTime now, TimerTable.Kind kind) {
            if (kind == TimerTable.Kind.HINT) {
                peering.end("refused by the peer", hint);
            }
            return this;
        }

        private Stage refused(MonoTime now, TransportPath path, SessionFailure failure) {
            if (path instanceof TransportPath.Udp) {
                if (hint.isEmpty()) {
                    hint = Optional.of(failure);
                    peering.timers().set(TimerTable.Kind.HINT, now, HINT_PATIENCE);
                }
            } else {
                peering.end("refused by the peer", Optional.of(failure));
            }
            return this;
        }

        private void send(MonoTime now) {
            TransportPath path = peering.ways().pathForInit(now).orElseThrow();
            IkeMessage message = exchange.buildRequest(path, announcements(peering));
            request = MessageCodec.encode(message);
            peering.courier()
                    .send(
                            now,
                            Transmission.ofInit(
                                    OutgoingMessage.unprotected(
                                            message.header(), message.payloads(), request),
                                    message.payloads()));
            peering.passed(now, path);
        }
    }

    /// An additional key exchange is under way.
    static final class AwaitingIntermediateResponse implements Stage {
        private final Peering peering;
        private final Deque<IkeIntermediate.Round> due;
        private Optional<IkeIntermediate.Initiating> exchange = Optional.empty();

        AwaitingIntermediateResponse(Peering peering, List<IkeIntermediate.Round> due) {
            this.peering = peering;
            this.due = new ArrayDeque<>(due);
        }

        Stage begin(MonoTime now) {
            var next =
                    new IkeIntermediate.Initiating(
                            peering.context(),
                            due.remove(),
                            peering.connection().orElseThrow().ppks(),
                            new PpkConfirmation(peering.context(), peering.theSa().initial()));
            exchange = Optional.of(next);
            peering.request(now, ExchangeType.IKE_INTERMEDIATE, next.buildRequest());
            return this;
        }

        @Override
        public Stage onConnectionOpened(MonoTime now) {
            peering.courier().resume(now);
            return this;
        }

        @Override
        public Stage onResponse(
                MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
            peering.courier().settled();
            IkeIntermediate.Initiating current = exchange.orElseThrow();
            IkeIntermediate.Verdict verdict = current.processResponse(payloads);
            current.close();
            return switch (verdict) {
                case IkeIntermediate.Verdict.Agreed(var ingredients) -> {
                    peering.sas().advance(ingredients, header.messageId());
                    yield due.isEmpty() ? authenticate(now, peering, this) : begin(now);
                }
                case IkeIntermediate.Verdict.Refused(SessionFailure failure) -> {
                    peering.end("refused by the peer", Optional.of(failure));
                    yield this;
                }
                case IkeIntermediate.Verdict.Unusable(SessionFailure failure) -> {
                    // nobody can be told: the responder has gone over to keys that we do not have
                    peering.end("IKE_INTERMEDIATE failed", Optional.of(failure));
                    yield this;
                }
            };
        }
    }

    /// Goes on with IKE_AUTH.
    ///
    /// @param now the time
    /// @param from the stage that it comes from
    private static Stage authenticate(MonoTime now, Peering peering, Stage from) {
        ConnectionConfig connection = peering.tickets().authenticating();
        IkeSa sa = peering.theSa();
        boolean canWaive = sa.initial().childless();
        boolean waives =
                connection.children().isEmpty()
                        || connection.childless() == Childless.FORCE
                        || (connection.childless() == Childless.PREFER && canWaive);
        if (waives && !canWaive) {
            peering.end("the peer wants a Child SA at once", Optional.of(notChildless()));
            return from;
        }
        Optional<Spi> spi = waives ? Optional.empty() : peering.takeSpi();
        var context =
                new AuthenticationContext(
                        peering.context(),
                        sa.initial(),
                        sa.keys(),
                        sa.initRequest(),
                        sa.initResponse(),
                        sa.transcript().intAuth(sa.nextRequestId()),
                        sa.initPath().local().getAddress(),
                        sa.initPath().remote().getAddress());
        var auth = new IkeAuth.Initiating(context, connection, spi);
        boolean onlyOne = connection.uniqueness() != ConnectionConfig.Uniqueness.KEEP;
        return switch (auth.buildRequest(onlyOne)) {
            case IkeAuth.Request.Impossible(SessionFailure failure) -> {
                peering.end("we cannot authenticate", Optional.of(failure));
                yield from;
            }
            case IkeAuth.Request.Ready(List<Payload> payloads) -> {
                List<Payload> all = new ArrayList<>(CrashTokens.behindAuth(peering, payloads));
                all.addAll(peering.mobility().offer());
                all.addAll(peering.tickets().request());
                peering.request(now, ExchangeType.IKE_AUTH, all);
                yield new AwaitingAuthResponse(peering, auth, spi);
            }
        };
    }

    private static SessionFailure notChildless() {
        return new SessionFailure.Incompatible(
                "the peer does not set up an IKE SA without a Child SA",
                "childless",
                "no CHILDLESS_IKEV2_SUPPORTED",
                "set `childless` to \"allow\" and configure a child");
    }

    /// IKE_AUTH is under way.
    static final class AwaitingAuthResponse implements Stage {
        private final Peering peering;
        private final IkeAuth.Initiating exchange;
        private final Optional<Spi> spi;
        private int asked;
        private List<Payload> last = List.of();

        AwaitingAuthResponse(Peering peering, IkeAuth.Initiating exchange, Optional<Spi> spi) {
            this.peering = peering;
            this.exchange = exchange;
            this.spi = spi;
        }

        @Override
        public Stage onConnectionOpened(MonoTime now) {
            peering.courier().resume(now);
            return this;
        }

        @Override
        public Stage onResponse(
                MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
            peering.courier().settled();
            peering.mobility().heard(payloads);
            last = payloads;
            return apply(now, exchange.processResponse(payloads));
        }

        @Override
        public Stage onAnswer(MonoTime now, int question, Answer answer) {
            return question == asked ? apply(now, exchange.resume(answer)) : this;
        }

        private Stage apply(MonoTime now, AuthenticationStep step) {
            return switch (step) {
                case AuthenticationStep.Ask(var question) -> {
                    asked = peering.ask(question);
                    yield this;
                }
                case AuthenticationStep.Round(List<Payload> payloads) -> {
                    peering.request(
                            now, ExchangeType.IKE_AUTH, CrashTokens.behindAuth(peering, payloads));
                    yield this;
                }
                case AuthenticationStep.Failed failed -> failed(now, failed);
                case AuthenticationStep.Authenticated outcome -> established(now, outcome);
            };
        }

        private Stage failed(MonoTime now, AuthenticationStep.Failed failed) {
            exchange.close();
            spi.ifPresent(peering::giveBack);
            if (exchange.peerRefused()) {
                peering.end("refused by the peer", Optional.of(failed.failure()));
                return this;
            }
            return Deleting.because(
                    now,
                    peering,
                    Informational.refuse(failed.notification()),
                    "authentication failed",
                    Optional.of(failed.failure()));
        }

        private Stage established(MonoTime now, AuthenticationStep.Authenticated proved) {
            exchange.close();
            AuthenticationStep.Authenticated outcome =
                    peering.tickets().redeemed(proved).orElseThrow();
            peering.establish(now, outcome);
            peering.tickets().take(last);
            if (!outcome.assigned().addresses().isEmpty()) {
                peering.leased(outcome.assigned().addresses());
                peering.outbox()
                        .add(
                                new Action.AssignAddresses(
                                        outcome.assigned().addresses(), outcome.assigned().dns()));
                peering.outbox()
                        .publish(
                                new IkeEvent.AddressesAssigned(
                                        outcome.assigned().addresses(), outcome.assigned().dns()));
            }
            outcome.child().ifPresent(child -> peering.installFirstChild(now, child, true));
            if (outcome.child().isEmpty()) {
                spi.ifPresent(peering::giveBack);
            }
            return EstablishedPeer.begin(now, peering, true, outcome.childFailure());
        }
    }
}
