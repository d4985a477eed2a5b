package io.culvert.app.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.runtime.clock.Timekeeper;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;

/// A relay on loopback with a clock that stands still, and those on both sides of it.
abstract class RelayFixture {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    static final Octets PREFIX = Octets.of("IKETCP".getBytes(StandardCharsets.US_ASCII));
    static final Octets MARKER = new OctetsBuilder(4).u32(0).build();
    static final int VERSION_1 = 0x10;
    static final int VERSION_2 = 0x20;
    static final int REQUEST = 0x08;
    static final int RESPONSE = 0x20;
    static final long CLIENT_SPI = 0x1122_3344_5566_7788L;
    static final long GATEWAY_SPI = 0x99aa_bbcc_ddee_ff01L;

    /// Long enough for a loaded machine, short enough to notice.
    private static final int PATIENCE_MILLIS = 10_000;

    private static final int ALONE_MILLIS = 150;

    final Clock clock = new Clock();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Optional<Relay> started = Optional.empty();

    @AfterEach
    void closeAll() throws Exception {
        started.ifPresent(Relay::close);
        for (AutoCloseable each : opened) {
            each.close();
        }
        assertThat(clock.alarms()).isZero();
    }

    Relay start(RelaySettings settings) throws IOException {
        Relay relay = Relay.start(settings, clock);
        started = Optional.of(relay);
        return relay;
    }

    Relay relay() {
        return started.orElseThrow();
    }

    static RelayEndpoint tcp(int port) {
        return new RelayEndpoint(
                RelayEndpoint.Kind.TCP, LOOPBACK.getHostAddress(), OptionalInt.of(port));
    }

    static RelayEndpoint udp(int port) {
        return new RelayEndpoint(
                RelayEndpoint.Kind.UDP, LOOPBACK.getHostAddress(), OptionalInt.of(port));
    }

    <T extends AutoCloseable> T keep(T resource) {
        opened.add(resource);
        return resource;
    }

    DatagramPeer datagramPeer() throws IOException {
        return keep(new DatagramPeer(new DatagramSocket(0, LOOPBACK)));
    }

    StreamPeer streamPeer() throws IOException {
        return streamPeer(relay().listening().getFirst());
    }

    StreamPeer streamPeer(InetSocketAddress to) throws IOException {
        return keep(new StreamPeer(new Socket(to.getAddress(), to.getPort())));
    }

    long dropped(String reason) {
        return relay().statistics().dropped().getOrDefault(reason, 0L);
    }

    static void await(String what, BooleanSupplier condition) {
        assertThat(becomes(Duration.ofMillis(PATIENCE_MILLIS), condition)).as(what).isTrue();
    }

    /// Whether a condition holds before the time is over.
    static boolean becomes(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
        return true;
    }

    /// An IKE message of which a relay understands all that it has to.
    static Octets ike(long initiator, long responder, int version, int flags, int body) {
        return new OctetsBuilder(28 + body)
                .u64(initiator)
                .u64(responder)
                .u8(33)
                .u8(version)
                .u8(34)
                .u8(flags)
                .u32(7)
                .u32(28 + body)
                .octets(Octets.of(new byte[body]))
                .build();
    }

    static Octets first() {
        return ike(CLIENT_SPI, 0, VERSION_2, REQUEST, 100);
    }

    static Octets answer() {
        return ike(CLIENT_SPI, GATEWAY_SPI, VERSION_2, RESPONSE, 60);
    }

    static Octets esp(int spi, int size) {
        return new OctetsBuilder(size).u32(spi).octets(Octets.of(new byte[size - 4])).build();
    }

    /// An IKE message in a datagram or in a frame.
    static Octets marked(Octets message) {
        return Octets.concat(MARKER, message);
    }

    /// A message of RFC 9329.
    static Octets frame(Octets body) {
        return new OctetsBuilder(2 + body.size()).u16(2 + body.size()).octets(body).build();
    }

    /// Somebody with a UDP port.
    static final class DatagramPeer implements AutoCloseable {
        private final DatagramSocket socket;

        DatagramPeer(DatagramSocket socket) {
            this.socket = socket;
        }

        /// What came, and from where.
        record Received(InetSocketAddress from, Octets payload) {}

        int port() {
            return socket.getLocalPort();
        }

        Received receive() throws IOException {
            socket.setSoTimeout(PATIENCE_MILLIS);
            return next();
        }

        /// The next that does not come from there.
        Received receiveOther(InetSocketAddress than) throws IOException {
            Received received = receive();
            while (received.from().equals(than)) {
                received = receive();
            }
            return received;
        }

        /// Whether nothing comes for a moment.
        boolean hearsNothing() throws IOException {
            socket.setSoTimeout(ALONE_MILLIS);
            try {
                next();
                return false;
            } catch (SocketTimeoutException nothing) {
                return true;
            }
        }

        private Received next() throws IOException {
            DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
            socket.receive(packet);
            return new Received(
                    (InetSocketAddress) packet.getSocketAddress(),
                    Octets.of(packet.getData()).slice(0, packet.getLength()));
        }

        void send(Octets payload, InetSocketAddress to) throws IOException {
            socket.send(new DatagramPacket(payload.toArray(), payload.size(), to));
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /// Somebody with a TCP connection.
    static final class StreamPeer implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;

        StreamPeer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new DataInputStream(socket.getInputStream());
        }

        void send(Octets octets) throws IOException {
            socket.getOutputStream().write(octets.toArray());
        }

        Octets read(int size) throws IOException {
            byte[] octets = new byte[size];
            in.readFully(octets);
            return Octets.of(octets);
        }

        /// The next message of RFC 9329, without its length.
        Octets readFrame() throws IOException {
            return read(in.readUnsignedShort() - 2);
        }

        /// Whether the other side ends the connection, by FIN or by RST, before it says anything more.
        boolean isEnded() throws IOException {
            try {
                return in.read() < 0;
            } catch (SocketException reset) {
                return true;
            }
        }

        /// Ends the connection without a word.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /// A clock that stands still until a test moves it.
    static final class Clock implements Timekeeper {
        private final List<Planned> planned = new ArrayList<>();
        private MonoTime now = MonoTime.ZERO;

        /// An alarm; each is another, even at the same time.
        private static final class Planned {
            private final MonoTime due;
            private final Runnable task;

            Planned(MonoTime due, Runnable task) {
                this.due = due;
                this.task = task;
            }
        }

        @Override
        public synchronized MonoTime now() {
            return now;
        }

        @Override
        public synchronized Alarm schedule(MonoTime due, Runnable task) {
            Planned alarm = new Planned(due, task);
            planned.add(alarm);
            return () -> cancel(alarm);
        }

        synchronized int alarms() {
            return planned.size();
        }

        /// Waits until others have set so many.
        void awaitAlarms(int count) {
            await("alarms", () -> alarms() >= count);
        }

        void advance(Duration duration) {
            MonoTime target = now().plus(duration);
            for (Optional<Planned> next = next(target); next.isPresent(); next = next(target)) {
                next.get().task.run();
            }
            synchronized (this) {
                now = target;
            }
        }

        private synchronized void cancel(Planned alarm) {
            planned.remove(alarm);
        }

        private synchronized Optional<Planned> next(MonoTime target) {
            Optional<Planned> next =
                    planned.stream()
                            .filter(p -> target.hasReached(p.due))
                            .min(Comparator.comparing(p -> p.due));
            next.ifPresent(p -> {
                planned.remove(p);
                now = now.isBefore(p.due) ? p.due : now;
            });
            return next;
        }
    }
}
