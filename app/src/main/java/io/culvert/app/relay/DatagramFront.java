package io.culvert.app.relay;

import io.culvert.ike.transport.DatagramFramer;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.net.ListenSettings;
import io.culvert.runtime.net.LocalAddresses;
import io.culvert.runtime.net.Network;
import io.culvert.runtime.net.NetworkListener;
import io.culvert.runtime.net.TcpNetwork;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Clients come by UDP, and each gets a TCP connection of its own to the gateway. Safe for use by many threads.
///
/// A client is the initiator's SPI of an IKE SA at an address, whatever its port: IKE begins at port 500 and goes on at
/// 4500, and a NAT may give both of them any other. A new IKE SA has a new connection (TE-050), but for one that
/// replaces an older one, whose first message is encrypted.
final class DatagramFront implements Front, NetworkListener, EspIntake {
    private static final System.Logger LOG = System.getLogger(DatagramFront.class.getName());

    private final Surroundings around;
    private final Network network;
    private final List<Datagrams.Port> ports = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<DatagramClient.Place, DatagramClient> byPlace =
            new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, DatagramClient> byConnection = new ConcurrentHashMap<>();

    // guarded by this
    private final Map<InetAddress, List<DatagramClient>> bySource = new HashMap<>();

    private volatile boolean draining;

    private DatagramFront(Surroundings around, Network network) {
        this.around = around;
        this.network = network;
    }

    /// Listens at the port that was named, or at both that IKE uses.
    ///
    /// @throws IOException if a port cannot be had
    static DatagramFront open(Surroundings around, RelayEndpoint at) throws IOException {
        Network network =
                TcpNetwork.open(
                        new ListenSettings(List.of(), 0, 0, List.of()),
                        around.settings().limits(),
                        around.timekeeper(),
                        around.tally().dropped());
        DatagramFront front = new DatagramFront(around, network);
        network.start(front, front);
        List<Integer> numbers =
                at.port().isPresent()
                        ? List.of(at.port().getAsInt())
                        : List.of(RelayEndpoint.IKE_PORT, RelayEndpoint.SHARED_PORT);
        try {
            for (InetAddress address : LocalAddresses.expand(List.of(at.address()))) {
                for (int number : numbers) {
                    front.listen(
                            new InetSocketAddress(address, number),
                            number != RelayEndpoint.IKE_PORT);
                }
            }
            return front;
        } catch (IOException | RuntimeException e) {
            front.close();
            throw e;
        }
    }

    /// Takes one more port.
    ///
    /// @param marker whether IKE is behind a marker there, and ESP comes too
    Datagrams.Port listen(InetSocketAddress local, boolean marker) throws IOException {
        try {
            Datagrams.Port port = around.datagrams().bind(local, new Door(marker));
            ports.add(port);
            return port;
        } catch (IOException e) {
            throw new IOException(
                    "UDP port %d of %s cannot be had: %s"
                            .formatted(
                                    local.getPort(),
                                    local.getAddress().getHostAddress(),
                                    e.getMessage()),
                    e);
        }
    }

    @Override
    public List<InetSocketAddress> listening() {
        return ports.stream().map(Datagrams.Port::local).toList();
    }

    @Override
    public int clients() {
        return all().size();
    }

    /// None: a client that has no connection gets another with its next message.
    @Override
    public int lingering() {
        return 0;
    }

    @Override
    public void received(TransportPath path, Octets message) {
        if (path instanceof TransportPath.Tcp(var id, _, _, _, _)) {
            DatagramClient client = byConnection.get(id.value());
            if (client == null) {
                around.dropped("NO_CLIENT");
            } else {
                client.answered(message);
            }
        }
    }

    @Override
    public void accept(PacketBuffer[] packets, int count, EspRoute from) {
        DatagramClient client = from instanceof EspRoute.Tcp(long id) ? byConnection.get(id) : null;
        if (client == null) {
            around.tally().dropped().add("NO_CLIENT", count);
        } else {
            client.answered(packets, count);
        }
        for (int i = 0; i < count; i++) {
            packets[i].release();
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
        LOG.log(Level.INFO, "{0}: {1}", path, reason);
        DatagramClient client = byConnection.remove(path.connection().value());
        if (client != null) {
            client.lost(path.connection());
        }
        around.tally().connectionsLost.increment();
    }

    @Override
    public void sweep() {
        network.sweep(around.settings().bounds().stuck());
        MonoTime now = around.timekeeper().now();
        for (DatagramClient client : all()) {
            if (client.isIdle(now)) {
                LOG.log(Level.DEBUG, "{0}: forgotten, because nothing was sent for long", client);
                forget(client);
            }
        }
    }

    @Override
    public void drain() {
        draining = true;
        all().forEach(DatagramClient::end);
        Draining.await(network, around.settings().limits());
    }

    @Override
    public void close() {
        draining = true;
        ports.forEach(Datagrams.Port::close);
        all().forEach(this::forget);
        network.close();
    }

    /// A connection is open. For its client.
    void connected(TransportPath.Tcp path, DatagramClient client) {
        byConnection.put(path.connection().value(), client);
    }

    /// A connection has been given up. For its client.
    void disconnected(TransportPath.Tcp path) {
        byConnection.remove(path.connection().value());
    }

    private synchronized List<DatagramClient> all() {
        return bySource.values().stream().flatMap(List::stream).toList();
    }

    private void forget(DatagramClient client) {
        synchronized (this) {
            List<DatagramClient> ofSource = bySource.get(client.source());
            if (ofSource == null || !ofSource.remove(client)) {
                return;
            }
            if (ofSource.isEmpty()) {
                bySource.remove(client.source());
            }
        }
        byPlace.remove(client.place(), client);
        client.end();
        around.admission().left(client.source());
    }

    private Optional<DatagramClient> client(DatagramClient.Place from, Octets message) {
        Octets spi = SpiMemory.ofIke(message);
        InetAddress source = from.remote().getAddress();
        Optional<DatagramClient> known;
        synchronized (this) {
            known =
                    bySource.getOrDefault(source, List.of()).stream()
                            .filter(c -> c.spis().contains(spi))
                            .findFirst();
        }
        if (known.isEmpty() && !SpiMemory.beginsSa(message)) {
            known = Optional.ofNullable(byPlace.get(from));
        }
        return known.isPresent() || draining ? known : stranger(from, message);
    }

    private Optional<DatagramClient> stranger(DatagramClient.Place from, Octets message) {
        if (!IkeLook.isWhole(message)) {
            around.dropped("NOT_IKE");
            return Optional.empty();
        }
        InetAddress source = from.remote().getAddress();
        Optional<Admission.Refusal> refusal = around.admission().admit(source);
        if (refusal.isPresent()) {
            around.dropped(refusal.get().name());
            return Optional.empty();
        }
        DatagramClient client = new DatagramClient(around, network, this, from);
        synchronized (this) {
            bySource.computeIfAbsent(source, _ -> new ArrayList<>()).add(client);
        }
        byPlace.put(from, client);
        around.tally().served.increment();
        LOG.log(Level.DEBUG, "{0}: served", client);
        return Optional.of(client);
    }

    /// What comes to one port. For the thread that reads.
    private final class Door implements Datagrams.Receiver {
        private final boolean marker;
        private final Set<DatagramClient> withEsp = new HashSet<>();

        Door(boolean marker) {
            this.marker = marker;
        }

        @Override
        public void received(Datagrams.Port on, InetSocketAddress source, PacketBuffer datagram) {
            DatagramClient.Place from = new DatagramClient.Place(on, marker, source);
            switch (DatagramFramer.kind(datagram, marker)) {
                case KEEPALIVE ->
                        Optional.ofNullable(byPlace.get(from)).ifPresent(DatagramClient::alive);
                case MEANINGLESS -> around.dropped("MEANINGLESS_DATAGRAM");
                case IKE -> ike(from, DatagramFramer.ike(datagram, marker));
                case ESP -> esp(from, datagram);
            }
        }

        @Override
        public void pause(Datagrams.Port on) {
            withEsp.forEach(DatagramClient::flush);
            withEsp.clear();
        }

        private void ike(DatagramClient.Place from, Octets message) {
            client(from, message)
                    .ifPresent(client -> {
                        DatagramClient.Place before = client.place();
                        if (!before.equals(from)) {
                            byPlace.remove(before, client);
                            byPlace.put(from, client);
                            client.moved(from);
                        } else {
                            byPlace.putIfAbsent(from, client);
                        }
                        client.ask(message);
                    });
        }

        private void esp(DatagramClient.Place from, PacketBuffer datagram) {
            DatagramClient client = byPlace.get(from);
            if (client == null) {
                around.dropped("ESP_OF_STRANGER");
                return;
            }
            client.esp(datagram);
            withEsp.add(client);
        }
    }
}
