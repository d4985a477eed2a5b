package io.culvert.app.relay;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.net.Network;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A client that came by UDP, and its TCP connection to the gateway, which is opened when it has something to say.
/// Safe for use by many threads.
final class DatagramClient implements Network.Opening {
    private static final System.Logger LOG = System.getLogger(DatagramClient.class.getName());

    /// Waits for the connection; whoever sent more repeats it.
    private static final int HELD_MESSAGES = 8;

    private static final int HELD_OCTETS = 64 * 1024;
    private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
    private static final int BACK_OFF_DOUBLINGS = 5;

    /// A connection whose gateway answers no request for so long may be dead without our knowing, as when a NAT has
    /// forgotten it. The client repeats its request meanwhile.
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private static final InetAddress ANY_4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ANY_6 = InetAddress.ofLiteral("::");

    private final Surroundings around;
    private final Network network;
    private final DatagramFront front;
    private final SpiMemory spis = new SpiMemory();
    private final EspBatch batch;

    private volatile Place place;
    private volatile MonoTime lastActivity;
    private volatile boolean everAnswered;

    // guarded by this
    private Optional<TransportPath.Tcp> path = Optional.empty();
    private final List<Octets> held = new ArrayList<>();
    private Optional<MonoTime> askedSince = Optional.empty();
    private MonoTime notBefore = MonoTime.ZERO;
    private boolean answeredOnPath;
    private int failures;
    private boolean connecting;
    private boolean ended;

    /// Where a client is heard and answered.
    ///
    /// @param port our port
    /// @param marker whether IKE is behind a marker there
    /// @param remote its address and port
    record Place(Datagrams.Port port, boolean marker, InetSocketAddress remote) {}

    DatagramClient(Surroundings around, Network network, DatagramFront front, Place place) {
        this.around = around;
        this.network = network;
        this.front = front;
        this.place = place;
        lastActivity = around.timekeeper().now();
        batch = new EspBatch(network, around.tally());
    }

    InetAddress source() {
        return place.remote().getAddress();
    }

    Place place() {
        return place;
    }

    SpiMemory spis() {
        return spis;
    }

    /// It is heard from another port.
    void moved(Place to) {
        place = to;
    }

    /// It keeps a NAT's mapping.
    void alive() {
        lastActivity = around.timekeeper().now();
    }

    /// Whether it is time to forget it; a client that the gateway never answered is forgotten earlier.
    boolean isIdle(MonoTime now) {
        Duration patience =
                everAnswered
                        ? around.settings().bounds().idle()
                        : around.settings().limits().unconfirmedIdle();
        return now.since(lastActivity).compareTo(patience) > 0;
    }

    /// Sends an IKE message to the gateway, or holds it until a connection is open.
    void ask(Octets message) {
        alive();
        spis.add(SpiMemory.ofIke(message));
        Optional<TransportPath.Tcp> open = connection(message);
        open.ifPresent(to -> send(to, message));
    }

    /// Takes an ESP packet to the gateway; it stays the caller's. For the thread that reads datagrams, as [#flush].
    void esp(PacketBuffer packet) {
        alive();
        if (around.settings().framing() == StreamFraming.IKE_TCP) {
            around.dropped("ESP_TO_RAW_IKE");
            return;
        }
        Optional<PacketBuffer> copy = around.copies().copy(packet);
        if (copy.isEmpty()) {
            around.dropped("NO_BUFFER");
        } else if (batch.add(copy.get())) {
            flush();
        }
    }

    /// Sends the ESP packets that were taken.
    void flush() {
        Optional<TransportPath.Tcp> to = currentPath();
        if (to.isEmpty()) {
            connect();
        }
        batch.flush(to.map(TransportPath.Tcp::connection));
    }

    /// The gateway sent an IKE message.
    void answered(Octets message) {
        heard();
        spis.add(SpiMemory.ofIke(message));
        Place to = place;
        if (to.port().sendIke(message, to.marker(), to.remote())) {
            around.tally().towardsUdp.ike(message.size());
        }
    }

    /// The gateway sent ESP packets; they stay the caller's.
    void answered(PacketBuffer[] packets, int count) {
        heard();
        Place to = place;
        if (!to.marker()) {
            around.tally().dropped().add("ESP_TO_PORT_500", count);
            return;
        }
        for (int i = 0; i < count; i++) {
            int size = packets[i].length();
            if (to.port().send(packets[i].byteBuffer(), to.remote())) {
                around.tally().towardsUdp.esp(1, size);
            }
        }
    }

    /// A connection has ended.
    synchronized void lost(ConnectionId id) {
        if (path.filter(p -> p.connection().equals(id)).isPresent()) {
            path = Optional.empty();
            if (!answeredOnPath) {
                // the next shall not follow at once
                backOff();
            }
        }
    }

    /// Closes its connection after what was sent, and opens no other.
    void end() {
        Optional<TransportPath.Tcp> last;
        synchronized (this) {
            ended = true;
            last = path;
            path = Optional.empty();
            held.clear();
        }
        last.ifPresent(p -> {
            front.disconnected(p);
            network.close(p.connection());
        });
    }

    @Override
    public void opened(TransportPath.Tcp made) {
        List<Octets> waiting;
        boolean unwanted;
        synchronized (this) {
            connecting = false;
            answeredOnPath = false;
            unwanted = ended;
            waiting = List.copyOf(held);
            held.clear();
            if (!unwanted) {
                path = Optional.of(made);
                front.connected(made, this);
            }
        }
        if (unwanted) {
            network.close(made.connection());
            return;
        }
        LOG.log(Level.INFO, "{0}: connected to {1}", this, made.remote());
        if (everAnswered) {
            around.tally().connectionsResumed.increment();
        }
        waiting.forEach(message -> send(made, message));
    }

    @Override
    public void failed(String reason) {
        int dropped;
        synchronized (this) {
            connecting = false;
            dropped = held.size();
            held.clear();
            backOff();
        }
        around.tally().dropped().add("NO_CONNECTION", dropped);
        around.dropped("GATEWAY_UNREACHABLE");
        LOG.log(Level.WARNING, "{0}: {1}: {2}", this, around.settings().to(), reason);
    }

    @Override
    public String toString() {
        return "udp client " + place.remote();
    }

    private synchronized Optional<TransportPath.Tcp> currentPath() {
        return path;
    }

    /// The connection for a message; if there is none, the message is held.
    private Optional<TransportPath.Tcp> connection(Octets message) {
        Optional<TransportPath.Tcp> dead = Optional.empty();
        synchronized (this) {
            MonoTime now = around.timekeeper().now();
            if (IkeLook.isRequest(message) && askedSince.isEmpty()) {
                askedSince = Optional.of(now);
            }
            boolean silent =
                    askedSince.filter(s -> now.since(s).compareTo(SILENCE) > 0).isPresent();
            if (path.isPresent() && !silent) {
                return path;
            }
            if (path.isPresent()) {
                dead = path;
                path = Optional.empty();
                askedSince = Optional.of(now);
                backOff();
                // this time at once: the client has waited already
                notBefore = now;
            }
            hold(message);
        }
        dead.ifPresent(p -> {
            LOG.log(Level.INFO, "{0}: {1} is silent, and replaced", this, p);
            front.disconnected(p);
            network.abort(p.connection());
            around.tally().connectionsLost.increment();
        });
        connect();
        return Optional.empty();
    }

    /// Opens a connection, unless one is being opened or it is too early.
    private void connect() {
        synchronized (this) {
            if (connecting || ended || path.isPresent()) {
                return;
            }
            if (!around.timekeeper().now().hasReached(notBefore)) {
                around.tally().dropped().add("CONNECTION_BACK_OFF", held.size());
                held.clear();
                return;
            }
            connecting = true;
        }
        Thread.ofVirtual().name("relay-resolve").start(this::resolveAndConnect);
    }

    private void resolveAndConnect() {
        InetAddress address;
        RelayEndpoint to = around.settings().to();
        try {
            address = to.address();
        } catch (IOException e) {
            failed(String.valueOf(e.getMessage()));
            return;
        }
        network.connect(
                around.settings().framing(),
                address instanceof Inet6Address ? ANY_6 : ANY_4,
                new InetSocketAddress(address, to.portOrUsual()),
                around.settings().limits().connectTime(),
                this);
    }

    private void send(TransportPath.Tcp to, Octets message) {
        try {
            network.send(to, message);
            around.tally().towardsTcp.ike(message.size());
        } catch (IOException e) {
            around.dropped("NO_CONNECTION");
        }
    }

    private void heard() {
        alive();
        everAnswered = true;
        synchronized (this) {
            askedSince = Optional.empty();
            answeredOnPath = true;
            failures = 0;
        }
    }

    /// Guarded by this.
    private void hold(Octets message) {
        int octets = held.stream().mapToInt(Octets::size).sum();
        // what the client repeats need not wait twice
        if (held.contains(message)) {
            return;
        }
        if (held.size() == HELD_MESSAGES || octets + message.size() > HELD_OCTETS) {
            around.dropped("NO_CONNECTION");
        } else {
            held.add(message);
        }
    }

    /// Guarded by this.
    private void backOff() {
        int doublings = Math.min(failures, BACK_OFF_DOUBLINGS);
        notBefore = around.timekeeper().now().plus(FIRST_BACK_OFF.multipliedBy(1L << doublings));
        failures++;
    }
}
