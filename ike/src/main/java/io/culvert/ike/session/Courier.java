package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.value.MonoTime;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Carries our requests: chooses the transport of each, opens connections, repeats what is not answered.
///
/// Responses are not its business: they go back by the path of their request.
final class Courier {
    /// What came of something that happened to a transport.
    enum Outcome {
        /// It goes on.
        CARRIED_ON,
        /// IKE_SA_INIT has to start anew, with another SPI: its request is bound to a transport that is gone (IT-052).
        RESTART,
        /// There is no way left to the peer.
        UNREACHABLE
    }

    private static final int CONNECT_ATTEMPTS_BEFORE_INIT = 2;
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(60);

    private final Outbox outbox;
    private final TimerTable timers;
    private final SecureRandom random;
    private TransportChoice choice = new TransportChoice.Udp();
    private ConnectionTimers times = ConnectionTimers.DEFAULT;
    private Optional<Endpoints> endpoints = Optional.empty();
    private Optional<TransportPath.Udp> udp = Optional.empty();
    private Optional<TransportPath.Tcp> tcp = Optional.empty();
    private Optional<Transmission> outstanding = Optional.empty();
    private OptionalInt opening = OptionalInt.empty();
    private OptionalInt announcedPort = OptionalInt.empty();
    private int attempts;
    private int failures;
    private boolean tcpUnusable;
    private boolean udpDead;
    private int connections;
    private String why = "the peer chose it";
    private String lastTrouble = "no answer";

    /// @param random spreads repetitions, so that many who lost the same peer do not come back at one moment
    Courier(Outbox outbox, TimerTable timers, SecureRandom random) {
        this.outbox = outbox;
        this.timers = timers;
        this.random = random;
    }

    /// Prepares an original initiator.
    void begin(TransportChoice chosen, ConnectionTimers connectionTimes, Endpoints from) {
        choice = chosen;
        times = connectionTimes;
        endpoints = Optional.of(from);
        if (choice.kind() != TransportKind.TCP_ENCAPSULATION) {
            udp =
                    Optional.of(
                            new TransportPath.Udp(
                                    from.localUdpEndpoint(), from.remoteUdpEndpoint(), false));
        }
        why = "configured: transports = [\"" + choice.kind().word() + "\"]";
    }

    /// Learns how a responder's peer came: its transport is the SA's.
    void adopt(TransportPath path, ConnectionTimers connectionTimes) {
        times = connectionTimes;
        switch (path) {
            case TransportPath.Udp _ -> {}
            case TransportPath.Tcp stream -> {
                if (stream.kind() == TransportKind.TCP_ENCAPSULATION) {
                    choice = new TransportChoice.TcpEncapsulation();
                    tcp = Optional.of(stream);
                }
            }
        }
    }

    void useTimers(ConnectionTimers connectionTimes) {
        times = connectionTimes;
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

    /// The peer was authenticated on this UDP path; gives whether it was elsewhere before. A message without marker does
    /// not take ESP away from the port where it goes.
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

    /// Whether the connection in use has replaced another one.
    boolean hasReconnected() {
        return connections > 1;
    }

    Optional<Transmission> outstanding() {
        return outstanding;
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
                                                && (exchange.equals(ExchangeType.IKE_AUTH)
                                                        || octets > threshold);
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
        open();
    }

    /// Sends a request now, or as soon as there is a way to the peer. It is not waited for longer than for an answer.
    void send(MonoTime now, Transmission request) {
        outstanding = Optional.of(request);
        boolean stream =
                wantsStream(
                        request.exchange(), request.message().size(), request.isLivenessCheck());
        Optional<? extends TransportPath> path = stream ? tcp : udp;
        if (path.isPresent()) {
            transmit(now, path.get());
            return;
        }
        timers.set(TimerTable.Kind.RETRANSMISSION, now, patience());
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
        tcp.filter(path -> outstanding.isPresent()).ifPresent(path -> transmit(now, path));
    }

    /// Sends what is outstanding by the path where the peer has come back, if that was waited for (TE-061).
    void resume(MonoTime now, TransportPath path) {
        switch (path) {
            case TransportPath.Tcp _ -> resume(now);
            case TransportPath.Udp _ ->
                    outstanding.filter(t -> !t.wasSent()).ifPresent(t -> send(now, t));
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
            case IKE_TCP -> overUdpInstead(now);
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
        boolean initPending = outstanding.filter(Transmission::isInit).isPresent();
        if (choice.kind() == TransportKind.TCP_ENCAPSULATION) {
            return streamLost(now, initPending);
        }
        if (outstanding.isEmpty() || !outstanding.get().wasSentOn(lost)) {
            return Outcome.CARRIED_ON;
        }
        timers.clear(TimerTable.Kind.RETRANSMISSION);
        if (initPending) {
            return ++failures >= CONNECT_ATTEMPTS_BEFORE_INIT
                    ? Outcome.UNREACHABLE
                    : Outcome.RESTART;
        }
        return overUdpInstead(now);
    }

    /// The retransmission timer ran out.
    Outcome notAnswered(MonoTime now) {
        if (outstanding.isEmpty()) {
            return Outcome.CARRIED_ON;
        }
        Transmission request = outstanding.get();
        if (!request.wasSent()) {
            return Outcome.UNREACHABLE;
        }
        return switch (request.lastPath()) {
            case TransportPath.Udp path -> {
                if (request.datagrams() >= times.retransmissions().size()) {
                    lastTrouble =
                            "no answer to "
                                    + request.datagrams()
                                    + " copies of "
                                    + request.exchange();
                    yield Outcome.UNREACHABLE;
                }
                transmit(now, udp.orElse(path));
                yield Outcome.CARRIED_ON;
            }
            case TransportPath.Tcp path -> {
                lastTrouble = "no answer to " + request.exchange() + " on an open connection";
                boolean elsewhere =
                        path.kind() == TransportKind.IKE_TCP && !request.isTransportBound();
                yield elsewhere ? overUdpInstead(now) : Outcome.UNREACHABLE;
            }
        };
    }

    /// The back-off is over: open the lost connection again.
    void reconnect() {
        if (endpoints.isPresent() && tcp.isEmpty()) {
            open();
        }
    }

    /// UDP leads nowhere: what is outstanding, and all that follows, goes over a stream (IT-064). The request that
    /// nobody answered has to go first, as the window does not let another pass it (IT-057).
    void abandonUdp(MonoTime now) {
        udpDead = true;
        timers.clear(TimerTable.Kind.RETRANSMISSION);
        if (tcp.isPresent()) {
            resume(now);
        } else {
            open();
        }
    }

    /// The outstanding request is answered, or given up.
    void settled() {
        boolean proved = outstanding.filter(t -> !t.isInit()).isPresent();
        failures = proved ? 0 : failures;
        outstanding = Optional.empty();
        timers.clear(TimerTable.Kind.RETRANSMISSION);
    }

    private Outcome streamLost(MonoTime now, boolean initPending) {
        timers.clear(TimerTable.Kind.RETRANSMISSION);
        if (!timers.isSet(TimerTable.Kind.ABSENCE)) {
            timers.set(TimerTable.Kind.ABSENCE, now, patience());
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
        timers.set(TimerTable.Kind.RECONNECT, now, backOff());
        failures++;
    }

    /// A request that may travel anywhere goes over UDP; one that is bound starts anew (IT-036, IT-051).
    private Outcome overUdpInstead(MonoTime now) {
        boolean init = outstanding.filter(Transmission::isInit).isPresent();
        if (outstanding.isEmpty() || init || udp.isEmpty()) {
            return Outcome.UNREACHABLE;
        }
        if (outstanding.get().isTransportBound() && outstanding.get().wasSent()) {
            return Outcome.UNREACHABLE;
        }
        tcpUnusable = true;
        why = "ike-tcp failed (" + lastTrouble + "), so over udp";
        transmit(now, udp.get());
        return Outcome.CARRIED_ON;
    }

    private void open() {
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

    private void transmit(MonoTime now, TransportPath path) {
        Transmission request = outstanding.orElseThrow();
        boolean repeated = request.sentOn(path);
        IkeHeader header = IkeHeader.peek(request.message()).orElseThrow();
        outbox.send(path, request.message(), header, request.payloads(), repeated);
        List<Duration> waits = times.retransmissions();
        Duration wait =
                path instanceof TransportPath.Udp
                        ? spread(waits.get(Math.min(request.datagrams(), waits.size()) - 1))
                        : times.streamAnswer();
        timers.set(TimerTable.Kind.RETRANSMISSION, now, wait);
    }

    /// A time within 10 % of `wait` (IK-023).
    private Duration spread(Duration wait) {
        return wait.multipliedBy(900 + random.nextInt(201)).dividedBy(1000);
    }

    private Duration backOff() {
        return failures == 0
                ? Duration.ZERO
                : Duration.ofSeconds(
                        Math.min(LONGEST_BACK_OFF.toSeconds(), 1L << Math.min(failures - 1, 6)));
    }

    /// How long a peer that is out of reach is waited for: as long as over UDP.
    private Duration patience() {
        return times.retransmissions().stream().reduce(Duration.ZERO, Duration::plus);
    }
}
