package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Admission;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// An initiator and a responder with a virtual clock and a wire in memory between them.
///
/// Everything happens in the calls of the test: no thread, no clock. What crosses the wire can be dropped, repeated or
/// changed by [#tamper].
final class Pair {
    static final InetAddress CLIENT = IpPrefix.parseAddress("192.0.2.1");
    static final InetAddress GATEWAY = IpPrefix.parseAddress("198.51.100.2");
    private static final int EPHEMERAL = 40_000;

    /// One end.
    final class End {
        final boolean isClient;
        final SessionContext context;
        Optional<IkeSession> session = Optional.empty();
        final List<IkeEvent> events = new ArrayList<>();
        final Map<Long, ChildSaSpec> children = new HashMap<>();
        final List<Action> actions = new ArrayList<>();
        Function<Question, Optional<Answer>> answers = _ -> Optional.empty();
        int nextSpi;

        End(boolean isClient, SessionContext context) {
            this.isClient = isClient;
            this.context = context;
            this.nextSpi = isClient ? 0x1000 : 0x2000;
        }

        void handle(Input input) {
            session.ifPresent(s -> perform(s.handle(now, input)));
        }

        <E extends IkeEvent> List<E> events(Class<E> type) {
            return events.stream().filter(type::isInstance).map(type::cast).toList();
        }

        <A extends Action> List<A> actions(Class<A> type) {
            return actions.stream().filter(type::isInstance).map(type::cast).toList();
        }

        /// The messages that this end sent, as `IKE_AUTH request 1 udp`.
        List<String> ladder() {
            return events(IkeEvent.MessagePassed.class).stream()
                    .filter(IkeEvent.MessagePassed::sent)
                    .map(m ->
                            m.exchange()
                                    + (m.request() ? " request " : " response ")
                                    + m.messageId()
                                    + " "
                                    + m.path().kind().word())
                    .toList();
        }

        private void perform(List<Action> todo) {
            for (Action action : todo) {
                actions.add(action);
                switch (action) {
                    case Action.Send(TransportPath path, Octets message) ->
                            wire.add(new InFlight(this, path, message));
                    case Action.OpenConnection open -> connect(this, open);
                    case Action.CloseConnection(ConnectionId id) -> connections.remove(id.value());
                    case Action.ReserveSpis(int count) -> {
                        List<Spi> spis = new ArrayList<>();
                        for (int i = 0; i < count; i++) {
                            spis.add(new Spi(nextSpi++));
                        }
                        handle(new Input.SpisReserved(spis));
                    }
                    case Action.InstallChildSa(ChildSaSpec spec) ->
                            children.put(spec.id().value(), spec);
                    case Action.RemoveChildSa(var id) -> children.remove(id.value());
                    case Action.Ask(int number, Question question) ->
                            answers.apply(question)
                                    .ifPresent(
                                            answer -> handle(new Input.Answered(number, answer)));
                    case Action.Publish(IkeEvent event) -> events.add(event);
                    case Action.HandshakeEnded(var spi, boolean established) ->
                            admission.handshakeEnded(now, spi, established);
                    case Action.SendNatKeepalive _,
                            Action.HalfCloseConnection _,
                            Action.BindSpi _,
                            Action.UnbindSpi _,
                            Action.ReleaseSpis _,
                            Action.RouteEsp _,
                            Action.AssignAddresses _,
                            Action.ReleaseAddresses _,
                            Action.ReplaceOthers _,
                            Action.RevealKeys _,
                            Action.End _ -> {}
                }
            }
        }
    }

    /// A message on its way.
    record InFlight(End from, TransportPath path, Octets message) {}

    final End client;
    final End gateway;
    final Admission admission;
    private final ConnectionConfig clientConfig;
    private final List<ConnectionConfig> gatewayConfigs;
    private final ArrayDeque<InFlight> wire = new ArrayDeque<>();
    private final Map<Long, TransportPath.Tcp> connections = new HashMap<>();
    private long nextConnection = 1;
    MonoTime now = MonoTime.ZERO.plus(Duration.ofSeconds(1000));

    /// Whether a message gets through.
    Predicate<InFlight> delivers = _ -> true;

    /// What becomes of a message.
    Function<Octets, Octets> tamper = Function.identity();

    /// The address and port that the gateway sees of the client's UDP: another one means a NAT.
    Function<InetSocketAddress, InetSocketAddress> nat = Function.identity();

    /// Whether connections can be opened.
    boolean accepts = true;

    Pair(
            SessionContext clientContext,
            ConnectionConfig clientConfig,
            SessionContext gatewayContext,
            List<ConnectionConfig> gatewayConfigs,
            HalfOpenAdmission.Limits limits) {
        this.client = new End(true, clientContext);
        this.gateway = new End(false, gatewayContext);
        this.clientConfig = clientConfig;
        this.gatewayConfigs = gatewayConfigs;
        this.admission = new HalfOpenAdmission(gatewayContext, limits);
    }

    /// Starts the client and lets everything happen that happens at once.
    Pair start() {
        client.session = Optional.of(IkeSession.initiator(client.context, clientConfig));
        client.handle(
                new Input.Commanded(
                        new Command.Initiate(
                                new Endpoints(CLIENT, 500, 4500, GATEWAY, 500, 4500, 500, 4500))));
        return settle();
    }

    /// Delivers until nothing is on its way.
    Pair settle() {
        int rounds = 0;
        while (!wire.isEmpty()) {
            if (++rounds > 10_000) {
                throw new AssertionError("the two never come to rest");
            }
            InFlight message = wire.removeFirst();
            if (delivers.test(message)) {
                deliver(message, tamper.apply(message.message()));
            }
        }
        return this;
    }

    /// Lets time pass, deadline by deadline.
    Pair advance(Duration duration) {
        MonoTime end = now.plus(duration);
        while (true) {
            Optional<MonoTime> next = nextDeadline();
            if (next.isEmpty() || !end.hasReached(next.get())) {
                now = end;
                return this;
            }
            now = next.get().isBefore(now) ? now : next.get();
            client.handle(new Input.DeadlineReached());
            gateway.handle(new Input.DeadlineReached());
            settle();
        }
    }

    /// Tears all connections.
    void reset() {
        List<TransportPath.Tcp> torn = List.copyOf(connections.values());
        connections.clear();
        for (TransportPath.Tcp path : torn) {
            client.handle(new Input.ConnectionLost(path, "reset by peer"));
            gateway.handle(new Input.ConnectionLost(mirrored(path), "reset by peer"));
        }
        settle();
    }

    /// Hands octets to an end as if they came by `path`.
    void inject(End to, TransportPath path, Octets message) {
        to.handle(new Input.MessageReceived(path, message));
        settle();
    }

    boolean isUp() {
        return client.session.map(s -> s.status().state()).equals(Optional.of("Established"))
                && gateway.session.map(s -> s.status().state()).equals(Optional.of("Established"));
    }

    EspRoute clientRoute() {
        return client.session.orElseThrow().status().children().getFirst().route();
    }

    EspRoute gatewayRoute() {
        return gateway.session.orElseThrow().status().children().getFirst().route();
    }

    private Optional<MonoTime> nextDeadline() {
        Optional<MonoTime> mine = client.session.flatMap(IkeSession::nextDeadline);
        Optional<MonoTime> theirs = gateway.session.flatMap(IkeSession::nextDeadline);
        if (mine.isEmpty()) {
            return theirs;
        }
        return Optional.of(theirs.map(mine.get()::min).orElse(mine.get()));
    }

    private void connect(End from, Action.OpenConnection open) {
        if (!accepts) {
            from.handle(new Input.ConnectionFailed(open.attempt(), "connection refused"));
            return;
        }
        long id = nextConnection++;
        var local = new InetSocketAddress(open.local(), EPHEMERAL + (int) id);
        var path =
                new TransportPath.Tcp(
                        new ConnectionId(id), open.framing(), true, local, open.remote());
        connections.put(id, path);
        from.handle(new Input.ConnectionOpened(open.attempt(), path));
    }

    private void deliver(InFlight message, Octets octets) {
        End to = message.from().isClient ? gateway : client;
        TransportPath path = arrival(message);
        if (path instanceof TransportPath.Tcp stream
                && !connections.containsKey(stream.connection().value())) {
            return;
        }
        if (to == gateway && gateway.session.isEmpty()) {
            knock(path, octets);
        } else {
            to.handle(new Input.MessageReceived(path, octets));
        }
    }

    private void knock(TransportPath path, Octets octets) {
        switch (admission.decide(now, path, octets)) {
            case Admission.Decision.Accept(var ours) -> {
                gateway.session =
                        Optional.of(IkeSession.responder(gateway.context, ours, gatewayConfigs));
                gateway.handle(new Input.MessageReceived(path, octets));
                if (gateway.session.get().isOver()) {
                    gateway.session = Optional.empty();
                }
            }
            case Admission.Decision.Reply(Octets reply, String _) ->
                    wire.add(new InFlight(gateway, path, reply));
            case Admission.Decision.Drop _, Admission.Decision.Forward _ -> {}
        }
    }

    private TransportPath arrival(InFlight message) {
        return switch (message.path()) {
            case TransportPath.Udp(var local, var remote, boolean marker) ->
                    message.from().isClient
                            ? new TransportPath.Udp(remote, nat.apply(local), marker)
                            : new TransportPath.Udp(
                                    CLIENT.equals(remote.getAddress()) ? remote : inside(remote),
                                    local,
                                    marker);
            case TransportPath.Tcp path -> mirrored(path);
        };
    }

    /// What the NAT makes of an answer to the outside address.
    private InetSocketAddress inside(InetSocketAddress outside) {
        for (int port : new int[] {500, 4500}) {
            var candidate = new InetSocketAddress(CLIENT, port);
            if (nat.apply(candidate).equals(outside)) {
                return candidate;
            }
        }
        return outside;
    }

    private static TransportPath.Tcp mirrored(TransportPath.Tcp path) {
        InetSocketAddress ours = path.remote();
        InetSocketAddress theirs = path.local();
        return new TransportPath.Tcp(
                path.connection(), path.framing(), !path.weOpened(), ours, theirs);
    }
}
