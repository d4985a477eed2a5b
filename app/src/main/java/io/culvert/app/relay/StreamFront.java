package io.culvert.app.relay;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.net.ListenSettings;
import io.culvert.runtime.net.Network;
import io.culvert.runtime.net.NetworkListener;
import io.culvert.runtime.net.TcpNetwork;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Clients come by TCP, and each gets a UDP port of its own towards the gateway. Safe for use by many threads.
final class StreamFront implements Front, NetworkListener, EspIntake {
    private static final System.Logger LOG = System.getLogger(StreamFront.class.getName());

    /// The old connection and the new one, and some that the client has given up without our knowing.
    private static final int CONNECTIONS_PER_CLIENT = 4;

    private final Surroundings around;
    private final Network network;
    private final ConcurrentHashMap<Long, StreamClient> clients = new ConcurrentHashMap<>();

    /// Those whose connection is gone and that may come back. Guarded by itself.
    private final List<StreamClient> lingering = new ArrayList<>();

    private volatile boolean draining;

    private StreamFront(Surroundings around, Network network) {
        this.around = around;
        this.network = network;
    }

    /// Listens.
    ///
    /// @throws IOException if the port cannot be had
    static StreamFront open(Surroundings around, RelayEndpoint at) throws IOException {
        InetAddress address = at.address();
        Network network =
                TcpNetwork.open(
                        new ListenSettings(
                                List.of(address),
                                0,
                                0,
                                List.of(ListenSettings.TcpPort.serving(at.portOrUsual()))),
                        around.settings().limits(),
                        around.timekeeper(),
                        around.tally().dropped());
        StreamFront front = new StreamFront(around, network);
        network.start(front, front);
        return front;
    }

    @Override
    public List<InetSocketAddress> listening() {
        return network.tcpEndpoints();
    }

    @Override
    public int clients() {
        return (int) clients.values().stream().distinct().count();
    }

    @Override
    public int lingering() {
        synchronized (lingering) {
            return lingering.size();
        }
    }

    @Override
    public void received(TransportPath path, Octets message) {
        if (path instanceof TransportPath.Tcp stream) {
            client(stream, SpiMemory.ofIke(message)).ifPresent(c -> c.ike(message));
        }
    }

    @Override
    public void accept(PacketBuffer[] packets, int count, EspRoute from) {
        try {
            if (from instanceof EspRoute.Tcp(long id)) {
                client(id, packets[0]).ifPresent(c -> c.esp(packets, count));
            }
        } finally {
            for (int i = 0; i < count; i++) {
                packets[i].release();
            }
        }
    }

    @Override
    public boolean takesAnyVersion() {
        return true;
    }

    @Override
    public void hostChanged() {}

    @Override
    public void connectionLost(TransportPath.Tcp path, String reason) {
        LOG.log(Level.DEBUG, "{0}: {1}", path, reason);
        lost(path.connection());
    }

    @Override
    public void sweep() {
        network.sweep(around.settings().bounds().stuck());
        MonoTime now = around.timekeeper().now();
        for (StreamClient client : clients.values()) {
            if (now.since(client.lastActivity()).compareTo(around.settings().bounds().idle()) > 0) {
                Optional<TransportPath.Tcp> path = client.path();
                path.ifPresent(p -> {
                    LOG.log(Level.INFO, "{0}: closed, because nothing was sent for long", p);
                    network.close(p.connection());
                    lost(p.connection());
                });
            } else {
                client.keepNatAlive(now);
            }
        }
        List<StreamClient> gone = new ArrayList<>();
        synchronized (lingering) {
            Iterator<StreamClient> each = lingering.iterator();
            while (each.hasNext()) {
                StreamClient client = each.next();
                if (client.path().isPresent()) {
                    // it came back in the very moment
                    each.remove();
                } else if (now.since(client.lastActivity())
                                .compareTo(around.settings().bounds().linger())
                        > 0) {
                    each.remove();
                    gone.add(client);
                } else {
                    client.keepNatAlive(now);
                }
            }
        }
        gone.forEach(this::forget);
    }

    @Override
    public void drain() {
        draining = true;
        network.stopListening();
        for (long id : clients.keySet()) {
            network.close(new ConnectionId(id));
        }
        Draining.await(network, around.settings().limits());
    }

    @Override
    public void close() {
        draining = true;
        network.close();
        Set.copyOf(clients.values()).forEach(this::forget);
        clients.clear();
        synchronized (lingering) {
            lingering.forEach(this::forget);
            lingering.clear();
        }
    }

    private Optional<StreamClient> client(long id, PacketBuffer first) {
        ConnectionId connection = new ConnectionId(id);
        StreamClient known = clients.get(id);
        if (known != null && known.isOn(connection)) {
            return Optional.of(known);
        }
        return network.path(connection).flatMap(path -> client(path, StreamClient.espSpi(first)));
    }

    /// The client on a connection, which the first message makes one. For the connection's own thread.
    private Optional<StreamClient> client(TransportPath.Tcp path, Octets spi) {
        StreamClient known = clients.get(path.connection().value());
        if (known != null) {
            // answers go where the client spoke last (TE-054); whether it was valid we cannot know
            if (!known.isOn(path.connection())) {
                known.connected(path);
            }
            return Optional.of(known);
        }
        Optional<StreamClient> client = draining ? Optional.empty() : back(path, spi);
        if (client.isEmpty() && !draining) {
            client = stranger(path);
        }
        if (client.isEmpty()) {
            network.abort(path.connection());
            return client;
        }
        clients.put(path.connection().value(), client.get());
        leaveFew(client.get());
        if (!network.isOpen(path.connection())) {
            lost(path.connection());
        }
        return client;
    }

    /// The client that has come back from the same address with an SPI that it used before. Its other connection is gone,
    /// or we have not heard yet that it is, or it stays for a while (TE-055).
    private Optional<StreamClient> back(TransportPath.Tcp path, Octets spi) {
        Optional<StreamClient> found = lingering(path.remote().getAddress(), spi);
        if (found.isEmpty()) {
            found =
                    clients.values().stream()
                            .filter(c -> c.isOf(path.remote().getAddress(), spi))
                            .findFirst();
        }
        found.ifPresent(client -> {
            LOG.log(Level.INFO, "{0}: came back, and keeps {1}", path, client.local());
            around.tally().connectionsResumed.increment();
            client.connected(path);
        });
        return found;
    }

    private Optional<StreamClient> lingering(InetAddress source, Octets spi) {
        synchronized (lingering) {
            Optional<StreamClient> found =
                    lingering.stream().filter(c -> c.isOf(source, spi)).findFirst();
            found.ifPresent(lingering::remove);
            return found;
        }
    }

    /// Ends the oldest connections of a client that has too many.
    private void leaveFew(StreamClient client) {
        List<ConnectionId> all = connectionsOf(client);
        all.stream()
                .sorted(Comparator.comparingLong(ConnectionId::value))
                .limit(Math.max(0, all.size() - CONNECTIONS_PER_CLIENT))
                .forEach(oldest -> {
                    clients.remove(oldest.value());
                    network.abort(oldest);
                    around.tally().connectionsLost.increment();
                });
    }

    private List<ConnectionId> connectionsOf(StreamClient client) {
        return clients.entrySet().stream()
                .filter(e -> e.getValue() == client)
                .map(e -> new ConnectionId(e.getKey()))
                .toList();
    }

    private Optional<StreamClient> stranger(TransportPath.Tcp path) {
        InetAddress source = path.remote().getAddress();
        Optional<Admission.Refusal> refusal = around.admission().admit(source);
        if (refusal.isPresent()) {
            LOG.log(Level.DEBUG, "{0}: {1}", path, refusal.get());
            around.dropped(refusal.get().name());
            return Optional.empty();
        }
        try {
            RelayEndpoint to = around.settings().to();
            StreamClient client =
                    new StreamClient(
                            network,
                            around,
                            path,
                            new InetSocketAddress(to.address(), to.portOrUsual()));
            around.tally().served.increment();
            LOG.log(Level.DEBUG, "{0}: served from {1}", path, client.local());
            return Optional.of(client);
        } catch (IOException e) {
            around.admission().left(source);
            around.dropped("GATEWAY_UNREACHABLE");
            LOG.log(Level.WARNING, "{0}: {1}", around.settings().to(), e.getMessage());
            return Optional.empty();
        }
    }

    private void lost(ConnectionId id) {
        StreamClient client = clients.remove(id.value());
        if (client == null) {
            return;
        }
        if (client.isOn(id)) {
            goOn(client);
        }
        around.tally().connectionsLost.increment();
    }

    /// Its connection is gone: another carries it, or it is waited for.
    private void goOn(StreamClient client) {
        Optional<TransportPath.Tcp> other =
                connectionsOf(client).stream()
                        .flatMap(each -> network.path(each).stream())
                        .findFirst();
        if (other.isPresent()) {
            client.connected(other.get());
            return;
        }
        client.disconnected();
        synchronized (lingering) {
            if (!draining) {
                lingering.add(client);
                return;
            }
        }
        forget(client);
    }

    private void forget(StreamClient client) {
        client.close();
        around.admission().left(client.source());
    }
}
