package io.culvert.runtime.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.transport.StreamFrames;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import io.culvert.runtime.Await;
import io.culvert.runtime.net.ListenSettings;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/// An endpoint with scripted sessions on loopback, and what its tests say to it.
abstract class EndpointFixture {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    static final Duration SOON = Duration.ofSeconds(10);
    static final Action END = new Action.End();

    final ScriptedSessions sessions = new ScriptedSessions();
    final RecordingDataPlane dataPlane = new RecordingDataPlane();
    final Queue<SessionEvent> events = new ConcurrentLinkedQueue<>();
    final AtomicReference<Consumer<DataPlaneEvent>> planeListener = new AtomicReference<>();
    Optional<IkeEndpoint> opened = Optional.empty();

    @AfterEach
    void close() {
        opened.ifPresent(IkeEndpoint::close);
        assertThat(opened.isEmpty() || dataPlane.closed).isTrue();
    }

    TransportPath lastPath = new TransportPath.Udp(at(1), at(1), false);

    ScriptedSession meet(IkeEndpoint endpoint, DatagramSocket peer, long spi) throws Exception {
        send(peer, endpoint.ports().udp(), ike(spi, 0, 0x08, 0));
        ScriptedSession session = sessions.responder();
        lastPath = session.next(Input.MessageReceived.class).path();
        return session;
    }

    ScriptedSession establish(
            IkeEndpoint endpoint, DatagramSocket peer, long spi, Identity identity)
            throws Exception {
        ScriptedSession session = meet(endpoint, peer, spi);
        session.establishedWith(identity);
        session.does(_ ->
                List.of(
                        new Action.HandshakeEnded(session.ours(), true),
                        new Action.Publish(new IkeEvent.IkeSaEstablished(session.status()))));
        poke(endpoint, peer, spi, session);
        session.next(Input.MessageReceived.class);
        assertThat(sessions.handshakeEnded()).isEqualTo(session.ours());
        session.does(_ -> List.of());
        Await.until(
                "it is told",
                () ->
                        events.stream()
                                .anyMatch(e ->
                                        e.event() instanceof IkeEvent.IkeSaEstablished(var status)
                                                && status.responderSpi().equals(session.ours())));
        return session;
    }

    static void poke(IkeEndpoint endpoint, DatagramSocket peer, long spi, ScriptedSession session)
            throws IOException {
        send(peer, endpoint.ports().udp(), ike(spi, session.ours().value(), 0x08, 1));
    }

    static List<Action> waitFor(CountDownLatch gate) {
        try {
            assertThat(gate.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }

    static long count(IkeEndpoint endpoint, String reason) {
        return endpoint.drops().getOrDefault(reason, 0L);
    }

    static int views(IkeEndpoint endpoint) {
        try {
            return endpoint.statuses(SOON).size();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    IkeEndpoint open(UnaryOperator<EndpointSettings> change) throws IOException {
        DataPlaneFactory plane =
                (_, listener) -> {
                    planeListener.set(listener);
                    return new DataPlaneFactory.Parts(dataPlane, dataPlane);
                };
        EndpointSettings settings =
                EndpointSettings.of(listen(), _ -> sessions, plane)
                        .answering(List.of(connection("any", List.of())), List.of())
                        .telling(events::add);
        IkeEndpoint endpoint = IkeEndpoint.open(change.apply(settings));
        opened = Optional.of(endpoint);
        return endpoint;
    }

    static ListenSettings listen() {
        return new ListenSettings(
                List.of(LOOPBACK), 0, 0, List.of(ListenSettings.TcpPort.serving(0)));
    }

    static ConnectionConfig connection(String name, List<String> remotes) {
        return connection(name, List.of(), remotes.stream().map(IpPrefix::parse).toList());
    }

    static ConnectionConfig fromAddresses(String local) {
        return connection("home", List.of(IpPrefix.parse(local)), List.of());
    }

    static ConnectionConfig connection(String name, List<IpPrefix> local, List<IpPrefix> remote) {
        return new ConnectionConfig(
                name,
                local,
                remote,
                new TransportChoice.Udp(),
                List.of(),
                new LocalAuthentication.PreSharedKey(Identity.parse("us.example.org")),
                new RemoteAuthentication.PreSharedKey(IdentityPattern.ANY),
                List.of(),
                List.of(),
                List.of(),
                ConnectionConfig.Uniqueness.INITIAL_CONTACT,
                true,
                IkeSaLimits.DEFAULT,
                ConnectionTimers.DEFAULT);
    }

    static ChildSaSpec child(long id, int inboundSpi) {
        EspKeys keys =
                new EspKeys(
                        KeyMaterial.wrap("key", new byte[20]),
                        KeyMaterial.wrap("key", new byte[0]));
        List<TrafficSelector> all = List.of(TrafficSelector.of(IpPrefix.parse("0.0.0.0/0")));
        return new ChildSaSpec(
                new ChildSaId(id),
                "test/net",
                new EspTransform(
                        EncryptionAlgorithm.AES_GCM_16, 128, IntegrityAlgorithm.NONE, false),
                ChildSaSpec.Mode.TUNNEL,
                new Spi(inboundSpi),
                keys,
                new Spi(1000),
                keys,
                all,
                all,
                new EspRoute.Unknown(),
                64,
                Lifetime.UNLIMITED);
    }

    static Socket connect(IkeEndpoint endpoint) throws IOException {
        Socket socket = new Socket(LOOPBACK, endpoint.tcpEndpoints().getFirst().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    static void write(Socket socket, Octets... parts) throws IOException {
        socket.getOutputStream().write(Octets.concat(parts).toArray());
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

    static Octets marked(Octets message) {
        return Octets.concat(Octets.ofHex("00000000"), message);
    }

    static Octets frame(Octets message) {
        return StreamFrames.ike(StreamFraming.TCP_ENCAPSULATION, message);
    }

    static Octets ike(long initiator, long responder, int flags, int messageId) {
        return message(initiator, responder, 34, flags, messageId);
    }

    static Octets message(long initiator, long responder, int exchange, int flags, int messageId) {
        return new OctetsBuilder()
                .u64(initiator)
                .u64(responder)
                .u8(0)
                .u8(0x20)
                .u8(exchange)
                .u8(flags)
                .u32(messageId)
                .u32(28)
                .build();
    }
}
