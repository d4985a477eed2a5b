package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.transport.Arrangement;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ChainResult;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.Optional;

/// One peering over its whole life.
///
/// This class leads every input to the stage that the session is in, messages as [Reception] opens them; the stages know
/// what they mean. For one thread.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2 RFC 7296 section 2
public final class IkeSession implements Session {
    private final Peering peering;
    private final Reception reception;
    private final boolean originalInitiator;
    private Stage stage;

    private IkeSession(Peering peering, boolean originalInitiator, Stage stage) {
        this.peering = peering;
        this.reception = new Reception(peering);
        this.originalInitiator = originalInitiator;
        this.stage = stage;
    }

    /// A session that will start the connection over the transport that it prefers, and no other; its first input is
    /// [Command.Initiate]. [Attempts] uses all of them.
    public static IkeSession initiator(SessionContext context, ConnectionConfig connection) {
        return initiator(
                context,
                connection,
                connection.transport(),
                "configured: transports = [\"" + connection.transport().word() + "\"]");
    }

    /// @param choice the transport, one of those of the connection
    /// @param why why it is this one, for people
    static IkeSession initiator(
            SessionContext context,
            ConnectionConfig connection,
            TransportChoice choice,
            String why) {
        var peering = new Peering(context, Peering.freshSpi(context));
        peering.connection(connection);
        return new IkeSession(peering, true, new Idle(choice, why));
    }

    /// A session for a peer that calls; its first input is the peer's IKE_SA_INIT request.
    ///
    /// @param ours the SPI that [HalfOpenAdmission] chose
    /// @param candidates the connections that peers may use, in the order of the configuration
    public static IkeSession responder(
            SessionContext context, IkeSpi ours, List<ConnectionConfig> candidates) {
        var peering = new Peering(context, ours);
        return new IkeSession(
                peering,
                false,
                new ResponderSetup.AwaitingInitRequest(peering, List.copyOf(candidates)));
    }

    @Override
    public List<Action> handle(MonoTime now, Input input) {
        if (peering.isOver()) {
            tidyUp(input);
        } else {
            switch (input) {
                case Input.MessageReceived(TransportPath path, Octets message) ->
                        onMessage(now, path, message);
                case Input.ConnectionOpened(int attempt, TransportPath.Tcp path) -> {
                    if (peering.courier().connectionOpened(attempt, path)) {
                        stage = stage.onConnectionOpened(now);
                    }
                }
                case Input.ConnectionFailed(int attempt, String reason) -> {
                    follow(now, peering.courier().connectionFailed(now, attempt, reason));
                    if (stage instanceof EstablishedPeer) {
                        peering.mobility().encapsulation().withoutStream(now);
                    }
                }
                case Input.ConnectionLost(TransportPath.Tcp path, String reason) -> {
                    connectionLost(now, path, reason);
                }
                case Input.SendFailed _ -> stage = stage.onHint(now);
                case Input.DeadlineReached _ -> onDeadline(now);
                case Input.Commanded(Command command) -> onCommand(now, command);
                case Input.Answered(int question, var answer) -> {
                    hold(answer);
                    stage = stage.onAnswer(now, question, answer);
                }
                case Input.SpisReserved(var spis) -> {
                    peering.reserved(spis);
                    stage = stage.onSpisReserved(now);
                }
                case Input.DataPlaneReported(DataPlaneEvent event) -> onDataPlane(now, event);
                case Input.InstallFailed(ChildSaId sa, String reason) ->
                        onInstallFailed(now, sa, reason);
                case Input.TrafficSampled(long inbound, long outbound) ->
                        peering.mobility().encapsulation().sampled(now, inbound, outbound);
            }
        }
        return peering.outbox().drain();
    }

    /// What was asked for and comes too late is given back.
    private void tidyUp(Input input) {
        switch (input) {
            case Input.ConnectionOpened(int _, TransportPath.Tcp path) ->
                    peering.outbox().add(new Action.CloseConnection(path.connection()));
            case Input.SpisReserved(var spis) -> peering.reserved(spis);
            case Input.Answered(int _, Answer.EapContinued(EapStep.Succeeded(var msk, _, _))) ->
                    msk.ifPresent(KeyMaterial::close);
            case Input.Answered(int _, var answer) -> hold(answer);
            case Input.MessageReceived _,
                    Input.ConnectionFailed _,
                    Input.ConnectionLost _,
                    Input.SendFailed _,
                    Input.DeadlineReached _,
                    Input.Commanded _,
                    Input.DataPlaneReported _,
                    Input.TrafficSampled _,
                    Input.InstallFailed _ -> {}
        }
    }

    private void hold(Answer answer) {
        switch (answer) {
            case Answer.AddressesLeased(var addresses, var _) -> peering.leased(addresses);
            case Answer.EapContinued _,
                    Answer.AddressesRefused _,
                    Answer.CertificateAccepted _,
                    Answer.CertificateRefused _ -> {}
        }
    }

    @Override
    public Optional<MonoTime> nextDeadline() {
        return peering.isOver() ? Optional.empty() : peering.timers().next();
    }

    @Override
    public SessionStatus status() {
        return peering.status(isOver() ? "Gone" : stage.word(), originalInitiator);
    }

    @Override
    public boolean isOver() {
        return peering.isOver();
    }

    /// What stood in the way of our requests last, for people.
    String lastTrouble() {
        return peering.courier().lastTrouble();
    }

    private void onCommand(MonoTime now, Command command) {
        switch (command) {
            case Command.Initiate wish -> {
                if (stage instanceof Idle(var choice, String why)) {
                    peering.heard(now);
                    peering.tickets().hold(wish.ticket());
                    stage = InitiatorSetup.start(now, peering, choice, wish.endpoints(), why);
                }
            }
            case Command.Terminate(String cause) -> {
                if (peering.authenticated().isEmpty()) {
                    peering.end(cause, Optional.empty());
                } else if (!(stage instanceof Deleting)) {
                    stage =
                            Deleting.because(
                                    now,
                                    peering,
                                    Informational.deleteIkeSa(),
                                    cause,
                                    Optional.empty());
                }
            }
            case Command.Abandon(String cause) -> peering.end(cause, Optional.empty());
            case Command.OfEstablished wish -> stage = stage.onCommand(now, wish);
            case Command.AddressesChanged(var towardsPeer, var ours) ->
                    peering.mobility()
                            .addressesChanged(
                                    now, towardsPeer, ours, stage instanceof EstablishedPeer);
        }
    }

    private void onDeadline(MonoTime now) {
        Optional<TimerTable.Kind> due = peering.timers().takeDue(now);
        while (due.isPresent() && !peering.isOver()) {
            switch (due.get()) {
                case RETRANSMISSION -> {
                    follow(now, peering.courier().notAnswered(now));
                    peering.mobility().otherPaths().tryThem();
                    for (IkeSa old : peering.courier().takeUnanswered()) {
                        stage = stage.onUnanswered(now, old);
                    }
                }
                case REASSEMBLY -> reception.sweep(now);
                case RECONNECT -> peering.courier().reconnect();
                case ABSENCE -> absent();
                case HINT,
                        HALF_OPEN,
                        LIVENESS,
                        NAT_KEEPALIVE,
                        GIVE_UP,
                        CHILD_LIFETIME,
                        CHILD_START,
                        IKE_REKEY,
                        REAUTHENTICATION,
                        IKE_EXPIRY,
                        FADING,
                        PATH_WATCH,
                        UDP_RETURN,
                        STANDBY ->
                        stage = stage.onTimer(now, due.get());
            }
            due = peering.timers().takeDue(now);
        }
    }

    private void follow(MonoTime now, Outcome outcome) {
        switch (outcome) {
            case CARRIED_ON -> {}
            case MOVED -> peering.mobility().encapsulation().moveInto(now);
            case RESTART -> stage = stage.onRestart(now);
            case UNREACHABLE -> unreachable(now);
        }
    }

    private void connectionLost(MonoTime now, TransportPath.Tcp lost, String reason) {
        peering.mobility().connectionLost(lost);
        follow(now, peering.courier().connectionLost(now, lost, reason));
        peering.routeChildren();
    }

    private void absent() {
        peering.end(
                "the peer did not come back",
                Optional.of(
                        new SessionFailure.Unreachable(
                                "the peer did not come back: " + peering.courier().lastTrouble(),
                                "check that the peer and its port can be reached")));
    }

    private void unreachable(MonoTime now) {
        // a peer that refused us did answer, though it proved nothing
        SessionFailure failure =
                stage.refusal()
                        .orElseGet(() ->
                                new SessionFailure.Unreachable(
                                        "the peer cannot be reached: "
                                                + peering.courier().lastTrouble(),
                                        "check address, port and firewall, or try another of `transports`"));
        boolean bound =
                peering.courier().outstanding().filter(Transmission::isTransportBound).isPresent();
        // what is bound to UDP is in the way of everything else (IT-057)
        boolean stillTold =
                stage instanceof EstablishedPeer
                        && !bound
                        && peering.ways().arrangement() == Arrangement.IKE_TCP
                        && peering.weStarted();
        if (stillTold) {
            // the path of ESP is dead, but the peer can hear of it over TCP (IT-064)
            peering.courier().abandonUdp(now);
            stage =
                    Deleting.because(
                            now,
                            peering,
                            Informational.deleteIkeSa(),
                            "the peer cannot be reached",
                            Optional.of(failure));
        } else {
            peering.end("the peer cannot be reached", Optional.of(failure));
        }
    }

    private void onMessage(MonoTime now, TransportPath path, Octets octets) {
        switch (reception.take(now, path, octets, stage.awaitsRequests())) {
            case Reception.Result.Nothing _ -> {}
            case Reception.Result.Forgotten _ -> stage = stage.onHint(now);
            case Reception.Result.Strange _ -> stage = stage.onStrangeEsp(now);
            case Reception.Result.Lost _ -> lostByPeer();
            case Reception.Result.Corrupt(TransportPath.Tcp stream) -> closeCorrupt(now, stream);
            case Reception.Result.Init(IkeMessage message) -> onInit(now, path, message, octets);
            case Reception.Result.Opened(IkeHeader header, ChainResult chain) ->
                    accept(now, path, header, octets, chain);
        }
    }

    /// The peer has restarted and proves it. There is nobody who could be told of the end (E5).
    private void lostByPeer() {
        peering.outbox().publish(new IkeEvent.PeerRestarted());
        peering.end(
                "the peer has lost the IKE SA",
                Optional.of(
                        new SessionFailure.Unreachable(
                                "the peer has restarted: it showed the token of this IKE SA",
                                "nothing, if `dpd-action` has it called again; else: culvert up")));
    }

    /// Octets that cannot be the peer's cost the connection, never the SA (TE-057, IT-090).
    private void closeCorrupt(MonoTime now, TransportPath.Tcp stream) {
        peering.outbox().add(new Action.CloseConnection(stream.connection()));
        connectionLost(now, stream, "the stream is corrupt");
    }

    private void onInit(MonoTime now, TransportPath path, IkeMessage message, Octets octets) {
        if (peering.sa().isEmpty()) {
            stage = stage.onInit(now, path, message, octets);
            return;
        }
        IkeSa sa = peering.theSa();
        if (!octets.equals(sa.initRequest()) || !stage.repeatsInit()) {
            peering.outbox().drop(path, DropReason.OUT_OF_STATE);
        } else if (!isSameTransport(path, sa.initPath())) {
            peering.outbox().drop(path, DropReason.INIT_ON_OTHER_TRANSPORT);
        } else {
            peering.outbox().received(path, octets, message.header(), message.payloads(), true);
            IkeHeader header = IkeHeader.peek(sa.initResponse()).orElseThrow();
            var response = OutgoingMessage.unprotected(header, List.of(), sa.initResponse());
            peering.outbox().send(path, response, response.whole(), true);
        }
    }

    /// Whether NAT detection of one path holds for the other. A TCP connection may have been replaced by another one
    /// (TE-061), and a NAT may give a datagram another port; but ports 500 and 4500 are two transports (IT-051).
    private static boolean isSameTransport(TransportPath one, TransportPath other) {
        boolean sameMarker =
                !(one instanceof TransportPath.Udp first)
                        || !(other instanceof TransportPath.Udp second)
                        || first.nonEspMarker() == second.nonEspMarker();
        return one.kind() == other.kind() && sameMarker;
    }

    private void accept(
            MonoTime now, TransportPath path, IkeHeader header, Octets octets, ChainResult chain) {
        switch (chain) {
            case ChainResult.Payloads(List<Payload> payloads) -> {
                peering.outbox().received(path, octets, header, payloads, false);
                peering.heard(now);
                peering.passed(now, path);
                followPeer(now, path, header.response());
                CrashTokens.take(peering.saOf(header).orElseThrow(), header, payloads);
                PayloadChain.notifications(payloads, Notification.SetWindowSize.class)
                        .forEach(offer ->
                                peering.saOf(header).orElseThrow().peerWindow(offer.requests()));
                PayloadChain.notifications(payloads, Notification.AuthLifetime.class)
                        .forEach(notice -> peering.lifetimes().toldOf(now, notice.seconds()));
                if (header.response()) {
                    stage = stage.onResponse(now, path, header, payloads);
                } else {
                    peering.saOf(header).orElseThrow().window().take(header.messageId());
                    stage = stage.onRequest(now, path, header, payloads);
                }
            }
            case ChainResult.UnknownCriticalPayload(PayloadType type) -> {
                if (header.response()) {
                    broken(now, path, header);
                } else {
                    peering.saOf(header).orElseThrow().window().take(header.messageId());
                    Octets named = Octets.of((byte) type.value());
                    peering.respond(
                            now,
                            path,
                            header,
                            List.of(Notify.of(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, named)));
                }
            }
            case ChainResult.Malformed _ -> broken(now, path, header);
        }
    }

    /// An authentic peer breaks the protocol: it is told, and the IKE SA goes (IK-009).
    private void broken(MonoTime now, TransportPath path, IkeHeader header) {
        if (!header.response()) {
            peering.saOf(header).orElseThrow().window().take(header.messageId());
            peering.respond(now, path, header, List.of(Notify.of(NotifyType.INVALID_SYNTAX)));
        }
        peering.end(
                "the peer sent a malformed message",
                Optional.of(
                        new SessionFailure.PeerMisbehaved(
                                "the peer sent a malformed " + header.exchangeType() + " message",
                                "look into the peer's log, and capture the exchange")));
    }

    /// Follows a peer to where its latest new, authentic message came from (IK-126, TE-054). A message over `ike-tcp`
    /// says nothing about where ESP goes (IT-028).
    private void followPeer(MonoTime now, TransportPath path, boolean response) {
        boolean moved =
                switch (path) {
                    case TransportPath.Udp udp -> {
                        boolean behindNat = peering.theSa().initial().nat().us();
                        boolean unknown =
                                peering.ways()
                                        .udp()
                                        .filter(TransportPath.Udp::nonEspMarker)
                                        .isEmpty();
                        // with MOBIKE the peer says so when it moves (E2-6)
                        boolean follows = !behindNat && !peering.mobility().isOn();
                        yield (unknown || follows) && peering.ways().udpMoved(udp);
                    }
                    case TransportPath.Tcp stream ->
                            stream.kind() == TransportKind.TCP_ENCAPSULATION
                                    && peering.courier().streamMoved(stream);
                };
        if (moved) {
            peering.routeChildren();
            if (!response) {
                peering.courier().resume(now, path);
            }
        }
    }

    private void onDataPlane(MonoTime now, DataPlaneEvent event) {
        if (event instanceof DataPlaneEvent.PeerMoved(var _, EspRoute.Udp(var local, var remote))) {
            boolean behindNat = peering.theSa().initial().nat().us();
            var path = new TransportPath.Udp(local, remote, true);
            if (!peering.mobility().movingPeer().espMoved(path)
                    && !behindNat
                    && !peering.ways().isTcpEncapsulation()
                    && peering.ways().udpMoved(path)) {
                peering.routeChildren();
            }
        }
        stage = stage.onDataPlane(now, event);
    }

    private void onInstallFailed(MonoTime now, ChildSaId id, String reason) {
        Optional<ChildSa> failed = peering.children().withId(id);
        failed.ifPresent(child -> {
            var failure =
                    new SessionFailure.LocalProblem(
                            "child " + child.name() + " could not be installed: " + reason,
                            "look into our log");
            peering.children().remove(child, reason);
            peering.outbox().publish(new IkeEvent.ChildSaFailed(child.name(), failure));
            stage =
                    Deleting.because(
                            now,
                            peering,
                            Informational.deleteIkeSa(),
                            "a Child SA could not be installed",
                            Optional.of(failure));
        });
    }

    /// Nothing has been asked of the session yet.
    ///
    /// @param choice the transport that it will use
    /// @param why why that, for people
    private record Idle(TransportChoice choice, String why) implements Stage {}
}
