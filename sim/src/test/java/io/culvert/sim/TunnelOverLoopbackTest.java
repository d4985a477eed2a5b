package io.culvert.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.runtime.embed.SessionHandle;
import io.culvert.runtime.embed.SessionOutcome;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@DisplayName("Two endpoints on real loopback sockets")
final class TunnelOverLoopbackTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    static Stream<TransportChoice> transports() {
        return Stream.of(
                new TransportChoice.Udp(),
                new TransportChoice.IkeTcp(TransportChoice.IkeTcpPolicy.ALWAYS, 1232),
                new TransportChoice.IkeTcp(TransportChoice.IkeTcpPolicy.MISSION, 1232),
                new TransportChoice.IkeTcp(TransportChoice.IkeTcpPolicy.LARGE, 100),
                new TransportChoice.TcpEncapsulation());
    }

    @ParameterizedTest
    @MethodSource("transports")
    @DisplayName("TE-040, IT-010: a tunnel comes up, carries pings, and goes down without a trace")
    void tunnel(TransportChoice transport) throws Exception {
        try (LoopbackParty gateway = LoopbackParty.gateway();
                LoopbackParty client = LoopbackParty.client(LoopbackParty.SECRET)) {
            SessionHandle session = up(client, gateway, transport);
            assertThat(session.await(SOON)).contains(new SessionOutcome.Established());
            assertThat(client.addresses()).hasSize(1);
            assertThat(gateway.endpoint().leasedAddresses()).isEqualTo(1);
            for (int i = 0; i < 20; i++) {
                assertThat(client.ping(i)).isTrue();
            }
            checkTransports(client, session.status(SOON).orElseThrow(), transport.kind());

            session.terminate("the test is over");
            assertThat(session.awaitEnd(SOON)).isTrue();
            assertThat(client.addresses()).isEmpty();
            until(() -> gateway.endpoint().leasedAddresses() == 0);
            until(() -> gateway.endpoint().statuses(SOON).isEmpty());
            until(() -> gateway.endpoint().tcpConnections() == 0);
            until(() -> client.endpoint().tcpConnections() == 0);
        }
    }

    @Test
    @DisplayName("closing an endpoint deletes its SAs at the peer")
    void closingDeletes() throws Exception {
        try (LoopbackParty gateway = LoopbackParty.gateway()) {
            try (LoopbackParty client = LoopbackParty.client(LoopbackParty.SECRET)) {
                SessionHandle session = up(client, gateway, new TransportChoice.Udp());
                assertThat(session.await(SOON)).contains(new SessionOutcome.Established());
            }
            until(() -> gateway.endpoint().statuses(SOON).isEmpty());
            assertThat(gateway.endpoint().leasedAddresses()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    @DisplayName("IK-087: with a wrong key nothing stands, and the cause is authentication")
    void wrongSecret(TransportChoice transport) throws Exception {
        try (LoopbackParty gateway = LoopbackParty.gateway();
                LoopbackParty client = LoopbackParty.client("another secret")) {
            SessionHandle session = up(client, gateway, transport);
            assertThat(session.await(SOON))
                    .hasValueSatisfying(outcome ->
                            assertThat(((SessionOutcome.Failed) outcome).failure())
                                    .isInstanceOf(SessionFailure.AuthenticationFailed.class));
            until(() -> gateway.endpoint().statuses(SOON).isEmpty());
            until(() -> client.endpoint().tcpConnections() == 0);
        }
    }

    @Test
    @DisplayName("random octets to all ports of a gateway leave its tunnels and its door working")
    void randomOctets() throws Exception {
        try (LoopbackParty gateway = LoopbackParty.gateway();
                LoopbackParty client = LoopbackParty.client(LoopbackParty.SECRET)) {
            SessionHandle session = up(client, gateway, new TransportChoice.TcpEncapsulation());
            assertThat(session.await(SOON)).contains(new SessionOutcome.Established());
            flood(gateway, new Random(2018));
            assertThat(client.ping(1)).isTrue();
            try (LoopbackParty second = LoopbackParty.client(LoopbackParty.SECRET)) {
                SessionHandle other =
                        second.endpoint()
                                .initiate(
                                        LoopbackParty.clientConnection(
                                                "bob", new TransportChoice.Udp()),
                                        gateway.remote());
                assertThat(other.await(SOON)).contains(new SessionOutcome.Established());
                assertThat(second.ping(1)).isTrue();
            }
            assertThat(gateway.endpoint().drops()).doesNotContainKey("INTERNAL_ERROR");
        }
    }

    @Test
    @DisplayName("IK-122: many clients at once each get an address and a tunnel")
    void manyClients() throws Exception {
        List<TransportChoice> choices = transports().toList();
        try (LoopbackParty gateway = LoopbackParty.gateway();
                LoopbackParty client = LoopbackParty.client(LoopbackParty.SECRET)) {
            List<SessionHandle> sessions = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                var connection =
                        LoopbackParty.clientConnection("user" + i, choices.get(i % choices.size()));
                sessions.add(client.endpoint().initiate(connection, gateway.remote()));
            }
            for (SessionHandle session : sessions) {
                assertThat(session.await(Duration.ofSeconds(30)))
                        .contains(new SessionOutcome.Established());
            }
            assertThat(client.addresses()).hasSize(50).doesNotHaveDuplicates();
        }
    }

    private static SessionHandle up(
            LoopbackParty client, LoopbackParty gateway, TransportChoice transport)
            throws Exception {
        return client.endpoint()
                .initiate(LoopbackParty.clientConnection("alice", transport), gateway.remote());
    }

    private static void checkTransports(
            LoopbackParty client, SessionStatus status, TransportKind kind) {
        assertThat(status.state()).isEqualTo("Established");
        assertThat(client.events())
                .filteredOn(e ->
                        e.event() instanceof IkeEvent.MessagePassed passed
                                && passed.exchange().equals("IKE_AUTH"))
                .hasSize(2)
                .allSatisfy(e ->
                        assertThat(((IkeEvent.MessagePassed) e.event()).path().kind())
                                .isEqualTo(kind));
        assertThat(status.children().getFirst().route())
                .isInstanceOf(
                        kind == TransportKind.TCP_ENCAPSULATION
                                ? EspRoute.Tcp.class
                                : EspRoute.Udp.class);
    }

    private static void flood(LoopbackParty target, Random random) throws Exception {
        var ports = target.endpoint().ports();
        try (DatagramChannel channel = DatagramChannel.open()) {
            for (int i = 0; i < 500; i++) {
                int port = i % 2 == 0 ? ports.udp() : ports.natTraversal();
                channel.send(
                        ByteBuffer.wrap(octets(random, 300)),
                        new InetSocketAddress(LoopbackParty.LOOPBACK, port));
            }
        }
        for (int i = 0; i < 20; i++) {
            try (Socket socket = new Socket(LoopbackParty.LOOPBACK, ports.ikeTcp().orElseThrow())) {
                if (i % 2 == 0) {
                    socket.getOutputStream()
                            .write("IKETCP".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                }
                socket.getOutputStream().write(octets(random, 2000));
            } catch (java.io.IOException closedAlready) {
                // that is an answer, too
            }
        }
    }

    private static byte[] octets(Random random, int most) {
        byte[] octets = new byte[random.nextInt(most)];
        random.nextBytes(octets);
        return octets;
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void until(Condition condition) throws Exception {
        long end = System.nanoTime() + SOON.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
