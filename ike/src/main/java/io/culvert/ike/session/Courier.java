package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ipsec.value.MonoTime;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Carries our requests: chooses the transport of each, opens connections, repeats what is not answered.
///
/// Responses are not its business: they go back by the path of their request.
final class Courier {
    private static final int CONNECT_ATTEMPTS_BEFORE_INIT = 2;
    private static final int COPIES_BEFORE_SHRINKING = 2;

    private final Outbox outbox;
    private final TimerTable timers;
    private final RetransmitSchedule schedule;
    private TransportChoice choice = new TransportChoice.Udp();
    private Optional<Endpoints> endpoints = Optional.empty();
    private Optional<TransportPath.Udp> udp = Optional.empty();
    private Optional<TransportPath.Tcp> tcp = Optional.empty();
    private final List<Transmission> outstanding = new ArrayList<>(1);
    private final List<IkeSa> unanswered = new ArrayList<>(0);
    private OptionalInt opening = OptionalInt.empty();
    private OptionalInt announcedPort = OptionalInt.empty();
    private int attempts;
    private int failures;
    private boolean opensForInit;
    private boolean tcpUnusable;
    private boolean udpDead;
    private int connections;
    private String why = "the peer chose it";
    private String lastTrouble = "no answer";

    /// @param random spreads repetitions, so that many who lost the same peer do not come back at one moment
    Courier(Outbox outbox, TimerTable timers, SecureRandom random) {
        this.outbox = outbox;
        this.timers = timers;
        this.schedule = new RetransmitSchedule(random);
    }

    /// Prepares an original initiator.
    void begin(ConnectionConfig connection, Endpoints from, String because) {
        choice = connection.transport();
        schedule.use(connection.timers());
        endpoints = Optional.of(from);
        if (choice.kind() != TransportKind.TCP_ENCAPSULATION) {
            udp =
                    Optional.of(
                            new TransportPath.Udp(
                                    from.localUdpEndpoint(), from.remoteUdpEndpoint(), false));
        }
        why = because;
    }

    /// Learns how a responder's peer came: its transport is the SA's.
    void adopt(TransportPath path, ConnectionTimers connectionTimes) {
        schedule.use(connectionTimes);
        if (path instanceof TransportPath.Tcp stream
                && stream.kind() == TransportKind.TCP_ENCAPSULATION) {
            choice = new TransportChoice.TcpEncapsulation();
            tcp = Optional.of(stream);
        }
    }

    RetransmitSchedule schedule() {
        return schedule;
    }

    /// The peer's port for raw IKE over TCP, as it announced it (IT-034).
    void announced(OptionalInt port) {
        announcedPort = port;
    }

    /// From now on all UDP goes between the ports shared with ESP (IK-125).
    void floatToNatTraversal() {
        endpoints.ifPresent(e ->
                udp =
                        Optional.of(
                                new TransportPath.Udp(
                                        e.localNatTraversalEndpoint(),
                                        e.remoteNatTraversalEndpoint(),
                                        true)));
    }

    /// The peer is on this UDP path; gives whether it was elsewhere. Without a marker it takes no ESP there.
    boolean udpMoved(TransportPath.Udp path) {
        boolean wouldLoseEsp =
                !path.nonEspMarker() && udp.filter(TransportPath.Udp::nonEspMarker).isPresent();
        if (wouldLoseEsp || udp.equals(Optional.of(path))) {
            return false;
        }
        udp = Optional.of(path);
        return true;
    }

    /// The peer was authenticated on this stream; gives whether it used another before.
    boolean streamMoved(TransportPath.Tcp path) {
        boolean moved = !tcp.equals(Optional.of(path));
        tcp = Optional.of(path);
        failures = 0;
        timers.clear(TimerTable.Kind.ABSENCE);
        return moved;
    }

    Optional<TransportPath.Udp> udp() {
        return udp;
    }

    Optional<TransportPath.Tcp> stream() {
        return tcp;
    }

    boolean isTcpEncapsulation() {
        return choice.kind() == TransportKind.TCP_ENCAPSULATION;
    }

    boolean hasReconnected() {
        return connections > 1;
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

    /// From where to where, if we are the original initiator.
    Optional<Endpoints> endpoints() {
        return endpoints;
    }

    void endpoints(Endpoints changed) {
        endpoints = Optional.of(changed);
    }

    String why() {
        return why;
    }

    String lastTrouble() {
        return lastTrouble;
    }

    /// Whether a request of this kind would go over a stream now.
    boolean wantsStream(ExchangeType exchange, int octets, boolean livenessCheck) {
        return switch (choice) {
            case TransportChoice.Udp _ -> false;
            case TransportChoice.TcpEncapsulation _ -> true;
            case TransportChoice.IkeTcp(IkeTcpPolicy policy, int threshold) ->
                    (!livenessCheck || udpDead)
                            && !tcpUnusable
                            && switch (udpDead ? IkeTcpPolicy.ALWAYS : policy) {
                                case ALWAYS -> endpoints.isPresent();
                                case MISSION ->
                                        announcedPort.isPresent()
                                                && (exchange.isSetup() || octets > threshold);
                                case LARGE -> announcedPort.isPresent() && octets > threshold;
                            };
        };
    }

    /// The path on which IKE_SA_INIT is to be sent, once it is there: its addresses go into the message.
    Optional<TransportPath> pathForInit() {
        return wantsStream(ExchangeType.IKE_SA_INIT, 0, false)
                ? tcp.map(TransportPath.class::cast)
                : udp.map(TransportPath.class::cast);
    }

    /// Opens the connection that IKE_SA_INIT needs.
    void openForInit() {
        opensForInit = true;
        open();
    }

    /// Sends a request now, or as soon as there is a way to the peer. It is not waited for longer than for an answer.
    void send(MonoTime now, Transmission request) {
        outstanding.add(request);
        opensForInit = false;
        dispatch(now, request);
    }

    private void dispatch(MonoTime now, Transmission request) {
        boolean stream =
                wantsStream(
                        request.exchange(), request.message().size(), request.isLivenessCheck());
        Optional<? extends TransportPath> path = stream ? tcp : udp;
        if (path.isPresent()) {
            transmit(now, request, path.get());
            return;
        }
        request.deadline(now.plus(schedule.patience()));
        arm();
        if (stream) {
            open();
        }
    }

    /// The mission is over: a connection of `ike-tcp` has no more to do (IT-013).
    void missionEnded() {
        if (choice.kind() == TransportKind.IKE_TCP) {
            closeStream();
        }
    }

    /// Closes the connection, if we opened one.
    void closeStream() {
        tcp.filter(TransportPath.Tcp::weOpened)
                .ifPresent(path -> outbox.add(new Action.CloseConnection(path.connection())));
        tcp = Optional.empty();
        opening = OptionalInt.empty();
        timers.clear(TimerTable.Kind.RECONNECT);
    }

    /// Whether `attempt` is the connection that is being waited for; if so it is now open.
    boolean connectionOpened(int attempt, TransportPath.Tcp path) {
        if (opening.isEmpty() || opening.getAsInt() != attempt) {
            outbox.add(new Action.CloseConnection(path.connection()));
            return false;
        }
        opening = OptionalInt.empty();
        connections++;
        tcp.filter(TransportPath.Tcp::weOpened)
                .ifPresent(old -> outbox.add(new Action.CloseConnection(old.connection())));
        tcp = Optional.of(path);
        timers.clear(TimerTable.Kind.RECONNECT);
        return true;
    }

    /// Sends what is outstanding on a connection that has just been opened (IT-014, TE-061).
    void resume(MonoTime now) {
        if (tcp.isEmpty()) {
            return;
        }
        for (Transmission request : List.copyOf(outstanding)) {
            boolean onUdp =
                    request.wasSent()
                            && request.lastPath() instanceof TransportPath.Udp
                            && !udpDead
                            && !isTcpEncapsulation();
            if (!onUdp) {
                transmit(now, request, tcp.get());
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

    /// A connection could not be opened.
    Outcome connectionFailed(MonoTime now, int attempt, String reason) {
        if (opening.isEmpty() || opening.getAsInt() != attempt) {
            return Outcome.CARRIED_ON;
        }
        opening = OptionalInt.empty();
        lastTrouble = reason;
        return switch (choice.kind()) {
            case UDP -> Outcome.CARRIED_ON;
            case IKE_TCP ->
                    opensForInit
                            ? Outcome.UNREACHABLE
                            : overUdpInstead(
                                    now,
                                    outstanding.stream()
                                            .filter(t ->
                                                    !t.wasSent()
                                                            || t.lastPath()
                                                                    instanceof TransportPath.Tcp)
                                            .toList());
            case TCP_ENCAPSULATION -> {
                if (connections == 0) {
                    yield Outcome.UNREACHABLE;
                }
                reconnectLater(now);
                yield Outcome.CARRIED_ON;
            }
        };
    }

    /// A connection of ours is gone. The SA lives (IT-090, TE-045).
    Outcome connectionLost(MonoTime now, TransportPath.Tcp lost, String reason) {
        if (!tcp.equals(Optional.of(lost))) {
            return Outcome.CARRIED_ON;
        }
        tcp = Optional.empty();
        lastTrouble = "connection lost: " + reason;
        boolean initPending = outstanding.stream().anyMatch(Transmission::isInit);
        if (isTcpEncapsulation()) {
            return streamLost(now, initPending);
        }
        List<Transmission> stranded =
                outstanding.stream().filter(request -> request.wasSentOn(lost)).toList();
        stranded.forEach(Transmission::clearDeadline);
        arm();
        if (!stranded.isEmpty() && initPending) {
            return ++failures >= CONNECT_ATTEMPTS_BEFORE_INIT
                    ? Outcome.UNREACHABLE
                    : Outcome.RESTART;
        }
        return overUdpInstead(now, stranded);
    }

    /// The retransmission timer ran out.
    Outcome notAnswered(MonoTime now) {
        Outcome worst = Outcome.CARRIED_ON;
        for (Transmission request : List.copyOf(outstanding)) {
            boolean due = request.deadline().filter(now::hasReached).isPresent();
            if (due && notAnswered(now, request) == Outcome.UNREACHABLE) {
                Optional<IkeSa> replaced = request.sa().filter(sa -> sa.keptUntil().isPresent());
                if (replaced.isPresent()) {
                    unanswered.add(replaced.get());
                    request.clearDeadline();
                } else {
                    worst = Outcome.UNREACHABLE;
                }
            }
        }
        arm();
        return worst;
    }

    private Outcome notAnswered(MonoTime now, Transmission request) {
        if (!request.wasSent()) {
            return Outcome.UNREACHABLE;
        }
        return switch (request.lastPath()) {
            case TransportPath.Udp path -> {
                if (request.datagrams() >= schedule.datagrams()) {
                    lastTrouble =
                            "no answer to "
                                    + request.datagrams()
                                    + " copies of "
                                    + request.exchange();
                    yield Outcome.UNREACHABLE;
                }
                if (request.datagrams() >= COPIES_BEFORE_SHRINKING) {
                    request.message().shrink();
                }
                transmit(now, request, udp.orElse(path));
                yield Outcome.CARRIED_ON;
            }
            case TransportPath.Tcp path -> {
                lastTrouble = "no answer to " + request.exchange() + " on an open connection";
                boolean elsewhere =
                        path.kind() == TransportKind.IKE_TCP && !request.isTransportBound();
                yield elsewhere ? overUdpInstead(now, List.of(request)) : Outcome.UNREACHABLE;
            }
        };
    }

    /// The back-off is over: open the lost connection again.
    void reconnect() {
        if (endpoints.isPresent() && tcp.isEmpty()) {
            open();
        }
    }

    /// UDP leads nowhere: all goes over a stream (IT-064), first what nobody answered (IT-057).
    void abandonUdp(MonoTime now) {
        udpDead = true;
        outstanding.forEach(Transmission::clearDeadline);
        arm();
        if (tcp.isPresent()) {
            resume(now);
        } else {
            open();
        }
    }

    /// The only outstanding request is answered, or given up.
    void settled() {
        outstanding().ifPresent(this::settled);
    }

    void settled(Transmission request) {
        failures = request.isInit() ? failures : 0;
        forget(request);
    }

    /// An answer is no longer waited for.
    void forget(Transmission request) {
        outstanding.remove(request);
        arm();
    }

    private Outcome streamLost(MonoTime now, boolean initPending) {
        outstanding.forEach(Transmission::clearDeadline);
        arm();
        if (!timers.isSet(TimerTable.Kind.ABSENCE)) {
            timers.set(TimerTable.Kind.ABSENCE, now, schedule.patience());
        }
        if (endpoints.isEmpty()) {
            return Outcome.CARRIED_ON;
        }
        if (initPending && failures + 1 >= CONNECT_ATTEMPTS_BEFORE_INIT) {
            return Outcome.UNREACHABLE;
        }
        reconnectLater(now);
        return Outcome.CARRIED_ON;
    }

    /// The first time at once, then with longer and longer waits until the peer was heard on a connection (TE-046).
    private void reconnectLater(MonoTime now) {
        timers.set(TimerTable.Kind.RECONNECT, now, schedule.backOff(failures));
        failures++;
    }

    /// Requests that may travel anywhere go over UDP; one that is bound starts anew (IT-036, IT-051).
    private Outcome overUdpInstead(MonoTime now, List<Transmission> requests) {
        if (requests.isEmpty()) {
            return Outcome.CARRIED_ON;
        }
        boolean bound =
                requests.stream()
                        .anyMatch(t -> t.isInit() || (t.isTransportBound() && t.wasSent()));
        if (bound || udp.isEmpty()) {
            return Outcome.UNREACHABLE;
        }
        tcpUnusable = true;
        why = "ike-tcp failed (" + lastTrouble + "), so over udp";
        requests.forEach(request -> transmit(now, request, udp.get()));
        return Outcome.CARRIED_ON;
    }

    void open() {
        if (opening.isPresent() || endpoints.isEmpty()) {
            return;
        }
        Endpoints ends = endpoints.get();
        boolean encapsulated = isTcpEncapsulation();
        int port =
                encapsulated
                        ? ends.remoteTcpEncapsulation()
                        : announcedPort.orElse(ends.remoteIkeTcp());
        int attempt = ++attempts;
        opening = OptionalInt.of(attempt);
        outbox.add(
                new Action.OpenConnection(
                        attempt,
                        encapsulated ? StreamFraming.TCP_ENCAPSULATION : StreamFraming.IKE_TCP,
                        ends.localAddress(),
                        new InetSocketAddress(ends.remoteAddress(), port)));
    }

    void transmit(MonoTime now, Transmission request, TransportPath path) {
        boolean repeated = request.sentOn(path);
        outbox.send(path, request.message(), request.on(path), repeated);
        Duration wait =
                path instanceof TransportPath.Udp
                        ? schedule.afterDatagram(request.datagrams())
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
