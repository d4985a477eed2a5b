package io.culvert.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.runtime.Await;
import io.culvert.runtime.clock.ManualTimekeeper;
import io.culvert.runtime.clock.Timekeeper;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/// A network on loopback with a clock that stands still, and what its tests say to it.
abstract class NetworkFixture {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    static final Octets REQUEST = ike(0x08, 1);
    static final Octets RESPONSE = ike(0x20, 1);

    final ManualTimekeeper time = new ManualTimekeeper();
    final Counters counters = new Counters();
    final Inbox inbox = new Inbox();
    Optional<Network> opened = Optional.empty();

    @AfterEach
    void close() {
        opened.ifPresent(Network::close);
        assertThat(opened.map(Network::connections).orElse(0)).isZero();
        assertThat(time.alarms()).isZero();
    }

    Network open(Limits limits) throws IOException {
        ListenSettings settings =
                new ListenSettings(
                        List.of(LOOPBACK), 0, 0, List.of(ListenSettings.TcpPort.serving(0)));
        Network network = Network.open(settings, new Host(), limits, time, counters);
        opened = Optional.of(network);
        network.start(inbox, inbox::esp);
        return network;
    }

    static CompletableFuture<TransportPath.Tcp> connectToItself(
            Network network, StreamFraming framing) {
        CompletableFuture<TransportPath.Tcp> path = new CompletableFuture<>();
        network.connect(
                framing,
                LOOPBACK,
                network.tcpEndpoints().getFirst(),
                Duration.ofSeconds(5),
                new Network.Opening() {
                    @Override
                    public void opened(TransportPath.Tcp made) {
                        path.complete(made);
                    }

                    @Override
                    public void failed(String reason) {
                        path.completeExceptionally(new IOException(reason));
                    }
                });
        return path.orTimeout(10, TimeUnit.SECONDS);
    }

    static Socket connect(Network network) throws IOException {
        Socket socket = new Socket(LOOPBACK, network.tcpEndpoints().getFirst().getPort());
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    static void sendEsp(Network network, EspRoute route, String hex) {
        try (PacketPool pool = new PacketPool(1, 128, 8)) {
            PacketBuffer packet = pool.acquire().orElseThrow();
            packet.set(8, Octets.ofHex(hex));
            network.send(new PacketBuffer[] {packet}, 1, route);
            Await.until("the packet is sent", () -> pool.inUse() == 0);
        }
    }

    static void write(Socket socket, Octets... parts) throws IOException {
        socket.getOutputStream().write(Octets.concat(parts).toArray());
    }

    static Octets read(Socket socket, int octets) throws IOException {
        return Octets.wrap(socket.getInputStream().readNBytes(octets));
    }

    /// Reads until the end, whether it comes in order or as a reset.
    static int readToEnd(Socket socket) throws IOException {
        try {
            return readOrThrow(socket);
        } catch (java.net.SocketException reset) {
            return 0;
        }
    }

    static int readOrThrow(Socket socket) throws IOException {
        return socket.getInputStream().readAllBytes().length;
    }

    static void send(DatagramSocket from, int port, Octets payload) throws IOException {
        from.send(new DatagramPacket(payload.toArray(), payload.size(), at(port)));
    }

    static Octets receive(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(10_000);
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        socket.receive(packet);
        return Octets.copyOf(packet.getData(), 0, packet.getLength());
    }

    static InetSocketAddress at(int port) {
        return new InetSocketAddress(LOOPBACK, port);
    }

    static StreamFraming framing(Received received) {
        return ((TransportPath.Tcp) received.path()).framing();
    }

    static Octets marked(Octets message) {
        return Octets.concat(Octets.ofHex("00000000"), message);
    }

    static Octets frame(String hex) {
        return frame(Octets.ofHex(hex));
    }

    static Octets frame(Octets body) {
        return new OctetsBuilder().u16(2 + body.size()).octets(body).build();
    }

    static Octets ike(int flags, int messageId) {
        return ike(flags, messageId, 28);
    }

    static Octets ike(int flags, int messageId, long length) {
        return new OctetsBuilder()
                .u64(0x0102030405060708L)
                .u64(0)
                .u8(0)
                .u8(0x20)
                .u8(37)
                .u8(flags)
                .u32(messageId)
                .u32(length)
                .build();
    }

    record Received(TransportPath path, Octets message) {}

    record ReceivedEsp(Octets packet, EspRoute route) {}

    /// A host whose addresses the test chooses.
    static final class Host implements HostNetwork, UdpPorts.AddressSource {
        final List<InetAddress> addresses = new CopyOnWriteArrayList<>(List.of(LOOPBACK));
        final List<Runnable> watchers = new CopyOnWriteArrayList<>();
        volatile Optional<InetAddress> source = Optional.of(LOOPBACK);

        void changed() {
            watchers.forEach(Runnable::run);
        }

        @Override
        public List<InetAddress> current() {
            return List.copyOf(addresses);
        }

        @Override
        public boolean isOfHost(InetAddress address) {
            return addresses.contains(address);
        }

        @Override
        public Optional<InetAddress> sourceTowards(InetAddress remote, int localPort) {
            return source;
        }

        @Override
        public Watch watch(Timekeeper timekeeper, Runnable changed) {
            watchers.add(changed);
            return () -> watchers.remove(changed);
        }
    }

    /// Keeps what came.
    static final class Inbox implements NetworkListener {
        final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
        final BlockingQueue<ReceivedEsp> packets = new LinkedBlockingQueue<>();
        final BlockingQueue<String> lost = new LinkedBlockingQueue<>();
        final BlockingQueue<Boolean> hostChanges = new LinkedBlockingQueue<>();
        volatile Optional<CountDownLatch> gate = Optional.empty();

        @Override
        public void received(TransportPath path, Octets message) {
            messages.add(new Received(path, message));
            gate.ifPresent(g -> {
                try {
                    assertThat(g.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        @Override
        public void connectionLost(TransportPath.Tcp path, String reason) {
            lost.add(reason);
        }

        @Override
        public void hostChanged() {
            hostChanges.add(true);
        }

        void esp(PacketBuffer[] arrived, int count, EspRoute from) {
            for (int i = 0; i < count; i++) {
                packets.add(new ReceivedEsp(arrived[i].toOctets(), from));
                arrived[i].release();
            }
        }

        Received next() throws InterruptedException {
            Received next = messages.poll(10, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            return next;
        }

        ReceivedEsp nextEsp() throws InterruptedException {
            ReceivedEsp next = packets.poll(10, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            return next;
        }

        void awaitHostChange() throws InterruptedException {
            assertThat(hostChanges.poll(10, TimeUnit.SECONDS)).isNotNull();
        }

        void awaitMessages(int count) throws InterruptedException {
            for (int i = 0; i < count; i++) {
                next();
            }
        }

        List<String> awaitLost(int count) {
            Await.until(count + " connections are lost", () -> lost.size() >= count);
            return List.copyOf(lost);
        }

        void clear() {
            messages.clear();
            packets.clear();
        }
    }
}
