package io.culvert.sim.endpoint;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Admission;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.session.Attempts;
import io.culvert.ike.session.HalfOpenAdmission;
import io.culvert.ike.session.IkeSession;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.DatagramFramer;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.sim.network.Access;
import io.culvert.sim.network.Datagram;
import io.culvert.sim.network.Host;
import io.culvert.sim.network.StreamEnd;
import io.culvert.sim.network.StreamUser;
import io.culvert.sim.network.Violation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/// An IPsec endpoint from its start to its crash: real sessions and a real admission on a simulated network.
///
/// It does what the room `runtime` does, without threads. For one thread.
public final class Endpoint implements Host {
    private static final int IKE_PORT = 500;
    private static final int NAT_TRAVERSAL_PORT = 4500;
    private static final int WEB_PORT = 443;
    private static final Set<Integer> UDP_PORTS = Set.of(IKE_PORT, NAT_TRAVERSAL_PORT);
    private static final Set<Integer> TCP_PORTS = Set.of(IKE_PORT, NAT_TRAVERSAL_PORT, WEB_PORT);

    /// What hears of an endpoint.
    public interface Listener {
        /// A session told something.
        void published(Endpoint endpoint, Resident resident, IkeEvent event);

        /// A session wants another one that authenticates anew.
        void reauthenticate(Endpoint endpoint, Resident resident, Action.Reauthenticate again);

        /// A session is over.
        void ended(Endpoint endpoint, Resident resident);
    }

    private final World world;
    private final String name;
    private final Access access;
    private final SessionContext context;
    private final List<ConnectionConfig> answered;
    private final Leases leases;
    private final Listener listener;
    private final Admission admission;
    private final SimulatedDataPlane dataPlane;
    private final Performer performer = new Performer(this);
    private final Map<Long, Resident> residents = new LinkedHashMap<>();
    private final Map<IkeSpi, Resident> bound = new LinkedHashMap<>();
    private final Map<ConnectionId, Line> lines = new LinkedHashMap<>();
    private long numbers;
    private boolean off;

    /// Starts an endpoint.
    ///
    /// @param answered whom it answers; empty for nobody
    /// @param leases where addresses for peers come from
    /// @param arrivals told the numbers of the pings that reach it through a tunnel
    public Endpoint(
            World world,
            String name,
            Access access,
            SessionContext context,
            List<ConnectionConfig> answered,
            Leases leases,
            Listener listener,
            LongConsumer arrivals) {
        this.world = world;
        this.name = name;
        this.access = access;
        this.context = context;
        this.answered = List.copyOf(answered);
        this.leases = leases;
        this.listener = listener;
        admission = new HalfOpenAdmission(context, HalfOpenAdmission.Limits.DEFAULT);
        dataPlane = new SimulatedDataPlane(world, this::sendEsp, this::reported, arrivals);
        access.plugIn(this);
    }

    /// Its name.
    public String name() {
        return name;
    }

    /// What carries its packets.
    public SimulatedDataPlane dataPlane() {
        return dataPlane;
    }

    /// Its sessions.
    public Collection<Resident> residents() {
        return List.copyOf(residents.values());
    }

    /// Starts a session.
    public Resident initiate(ConnectionConfig connection, InetAddress remote) {
        var endpoints =
                new Endpoints(
                        access.address(),
                        IKE_PORT,
                        NAT_TRAVERSAL_PORT,
                        remote,
                        IKE_PORT,
                        NAT_TRAVERSAL_PORT,
                        IKE_PORT,
                        NAT_TRAVERSAL_PORT);
        return initiate(connection, endpoints);
    }

    /// Starts a session.
    public Resident initiate(ConnectionConfig connection, Endpoints endpoints) {
        Resident resident = add(new Attempts(context, connection), true);
        handle(resident, new Input.Commanded(new Command.Initiate(endpoints)));
        return resident;
    }

    /// Gives a session a command.
    public void command(Resident resident, Command command) {
        tell(() -> resident + " is told: " + command);
        handle(resident, new Input.Commanded(command));
    }

    /// Loses everything at once, as when the power fails.
    public void crash() {
        tell(() -> "crashes");
        off = true;
        access.unplug();
        lines.values().forEach(Line::vanish);
        residents.values().forEach(r -> r.alarm.ifPresent(a -> a.callOff()));
        dataPlane.close();
        leases.releaseAll();
    }

    /// What is left though no session is: empty if nothing.
    public String leftovers() {
        if (!residents.isEmpty()) {
            return residents.size() + " sessions";
        }
        StringBuilder text = new StringBuilder();
        if (!bound.isEmpty()) {
            text.append(bound.size()).append(" IKE SPIs; ");
        }
        if (!dataPlane.installed().isEmpty()) {
            text.append(dataPlane.installed().size()).append(" Child SAs; ");
        }
        if (dataPlane.reserved() > 0) {
            text.append(dataPlane.reserved()).append(" ESP SPIs; ");
        }
        if (leases.held() > 0) {
            text.append(leases.held()).append(" leased addresses; ");
        }
        if (!lines.isEmpty()) {
            text.append(lines.size()).append(" TCP connections; ");
        }
        return text.toString();
    }

    @Override
    public void received(Datagram datagram) {
        if (off || !UDP_PORTS.contains(datagram.to().getPort())) {
            return;
        }
        boolean shared = datagram.to().getPort() == NAT_TRAVERSAL_PORT;
        PacketBuffer buffer = world.pool().acquire().orElseThrow();
        try {
            buffer.set(64, datagram.payload());
            var path = new TransportPath.Udp(datagram.to(), datagram.from(), shared);
            switch (DatagramFramer.kind(buffer, shared)) {
                case IKE -> received(path, DatagramFramer.ike(buffer, shared));
                case ESP ->
                        dataPlane.received(
                                buffer, new EspRoute.Udp(datagram.to(), datagram.from()));
                case KEEPALIVE, MEANINGLESS -> {}
            }
        } finally {
            buffer.release();
        }
    }

    @Override
    public Optional<StreamUser> accept(StreamEnd end) {
        if (off || answered.isEmpty() || !TCP_PORTS.contains(end.local().getPort())) {
            return Optional.empty();
        }
        var id = new ConnectionId(world.nextConnection());
        Line line = Line.accepted(this, id, end);
        lines.put(id, line);
        return Optional.of(line);
    }

    World world() {
        return world;
    }

    Access access() {
        return access;
    }

    Leases leases() {
        return leases;
    }

    boolean isOff() {
        return off;
    }

    Optional<Line> line(ConnectionId id) {
        return Optional.ofNullable(lines.get(id));
    }

    void add(ConnectionId id, Line line) {
        lines.put(id, line);
    }

    void bind(IkeSpi spi, Resident resident) {
        Resident other = bound.putIfAbsent(spi, resident);
        if (other != null && other != resident) {
            throw new Violation("IKE SPI " + spi + " belongs to another session");
        }
        resident.bound.add(spi);
    }

    void unbind(IkeSpi spi, Resident resident) {
        bound.remove(spi, resident);
    }

    void handshakeEnded(IkeSpi ours, boolean established) {
        admission.handshakeEnded(world.now(), ours, established);
    }

    void published(Resident resident, IkeEvent event) {
        listener.published(this, resident, event);
    }

    void reauthenticate(Resident resident, Action.Reauthenticate again) {
        world.agenda().after(Duration.ZERO, () -> listener.reauthenticate(this, resident, again));
    }

    void tell(Supplier<String> line) {
        world.story().tell(world.now(), () -> name + ": " + line.get());
    }

    /// A whole IKE message came.
    void received(TransportPath path, Octets message) {
        IkeHeader header = IkeHeader.peek(message).orElseThrow();
        world.inspector().arrived(path, message);
        Resident known = bound.get(header.receiverSpi());
        if (known != null) {
            deliver(known, path, message);
            return;
        }
        switch (admission.decide(world.now(), path, message)) {
            case Admission.Decision.Drop(String reason) ->
                    tell(() -> "dropped " + header + ": " + reason);
            case Admission.Decision.Reply(Octets reply, String reason) -> {
                tell(() -> "answered " + header + ": " + reason);
                send(path, reply);
            }
            case Admission.Decision.AboutEsp() ->
                    tell(() -> "dropped " + header + ": nobody's ESP goes there");
            case Admission.Decision.Forward(IkeSpi ours) ->
                    Optional.ofNullable(bound.get(ours)).ifPresent(r -> deliver(r, path, message));
            case Admission.Decision.Accept(IkeSpi ours) -> accept(ours, path, message);
        }
    }

    void espReceived(PacketBuffer packet, TransportPath.Tcp path) {
        dataPlane.received(packet, new EspRoute.Tcp(path.connection().value()));
    }

    /// A connection is gone.
    void lost(Line line, ConnectionId id, String reason) {
        lines.remove(id);
        for (Resident user : List.copyOf(line.users())) {
            user.connections.remove(line.path());
            handle(user, new Input.ConnectionLost(line.path(), reason));
        }
    }

    void forget(Line line, ConnectionId id) {
        lines.remove(id);
        line.users().forEach(user -> user.connections.remove(line.path()));
    }

    private void accept(IkeSpi ours, TransportPath path, Octets message) {
        Optional<Line> shared =
                path instanceof TransportPath.Tcp stream
                                && stream.framing() == StreamFraming.TCP_ENCAPSULATION
                        ? line(stream.connection()).filter(line -> !line.users().isEmpty())
                        : Optional.empty();
        if (shared.isPresent()) {
            shared.get().refuse();
            admission.handshakeEnded(world.now(), ours, false);
            return;
        }
        if (answered.isEmpty()) {
            admission.handshakeEnded(world.now(), ours, false);
            return;
        }
        Resident made = add(IkeSession.responder(context, ours, answered), false);
        bound.put(ours, made);
        made.bound.add(ours);
        made.halfOpen.add(ours);
        deliver(made, path, message);
    }

    private Resident add(Session session, boolean initiator) {
        Resident resident = new Resident(++numbers, session, initiator);
        residents.put(resident.number(), resident);
        return resident;
    }

    private void deliver(Resident resident, TransportPath path, Octets message) {
        if (path instanceof TransportPath.Tcp stream) {
            Optional.ofNullable(lines.get(stream.connection())).ifPresent(l -> l.use(resident));
        }
        handle(resident, new Input.MessageReceived(path, message));
    }

    void handle(Resident resident, Input first) {
        if (off) {
            return;
        }
        ArrayDeque<Input> inputs = new ArrayDeque<>(2);
        inputs.add(first);
        boolean wasOver = resident.session().isOver();
        while (!inputs.isEmpty()) {
            Input input = inputs.remove();
            List<Action> actions = resident.session().handle(world.now(), input);
            if (input instanceof Input.MessageReceived(_, Octets message)
                    && actions.stream().anyMatch(Endpoint::isNewRequest)) {
                world.inspector().executed(message);
            }
            for (Action action : actions) {
                inputs.addAll(performer.perform(resident, action));
            }
        }
        if (resident.session().isOver()) {
            checkReleased(resident);
            if (!wasOver) {
                end(resident);
            }
        } else {
            arm(resident);
        }
    }

    private static boolean isNewRequest(Action action) {
        return action instanceof Action.Publish(IkeEvent.MessagePassed passed)
                && !passed.sent()
                && passed.request()
                && !passed.repeated();
    }

    boolean send(TransportPath path, Octets message) {
        world.inspector().sent(path, message);
        switch (path) {
            case TransportPath.Udp udp ->
                    datagram(udp, DatagramFramer.payload(message, udp.nonEspMarker()));
            case TransportPath.Tcp stream -> {
                Line line = lines.get(stream.connection());
                return line != null && line.send(message);
            }
        }
        return true;
    }

    void datagram(TransportPath.Udp path, Octets payload) {
        world.network().send(access, new Datagram(path.local(), path.remote(), payload));
    }

    private void sendEsp(EspRoute route, Octets packet) {
        switch (route) {
            case EspRoute.Udp(InetSocketAddress local, InetSocketAddress remote) ->
                    world.network().send(access, new Datagram(local, remote, packet));
            case EspRoute.Tcp(long connection) ->
                    Optional.ofNullable(lines.get(new ConnectionId(connection)))
                            .ifPresent(line -> line.sendEsp(packet));
            case EspRoute.Unknown() -> {}
        }
    }

    /// Word of the data plane comes when the packet that caused it is done with.
    private void reported(DataPlaneEvent event) {
        List<Resident> concerned =
                switch (event) {
                    case DataPlaneEvent.LifetimeReached(ChildSaId sa, _) -> owner(sa);
                    case DataPlaneEvent.PeerMoved(ChildSaId sa, _) -> owner(sa);
                    case DataPlaneEvent.FirstPacket(ChildSaId sa) -> owner(sa);
                    case DataPlaneEvent.UnknownSpi(_, EspRoute from) -> behind(from);
                    case DataPlaneEvent.Failed _ -> residents().stream().toList();
                };
        Input input = new Input.DataPlaneReported(event);
        for (Resident resident : concerned) {
            world.agenda().after(Duration.ZERO, () -> handle(resident, input));
        }
    }

    private List<Resident> owner(ChildSaId sa) {
        return residents.values().stream().filter(r -> r.children.contains(sa)).toList();
    }

    /// Whose ESP goes to where this came from.
    private List<Resident> behind(EspRoute from) {
        return switch (from) {
            case EspRoute.Udp(_, InetSocketAddress remote) ->
                    residents.values().stream()
                            .filter(r -> dataPlane.sendsTo(r.children, remote))
                            .toList();
            case EspRoute.Tcp(long connection) ->
                    line(new ConnectionId(connection)).stream()
                            .flatMap(line -> line.users().stream())
                            .toList();
            case EspRoute.Unknown() -> List.of();
        };
    }

    private void arm(Resident resident) {
        Optional<MonoTime> due = resident.session().nextDeadline();
        boolean early =
                resident.alarm
                        .filter(a -> due.isPresent() && !due.get().isBefore(a.at()))
                        .isPresent();
        if (due.isEmpty() || early) {
            return;
        }
        resident.alarm.ifPresent(a -> a.callOff());
        resident.alarm = Optional.of(world.agenda().at(due.get(), () -> ring(resident)));
    }

    private void ring(Resident resident) {
        resident.alarm = Optional.empty();
        if (resident.session().nextDeadline().filter(world.now()::hasReached).isPresent()) {
            handle(resident, new Input.DeadlineReached());
        } else {
            arm(resident);
        }
    }

    private void end(Resident resident) {
        tell(() -> resident + " is over");
        resident.alarm.ifPresent(a -> a.callOff());
        residents.remove(resident.number());
        for (TransportPath.Tcp path : List.copyOf(resident.connections)) {
            Optional.ofNullable(lines.get(path.connection())).ifPresent(l -> l.leave(resident));
        }
        listener.ended(this, resident);
    }

    private void checkReleased(Resident resident) {
        String held = resident.holdings();
        if (!held.isEmpty()) {
            throw new Violation(name + ", " + resident + " is over and still holds " + held);
        }
    }
}
