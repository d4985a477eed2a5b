package io.culvert.app.daemon;

import io.culvert.app.config.Settings;
import io.culvert.app.config.Settings.ConnectionSettings;
import io.culvert.app.config.Settings.ListenSettings;
import io.culvert.app.control.ControlException;
import io.culvert.app.control.ControlServer;
import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Reply;
import io.culvert.app.control.Request;
import io.culvert.ike.api.TicketOffice;
import io.culvert.ike.ticket.SealedTickets;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.linux.route.OuterFlow;
import io.culvert.linux.sys.SystemCallException;
import io.culvert.runtime.actor.TicketWallet;
import io.culvert.runtime.actor.TicketsInMemory;
import io.culvert.runtime.clock.SystemTimekeeper;
import io.culvert.runtime.embed.AddressAssigner;
import io.culvert.runtime.embed.AddressPool;
import io.culvert.runtime.embed.BoundPorts;
import io.culvert.runtime.embed.EndpointSettings;
import io.culvert.runtime.embed.IkeEndpoint;
import io.culvert.runtime.embed.IkeSessions;
import io.culvert.runtime.embed.SessionEvent;
import io.culvert.runtime.embed.SessionView;
import io.culvert.runtime.net.HostNetwork;
import io.culvert.runtime.net.ListenSettings.TcpPort;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The running daemon. Everything that it takes from the system is given back when it is closed, also when its start
/// fails in the middle.
public final class Daemon implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Daemon.class.getName());
    private static final Reply STARTING =
            Reply.of(ExitCode.FAILED, "the daemon is still starting; try again");

    private final Settings settings;
    private final String version;
    private final CryptoChoice crypto = CryptoChoice.make();
    private final SecureRandom random = new SecureRandom();
    private final Watchers watchers = new Watchers();
    private final EventLog log = new EventLog();
    private final TransportModes modes = new TransportModes();
    private final Tunnel tunnel;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Optional<Running> running = Optional.empty();

    private record Running(IkeEndpoint endpoint, Operator operator) {}

    private Daemon(Settings settings, String version) {
        this.settings = settings;
        this.version = version;
        this.tunnel = new Tunnel(settings.dataPlane(), crypto.provider(), random, this::outerFlows);
    }

    /// What a start may want beside the configuration.
    ///
    /// @param version the program's version, for `status`
    /// @param control the control socket
    /// @param keyLog the folder of the key log, if there is to be one
    public record Options(String version, Path control, Optional<Path> keyLog) {}

    /// Starts a daemon: all of it, or nothing.
    ///
    /// @throws ControlException if the control socket cannot be had
    /// @throws IOException if a port or the device cannot be had; the message has cause and next step
    public static Daemon start(Settings settings, Options options)
            throws ControlException, IOException {
        Daemon daemon = new Daemon(settings, options.version());
        try {
            daemon.open(options);
            return daemon;
        } catch (ControlException | IOException | RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void open(Options options) throws ControlException, IOException {
        // the socket first: a second daemon is told so, rather than that its ports are taken
        opened.push(ControlServer.open(options.control(), this::handle));
        Optional<KeyLog> keyLog = Optional.empty();
        if (options.keyLog().isPresent()) {
            keyLog = Optional.of(openKeyLog(options.keyLog().get()));
        }
        if (!crypto.note().isEmpty()) {
            LOG.log(Level.INFO, crypto.note());
        }
        boolean revealKeys = keyLog.isPresent();
        IkeSessions.Common sessions = sessions(revealKeys);
        RevocationClient revocations =
                new RevocationClient(RevocationClient.Limits.DEFAULT, Instant::now);
        opened.push(revocations);
        CertificateJudge judge = new CertificateJudge(Instant::now, revocations::within);
        EndpointSettings wiring =
                EndpointSettings.of(
                                listen(settings.listen()),
                                ports -> sessions.at(ports).behind(settings.limits()),
                                tunnel)
                        .answering(
                                settings.connections().stream()
                                        .map(ConnectionSettings::config)
                                        .toList(),
                                settings.pools().stream()
                                        .map(p -> new AddressPool(p.name(), p.addresses(), p.dns()))
                                        .toList())
                        .assigning(new LateAssigner(tunnel))
                        .trusting(judge)
                        .conversingBy(EapWords.of(settings, random, judge::judge))
                        .holdingTicketsIn(ticketWallet())
                        .on(hostNetwork())
                        .telling(this::happened);
        if (keyLog.isPresent()) {
            wiring = wiring.revealingTo(keyLog.get());
        }
        // closed after the endpoint, which closes the data plane on it
        opened.push(tunnel);
        IkeEndpoint endpoint = IkeEndpoint.open(wiring);
        opened.push(endpoint);
        SystemTimekeeper clock = new SystemTimekeeper();
        opened.push(clock);
        Operator operator = new Operator(settings, endpoint, watchers, clock, random);
        opened.push(operator);
        running = Optional.of(new Running(endpoint, operator));
        LOG.log(
                Level.INFO,
                "listening: udp={0} nat-traversal={1} tcp={2} crypto={3} data-plane={4}",
                String.valueOf(endpoint.ports().udp()),
                String.valueOf(endpoint.ports().natTraversal()),
                endpoint.tcpEndpoints().stream()
                        .map(e -> e.getAddress().getHostAddress() + ":" + e.getPort())
                        .collect(Collectors.joining(" ")),
                crypto.provider().name(),
                tunnel.description());
        startConnections();
    }

    /// Where the kernel cannot be asked, as on another system, Java has to do.
    private HostNetwork hostNetwork() {
        try {
            LinuxHostNetwork network = LinuxHostNetwork.open();
            opened.push(network);
            return network;
        } catch (SystemCallException | LinkageError e) {
            LOG.log(Level.INFO, "our addresses are looked at every two seconds: " + e.getMessage());
            return HostNetwork.POLLED;
        }
    }

    /// The ports that it listens on.
    BoundPorts ports() {
        return running.orElseThrow().endpoint.ports();
    }

    private KeyLog openKeyLog(Path folder) throws IOException {
        KeyLog keyLog = KeyLog.open(folder);
        opened.push(keyLog);
        LOG.log(
                Level.WARNING,
                "KEYS ARE WRITTEN TO "
                        + folder
                        + ": whoever reads these files can read the traffic of all tunnels");
        return keyLog;
    }

    private IkeSessions.Common sessions(boolean revealKeys) throws IOException {
        Optional<KeyMaterial> crashSecret = Optional.empty();
        if (settings.daemon().crashSecret().isPresent()) {
            crashSecret =
                    Optional.of(CrashSecret.of(settings.daemon().crashSecret().get(), random));
        }
        return new IkeSessions.Common(
                crypto.provider(),
                random,
                settings.sharedKeys(),
                revealKeys,
                settings.listen().announcedIkeTcp(),
                crashSecret,
                ticketOffice());
    }

    private Optional<TicketOffice> ticketOffice() throws IOException {
        if (settings.daemon().ticketKeys().isEmpty()) {
            return Optional.empty();
        }
        TicketKeyFile keys =
                TicketKeyFile.open(
                        settings.daemon().ticketKeys().get(), random, InstantSource.system());
        return Optional.of(
                new SealedTickets(crypto.provider(), random, keys, InstantSource.system()));
    }

    private TicketWallet ticketWallet() {
        return settings.daemon()
                .tickets()
                .<TicketWallet>map(folder -> new TicketFolder(folder, InstantSource.system()))
                .orElseGet(() -> new TicketsInMemory(InstantSource.system()));
    }

    private static io.culvert.runtime.net.ListenSettings listen(ListenSettings listen) {
        Set<StreamFraming> framings = EnumSet.noneOf(StreamFraming.class);
        if (!listen.ikeTcp().isEmpty()) {
            framings.add(StreamFraming.IKE_TCP);
        }
        if (!listen.tcpEncapsulation().isEmpty()) {
            framings.add(StreamFraming.TCP_ENCAPSULATION);
        }
        Set<Integer> ports = new LinkedHashSet<>(listen.ikeTcp());
        ports.addAll(listen.tcpEncapsulation());
        return new io.culvert.runtime.net.ListenSettings(
                listen.addresses(),
                listen.udp(),
                listen.natTraversal(),
                ports.stream().map(port -> new TcpPort(port, framings)).toList());
    }

    /// Everything that may carry a tunnel between us and a peer.
    private List<OuterFlow> outerFlows(InetAddress peer) {
        List<OuterFlow> flows = new ArrayList<>();
        running.ifPresent(r -> {
            flows.add(OuterFlow.udpFrom(r.endpoint.ports().natTraversal(), peer));
            flows.add(OuterFlow.udpFrom(r.endpoint.ports().udp(), peer));
            r.endpoint.tcpEndpoints().stream()
                    .map(InetSocketAddress::getPort)
                    .distinct()
                    .forEach(port -> flows.add(OuterFlow.tcpFrom(port, peer)));
        });
        for (ConnectionSettings connection : settings.connections()) {
            flows.add(OuterFlow.tcpTo(peer, connection.ports().ikeTcp()));
            flows.add(OuterFlow.tcpTo(peer, connection.ports().tcpEncapsulation()));
        }
        return flows.stream().distinct().toList();
    }

    private void happened(SessionEvent event) {
        // who reads that a Child SA carries packets sends some: the routes are there by then
        modes.happened(event);
        tunnel.routes().ifPresent(r -> r.happened(event));
        log.happened(event);
        running.ifPresent(r -> r.operator.happened(event));
        watchers.happened(event);
    }

    private void startConnections() {
        for (ConnectionSettings connection : settings.connections()) {
            if (connection.startsItself()) {
                String name = connection.config().name();
                Thread.ofVirtual().name("start " + name).start(() -> start(name));
            }
        }
    }

    private void start(String name) {
        try {
            Reply reply = running.orElseThrow().operator.start(name, _ -> {});
            reply.lines().forEach(line -> LOG.log(Level.INFO, line));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Reply handle(Request request, Consumer<String> progress) {
        Optional<Running> now = running;
        if (now.isEmpty()) {
            return STARTING;
        }
        Operator operator = now.get().operator;
        try {
            return switch (request.verb()) {
                case UP -> operator.up(request.connection().orElse(""), progress);
                case DOWN -> operator.down(request.connection().orElse(""));
                case REKEY_IKE -> operator.rekeyIke(request.connection().orElse(""));
                case REKEY_CHILD ->
                        operator.rekeyChild(request.connection().orElse(""), request.child());
                case STATUS -> status(now.get());
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.of(ExitCode.FAILED, "the daemon is shutting down");
        }
    }

    private Reply status(Running now) throws InterruptedException {
        List<SessionView> sessions = now.operator.sessions();
        StatusReport report =
                new StatusReport(
                        version,
                        crypto,
                        tunnel.description(),
                        Instant.now(),
                        now.endpoint.now(),
                        now.endpoint.dataPlane()::counters,
                        modes.all(),
                        now.operator.down(sessions));
        return new Reply(ExitCode.DONE, List.of(), Optional.of(report.of(sessions)));
    }

    /// Deletes all SAs, telling the peers, and gives everything back. A second call does nothing.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        while (!opened.isEmpty()) {
            AutoCloseable next = opened.pop();
            try {
                next.close();
            } catch (Exception e) {
                LOG.log(Level.ERROR, "closing " + next.getClass().getSimpleName(), e);
            }
        }
        if (running.isPresent()) {
            LOG.log(Level.INFO, "ended");
        }
    }

    /// The tunnel's routes exist only once the endpoint has made the data plane.
    private record LateAssigner(Tunnel tunnel) implements AddressAssigner {
        @Override
        public void assign(long session, List<InetAddress> addresses, List<InetAddress> dns)
                throws IOException {
            if (tunnel.routes().isPresent()) {
                tunnel.routes().get().assign(session, addresses, dns);
            }
        }

        @Override
        public void release(long session, List<InetAddress> addresses) throws IOException {
            if (tunnel.routes().isPresent()) {
                tunnel.routes().get().release(session, addresses);
            }
        }
    }
}
