package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Admission;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.RevealedKeys;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// An initiator and a responder with a virtual clock and a wire in memory between them.
///
/// Everything happens in the calls of the test: no thread, no clock. What crosses the wire can be dropped, repeated,
/// delayed or changed. The gateway may have several sessions: messages find theirs by its SPI, as they do outside.
final class Pair {
    static final InetAddress CLIENT = IpPrefix.parseAddress("192.0.2.1");
    static final InetAddress GATEWAY = IpPrefix.parseAddress("198.51.100.2");
    private static final int EPHEMERAL = 40_000;

    /// One end.
    final class End {
        final boolean isClient;
        final SessionContext context;

        /// The session that the test looks at: the latest, unless an older one is established.
        Optional<Session> session = Optional.empty();

        final List<Session> sessions = new ArrayList<>();
        final Map<IkeSpi, Session> bound = new HashMap<>();
        final List<IkeEvent> events = new ArrayList<>();
        final Map<Long, ChildSaSpec> children = new HashMap<>();
        final List<Action> actions = new ArrayList<>();

        /// What was taken for sessions and has not been given back.
        final Set<Spi> heldSpis = new LinkedHashSet<>();

        final Set<InetAddress> heldAddresses = new LinkedHashSet<>();

        /// How to write messages as the original initiator or responder of the latest IKE SA.
        Optional<Forger> forger = Optional.empty();

        Function<Question, Optional<Answer>> answers = _ -> Optional.empty();
        int nextSpi;

        /// What the client has to resume by.
        Optional<HeldTicket> ticket = Optional.empty();

        Input.TrafficSampled carried = new Input.TrafficSampled(0, 0);

        End(boolean isClient, SessionContext context) {
            this.isClient = isClient;
            this.context = context;
            this.nextSpi = isClient ? 0x1000 : 0x2000;
        }

        void handle(Input input) {
            session.ifPresent(s -> handle(s, input));
        }

        void handle(Session target, Input input) {
            if (input instanceof Input.Answered(int _, Answer.AddressesLeased(var leased, var _))) {
                heldAddresses.addAll(leased);
            }
            List<Action> todo = target.handle(now, input);
            watch.accept(input, todo);
            perform(target, todo);
        }

        private void handleAll(Input input) {
            List.copyOf(sessions).forEach(s -> handle(s, input));
        }

        private void add(Session added) {
            sessions.add(added);
            boolean keeps = session.map(s -> s.status().state()).equals(Optional.of("Established"));
            session = keeps ? session : Optional.of(added);
        }

        private void remove(Session refused) {
            sessions.remove(refused);
            if (session.equals(Optional.of(refused))) {
                session = sessions.stream().reduce((_, last) -> last);
            }
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

        private void perform(Session target, List<Action> todo) {
            for (Action action : todo) {
                actions.add(action);
                switch (action) {
                    case Action.Send(TransportPath path, Octets message) ->
                            launch(new InFlight(this, path, message));
                    case Action.OpenConnection open -> connect(this, target, open);
                    case Action.CloseConnection(ConnectionId id) -> closed(this, id);
                    case Action.BindSpi(IkeSpi spi) -> bound.put(spi, target);
                    case Action.UnbindSpi(IkeSpi spi) -> bound.remove(spi);
                    case Action.ReserveSpis(int count) -> {
                        List<Spi> spis = new ArrayList<>();
                        for (int i = 0; i < count; i++) {
                            spis.add(new Spi(nextSpi++));
                        }
                        heldSpis.addAll(spis);
                        handle(target, new Input.SpisReserved(spis));
                    }
                    case Action.ReleaseSpis(List<Spi> spis) -> spis.forEach(this::release);
                    case Action.InstallChildSa(ChildSaSpec spec, boolean _) -> installed(spec);
                    case Action.ReplaceChildSa(ChildSaSpec spec, var _) -> installed(spec);
                    case Action.RemoveChildSa(var id) ->
                            release(children.remove(id.value()).inboundSpi());
                    case Action.ReleaseAddresses(var addresses) ->
                            addresses.forEach(heldAddresses::remove);
                    case Action.Ask(int number, Question question) ->
                            answers.apply(question)
                                    .ifPresent(answer ->
                                            handle(target, new Input.Answered(number, answer)));
                    case Action.Publish(IkeEvent event) -> events.add(event);
                    case Action.HandshakeEnded(var spi, boolean established) ->
                            admission.handshakeEnded(now, spi, established);
                    case Action.RevealKeys(RevealedKeys keys) -> {
                        if (keys instanceof RevealedKeys.OfIkeSa ofIkeSa) {
                            forger = Optional.of(new Forger(ofIkeSa));
                        }
                    }
                    case Action.SampleTraffic _ -> handle(target, carried);
                    case Action.KeepTicket(var _, var held, var _) -> ticket = Optional.of(held);
                    case Action.ForgetTicket(var _, var octets) ->
                            ticket = ticket.filter(held -> !held.ticket().equals(octets));
                    case Action.ReplaceResumed(IkeSpi old) ->
                            Stream.ofNullable(bound.get(old))
                                    .filter(other -> !other.equals(target))
                                    .forEach(other -> handle(other, Pairs.ABANDONING));
                    case Action.SendNatKeepalive _,
                            Action.HalfCloseConnection _,
                            Action.RouteEsp _,
                            Action.SwitchOutbound _,
                            Action.Reauthenticate _,
                            Action.AssignAddresses _,
                            Action.ReplaceOthers _,
                            Action.End _ -> {}
                }
            }
        }

        private void installed(ChildSaSpec spec) {
            children.put(spec.id().value(), spec);
        }

        private void release(Spi spi) {
            if (!heldSpis.remove(spi)) {
                throw new AssertionError("SPI " + spi + " was given back twice");
            }
        }
    }

    /// A message on its way.
    record InFlight(End from, TransportPath path, Octets message) {}

    private record Arrival(MonoTime at, long number, InFlight message) {}

    final End client;
    final End gateway;
    final Admission admission;
    private final ConnectionConfig clientConfig;
    private final List<ConnectionConfig> gatewayConfigs;
    private final PriorityQueue<Arrival> wire =
            new PriorityQueue<>(
                    Comparator.comparing(Arrival::at).thenComparingLong(Arrival::number));
    final Map<Long, TransportPath.Tcp> connections = new HashMap<>();
    private final Set<InetSocketAddress> clientEndpoints = new LinkedHashSet<>();
    private long nextConnection = 1;
    private long launched;
    MonoTime now = MonoTime.ZERO.plus(Duration.ofSeconds(1000));

    /// Whether a message gets through.
    Predicate<InFlight> delivers = _ -> true;

    /// When the copies of a message arrive, counted from now: none is a loss, two are a duplicate.
    Function<InFlight, List<Duration>> delays = _ -> List.of(Duration.ZERO);

    /// Whether the connection breaks instead of carrying a message.
    Predicate<InFlight> tears = _ -> false;

    /// Sees each input of a session with all that came of it.
    BiConsumer<Input, List<Action>> watch = (_, _) -> {};

    /// Every message that was sent.
    final List<InFlight> traffic = new ArrayList<>();

    /// Messages that were kept from going until [#letGo].
    final List<InFlight> kept = new ArrayList<>();

    /// Whether a message is kept for later.
    Predicate<InFlight> keeps = _ -> false;

    /// What becomes of a message.
    Function<Octets, Octets> tamper = Function.identity();

    /// The address and port that the gateway sees of the client's UDP: another one means a NAT.
    Function<InetSocketAddress, InetSocketAddress> nat = Function.identity();

    /// Whether a connection can be opened.
    BooleanSupplier accepts = () -> true;

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

    /// Makes the client's session without starting it.
    Pair prepare() {
        client.add(Pairs.initiator(client.context, clientConfig));
        return this;
    }

    /// Starts the client and lets everything happen that happens at once.
    Pair start() {
        if (client.session.isEmpty()) {
            prepare();
        }
        client.handle(new Input.Commanded(Pairs.beginning(client.ticket)));
        return settle();
    }

    /// Delivers until nothing is due.
    Pair settle() {
        int rounds = 0;
        while (!wire.isEmpty() && now.hasReached(wire.element().at())) {
            if (++rounds > 10_000) {
                throw new AssertionError("the two never come to rest");
            }
            InFlight message = wire.remove().message();
            if (delivers.test(message)) {
                deliver(message, tamper.apply(message.message()));
            }
        }
        return this;
    }

    /// Lets time pass, deadline by deadline.
    Pair advance(Duration duration) {
        MonoTime end = now.plus(duration);
        int steps = 0;
        while (true) {
            Optional<MonoTime> next = nextEvent();
            if (next.isEmpty() || !end.hasReached(next.get())) {
                now = end;
                return this;
            }
            if (++steps > 10_000) {
                throw new AssertionError("the two are far too busy");
            }
            now = next.get().isBefore(now) ? now : next.get();
            client.handleAll(new Input.DeadlineReached());
            gateway.handleAll(new Input.DeadlineReached());
            settle();
        }
    }

    /// Sends what was kept, and keeps nothing from now on.
    Pair letGo() {
        keeps = _ -> false;
        List<InFlight> late = List.copyOf(kept);
        kept.clear();
        late.forEach(message -> wire.add(new Arrival(now, launched++, message)));
        return settle();
    }

    void reset() {
        List.copyOf(connections.values()).forEach(this::tear);
        settle();
    }

    private void tear(TransportPath.Tcp path) {
        if (connections.remove(path.connection().value()) != null) {
            client.handleAll(new Input.ConnectionLost(path, "reset by peer"));
            gateway.handleAll(new Input.ConnectionLost(Pairs.mirrored(path), "reset by peer"));
        }
    }

    /// One end closes; the other learns of it.
    private void closed(End by, ConnectionId id) {
        TransportPath.Tcp path = connections.remove(id.value());
        if (path != null) {
            End other = by.isClient ? gateway : client;
            other.handleAll(
                    new Input.ConnectionLost(
                            other.isClient ? path : Pairs.mirrored(path), "closed by peer"));
        }
    }

    /// Hands octets to an end as if they came by `path`.
    void inject(End to, TransportPath path, Octets message) {
        receive(to, path, message);
        settle();
    }

    /// A path on which `to` can receive messages: the one of the open connection, or UDP port 4500.
    TransportPath pathTo(End to) {
        return connections.values().stream()
                .findFirst()
                .<TransportPath>map(path -> to.isClient ? path : Pairs.mirrored(path))
                .orElseGet(() -> Pairs.udpTo(to, 4500));
    }

    /// A connection to the gateway that somebody else opened.
    TransportPath.Tcp foreignConnection(StreamFraming framing) {
        long id = nextConnection++;
        var path =
                new TransportPath.Tcp(
                        new ConnectionId(id),
                        framing,
                        true,
                        new InetSocketAddress(CLIENT, EPHEMERAL + (int) id),
                        new InetSocketAddress(GATEWAY, 4500));
        connections.put(id, path);
        return Pairs.mirrored(path);
    }

    boolean isOpen(TransportPath.Tcp path) {
        return connections.containsKey(path.connection().value());
    }

    boolean isUp() {
        return Stream.of(client, gateway)
                .allMatch(end -> end.session.orElseThrow().status().state().equals("Established"));
    }

    EspRoute clientRoute() {
        return client.session.orElseThrow().status().children().getFirst().route();
    }

    EspRoute gatewayRoute() {
        return gateway.session.orElseThrow().status().children().getFirst().route();
    }

    private Optional<MonoTime> nextEvent() {
        Stream<MonoTime> deadlines =
                Stream.of(client, gateway)
                        .flatMap(end -> end.sessions.stream())
                        .flatMap(s -> s.nextDeadline().stream());
        return Stream.concat(deadlines, wire.stream().map(Arrival::at)).min(MonoTime::compareTo);
    }

    private void connect(End from, Session target, Action.OpenConnection open) {
        if (!accepts.getAsBoolean()) {
            from.handle(target, new Input.ConnectionFailed(open.attempt(), "connection refused"));
            return;
        }
        long id = nextConnection++;
        var local = new InetSocketAddress(open.local(), EPHEMERAL + (int) id);
        var path =
                new TransportPath.Tcp(
                        new ConnectionId(id), open.framing(), true, local, open.remote());
        connections.put(id, path);
        from.handle(target, new Input.ConnectionOpened(open.attempt(), path));
    }

    private void launch(InFlight message) {
        traffic.add(message);
        if (message.from().isClient && message.path() instanceof TransportPath.Udp udp) {
            clientEndpoints.add(udp.local());
        }
        if (keeps.test(message)) {
            kept.add(message);
            return;
        }
        for (Duration delay : delays.apply(message)) {
            wire.add(new Arrival(now.plus(delay), launched++, message));
        }
    }

    private void deliver(InFlight message, Octets octets) {
        TransportPath path = arrival(message);
        if (path instanceof TransportPath.Tcp stream) {
            TransportPath.Tcp open = connections.get(stream.connection().value());
            if (open == null) {
                return;
            }
            if (tears.test(message)) {
                tear(open);
                return;
            }
        }
        receive(message.from().isClient ? gateway : client, path, octets);
    }

    /// By the SPI to its session, or to the admission.
    private void receive(End to, TransportPath path, Octets octets) {
        Optional<Session> target =
                IkeHeader.peek(octets).map(header -> to.bound.get(header.receiverSpi()));
        var message = new Input.MessageReceived(path, octets);
        target.ifPresent(session -> to.handle(session, message));
        if (target.isEmpty() && to == gateway) {
            knock(path, octets);
        }
    }

    private void knock(TransportPath path, Octets octets) {
        var message = new Input.MessageReceived(path, octets);
        switch (admission.decide(now, path, octets)) {
            case Admission.Decision.Accept(var ours) -> {
                var created = IkeSession.responder(gateway.context, ours, gatewayConfigs);
                gateway.add(created);
                gateway.handle(created, message);
                Optional.of(created).filter(Session::isOver).ifPresent(gateway::remove);
            }
            case Admission.Decision.Forward(var ours) ->
                    Optional.ofNullable(gateway.bound.get(ours))
                            .ifPresent(s -> gateway.handle(s, message));
            case Admission.Decision.Reply(Octets reply, String _) ->
                    launch(new InFlight(gateway, path, reply));
            case Admission.Decision.AboutEsp _, Admission.Decision.Drop _ -> {}
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
            case TransportPath.Tcp path -> Pairs.mirrored(path);
        };
    }

    /// What the NAT makes of an answer to the outside address.
    private InetSocketAddress inside(InetSocketAddress outside) {
        for (InetSocketAddress candidate : clientEndpoints) {
            if (nat.apply(candidate).equals(outside)) {
                return candidate;
            }
        }
        return outside;
    }
}
