package io.culvert.runtime.net;

import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The UDP ports of an endpoint: two on each of our addresses, one of them shared with ESP. Safe for use by many
/// threads.
///
/// One socket for each address, because Java does not tell to which address a datagram was sent.
final class UdpPorts {
    private static final System.Logger LOG = System.getLogger(UdpPorts.class.getName());

    private final AddressSource source;
    private final PacketPool pool;
    private final Counters counters;
    private final ConcurrentHashMap<InetSocketAddress, UdpSocket> sockets =
            new ConcurrentHashMap<>();

    // guarded by this
    private final List<NioDatagramPort> bound = new ArrayList<>();
    private final List<Thread> receivers = new ArrayList<>();
    private Optional<Receivers> receiving = Optional.empty();
    private int plainNumber;
    private int sharedNumber;
    private boolean closed;

    /// Tells which of our addresses we listen on.
    @FunctionalInterface
    interface AddressSource {
        /// Those that there are now.
        List<InetAddress> current() throws IOException;

        /// Whether the host has an address.
        default boolean isOfHost(InetAddress address) throws IOException {
            return LocalAddresses.isOfHost(address);
        }
    }

    private record Receivers(NetworkListener listener, EspIntake intake) {}

    /// No ports yet.
    ///
    /// @param settings their numbers; 0 becomes the number of the first port that is bound
    /// @param pool has a buffer for each port to receive into, and more for packets on their way
    UdpPorts(ListenSettings settings, AddressSource source, PacketPool pool, Counters counters) {
        this.source = source;
        this.pool = pool;
        this.counters = counters;
        plainNumber = settings.udp();
        sharedNumber = settings.natTraversal();
    }

    /// Binds the ports on an address.
    ///
    /// @throws PortUnavailableException if one cannot be had; then none is bound
    synchronized void bind(InetAddress address) throws IOException {
        NioDatagramPort plain = NioDatagramPort.bind(new InetSocketAddress(address, plainNumber));
        NioDatagramPort shared;
        try {
            shared = NioDatagramPort.bind(new InetSocketAddress(address, sharedNumber));
        } catch (IOException e) {
            plain.close();
            throw e;
        }
        bound.add(plain);
        bound.add(shared);
        plainNumber = plain.local().getPort();
        sharedNumber = shared.local().getPort();
    }

    /// Begins to receive.
    synchronized void start(NetworkListener listener, EspIntake intake) {
        receiving = Optional.of(new Receivers(listener, intake));
        try {
            receive();
        } catch (IOException e) {
            throw new IllegalStateException("the pool has a buffer for each port", e);
        }
    }

    /// Makes sure that ports are open on an address.
    ///
    /// @throws IOException if that is not possible
    synchronized void openOn(InetAddress address) throws IOException {
        if (!closed && !sockets.containsKey(new InetSocketAddress(address, sharedNumber))) {
            bind(address);
            receive();
        }
    }

    /// The port at one of our endpoints.
    Optional<UdpSocket> at(InetSocketAddress local) {
        return Optional.ofNullable(sockets.get(local));
    }

    synchronized int plainNumber() {
        return plainNumber;
    }

    synchronized int sharedNumber() {
        return sharedNumber;
    }

    /// Closes all ports and waits for their threads.
    void close() throws InterruptedException {
        List<Thread> ending;
        synchronized (this) {
            closed = true;
            bound.forEach(NioDatagramPort::close);
            bound.clear();
            sockets.values().forEach(UdpSocket::close);
            ending = List.copyOf(receivers);
        }
        for (Thread receiver : ending) {
            receiver.join();
        }
    }

    private void receive() throws IOException {
        Receivers to = receiving.orElseThrow(() -> new IOException("not started"));
        while (!bound.isEmpty()) {
            PacketBuffer buffer =
                    pool.acquire()
                            .orElseThrow(() -> new IOException("all packet buffers are in use"));
            NioDatagramPort port = bound.removeLast();
            UdpSocket socket =
                    new UdpSocket(
                            port,
                            port.local().getPort() == sharedNumber,
                            pool,
                            buffer,
                            counters,
                            to.listener(),
                            to.intake());
            sockets.put(port.local(), socket);
            receivers.removeIf(thread -> !thread.isAlive());
            receivers.add(socket.start());
        }
    }

    /// Opens ports on addresses that have come, and closes those on addresses that are gone.
    ///
    /// @return whether every address has its ports
    boolean follow() throws IOException {
        List<InetAddress> wanted = source.current();
        boolean complete = true;
        for (InetAddress address : wanted) {
            try {
                openOn(address);
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "an address is left out for now: " + e.getMessage());
                complete = false;
            }
        }
        for (UdpSocket socket : List.copyOf(sockets.values())) {
            InetAddress address = socket.local().getAddress();
            if (!wanted.contains(address) && !source.isOfHost(address)) {
                sockets.remove(socket.local());
                socket.close();
            }
        }
        return complete;
    }

    /// The addresses on which ports are open.
    List<InetAddress> addresses() {
        return sockets.values().stream()
                .filter(UdpSocket::nonEspMarker)
                .map(s -> s.local().getAddress())
                .toList();
    }
}
