package io.culvert.runtime.embed;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.actor.SessionActor;
import io.culvert.runtime.actor.Sessions;
import io.culvert.runtime.clock.SystemTimekeeper;
import io.culvert.runtime.net.Counters;
import io.culvert.runtime.net.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// An IKE endpoint: listens, answers peers, starts sessions. Safe for use by many threads.
///
/// Initiator and responder are roles of a session, not of an endpoint: the same one does both.
public final class IkeEndpoint implements AutoCloseable {
    /// How long peers may take to answer our deletes when we close.
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /// How long sessions may take to forget themselves, which needs no peer.
    private static final Duration ABANDON = Duration.ofSeconds(1);

    private final SystemTimekeeper timekeeper;
    private final Counters counters;
    private final Network network;
    private final DataPlane dataPlane;
    private final Sessions sessions;
    private final EndpointSurroundings surroundings;
    private final BoundPorts ports;
    private final AtomicBoolean closed = new AtomicBoolean();

    private IkeEndpoint(
            SystemTimekeeper timekeeper,
            Counters counters,
            Network network,
            DataPlane dataPlane,
            Sessions sessions,
            EndpointSurroundings surroundings,
            BoundPorts ports) {
        this.timekeeper = timekeeper;
        this.counters = counters;
        this.network = network;
        this.dataPlane = dataPlane;
        this.sessions = sessions;
        this.surroundings = surroundings;
        this.ports = ports;
    }

    /// Opens an endpoint: all of it, or nothing.
    ///
    /// @throws io.culvert.runtime.net.PortUnavailableException if a port cannot be had
    /// @throws IOException if something else is not possible, such as the data plane
    public static IkeEndpoint open(EndpointSettings settings) throws IOException {
        SystemTimekeeper timekeeper = new SystemTimekeeper();
        Counters counters = new Counters();
        List<AutoCloseable> opened = new ArrayList<>(List.of(timekeeper));
        try {
            Network network =
                    Network.open(
                            settings.listen(),
                            settings.host(),
                            settings.limits(),
                            timekeeper,
                            counters);
            opened.addFirst(network);
            Reports reports = new Reports();
            DataPlaneFactory.Parts parts = settings.dataPlane().make(network, reports);
            opened.addFirst(parts.dataPlane());
            BoundPorts ports =
                    new BoundPorts(
                            network.udpPort(),
                            network.natTraversalPort(),
                            network.tcpPort(StreamFraming.IKE_TCP),
                            network.tcpPort(StreamFraming.TCP_ENCAPSULATION));
            EndpointSurroundings surroundings = new EndpointSurroundings(settings);
            Sessions sessions =
                    new Sessions(
                            network,
                            parts.dataPlane(),
                            timekeeper,
                            settings.limits(),
                            counters,
                            settings.sessions().apply(ports),
                            surroundings,
                            settings.connections());
            reports.to(sessions);
            network.start(sessions, parts.intake());
            IkeEndpoint endpoint =
                    new IkeEndpoint(
                            timekeeper,
                            counters,
                            network,
                            parts.dataPlane(),
                            sessions,
                            surroundings,
                            ports);
            surroundings.reauthenticateBy(endpoint::reauthenticate);
            return endpoint;
        } catch (IOException | RuntimeException e) {
            closeAll(opened, e);
            throw e;
        }
    }

    /// The ports that it has.
    public BoundPorts ports() {
        return ports;
    }

    /// Where it accepts TCP connections.
    public List<InetSocketAddress> tcpEndpoints() {
        return network.tcpEndpoints();
    }

    /// The time on the clock of its events and statuses.
    public MonoTime now() {
        return timekeeper.now();
    }

    /// The data plane, for its counters.
    public DataPlane dataPlane() {
        return dataPlane;
    }

    /// What was dropped or refused, and how often, by reason.
    public Map<String, Long> drops() {
        return counters.all();
    }

    /// How many TCP connections there are.
    public int tcpConnections() {
        return network.connections();
    }

    /// How many EAP conversations go on.
    public int eapConversations() {
        return surroundings.eapConversations();
    }

    /// How many addresses of pools are leased.
    public int leasedAddresses() {
        return surroundings.leasedAddresses();
    }

    /// Starts a session.
    ///
    /// @throws IOException if there is no way to the peer, or no address of ours for it
    public SessionHandle initiate(ConnectionConfig connection, Remote remote) throws IOException {
        InetAddress local = localAddress(connection, remote.address());
        return initiate(
                connection,
                new Endpoints(
                        local,
                        ports.udp(),
                        ports.natTraversal(),
                        remote.address(),
                        remote.udp(),
                        remote.natTraversal(),
                        remote.ikeTcp(),
                        remote.tcpEncapsulation(),
                        remote.tls()));
    }

    /// Starts a session between endpoints that the caller chose. It resumes an earlier one if there is a ticket.
    ///
    /// @throws IllegalStateException if the endpoint is closed
    public SessionHandle initiate(ConnectionConfig connection, Endpoints endpoints) {
        return initiate(connection, endpoints, surroundings.tickets().find(connection.name()));
    }

    private SessionHandle initiate(
            ConnectionConfig connection, Endpoints endpoints, Optional<HeldTicket> ticket) {
        if (closed.get()) {
            throw new IllegalStateException("the endpoint is closed");
        }
        List<SessionHandle> made = new ArrayList<>(1);
        SessionActor actor =
                sessions.initiate(
                        connection,
                        endpoints,
                        ticket,
                        id -> {
                            SessionHandle handle =
                                    new SessionHandle(
                                            id,
                                            connection.name(),
                                            !connection.children().isEmpty());
                            surroundings.started(handle);
                            made.add(handle);
                        });
        made.getFirst().runBy(actor);
        return made.getFirst();
    }

    /// Make before break: the old session ends when the new one is established, and goes on if it is not.
    private void reauthenticate(long old, Action.Reauthenticate again) {
        if (closed.get()) {
            return;
        }
        SessionHandle fresh =
                initiate(
                        again.connection().again(again.addresses()),
                        again.endpoints(),
                        Optional.empty());
        var _ =
                fresh.outcome()
                        .thenAccept(outcome -> {
                            if (outcome instanceof SessionOutcome.Established) {
                                command(old, new Command.Terminate("authenticated anew"));
                            }
                        });
    }

    /// Answers these connections from now on; sessions that exist keep theirs.
    public void reload(List<ConnectionConfig> connections) {
        sessions.reload(connections);
    }

    /// The sessions that we started for a connection and that are not over.
    public List<SessionHandle> find(String connection) {
        return surroundings.startedFor(connection);
    }

    /// How all sessions stand.
    ///
    /// @param patience how long to wait for sessions to tell; those that do not are left out
    public List<SessionView> statuses(Duration patience) throws InterruptedException {
        record Asked(long id, CompletableFuture<SessionStatus> reply) {}
        List<Asked> asked =
                sessions.all().stream().map(a -> new Asked(a.id(), a.status())).toList();
        MonoTime end = timekeeper.now().plus(patience);
        List<SessionView> views = new ArrayList<>();
        for (Asked each : asked) {
            try {
                long left = Math.max(0, end.since(timekeeper.now()).toNanos());
                views.add(new SessionView(each.id(), each.reply().get(left, TimeUnit.NANOSECONDS)));
            } catch (ExecutionException | TimeoutException notToBeHad) {
                // it ended meanwhile, or is too busy to tell
            }
        }
        return views;
    }

    /// Tells a session something.
    ///
    /// @return false if it is over
    public boolean command(long session, Command command) {
        return sessions.find(session).map(a -> a.post(new Input.Commanded(command))).orElse(false);
    }

    /// Deletes all SAs, telling the peers, and gives back all that was taken. Waits for peers a short while only.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        sessions.closeDoor();
        tellAll(new Command.Terminate("we are shutting down"), FAREWELL);
        tellAll(new Command.Abandon("we are shutting down"), ABANDON);
        network.close();
        dataPlane.close();
        timekeeper.close();
    }

    private void tellAll(Command command, Duration patience) {
        Collection<SessionActor> all = sessions.all();
        CountDownLatch left = new CountDownLatch(all.size());
        for (SessionActor actor : all) {
            var _ = actor.ended().thenRun(left::countDown);
            actor.post(new Input.Commanded(command));
        }
        try {
            boolean done = left.await(patience.toNanos(), TimeUnit.NANOSECONDS);
            counters.add("SESSIONS_LEFT_AT_CLOSE", done ? 0 : left.getCount());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private InetAddress localAddress(ConnectionConfig connection, InetAddress remote)
            throws IOException {
        InetAddress usual = network.localAddressTowards(remote);
        List<IpPrefix> allowed = connection.localAddresses();
        if (allowed.isEmpty() || allowed.stream().anyMatch(p -> p.contains(usual))) {
            return usual;
        }
        for (IpPrefix prefix : allowed) {
            byte[] octets = prefix.base().getAddress();
            if (prefix.bits() == octets.length * 8 && octets.length == remote.getAddress().length) {
                network.openUdpOn(prefix.base());
                return prefix.base();
            }
        }
        throw new IOException(
                "our address towards %s is %s, which is not among the local addresses of connection %s"
                        .formatted(
                                remote.getHostAddress(),
                                usual.getHostAddress(),
                                connection.name()));
    }

    private static void closeAll(List<AutoCloseable> opened, Exception cause) {
        for (AutoCloseable each : opened) {
            try {
                each.close();
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }

    /// Takes the data plane's events to the sessions, once there are any.
    private static final class Reports implements Consumer<DataPlaneEvent> {
        private volatile Consumer<DataPlaneEvent> target = _ -> {};

        void to(Sessions sessions) {
            target = sessions::reported;
        }

        @Override
        public void accept(DataPlaneEvent event) {
            target.accept(event);
        }
    }
}
