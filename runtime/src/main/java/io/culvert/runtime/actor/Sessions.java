package io.culvert.runtime.actor;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.runtime.clock.Timekeeper;
import io.culvert.runtime.net.Counters;
import io.culvert.runtime.net.Limits;
import io.culvert.runtime.net.Network;
import io.culvert.runtime.net.NetworkListener;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// All sessions of an endpoint, and the way of each message and event to the one it belongs to. Safe for use by many
/// threads.
public final class Sessions implements NetworkListener {
    private final Network network;
    private final DataPlane dataPlane;
    private final Timekeeper timekeeper;
    private final Limits limits;
    private final Counters counters;
    private final SessionFactory factory;
    private final Surroundings surroundings;
    private final SpiDirectory directory = new SpiDirectory();
    private final ConnectionUsers users;
    private final EspPeers espPeers = new EspPeers();
    private final Identities.Index identities = new Identities.Index();
    private final ConcurrentHashMap<ChildSaId, SessionActor> children = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, SessionActor> actors = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final FrontDesk desk;
    private final ConcurrentHashMap<Long, SessionActor> initiated = new ConcurrentHashMap<>();
    private volatile List<ConnectionConfig> connections = List.of();
    private volatile List<InetAddress> told = List.of();

    /// @param connections whom we answer, see [#reload]
    public Sessions(
            Network network,
            DataPlane dataPlane,
            Timekeeper timekeeper,
            Limits limits,
            Counters counters,
            SessionFactory factory,
            Surroundings surroundings,
            List<ConnectionConfig> connections) {
        this.network = network;
        this.dataPlane = dataPlane;
        this.timekeeper = timekeeper;
        this.limits = limits;
        this.counters = counters;
        this.factory = factory;
        this.surroundings = surroundings;
        this.connections = List.copyOf(connections);
        users = new ConnectionUsers(network);
        desk = new FrontDesk(this, factory.admission());
    }

    /// Starts a session as original initiator.
    ///
    /// @param ticket what to resume by, if that is wanted
    /// @param started told the session's number before anything happens in it
    public SessionActor initiate(
            ConnectionConfig connection,
            Endpoints endpoints,
            Optional<HeldTicket> ticket,
            LongConsumer started) {
        SessionActor actor =
                new SessionActor(
                        numbers.incrementAndGet(),
                        factory.initiator(connection),
                        this,
                        connection.timers().connect());
        actors.put(actor.id(), actor);
        initiated.put(actor.id(), actor);
        started.accept(actor.id());
        tellOfAddresses(actor, endpoints.localAddress());
        actor.post(
                new Input.Commanded(
                        new Command.Initiate(List.of(endpoints), Optional.empty(), ticket)));
        return actor;
    }

    /// Answers these connections from now on; sessions that exist keep theirs.
    public void reload(List<ConnectionConfig> newConnections) {
        connections = List.copyOf(newConnections);
    }

    /// All sessions that are not over.
    public Collection<SessionActor> all() {
        return List.copyOf(actors.values());
    }

    /// The session with this number, unless it is over.
    public Optional<SessionActor> find(long number) {
        return Optional.ofNullable(actors.get(number));
    }

    /// Takes word of the data plane to the session that it is about.
    public void reported(DataPlaneEvent event) {
        switch (event) {
            case DataPlaneEvent.LifetimeReached(ChildSaId sa, _) -> report(sa, event);
            case DataPlaneEvent.FirstPacket(ChildSaId sa) -> report(sa, event);
            case DataPlaneEvent.PeerMoved(ChildSaId sa, _) -> report(sa, event);
            case DataPlaneEvent.UnknownSpi(Spi spi, EspRoute from) -> {
                counters.count("UNKNOWN_ESP_SPI");
                List<SessionActor> peers = sessionsBehind(from);
                peers.forEach(s -> s.post(new Input.DataPlaneReported(event)));
                if (peers.isEmpty() && from instanceof EspRoute.Udp(var local, var remote)) {
                    desk.unknownEsp(new TransportPath.Udp(local, remote, true), spi);
                }
            }
            case DataPlaneEvent.Failed _ -> {
                for (SessionActor actor : all()) {
                    actor.post(new Input.DataPlaneReported(event));
                }
            }
        }
    }

    private List<SessionActor> sessionsBehind(EspRoute from) {
        return switch (from) {
            case EspRoute.Udp(_, var remote) -> espPeers.of(remote);
            case EspRoute.Tcp(long connection) -> users.of(new ConnectionId(connection));
            case EspRoute.Unknown _ -> List.of();
        };
    }

    @Override
    public void received(TransportPath path, Octets message) {
        boolean waits = path instanceof TransportPath.Tcp;
        Optional<SessionActor> known = directory.find(SpiDirectory.ours(message));
        if (known.isPresent()) {
            deliver(known.get(), path, message, waits);
        } else {
            desk.receive(path, message, waits);
        }
    }

    @Override
    public void connectionLost(TransportPath.Tcp path, String reason) {
        users.lost(path, reason);
    }

    @Override
    public void hostChanged() {
        List<InetAddress> ours = ourAddresses();
        boolean addressesChanged = !ours.equals(told);
        told = ours;
        // a route matters only to who decides about the path
        for (SessionActor actor : addressesChanged ? all() : List.copyOf(initiated.values())) {
            var _ = actor.status().thenAccept(status -> tellOfAddresses(actor, ours, status));
        }
    }

    /// Where the peer cannot be reached any more, the session has to find another way by itself.
    private void tellOfAddresses(SessionActor actor, List<InetAddress> ours, SessionStatus status) {
        Optional<InetAddress> peer = status.path().map(p -> p.remote().getAddress());
        if (peer.isEmpty()) {
            return;
        }
        try {
            Optional<InetAddress> towards =
                    status.originalInitiator()
                            ? network.sourceTowards(peer.get())
                            : status.path().map(p -> p.local().getAddress());
            actor.post(new Input.Commanded(new Command.AddressesChanged(towards, ours)));
        } catch (IOException e) {
            counters.count("ROUTE_LOOKUP_FAILED");
        }
    }

    private List<InetAddress> ourAddresses() {
        Set<InetAddress> inside = surroundings.assigned();
        return network.addresses().stream().filter(a -> !inside.contains(a)).toList();
    }

    /// A session that may have several addresses to choose from is told before anything happens in it.
    private void tellOfAddresses(SessionActor actor, InetAddress local) {
        List<InetAddress> ours = ourAddresses();
        if (ours.size() > 1) {
            actor.post(new Input.Commanded(new Command.AddressesChanged(Optional.of(local), ours)));
        }
    }

    /// Accepts no more strangers.
    public void closeDoor() {
        desk.close();
    }

    void deliver(SessionActor actor, TransportPath path, Octets message, boolean waits) {
        if (path instanceof TransportPath.Tcp stream) {
            users.attach(stream, actor);
        }
        if (!actor.deliver(new Input.MessageReceived(path, message), waits)) {
            counters.count("MAILBOX_FULL");
        }
    }

    /// Makes a session for a stranger, unless no connection is for where it comes from.
    Optional<SessionActor> respond(IkeSpi ours, TransportPath path) {
        List<ConnectionConfig> candidates =
                connections.stream()
                        .filter(c ->
                                c.admits(path.local().getAddress(), path.remote().getAddress()))
                        .toList();
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        SessionActor actor =
                new SessionActor(
                        numbers.incrementAndGet(),
                        factory.responder(ours, candidates),
                        this,
                        limits.connectTime());
        actors.put(actor.id(), actor);
        actor.halfOpen(ours);
        tellOfAddresses(actor, path.local().getAddress());
        return Optional.of(actor);
    }

    /// Closes a connection that broke a rule, and tells whoever used it.
    void refuse(TransportPath.Tcp path) {
        network.close(path.connection());
        users.lost(path, "it was used for another IKE SA");
    }

    void ended(SessionActor actor) {
        actors.remove(actor.id());
        initiated.remove(actor.id());
    }

    private void report(ChildSaId sa, DataPlaneEvent event) {
        SessionActor actor = children.get(sa);
        if (actor != null) {
            actor.post(new Input.DataPlaneReported(event));
        }
    }

    Network network() {
        return network;
    }

    DataPlane dataPlane() {
        return dataPlane;
    }

    Timekeeper timekeeper() {
        return timekeeper;
    }

    Limits limits() {
        return limits;
    }

    Counters counters() {
        return counters;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    SpiDirectory directory() {
        return directory;
    }

    ConnectionUsers users() {
        return users;
    }

    EspPeers espPeers() {
        return espPeers;
    }

    Identities.Index identities() {
        return identities;
    }

    ConcurrentHashMap<ChildSaId, SessionActor> children() {
        return children;
    }

    FrontDesk desk() {
        return desk;
    }
}
