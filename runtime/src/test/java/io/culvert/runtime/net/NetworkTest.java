package io.culvert.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.Await;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class NetworkTest extends NetworkFixture {
    @Test
    @DisplayName("IK-127: over UDP IKE with and without marker, ESP and keepalives find their way")
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
    @DisplayName(
            "IT-022, IT-084, TE-011, TE-040: one TCP port serves raw IKE and encapsulated IKE and ESP")
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
    @DisplayName(
            "IT-011, IT-012, IT-013: we half-close, read the answer, and are closed by the peer's end")
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
    @DisplayName("IT-007, TE-049: half a message at the end of a connection is thrown away")
    void halfMessage() throws Exception {
        Network network = open(Limits.DEFAULT);
        for (Octets half :
                List.of(
                        REQUEST.slice(0, 20),
                        Octets.concat(StreamFrames.PREFIX, frame(marked(REQUEST)).slice(0, 20)))) {
            try (Socket peer = connect(network)) {
                write(peer, half);
            }
        }
        Await.until("both connections are gone", () -> network.connections() == 0);
        try (Socket peer = connect(network)) {
            write(peer, REQUEST);
            assertThat(inbox.next().message()).isEqualTo(REQUEST);
        }
        assertThat(inbox.messages).isEmpty();
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
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK);
                Socket stream = connect(network)) {
            // datagrams of each port come in order, so that what is left of the random ones comes
            // before
            send(peer, network.udpPort(), REQUEST);
            skipTo(REQUEST);
            send(peer, network.natTraversalPort(), marked(REQUEST));
            skipTo(REQUEST);
            write(stream, REQUEST);
            assertThat(inbox.next().message()).isEqualTo(REQUEST);
        }
        assertThat(counters.of("INTERNAL_ERROR")).isZero();
    }

    private void skipTo(Octets message) throws Exception {
        while (!inbox.next().message().equals(message)) {
            // random octets may look like a message
        }
    }

    @Test
    @DisplayName("a port in use is named with its address and the next step")
    void portInUse() throws Exception {
        Network network = open(Limits.DEFAULT);
        ListenSettings same =
                new ListenSettings(List.of(LOOPBACK), network.udpPort(), 0, List.of());
        assertThatThrownBy(() -> Network.open(same, new Host(), Limits.DEFAULT, time, counters))
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
        assertThatThrownBy(() -> Network.open(sameTcp, new Host(), Limits.DEFAULT, time, counters))
                .isInstanceOf(PortUnavailableException.class)
                .hasMessageContaining("TCP port");
    }

    @Test
    @DisplayName(
            "ports follow the addresses of the host: they open on one that comes, and close on one that goes")
    void addressesComeAndGo() throws Exception {
        InetAddress later = InetAddress.ofLiteral("127.0.0.7");
        Host host = new Host();
        Network network = openOn(host);
        host.addresses.add(later);
        host.changed();
        time.advance(Duration.ofMillis(50));
        inbox.awaitHostChange();
        assertThat(knock(network, later)).isEqualTo(later);

        host.addresses.remove(later);
        host.changed();
        host.changed();
        time.advance(Duration.ofMillis(50));
        inbox.awaitHostChange();
        var path =
                new TransportPath.Udp(
                        new InetSocketAddress(later, network.udpPort()), at(9), false);
        assertThatThrownBy(() -> network.send(path, REQUEST)).isInstanceOf(IOException.class);
        assertThat(inbox.hostChanges).as("changes together are told once").isEmpty();

        host.addresses.add(later);
        host.changed();
        time.advance(Duration.ofMillis(50));
        inbox.awaitHostChange();
        assertThat(knock(network, later)).isEqualTo(later);
    }

    @Test
    @DisplayName(
            "an address whose ports cannot be had yet is tried again, and a change before that counts at once")
    void addressNotReady() throws Exception {
        Host host = new Host();
        Network network = openOn(host);
        InetAddress later = InetAddress.ofLiteral("127.0.0.8");
        try (var _ = new DatagramSocket(network.natTraversalPort(), later)) {
            host.addresses.add(later);
            host.changed();
            time.advance(Duration.ofMillis(50));
            inbox.awaitHostChange();
            Await.until("it is to be tried again", () -> time.alarms() == 1);
            host.changed();
            time.advance(Duration.ofMillis(50));
            inbox.awaitHostChange();
            Await.until("it is to be tried again", () -> time.alarms() == 1);
        }
        time.advance(Duration.ofSeconds(10));
        inbox.awaitHostChange();
        assertThat(knock(network, later)).isEqualTo(later);
    }

    @Test
    @DisplayName("without a way to the peer there is no address of ours towards it")
    void noWay() throws Exception {
        Host host = new Host();
        Network network = openOn(host);
        assertThat(network.localAddressTowards(LOOPBACK)).isEqualTo(LOOPBACK);
        host.source = Optional.empty();
        assertThat(network.sourceTowards(LOOPBACK)).isEmpty();
        assertThatThrownBy(() -> network.localAddressTowards(LOOPBACK))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no route to 127.0.0.1");
    }

    @Test
    @DisplayName(
            "by Java alone the host is looked at every two seconds, and routes may have changed at any fifth")
    void polledHost() throws Exception {
        AtomicInteger changes = new AtomicInteger();
        HostNetwork.Watch watch = HostNetwork.POLLED.watch(time, changes::incrementAndGet);
        for (int look = 1; look <= 10; look++) {
            Await.until("the next look is due", () -> time.alarms() == 1);
            assertThat(changes).hasValue((look - 1) / 5);
            time.advance(Duration.ofSeconds(2));
        }
        Await.until("two fifth looks are over", () -> changes.get() == 2 && time.alarms() == 1);
        watch.close();
        assertThat(time.alarms()).isZero();
        assertThat(HostNetwork.POLLED.sourceTowards(LOOPBACK, 4500)).contains(LOOPBACK);
    }

    private Network openOn(Host host) throws IOException {
        ListenSettings any =
                new ListenSettings(List.of(InetAddress.ofLiteral("0.0.0.0")), 0, 0, List.of());
        Network network = Network.open(any, host, host, Limits.DEFAULT, time, counters);
        opened = Optional.of(network);
        network.start(inbox, inbox::esp);
        return network;
    }

    /// Where a message to `address` arrives.
    private InetAddress knock(Network network, InetAddress address) throws Exception {
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            peer.send(
                    new DatagramPacket(
                            REQUEST.toArray(),
                            REQUEST.size(),
                            new InetSocketAddress(address, network.udpPort())));
            return inbox.next().path().local().getAddress();
        }
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
        Network network = Network.open(any, new Host(), Limits.DEFAULT, time, counters);
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

    @Test
    @DisplayName("TE-020, TE-024: a listener serves only what it is told to")
    void servedFramings() throws Exception {
        ListenSettings settings =
                new ListenSettings(
                        List.of(LOOPBACK),
                        0,
                        0,
                        List.of(
                                new ListenSettings.TcpPort(
                                        0, Set.of(StreamFraming.TCP_ENCAPSULATION))));
        Network network = Network.open(settings, new Host(), Limits.DEFAULT, time, counters);
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
