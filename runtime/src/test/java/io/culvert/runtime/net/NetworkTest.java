package io.culvert.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.runtime.Await;
import io.culvert.runtime.clock.ManualTimekeeper;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class NetworkTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Octets REQUEST = ike(0x08, 1);
    private static final Octets RESPONSE = ike(0x20, 1);

    private final ManualTimekeeper time = new ManualTimekeeper();
    private final Counters counters = new Counters();
    private final Inbox inbox = new Inbox();
    private Optional<Network> opened = Optional.empty();

    @AfterEach
    void close() {
        opened.ifPresent(Network::close);
        assertThat(opened.map(Network::connections).orElse(0)).isZero();
        assertThat(time.alarms()).isZero();
    }

    @Test
    @DisplayName("UDP: IKE with and without marker, ESP and keepalives find their way")
    void datagrams() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            send(peer, network.udpPort(), REQUEST);
            Received plain = inbox.next();
            assertThat(plain.message()).isEqualTo(REQUEST);
            assertThat(plain.path())
                    .isEqualTo(
                            new TransportPath.Udp(
                                    at(network.udpPort()), at(peer.getLocalPort()), false));

            send(peer, network.natTraversalPort(), Octets.ofHex("ff"));
            send(peer, network.natTraversalPort(), Octets.ofHex("0000"));
            send(peer, network.natTraversalPort(), marked(REQUEST));
            Received shared = inbox.next();
            assertThat(shared.message()).isEqualTo(REQUEST);
            assertThat(((TransportPath.Udp) shared.path()).nonEspMarker()).isTrue();

            network.send(shared.path(), RESPONSE);
            assertThat(receive(peer)).isEqualTo(marked(RESPONSE));
            network.send(plain.path(), RESPONSE);
            assertThat(receive(peer)).isEqualTo(RESPONSE);
            network.sendNatKeepalive((TransportPath.Udp) shared.path());
            assertThat(receive(peer)).isEqualTo(Octets.ofHex("ff"));

            send(peer, network.natTraversalPort(), Octets.ofHex("0102030400000001aabb"));
            ReceivedEsp esp = inbox.nextEsp();
            assertThat(esp.packet()).isEqualTo(Octets.ofHex("0102030400000001aabb"));
            assertThat(esp.route())
                    .isEqualTo(
                            new EspRoute.Udp(
                                    at(network.natTraversalPort()), at(peer.getLocalPort())));
            sendEsp(network, esp.route(), "05060708");
            assertThat(receive(peer)).isEqualTo(Octets.ofHex("05060708"));
        }
        assertThat(counters.of("MEANINGLESS_DATAGRAM")).isEqualTo(1);
    }

    @Test
    @DisplayName("IT-084, TE-040: one TCP port serves raw IKE and encapsulated IKE and ESP")
    void bothFramingsOnOnePort() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket raw = connect(network);
                Socket framed = connect(network)) {
            write(raw, REQUEST);
            Received onRaw = inbox.next();
            assertThat(framing(onRaw)).isEqualTo(StreamFraming.IKE_TCP);
            write(framed, StreamFrames.PREFIX, frame(marked(REQUEST)), frame("ff"));
            Received onFramed = inbox.next();
            assertThat(framing(onFramed)).isEqualTo(StreamFraming.TCP_ENCAPSULATION);
            assertThat(onFramed.message()).isEqualTo(REQUEST);

            network.send(onRaw.path(), RESPONSE);
            assertThat(read(raw, RESPONSE.size())).isEqualTo(RESPONSE);
            network.send(onFramed.path(), RESPONSE);
            assertThat(read(framed, 34)).isEqualTo(frame(marked(RESPONSE)));

            write(framed, frame("01020304"), frame("0102030405"));
            ReceivedEsp esp = inbox.nextEsp();
            assertThat(esp.packet()).isEqualTo(Octets.ofHex("01020304"));
            assertThat(inbox.nextEsp().packet()).isEqualTo(Octets.ofHex("0102030405"));
            sendEsp(network, esp.route(), "05060708");
            assertThat(read(framed, 6)).isEqualTo(frame("05060708"));
        }
        inbox.awaitLost(2);
    }

    @Test
    @DisplayName("TE-001: an opened connection says prefix and message, and reads no prefix")
    void openedConnection() throws Exception {
        Network network = open(Limits.DEFAULT);
        TransportPath.Tcp path = connectToItself(network, StreamFraming.TCP_ENCAPSULATION).get();
        network.send(path, REQUEST);
        Received at = inbox.next();
        assertThat(at.message()).isEqualTo(REQUEST);
        assertThat(framing(at)).isEqualTo(StreamFraming.TCP_ENCAPSULATION);
        network.send(at.path(), RESPONSE);
        Received back = inbox.next();
        assertThat(back.message()).isEqualTo(RESPONSE);
        assertThat(back.path()).isEqualTo(path);

        network.close(path.connection());
        Await.until("both ends are closed", () -> network.connections() == 0);
        assertThat(inbox.awaitLost(1)).containsExactly("closed by the peer");
    }

    @Test
    @DisplayName("IT-036: a refused connection is told with its reason")
    void refused() throws Exception {
        Network network = open(Limits.DEFAULT);
        int nobody;
        try (DatagramSocket placeholder = new DatagramSocket(0, LOOPBACK)) {
            nobody = placeholder.getLocalPort();
        }
        CompletableFuture<String> reason = new CompletableFuture<>();
        network.connect(
                StreamFraming.IKE_TCP,
                LOOPBACK,
                at(nobody),
                Duration.ofSeconds(5),
                new Network.Opening() {
                    @Override
                    public void opened(TransportPath.Tcp path) {
                        reason.complete("opened " + path);
                    }

                    @Override
                    public void failed(String why) {
                        reason.complete(why);
                    }
                });
        assertThat(reason.get(10, TimeUnit.SECONDS)).isEqualTo("connection refused");
    }

    @Test
    @DisplayName("IT-012, IT-026: a half-closed peer still gets its answer, then the end")
    void halfClosedPeer() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket peer = connect(network)) {
            write(peer, REQUEST);
            peer.shutdownOutput();
            Received request = inbox.next();
            network.send(request.path(), RESPONSE);
            assertThat(read(peer, RESPONSE.size())).isEqualTo(RESPONSE);
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
        inbox.awaitLost(1);
    }

    @Test
    @DisplayName("IT-012, IT-013: we half-close, read the answer, and are closed by the peer's end")
    void weHalfClose() throws Exception {
        Network network = open(Limits.DEFAULT);
        TransportPath.Tcp path = connectToItself(network, StreamFraming.IKE_TCP).get();
        network.send(path, REQUEST);
        network.halfClose(path.connection());
        Received request = inbox.next();
        network.send(request.path(), RESPONSE);
        assertThat(inbox.next().message()).isEqualTo(RESPONSE);
        Await.until("both ends are closed", () -> network.connections() == 0);
    }

    @Test
    @DisplayName("TE-005, IT-003, IT-006: malformed streams are closed, others live on")
    void malformedStreams() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket good = connect(network)) {
            write(good, REQUEST);
            inbox.next();
            for (Octets bad :
                    List.of(
                            Octets.concat(StreamFrames.PREFIX, Octets.ofHex("0000")),
                            Octets.concat(StreamFrames.PREFIX, Octets.ofHex("0001")),
                            ike(0x08, 1, 27),
                            ike(0x08, 1, 0),
                            ike(0x08, 1, 0xffff_ffffL),
                            Octets.concat(REQUEST, Octets.ofHex("ff"), REQUEST),
                            Octets.wrap(
                                    "GET / HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n"
                                            .getBytes(
                                                    java.nio.charset.StandardCharsets.US_ASCII)))) {
                try (Socket peer = connect(network)) {
                    write(peer, bad);
                    assertThat(readToEnd(peer)).isZero();
                }
            }
            write(good, REQUEST);
            inbox.awaitMessages(2);
        }
    }

    @Test
    @DisplayName("random octets to every port leave the network working")
    void randomOctets() throws Exception {
        Network network = open(Limits.DEFAULT);
        Random random = new Random(9329);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            for (int i = 0; i < 300; i++) {
                byte[] octets = new byte[random.nextInt(200)];
                random.nextBytes(octets);
                int port = i % 2 == 0 ? network.udpPort() : network.natTraversalPort();
                send(peer, port, Octets.wrap(octets));
            }
        }
        for (int i = 0; i < 50; i++) {
            byte[] octets = new byte[random.nextInt(400)];
            random.nextBytes(octets);
            try (Socket peer = connect(network)) {
                if (i % 2 == 0) {
                    write(peer, StreamFrames.PREFIX);
                }
                write(peer, Octets.wrap(octets));
            } catch (IOException closedAlready) {
                // that is an answer, too
            }
        }
        Await.until("all connections are closed", () -> network.connections() == 0);
        inbox.clear();
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK);
                Socket stream = connect(network)) {
            send(peer, network.udpPort(), REQUEST);
            assertThat(inbox.next().message()).isEqualTo(REQUEST);
            send(peer, network.natTraversalPort(), marked(REQUEST));
            assertThat(inbox.next().message()).isEqualTo(REQUEST);
            write(stream, REQUEST);
            assertThat(inbox.next().message()).isEqualTo(REQUEST);
        }
        assertThat(counters.of("INTERNAL_ERROR")).isZero();
    }

    @Test
    @DisplayName("IT-008: without a whole header in 10 s a connection is closed, drip or not")
    void headerInTime() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket silent = connect(network);
                Socket drip = connect(network)) {
            Await.until("both are accepted", () -> network.connections() == 2);
            write(drip, REQUEST.slice(0, 10));
            time.advance(Duration.ofSeconds(9));
            write(drip, REQUEST.slice(10, 20));
            assertThat(network.connections()).isEqualTo(2);
            time.advance(Duration.ofSeconds(2));
            assertThat(readToEnd(silent)).isZero();
            assertThat(readToEnd(drip)).isZero();
        }
    }

    @Test
    @DisplayName(
            "IT-008: a message that is not complete 30 s after its first octet ends the connection")
    void messageInTime() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket drip = connect(network);
                Socket good = connect(network)) {
            write(drip, ike(0x08, 1, 1000), Octets.wrap(new byte[100]));
            Await.until("both are accepted", () -> network.connections() == 2);
            int seconds = 0;
            while (network.connections() == 2 && seconds < 100) {
                write(good, REQUEST);
                network.send(inbox.next().path(), RESPONSE);
                time.advance(Duration.ofSeconds(5));
                seconds += 5;
            }
            // the drip may have been read later than it was sent
            assertThat(seconds).isBetween(30, 60);
            assertThat(readToEnd(drip)).isZero();
            write(good, REQUEST);
            assertThat(inbox.next().message()).isEqualTo(REQUEST);
        }
    }

    @Test
    @DisplayName("IT-027: an answered raw connection is closed after 10 s of silence")
    void idleRawConnection() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket peer = connect(network)) {
            write(peer, REQUEST);
            network.send(inbox.next().path(), RESPONSE);
            assertThat(read(peer, RESPONSE.size())).isEqualTo(RESPONSE);
            time.advance(Duration.ofSeconds(9));
            assertThat(network.connections()).isEqualTo(1);
            time.advance(Duration.ofSeconds(2));
            assertThat(readToEnd(peer)).isZero();
        }
    }

    @Test
    @DisplayName("TE-044: an encapsulated connection stays while it is used, and 5 s longer")
    void unusedConnection() throws Exception {
        Network network = open(Limits.DEFAULT);
        try (Socket peer = connect(network)) {
            write(peer, StreamFrames.PREFIX, frame(marked(REQUEST)));
            ConnectionId id = ((TransportPath.Tcp) inbox.next().path()).connection();
            network.used(id, true);
            network.confirm(id);
            time.advance(Duration.ofHours(1));
            assertThat(network.connections()).isEqualTo(1);
            network.used(id, false);
            time.advance(Duration.ofSeconds(6));
            assertThat(readToEnd(peer)).isZero();
        }
    }

    @Test
    @DisplayName("IT-009: connections of strangers are capped for each address, and reset beyond")
    void capPerAddress() throws Exception {
        Network network = open(Limits.DEFAULT.withUnconfirmed(3, 100));
        try (Socket one = connect(network);
                Socket _ = connect(network);
                Socket _ = connect(network)) {
            write(one, REQUEST);
            Received first = inbox.next();
            Await.until("three are accepted", () -> network.unconfirmedConnections() == 3);
            try (Socket four = connect(network)) {
                assertThatThrownBy(() -> readOrThrow(four)).hasMessageContaining("reset");
            }
            network.confirm(((TransportPath.Tcp) first.path()).connection());
            network.confirm(((TransportPath.Tcp) first.path()).connection());
            assertThat(network.unconfirmedConnections()).isEqualTo(2);
            try (Socket five = connect(network)) {
                write(five, REQUEST);
                network.send(inbox.next().path(), RESPONSE);
                assertThat(read(five, RESPONSE.size())).isEqualTo(RESPONSE);
            }
        }
        Await.until("none is unconfirmed", () -> network.unconfirmedConnections() == 0);
        assertThat(counters.of("TOO_MANY_CONNECTIONS")).isEqualTo(1);
    }

    @Test
    @DisplayName("IT-009: connections of strangers are capped in total")
    void capInTotal() throws Exception {
        Network network = open(Limits.DEFAULT.withUnconfirmed(100, 1));
        try (Socket one = connect(network)) {
            write(one, REQUEST);
            inbox.next();
            try (Socket two = connect(network)) {
                assertThatThrownBy(() -> readOrThrow(two)).hasMessageContaining("reset");
            }
        }
    }

    @Test
    @DisplayName("back-pressure: while a message is not taken its connection is not read")
    void backPressure() throws Exception {
        Network network = open(Limits.DEFAULT);
        CountDownLatch gate = new CountDownLatch(1);
        inbox.gate = Optional.of(gate);
        try (Socket peer = connect(network);
                Socket other = connect(network)) {
            peer.getOutputStream().write(REQUEST.toArray());
            inbox.next();
            write(other, REQUEST);
            inbox.next();
            write(peer, REQUEST, REQUEST);
            assertThat(inbox.messages.poll(50, TimeUnit.MILLISECONDS)).isNull();
            gate.countDown();
            inbox.awaitMessages(2);
        }
    }

    @Test
    @DisplayName("IT-013: 1 000 connections come and go and leave no socket")
    void thousandConnections() throws Exception {
        Network network = open(Limits.DEFAULT);
        for (int i = 0; i < 1000; i++) {
            TransportPath.Tcp path = connectToItself(network, StreamFraming.IKE_TCP).get();
            network.send(path, REQUEST);
            network.halfClose(path.connection());
            network.send(inbox.next().path(), RESPONSE);
            assertThat(inbox.next().message()).isEqualTo(RESPONSE);
        }
        Await.until("no connection is left", () -> network.connections() == 0);
        Await.until("no alarm is left", () -> time.alarms() == 0);
        assertThat(network.unconfirmedConnections()).isZero();
    }

    @Test
    @DisplayName("a port in use is named with its address and the next step")
    void portInUse() throws Exception {
        Network network = open(Limits.DEFAULT);
        ListenSettings same =
                new ListenSettings(List.of(LOOPBACK), network.udpPort(), 0, List.of());
        assertThatThrownBy(() -> Network.open(same, Limits.DEFAULT, time, counters))
                .isInstanceOfSatisfying(
                        PortUnavailableException.class,
                        e -> assertThat(e.why()).isEqualTo(PortUnavailableException.Cause.IN_USE))
                .hasMessageContaining("UDP port " + network.udpPort() + " of 127.0.0.1 is in use")
                .hasMessageContaining("configure another port");
        ListenSettings sameTcp =
                new ListenSettings(
                        List.of(LOOPBACK),
                        0,
                        0,
                        List.of(
                                ListenSettings.TcpPort.serving(
                                        network.tcpEndpoints().getFirst().getPort())));
        assertThatThrownBy(() -> Network.open(sameTcp, Limits.DEFAULT, time, counters))
                .isInstanceOf(PortUnavailableException.class)
                .hasMessageContaining("TCP port");
    }

    @Test
    @DisplayName(
            "wildcards stand for our addresses, one socket each, and later ones come on demand")
    void wildcards() throws Exception {
        ListenSettings any =
                new ListenSettings(
                        List.of(InetAddress.ofLiteral("0.0.0.0"), InetAddress.ofLiteral("::")),
                        0,
                        0,
                        List.of(ListenSettings.TcpPort.serving(0)));
        Network network = Network.open(any, Limits.DEFAULT, time, counters);
        opened = Optional.of(network);
        network.start(inbox, inbox::esp);
        assertThat(network.localAddressTowards(LOOPBACK)).isEqualTo(LOOPBACK);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            send(peer, network.natTraversalPort(), marked(REQUEST));
            assertThat(inbox.next().path().local()).isEqualTo(at(network.natTraversalPort()));
            network.openUdpOn(InetAddress.ofLiteral("127.0.0.9"));
            peer.send(
                    new DatagramPacket(
                            REQUEST.toArray(),
                            REQUEST.size(),
                            new InetSocketAddress("127.0.0.9", network.udpPort())));
            assertThat(inbox.next().path().local().getAddress().getHostAddress())
                    .isEqualTo("127.0.0.9");
        }
        try (Socket peer = connect(network)) {
            write(peer, REQUEST);
            assertThat(inbox.next().message()).isEqualTo(REQUEST);
        }
    }

    private Network open(Limits limits) throws IOException {
        ListenSettings settings =
                new ListenSettings(
                        List.of(LOOPBACK), 0, 0, List.of(ListenSettings.TcpPort.serving(0)));
        Network network = Network.open(settings, limits, time, counters);
        opened = Optional.of(network);
        network.start(inbox, inbox::esp);
        return network;
    }

    private static CompletableFuture<TransportPath.Tcp> connectToItself(
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

    private static Socket connect(Network network) throws IOException {
        Socket socket = new Socket(LOOPBACK, network.tcpEndpoints().getFirst().getPort());
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static void sendEsp(Network network, EspRoute route, String hex) {
        try (PacketPool pool = new PacketPool(1, 128, 8)) {
            PacketBuffer packet = pool.acquire().orElseThrow();
            packet.set(8, Octets.ofHex(hex));
            network.send(new PacketBuffer[] {packet}, 1, route);
            Await.until("the packet is sent", () -> pool.inUse() == 0);
        }
    }

    private static void write(Socket socket, Octets... parts) throws IOException {
        socket.getOutputStream().write(Octets.concat(parts).toArray());
    }

    private static Octets read(Socket socket, int octets) throws IOException {
        return Octets.wrap(socket.getInputStream().readNBytes(octets));
    }

    /// Reads until the end, whether it comes in order or as a reset.
    private static int readToEnd(Socket socket) throws IOException {
        try {
            return readOrThrow(socket);
        } catch (java.net.SocketException reset) {
            return 0;
        }
    }

    private static int readOrThrow(Socket socket) throws IOException {
        return socket.getInputStream().readAllBytes().length;
    }

    private static void send(DatagramSocket from, int port, Octets payload) throws IOException {
        from.send(new DatagramPacket(payload.toArray(), payload.size(), at(port)));
    }

    private static Octets receive(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(10_000);
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        socket.receive(packet);
        return Octets.copyOf(packet.getData(), 0, packet.getLength());
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(LOOPBACK, port);
    }

    private static StreamFraming framing(Received received) {
        return ((TransportPath.Tcp) received.path()).framing();
    }

    private static Octets marked(Octets message) {
        return Octets.concat(Octets.ofHex("00000000"), message);
    }

    private static Octets frame(String hex) {
        return frame(Octets.ofHex(hex));
    }

    private static Octets frame(Octets body) {
        return new OctetsBuilder().u16(2 + body.size()).octets(body).build();
    }

    private static Octets ike(int flags, int messageId) {
        return ike(flags, messageId, 28);
    }

    private static Octets ike(int flags, int messageId, long length) {
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

    private record Received(TransportPath path, Octets message) {}

    private record ReceivedEsp(Octets packet, EspRoute route) {}

    /// Keeps what came.
    private static final class Inbox implements NetworkListener {
        final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
        final BlockingQueue<ReceivedEsp> packets = new LinkedBlockingQueue<>();
        final BlockingQueue<String> lost = new LinkedBlockingQueue<>();
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

    @Test
    @DisplayName("a listener serves only what it is told to")
    void servedFramings() throws Exception {
        ListenSettings settings =
                new ListenSettings(
                        List.of(LOOPBACK),
                        0,
                        0,
                        List.of(
                                new ListenSettings.TcpPort(
                                        0, Set.of(StreamFraming.TCP_ENCAPSULATION))));
        Network network = Network.open(settings, Limits.DEFAULT, time, counters);
        opened = Optional.of(network);
        network.start(inbox, inbox::esp);
        assertThat(network.tcpPort(StreamFraming.IKE_TCP)).isEmpty();
        assertThat(network.tcpPort(StreamFraming.TCP_ENCAPSULATION)).isPresent();
        try (Socket peer = connect(network)) {
            write(peer, REQUEST);
            assertThat(readToEnd(peer)).isZero();
        }
        assertThat(counters.of("STREAM_FRAMING_NOT_SERVED")).isEqualTo(1);
        assertThat(inbox.messages).isEmpty();
    }
}
