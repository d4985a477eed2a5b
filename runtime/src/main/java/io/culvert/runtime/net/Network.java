package io.culvert.runtime.net;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.EspOutlet;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.clock.Timekeeper;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// All sockets of an endpoint: UDP ports, TCP listeners and connections. Safe for use by many threads.
///
/// [#open] takes the ports, [#start] begins to receive.
public final class Network implements EspOutlet, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Network.class.getName());

    /// The largest UDP payload, and room on both sides.
    private static final int BUFFER_OCTETS = 65_536 + 128;

    /// Free octets before a received packet, for what a data plane or a device puts there.
    static final int HEADROOM = 64;

    /// Connection numbers stay unique when a program has several endpoints.
    private static final AtomicLong CONNECTIONS = new AtomicLong();

    private final ListenSettings settings;
    private final HostNetwork host;
    private final Limits limits;
    private final Timekeeper timekeeper;
    private final Counters counters;
    private final PacketPool pool;
    private final ConnectionCaps caps;
    private final UdpPorts udp;
    private final List<TcpListener> listeners = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<Long, TcpConnection> connections = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private volatile Optional<AddressFollower> follower = Optional.empty();
    private volatile Optional<TcpConnection.Environment> environment = Optional.empty();

    private Network(
            ListenSettings settings,
            HostNetwork host,
            UdpPorts.AddressSource source,
            int addresses,
            Limits limits,
            Timekeeper timekeeper,
            Counters counters) {
        this.settings = settings;
        this.host = host;
        this.limits = limits;
        this.timekeeper = timekeeper;
        this.counters = counters;
        // each UDP port keeps one buffer to receive into
        pool = new PacketPool(limits.receiveBuffers() + 2 * addresses, BUFFER_OCTETS, HEADROOM);
        caps = new ConnectionCaps(limits.unconfirmedPerAddress(), limits.unconfirmedTotal());
        udp = new UdpPorts(settings, source, pool, counters);
    }

    /// Takes all ports, or none.
    ///
    /// @param host what the system tells of its network
    /// @throws PortUnavailableException if one cannot be had
    public static Network open(
            ListenSettings settings,
            HostNetwork host,
            Limits limits,
            Timekeeper timekeeper,
            Counters counters)
            throws IOException {
        return open(
                settings,
                host,
                () -> LocalAddresses.expand(settings.addresses()),
                limits,
                timekeeper,
                counters);
    }

    static Network open(
            ListenSettings settings,
            HostNetwork host,
            UdpPorts.AddressSource source,
            Limits limits,
            Timekeeper timekeeper,
            Counters counters)
            throws IOException {
        List<InetAddress> addresses = source.current();
        Network network =
                new Network(settings, host, source, addresses.size(), limits, timekeeper, counters);
        try {
            for (InetAddress address : addresses) {
                network.bindUdpUnlessGone(address);
            }
            for (ListenSettings.TcpPort port : settings.tcp()) {
                network.bindTcp(port);
            }
            return network;
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /// Begins to receive, and to follow changes of our addresses. Once.
    ///
    /// @throws IOException if the system's network cannot be watched
    public void start(NetworkListener listener, EspIntake intake) throws IOException {
        TcpConnection.Environment made =
                new TcpConnection.Environment(
                        limits, timekeeper, counters, pool, listener, intake, this::forget);
        environment = Optional.of(made);
        udp.start(listener, intake);
        listeners.forEach(l -> l.start(this::accepted));
        AddressFollower following = new AddressFollower(udp, listener, timekeeper);
        follower = Optional.of(following);
        following.start(host);
    }

    /// Our addresses with open UDP ports that a peer elsewhere may reach.
    public List<InetAddress> addresses() {
        return udp.addresses().stream().filter(a -> !a.isLoopbackAddress()).toList();
    }

    /// Our address towards a peer, as the system would choose it now; empty if there is no way.
    ///
    /// @throws IOException if it cannot be found out
    public Optional<InetAddress> sourceTowards(InetAddress remote) throws IOException {
        return host.sourceTowards(remote, natTraversalPort());
    }

    /// The UDP port for IKE alone.
    public int udpPort() {
        return udp.plainNumber();
    }

    /// The UDP port shared with ESP.
    public int natTraversalPort() {
        return udp.sharedNumber();
    }

    /// Where TCP connections are accepted.
    public List<InetSocketAddress> tcpEndpoints() {
        return listeners.stream().map(TcpListener::local).toList();
    }

    /// The first TCP port that serves a framing.
    public OptionalInt tcpPort(StreamFraming framing) {
        return listeners.stream()
                .filter(l -> l.served().contains(framing))
                .mapToInt(l -> l.local().getPort())
                .findFirst();
    }

    /// Our address towards a peer, with UDP ports open on it.
    ///
    /// @throws IOException if there is no way to the peer, or no port to be had
    public InetAddress localAddressTowards(InetAddress remote) throws IOException {
        InetAddress usual =
                sourceTowards(remote)
                        .orElseThrow(() ->
                                new IOException("there is no route to " + remote.getHostAddress()));
        boolean any = false;
        List<InetAddress> fixed = new ArrayList<>();
        for (InetAddress address : settings.addresses()) {
            if (LocalAddresses.sameFamily(address, remote)) {
                any |= address.isAnyLocalAddress() || address.equals(usual);
                fixed.add(address);
            }
        }
        if (!any && fixed.isEmpty()) {
            throw new IOException(
                    "no listen address is of the family of " + remote.getHostAddress());
        }
        InetAddress chosen = any ? usual : fixed.getFirst();
        openUdpOn(chosen);
        return chosen;
    }

    /// Makes sure that UDP ports are open on one of our addresses, such as one that came after the start.
    ///
    /// @throws PortUnavailableException if that is not possible
    public void openUdpOn(InetAddress address) throws IOException {
        udp.openOn(address);
    }

    /// Sends an IKE message. Does not block on a peer.
    ///
    /// @throws IOException if it cannot be sent that way
    public void send(TransportPath path, Octets message) throws IOException {
        switch (path) {
            case TransportPath.Udp datagram ->
                    socket(datagram.local()).sendIke(message, datagram.remote());
            case TransportPath.Tcp stream -> connection(stream.connection()).sendIke(message);
        }
    }

    /// Sends the octet that keeps a NAT's mapping.
    ///
    /// @throws IOException if it cannot be sent
    public void sendNatKeepalive(TransportPath.Udp path) throws IOException {
        socket(path.local()).sendKeepalive(path.remote());
    }

    @Override
    public void send(PacketBuffer[] packets, int count, EspRoute route) {
        try {
            switch (route) {
                case EspRoute.Udp(InetSocketAddress local, InetSocketAddress remote) -> {
                    Optional<UdpSocket> socket = udp.at(local);
                    if (socket.isEmpty()) {
                        drop(packets, count, "ESP_NO_PORT");
                    } else {
                        socket.get().sendEsp(packets, count, remote);
                    }
                }
                case EspRoute.Tcp(long id) -> {
                    TcpConnection connection = connections.get(id);
                    if (connection == null) {
                        drop(packets, count, "ESP_NO_CONNECTION");
                    } else {
                        connection.sendEsp(packets, count);
                    }
                }
                case EspRoute.Unknown() -> drop(packets, count, "ESP_NO_ROUTE");
            }
        } catch (IOException e) {
            counters.count("ESP_SEND_FAILED");
        }
    }

    /// Takes word of a connection that is being opened. Must not block.
    public interface Opening {
        /// It is open; nothing has been received yet.
        void opened(TransportPath.Tcp path);

        /// It could not be opened.
        ///
        /// @param reason why, for people
        void failed(String reason);
    }

    /// Opens a connection, on a thread of its own.
    ///
    /// @param local our address; the port is any
    /// @param patience how long that may take
    public void connect(
            StreamFraming framing,
            InetAddress local,
            InetSocketAddress remote,
            Duration patience,
            Opening opening) {
        Thread.ofVirtual()
                .name("tcp-connect-" + remote)
                .start(() -> connectNow(framing, local, remote, patience, opening));
    }

    /// Sends no more on a connection after what was sent, and goes on reading (IT-012).
    public void halfClose(ConnectionId id) {
        find(id).ifPresent(TcpConnection::halfClose);
    }

    /// Closes a connection after what was sent on it.
    public void close(ConnectionId id) {
        find(id).ifPresent(TcpConnection::close);
    }

    /// Closes a connection at once, whatever waits on it.
    public void abort(ConnectionId id) {
        find(id).ifPresent(TcpConnection::abort);
    }

    /// Drops ESP that waits for connections longer than it is worth, and ends connections whose peers do not read.
    ///
    /// @param stuck how long a peer may take nothing of what is sent to it
    public void sweep(Duration stuck) {
        connections.values().forEach(c -> c.sweep(stuck));
    }

    /// Accepts no more connections; those that there are stay.
    public void stopListening() {
        listeners.forEach(TcpListener::close);
    }

    /// Somebody authentic uses the connection: it no longer counts against the caps of its address (IT-009).
    public void confirm(ConnectionId id) {
        find(id).ifPresent(connection -> {
            connection.confirm();
            stopCounting(connection);
        });
    }

    /// Whether any session uses the connection (TE-044).
    public void used(ConnectionId id, boolean used) {
        find(id).ifPresent(c -> c.used(used));
    }

    /// Whether messages can still be sent on a connection.
    public boolean isOpen(ConnectionId id) {
        return connections.containsKey(id.value());
    }

    /// The path of messages on a connection that is open and whose framing is known.
    public Optional<TransportPath.Tcp> path(ConnectionId id) {
        return find(id).flatMap(TcpConnection::path);
    }

    /// How many connections there are.
    public int connections() {
        return connections.size();
    }

    /// How many of them are accepted ones on which nothing authentic has come.
    public int unconfirmedConnections() {
        return caps.unconfirmed();
    }

    /// Closes all sockets and waits for the threads that receive.
    @Override
    public void close() {
        closed = true;
        follower.ifPresent(AddressFollower::close);
        listeners.forEach(TcpListener::close);
        List<TcpConnection> open = List.copyOf(connections.values());
        open.forEach(TcpConnection::abort);
        try {
            udp.close();
            for (TcpConnection connection : open) {
                connection.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // a session that did not end in time may still try to send
        if (!pool.closeIfUnused()) {
            LOG.log(Level.DEBUG, "{0} packet buffers are still in use", pool.inUse());
        }
    }

    /// Binds the ports on an address, which may have vanished if a wildcard brought it in.
    private void bindUdpUnlessGone(InetAddress address) throws IOException {
        try {
            udp.bind(address);
        } catch (PortUnavailableException e) {
            if (settings.addresses().contains(address)
                    || e.why() != PortUnavailableException.Cause.NO_SUCH_ADDRESS) {
                throw e;
            }
            LOG.log(Level.DEBUG, "left out: " + e.getMessage());
        }
    }

    private void bindTcp(ListenSettings.TcpPort port) throws IOException {
        boolean ipv6Wildcard =
                settings.addresses().stream()
                        .anyMatch(a -> a instanceof Inet6Address && a.isAnyLocalAddress());
        int number = port.port();
        for (InetAddress address : settings.addresses()) {
            // a socket on :: takes IPv4, too
            if (ipv6Wildcard && !(address instanceof Inet6Address && address.isAnyLocalAddress())) {
                continue;
            }
            TcpListener listener =
                    TcpListener.bind(new InetSocketAddress(address, number), port.framings());
            listeners.add(listener);
            number = listener.local().getPort();
        }
    }

    private void accepted(SocketChannel channel, Set<StreamFraming> served) throws IOException {
        InetAddress remote = ((InetSocketAddress) channel.getRemoteAddress()).getAddress();
        if (!caps.admit(remote)) {
            counters.count("TOO_MANY_CONNECTIONS");
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.close();
            return;
        }
        TcpConnection connection;
        try {
            connection =
                    TcpConnection.accepted(nextId(), channel, served, environment.orElseThrow());
        } catch (IOException | RuntimeException e) {
            caps.settle(remote);
            throw e;
        }
        add(connection);
        connection.start();
    }

    private void connectNow(
            StreamFraming framing,
            InetAddress local,
            InetSocketAddress remote,
            Duration patience,
            Opening opening) {
        SocketChannel channel;
        TcpConnection connection;
        try {
            channel =
                    SocketChannel.open(
                            remote.getAddress() instanceof Inet6Address
                                    ? StandardProtocolFamily.INET6
                                    : StandardProtocolFamily.INET);
        } catch (IOException e) {
            opening.failed(Reasons.of(e));
            return;
        }
        try {
            channel.bind(new InetSocketAddress(local, 0));
            channel.socket().connect(remote, Math.toIntExact(patience.toMillis()));
            connection =
                    TcpConnection.opened(nextId(), channel, framing, environment.orElseThrow());
        } catch (IOException e) {
            closeQuietly(channel);
            opening.failed(Reasons.of(e));
            return;
        }
        add(connection);
        opening.opened(connection.path().orElseThrow());
        connection.start();
    }

    private void add(TcpConnection connection) {
        connections.put(connection.id().value(), connection);
        if (closed) {
            connection.abort();
        }
    }

    private void forget(TcpConnection connection) {
        connections.remove(connection.id().value());
        stopCounting(connection);
    }

    private void stopCounting(TcpConnection connection) {
        if (connection.stopCounting()) {
            caps.settle(connection.remote().getAddress());
        }
    }

    private UdpSocket socket(InetSocketAddress local) throws IOException {
        return udp.at(local).orElseThrow(() -> new IOException("no UDP port is open at " + local));
    }

    private TcpConnection connection(ConnectionId id) throws IOException {
        return find(id).orElseThrow(() -> new IOException("the connection is closed"));
    }

    private Optional<TcpConnection> find(ConnectionId id) {
        return Optional.ofNullable(connections.get(id.value()));
    }

    private void drop(PacketBuffer[] packets, int count, String reason) {
        for (int i = 0; i < count; i++) {
            packets[i].release();
        }
        counters.add(reason, count);
    }

    private static ConnectionId nextId() {
        return new ConnectionId(CONNECTIONS.incrementAndGet());
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing a connection that did not open", e);
        }
    }
}
