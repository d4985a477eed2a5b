package io.culvert.ike.session;

import io.culvert.ike.transport.Arrangement;
import io.culvert.ike.transport.Move;
import io.culvert.ike.transport.RequestTraits;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.MonoTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Carries our requests: takes for each the transport that the policy prefers among those that the rules permit, and
/// repeats what is not answered.
///
/// Responses are not its business: they go back by the path of their request.
final class Courier {
    private static final int CONNECT_ATTEMPTS_BEFORE_INIT = 2;
    private static final int COPIES_BEFORE_SHRINKING = 2;

    /// Our choice: a way out of UDP that could not be opened is tried again after a while.
    private static final Duration REST_OF_MOVING = Duration.ofSeconds(30);

    private final Outbox outbox;
    private final TimerTable timers;
    private final RetransmitSchedule schedule;
    private final PeerStream stream;
    private final Ways ways;
    private final List<Transmission> outstanding = new ArrayList<>(1);
    private final List<IkeSa> unanswered = new ArrayList<>(0);
    private boolean opensForInit;
    private String lastTrouble = "no answer";

    /// @param random spreads repetitions, so that many who lost the same peer do not come back at one moment
    Courier(Outbox outbox, TimerTable timers, SecureRandom random) {
        this.outbox = outbox;
        this.timers = timers;
        this.schedule = new RetransmitSchedule(random);
        this.stream = new PeerStream(outbox, timers, schedule);
        this.ways = new Ways(stream);
    }

    RetransmitSchedule schedule() {
        return schedule;
    }

    /// The ways to the peer.
    Ways ways() {
        return ways;
    }

    /// The peer was authenticated on this connection; gives whether the IKE SA goes by another one than before.
    boolean streamMoved(TransportPath.Tcp path) {
        boolean moved = stream.moved(path);
        timers.clear(TimerTable.Kind.ABSENCE);
        return moved && ways.arrangement().isIkeInOneConnection();
    }

    boolean hasReconnected() {
        return stream.opened() > 1;
    }

    /// The oldest request without an answer, of any IKE SA.
    Optional<Transmission> outstanding() {
        return outstanding.stream().findFirst();
    }

    /// The requests without an answer in one IKE SA.
    List<Transmission> outstandingIn(IkeSa sa) {
        return outstanding.stream().filter(t -> t.sa().equals(Optional.of(sa))).toList();
    }

    /// IKE SAs other than the current one in which the peer does not answer any more; asked for once.
    List<IkeSa> takeUnanswered() {
        List<IkeSa> all = List.copyOf(unanswered);
        unanswered.clear();
        return all;
    }

    String lastTrouble() {
        return lastTrouble;
    }

    private RequestTraits traits(Transmission request) {
        return request.traits(schedule.datagrams());
    }

    /// Opens the connection that IKE_SA_INIT needs.
    void openForInit() {
        opensForInit = true;
        ways.open();
    }

    /// Sends a request now, or as soon as there is a way to the peer. It is not waited for longer than for an answer.
    void send(MonoTime now, Transmission request) {
        outstanding.add(request);
        opensForInit = false;
        dispatch(now, request);
    }

    private void dispatch(MonoTime now, Transmission request) {
        make(now, request, ways.plan(now, traits(request)));
    }

    private Outcome make(MonoTime now, Transmission request, Move move) {
        return switch (move) {
            case Move.Send(TransportPath path) -> {
                transmit(now, request, path);
                yield Outcome.CARRIED_ON;
            }
            case Move.Connect(StreamFraming framing) -> {
                ways.open(framing);
                yield await(now, request);
            }
            case Move.Wait _ -> await(now, request);
            case Move.MoveInto _ -> Outcome.MOVED;
            case Move.StartAnew _ -> Outcome.RESTART;
            case Move.GiveUp _ -> {
                await(now, request);
                yield Outcome.UNREACHABLE;
            }
        };
    }

    private Outcome await(MonoTime now, Transmission request) {
        request.deadline(now.plus(schedule.patience()));
        arm();
        return Outcome.CARRIED_ON;
    }

    /// The mission is over: a connection of `ike-tcp` has no more to do (IT-013).
    void missionEnded() {
        if (ways.arrangement() == Arrangement.IKE_TCP) {
            closeStream();
        }
    }

    /// Closes the connection, if we opened one.
    void closeStream() {
        stream.close();
    }

    /// Whether `attempt` is the connection that is being waited for; if so it is now open.
    boolean connectionOpened(int attempt, TransportPath.Tcp path) {
        return stream.opened(attempt, path);
    }

    /// Sends what is outstanding on a connection that has just been opened (IT-014, TE-061).
    void resume(MonoTime now) {
        if (stream.path().isEmpty()) {
            return;
        }
        for (Transmission request : List.copyOf(outstanding)) {
            boolean onUdp =
                    request.wasSent()
                            && request.lastPath() instanceof TransportPath.Udp
                            && !ways.isUdpDead()
                            && !ways.arrangement().isIkeInOneConnection();
            if (!onUdp) {
                dispatch(now, request);
            }
        }
    }

    /// Sends what is outstanding by the path where the peer has come back, if that was waited for (TE-061).
    void resume(MonoTime now, TransportPath path) {
        switch (path) {
            case TransportPath.Tcp _ -> resume(now);
            case TransportPath.Udp _ ->
                    List.copyOf(outstanding).stream()
                            .filter(request -> !request.wasSent())
                            .forEach(request -> dispatch(now, request));
        }
    }

    // MOBIKE moves the IKE SA into a connection and out of it

    /// Whether a request has waited for long enough to go into the connection that is open.
    boolean wouldMove(MonoTime now) {
        return outstanding.stream()
                .filter(Transmission::wasSent)
                .map(request -> ways.onSilence(now, traits(request)))
                .anyMatch(moves -> moves.stream().anyMatch(Move.MoveInto.class::isInstance));
    }

    /// All goes into a connection from now on, first what is outstanding (TE-083, TE-086).
    void moveInto(MonoTime now, TransportPath.Tcp path, String because) {
        stream.moved(path);
        ways.arrange(Arrangement.TCP_ENCAPSULATION);
        ways.because(because);
        resume(now);
    }

    /// All goes over UDP from now on (TE-086).
    ///
    /// @param path where the peer is
    void moveOut(MonoTime now, TransportPath.Udp path, String because) {
        ways.udpMoved(path);
        ways.arrange(Arrangement.UDP);
        ways.because(because);
        timers.clear(TimerTable.Kind.RECONNECT);
        timers.clear(TimerTable.Kind.ABSENCE);
        for (Transmission request : List.copyOf(outstanding)) {
            request.startOver();
            dispatch(now, request);
        }
    }

    /// Sends what is outstanding over UDP by the path that UDP has now: it need not wait for its next turn.
    void repeat(MonoTime now, IkeSa in) {
        for (Transmission request : outstandingIn(in)) {
            boolean onUdp = request.wasSent() && request.lastPath() instanceof TransportPath.Udp;
            if (onUdp && ways.udp().isPresent()) {
                request.startOver();
                transmit(now, request, ways.udp().get());
                request.takeRepeated();
            }
        }
    }

    /// What is outstanding over UDP is repeated soon: there are signs that UDP is dead.
    void hasten(MonoTime now) {
        for (Transmission request : List.copyOf(outstanding)) {
            if (request.wasSent() && request.lastPath() instanceof TransportPath.Udp path) {
                request.startOver();
                request.hasten();
                transmit(now, request, ways.udp().orElse(path));
            }
        }
    }

    /// A connection could not be opened.
    Outcome connectionFailed(MonoTime now, int attempt, String reason) {
        if (!stream.ended(attempt)) {
            return Outcome.CARRIED_ON;
        }
        lastTrouble = reason;
        return switch (ways.arrangement()) {
            case UDP -> {
                stream.rest(now, REST_OF_MOVING);
                yield outstanding.stream().map(this::traits).anyMatch(RequestTraits::spent)
                        ? Outcome.UNREACHABLE
                        : Outcome.CARRIED_ON;
            }
            case IKE_TCP -> {
                stream.rest(now);
                yield opensForInit
                        ? withoutTcp()
                        : reroute(
                                now,
                                outstanding.stream()
                                        .filter(t ->
                                                !t.wasSent()
                                                        || t.lastPath()
                                                                instanceof TransportPath.Tcp)
                                        .toList());
            }
            case TCP_ENCAPSULATION, SEPARATE -> {
                if (stream.opened() == 0) {
                    yield Outcome.UNREACHABLE;
                }
                stream.reconnectLater(now);
                yield Outcome.CARRIED_ON;
            }
        };
    }

    /// An IKE SA that cannot begin over raw TCP begins over UDP (IT-036), unless that is an attempt of its own anyway.
    private Outcome withoutTcp() {
        ways.because("ike-tcp failed (" + lastTrouble + "), so over udp");
        return ways.hasAlternatives() ? Outcome.UNREACHABLE : Outcome.RESTART;
    }

    /// A connection of ours is gone. The SA lives (IT-090, TE-045).
    Outcome connectionLost(MonoTime now, TransportPath.Tcp lost, String reason) {
        if (!stream.lost(lost)) {
            return Outcome.CARRIED_ON;
        }
        boolean initPending = outstanding.stream().anyMatch(Transmission::isInit);
        return switch (ways.arrangement()) {
            case UDP -> Outcome.CARRIED_ON;
            case TCP_ENCAPSULATION, SEPARATE -> {
                lastTrouble = "connection lost: " + reason;
                yield streamLost(now, initPending);
            }
            case IKE_TCP -> {
                lastTrouble = "connection lost: " + reason;
                List<Transmission> stranded =
                        outstanding.stream().filter(request -> request.wasSentOn(lost)).toList();
                stranded.forEach(Transmission::clearDeadline);
                arm();
                if (initPending && !stranded.isEmpty()) {
                    stream.failed();
                    if (stream.failures() >= CONNECT_ATTEMPTS_BEFORE_INIT) {
                        stream.rest(now);
                        yield withoutTcp();
                    }
                }
                yield reroute(now, stranded);
            }
        };
    }

    private Outcome streamLost(MonoTime now, boolean initPending) {
        outstanding.forEach(Transmission::clearDeadline);
        arm();
        if (!timers.isSet(TimerTable.Kind.ABSENCE)) {
            timers.set(TimerTable.Kind.ABSENCE, now, schedule.patience());
        }
        if (ways.endpoints().isEmpty()) {
            return Outcome.CARRIED_ON;
        }
        if (initPending && stream.failures() + 1 >= CONNECT_ATTEMPTS_BEFORE_INIT) {
            return Outcome.UNREACHABLE;
        }
        stream.reconnectLater(now);
        return Outcome.CARRIED_ON;
    }

    /// The connection will not bring these answers.
    private Outcome reroute(MonoTime now, List<Transmission> requests) {
        Outcome worst = Outcome.CARRIED_ON;
        for (Transmission request : requests) {
            Move move = ways.onPathLost(now, traits(request));
            if (move instanceof Move.Send) {
                ways.because("ike-tcp failed (" + lastTrouble + "), so over udp");
            }
            worst = worst.orWorse(make(now, request, move));
        }
        return worst;
    }

    /// The retransmission timer ran out.
    Outcome notAnswered(MonoTime now) {
        Outcome worst = Outcome.CARRIED_ON;
        for (Transmission request : List.copyOf(outstanding)) {
            boolean due = request.deadline().filter(now::hasReached).isPresent();
            Outcome outcome = due ? notAnswered(now, request) : Outcome.CARRIED_ON;
            if (outcome == Outcome.UNREACHABLE) {
                Optional<IkeSa> replaced = request.sa().filter(sa -> sa.keptUntil().isPresent());
                if (replaced.isPresent()) {
                    unanswered.add(replaced.get());
                    request.clearDeadline();
                    outcome = Outcome.CARRIED_ON;
                }
            }
            worst = worst.orWorse(outcome);
        }
        arm();
        return worst;
    }

    private Outcome notAnswered(MonoTime now, Transmission request) {
        if (!request.wasSent()) {
            return Outcome.UNREACHABLE;
        }
        if (request.lastPath() instanceof TransportPath.Udp) {
            lastTrouble =
                    "no answer to " + request.datagrams() + " copies of " + request.exchange();
            if (request.datagrams() >= COPIES_BEFORE_SHRINKING) {
                request.message().shrink();
            }
        } else {
            lastTrouble = "no answer to " + request.exchange() + " on an open connection";
        }
        List<Move> permitted = ways.onSilence(now, traits(request));
        // while a connection is being opened the next way is taken
        permitted.stream()
                .filter(Move.Connect.class::isInstance)
                .map(Move.Connect.class::cast)
                .forEach(connect -> ways.open(connect.framing()));
        Move next =
                permitted.stream()
                        .filter(move -> !(move instanceof Move.Connect))
                        .findFirst()
                        .orElseGet(() -> stream.isOpening() ? new Move.Wait() : new Move.GiveUp());
        if (next instanceof Move.Send(TransportPath.Udp _)
                && request.lastPath() instanceof TransportPath.Tcp) {
            ways.because("ike-tcp failed (" + lastTrouble + "), so over udp");
        }
        return make(now, request, next);
    }

    /// The back-off is over: open the lost connection again.
    void reconnect() {
        if (ways.endpoints().isPresent() && stream.path().isEmpty()) {
            ways.open();
        }
    }

    /// UDP leads nowhere: all goes over a stream (IT-064), first what nobody answered (IT-057).
    void abandonUdp(MonoTime now) {
        ways.udpIsDead();
        outstanding.forEach(Transmission::clearDeadline);
        arm();
        List.copyOf(outstanding).forEach(request -> dispatch(now, request));
    }

    /// The only outstanding request is answered, or given up.
    void settled() {
        outstanding().ifPresent(this::settled);
    }

    void settled(Transmission request) {
        if (!request.isInit()) {
            stream.succeeded();
        }
        forget(request);
    }

    /// An answer is no longer waited for.
    void forget(Transmission request) {
        outstanding.remove(request);
        arm();
    }

    void transmit(MonoTime now, Transmission request, TransportPath path) {
        boolean repeated = request.sentOn(path);
        outbox.send(path, request.message(), request.on(path), repeated);
        Duration wait =
                path.kind() == TransportKind.UDP
                        ? schedule.afterDatagram(request.datagrams(), request.isHasty())
                        : schedule.streamAnswer();
        request.deadline(now.plus(wait));
        arm();
    }

    /// One timer stands for all outstanding requests: that of the first that is due.
    private void arm() {
        Optional<MonoTime> first =
                outstanding.stream()
                        .flatMap(request -> request.deadline().stream())
                        .min(MonoTime::compareTo);
        first.ifPresentOrElse(
                deadline -> timers.setAt(TimerTable.Kind.RETRANSMISSION, deadline),
                () -> timers.clear(TimerTable.Kind.RETRANSMISSION));
    }
}
