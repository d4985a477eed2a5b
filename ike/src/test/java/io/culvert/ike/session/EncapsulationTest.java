package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportOrder;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.StreamWrapping;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// MOBIKE between UDP and TCP encapsulation: UDP dies in mid-life, and comes back (RFC 9329 section 7.1).
class EncapsulationTest extends MobikeFixture {
    EncapsulationTest() {
        super(pairOver(new TransportChoice.Udp(), new TransportChoice.TcpEncapsulation()));
    }

    private boolean udpIsOpen = true;
    private long packetsOut;
    private long packetsIn;

    private static Pair pairOver(TransportChoice... transports) {
        ConnectionConfig client = mobile(clientConfig(Way.UDP)).over(TransportOrder.of(transports));
        return Pairs.of(client, mobile(Configs.gateway(Configs.X25519)));
    }

    /// A pair that is up, with a ping every 100 ms that is answered as long as its path is open.
    private Pair up() {
        pair.delivers = m -> udpIsOpen || !(m.path() instanceof TransportPath.Udp);
        pair.start();
        assertThat(pair.isUp()).isTrue();
        return pair;
    }

    private void ping(Duration time) {
        for (long passed = 0; passed < time.toMillis(); passed += 100) {
            packetsOut++;
            boolean there = pair.clientRoute() instanceof EspRoute.Tcp || udpIsOpen;
            boolean back = pair.gatewayRoute() instanceof EspRoute.Tcp || udpIsOpen;
            packetsIn += there && back ? 1 : 0;
            pair.client.carried = new Input.TrafficSampled(packetsIn, packetsOut);
            if (there && pair.clientRoute() instanceof EspRoute.Udp(var local, var remote)) {
                espArrives(new EspRoute.Udp(/* local= */ remote, /* remote= */ local));
            }
            pair.advance(Duration.ofMillis(100));
        }
    }

    /// As the data plane tells when ESP comes from elsewhere than it goes to.
    private void espArrives(EspRoute from) {
        if (!pair.gatewayRoute().equals(from)) {
            ChildSaId id = pair.gateway.session.orElseThrow().status().children().getFirst().id();
            pair.gateway.handle(
                    new Input.DataPlaneReported(new DataPlaneEvent.PeerMoved(id, from)));
        }
    }

    private static List<String> updates(Pair.End end) {
        return end.events(IkeEvent.MessagePassed.class).stream()
                .filter(m -> m.sent() && m.payloads().contains("UPDATE_SA_ADDRESSES"))
                .map(m -> m.messageId() + " " + m.path().kind().word())
                .toList();
    }

    @Test
    @DisplayName(
            "UDP dies under traffic: update over UDP, the same in a connection, a second one with the right hashes, and ESP follows (TE-080, TE-081, TE-083, TE-084, TE-085)")
    void udpDies() {
        up();
        ping(Duration.ofSeconds(3));
        assertThat(updates(pair.client)).isEmpty();
        pair.client.events.clear();
        udpIsOpen = false;
        long before = packetsIn;
        ping(Duration.ofMillis(2500));

        assertThat(packetsIn).as("packets after at most 2.5 s").isGreaterThan(before);
        // three tries, and one more while the connection is opened
        assertThat(updates(pair.client))
                .containsExactlyInAnyOrder(
                        "2 udp",
                        "2 udp",
                        "2 udp",
                        "2 udp",
                        "2 tcp-encapsulation",
                        "3 tcp-encapsulation");
        assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Tcp.class);
        assertThat(pair.gatewayRoute()).isInstanceOf(EspRoute.Tcp.class);
        assertThat(pair.client.events(IkeEvent.PathChanged.class)).hasSize(1);
        assertThat(pair.client.session.orElseThrow().status().transportWhy())
                .contains("udp led nowhere");
        assertStillWorksIn(TransportKind.TCP_ENCAPSULATION);
    }

    @Test
    @DisplayName("the copy in the connection is the same message, octet by octet (TE-083)")
    void sameMessage() {
        up();
        udpIsOpen = false;
        ping(Duration.ofMillis(2500));
        List<Pair.InFlight> second =
                pair.traffic.stream()
                        .filter(m -> m.from() == pair.client && messageId(m) == 2)
                        .toList();
        assertThat(second.stream().map(m -> m.path().kind()))
                .contains(TransportKind.UDP, TransportKind.TCP_ENCAPSULATION);
        assertThat(second.stream().map(Pair.InFlight::message).distinct()).hasSize(1);
    }

    @Test
    @DisplayName(
            "UDP comes back: IKE goes there, ESP follows at each end when the answer has come, and the connection is closed (TE-080, TE-082, TE-087)")
    void udpReturns() {
        up();
        udpIsOpen = false;
        ping(Duration.ofSeconds(3));
        udpIsOpen = true;
        pair.client.actions.clear();
        ping(Duration.ofSeconds(12));

        assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Udp.class);
        assertThat(pair.gatewayRoute()).isInstanceOf(EspRoute.Udp.class);
        assertThat(pair.client.actions(Action.CloseConnection.class)).hasSize(1);
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            assertThat(end.events(IkeEvent.PathChanged.class))
                    .extracting(changed -> changed.path().kind())
                    .containsExactly(TransportKind.TCP_ENCAPSULATION, TransportKind.UDP);
        }
        assertThat(pair.connections).isEmpty();
        assertStillWorksIn(TransportKind.UDP);
        udpIsOpen = false;
        ping(Duration.ofMillis(2500));
        assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Tcp.class);
        assertStillWorksIn(TransportKind.TCP_ENCAPSULATION);
    }

    @Test
    @DisplayName(
            "as long as UDP is dead ESP stays in the connection, and UDP is tried again and again, less and less often")
    void udpStaysDead() {
        up();
        udpIsOpen = false;
        ping(Duration.ofSeconds(3));
        long lost = packetsOut - packetsIn;
        pair.client.events.clear();
        ping(Duration.ofMinutes(5));

        assertThat(packetsOut - packetsIn).as("no packet is lost for it").isEqualTo(lost);
        long tries = updates(pair.client).stream().filter(u -> u.endsWith(" udp")).count() / 3;
        assertThat(tries).isBetween(4L, 8L);
        assertThat(pair.isUp()).isTrue();
    }

    @Test
    @DisplayName(
            "only the way back is dead: the gateway's ESP does not leave the connection (E2-4)")
    void oneWay() {
        up();
        udpIsOpen = false;
        ping(Duration.ofSeconds(3));
        long lost = packetsOut - packetsIn;
        pair.delivers = m -> m.from() == pair.client || !(m.path() instanceof TransportPath.Udp);
        ping(Duration.ofMinutes(1));

        assertThat(packetsOut - packetsIn).isEqualTo(lost);
        assertThat(pair.gatewayRoute()).isInstanceOf(EspRoute.Tcp.class);
        assertThat(pair.isUp()).isTrue();
    }

    @Test
    @DisplayName(
            "a request of either side that UDP has swallowed is sent in the connection (TE-086)")
    void outstanding() {
        up();
        udpIsOpen = false;
        pair.client.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.gateway.handle(new Input.Commanded(new Command.RekeyChildSas(Optional.empty())));
        pair.settle();
        ping(Duration.ofSeconds(30));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.events(IkeEvent.IkeSaRekeyed.class)).isNotEmpty();
        assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Tcp.class);
        assertThat(pair.gatewayRoute()).isInstanceOf(EspRoute.Tcp.class);
        assertStillWorksIn(TransportKind.TCP_ENCAPSULATION);
    }

    @Test
    @DisplayName(
            "a gateway that takes no connection: UDP goes on being tried, and the SA lives if it comes back in time")
    void noConnection() {
        up();
        pair.accepts = () -> false;
        udpIsOpen = false;
        ping(Duration.ofSeconds(5));
        assertThat(pair.isUp()).isTrue();
        udpIsOpen = true;
        ping(Duration.ofSeconds(30));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Udp.class);
        assertStillWorksIn(TransportKind.UDP);
    }

    @Test
    @DisplayName(
            "what only goes out is no reason to leave UDP: the path is checked, less and less often")
    void oneWayTraffic() {
        up();
        for (int i = 0; i < 600; i++) {
            pair.client.carried = new Input.TrafficSampled(0, ++packetsOut);
            pair.advance(Duration.ofMillis(100));
        }
        assertThat(updates(pair.client)).hasSizeBetween(3, 6).allMatch(u -> u.endsWith(" udp"));
        assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Udp.class);
        assertThat(pair.client.actions(Action.OpenConnection.class)).isEmpty();
    }

    @Test
    @DisplayName("without MOBIKE at the peer nothing moves, and nothing is counted (TE-080)")
    void withoutMobike() {
        ConnectionConfig client =
                mobile(clientConfig(Way.UDP))
                        .over(
                                TransportOrder.of(
                                        new TransportChoice.Udp(),
                                        new TransportChoice.TcpEncapsulation()));
        Pair half = Pairs.of(client, Configs.gateway(Configs.X25519)).start();
        half.advance(Duration.ofSeconds(5));
        assertThat(half.isUp()).isTrue();
        assertThat(half.client.actions(Action.SampleTraffic.class)).isEmpty();
        half.delivers = m -> !(m.path() instanceof TransportPath.Udp);
        half.client.handle(new Input.Commanded(new Command.CheckLiveness()));
        half.settle();
        half.advance(Duration.ofMinutes(1));
        assertThat(half.client.actions(Action.OpenConnection.class)).isEmpty();
    }

    @Test
    @DisplayName(
            "an SA that began in a connection goes over UDP when that is preferred and works (TE-026, TE-080)")
    void beganInConnection() {
        Pair late = pairOver(new TransportChoice.Udp(), new TransportChoice.TcpEncapsulation());
        late.delivers = m -> !(m.path() instanceof TransportPath.Udp);
        late.start();
        late.advance(Duration.ofSeconds(3));
        assertThat(late.isUp()).isTrue();
        assertThat(late.clientRoute()).isInstanceOf(EspRoute.Tcp.class);
        late.delivers = _ -> true;
        late.advance(Duration.ofSeconds(15));

        assertThat(late.isUp()).isTrue();
        assertThat(late.clientRoute()).isInstanceOf(EspRoute.Udp.class);
        assertThat(late.gatewayRoute()).isInstanceOf(EspRoute.Udp.class);
    }

    @Test
    @DisplayName("an SA for which only the connection is configured stays there (TE-030)")
    void staysInConnection() {
        Pair only = pairOver(new TransportChoice.TcpEncapsulation()).start();
        only.advance(Duration.ofMinutes(3));
        assertThat(only.isUp()).isTrue();
        assertThat(only.traffic).noneMatch(m -> m.path() instanceof TransportPath.Udp);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "after a move from network to network UDP is tried first, and the connection if it leads nowhere (TE-081, TE-083)")
    void anotherNetwork(boolean udpWorks) {
        up();
        udpIsOpen = false;
        ping(Duration.ofSeconds(3));
        udpIsOpen = udpWorks;
        pair.client.events.clear();
        pair.client.handle(changed(NEW, NEW));
        pair.settle();
        assertThat(updates(pair.client)).allMatch(u -> u.endsWith(" udp")).isNotEmpty();
        ping(Duration.ofSeconds(3));

        assertThat(pair.isUp()).isTrue();
        if (udpWorks) {
            assertThat(pair.clientRoute()).isEqualTo(route(NEW, Pair.GATEWAY));
        } else {
            assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Tcp.class);
            assertThat(pair.connections.values()).allMatch(c -> c.local().getAddress().equals(NEW));
        }
        assertThat(pair.gatewayRoute().getClass()).isEqualTo(pair.clientRoute().getClass());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    @DisplayName("UDP comes and goes at random: the SA lives, and both ends agree in the end")
    void flapping(long seed) {
        var random = new Random(seed);
        up();
        for (int i = 0; i < 40; i++) {
            udpIsOpen = random.nextBoolean();
            if (random.nextInt(6) == 0) {
                pair.reset();
            }
            if (random.nextInt(6) == 0) {
                Pair.End end = random.nextBoolean() ? pair.client : pair.gateway;
                end.handle(
                        new Input.Commanded(
                                random.nextBoolean()
                                        ? new Command.RekeyIkeSa()
                                        : new Command.RekeyChildSas(Optional.empty())));
                pair.settle();
            }
            ping(Duration.ofMillis(random.nextInt(4000)));
            assertThat(pair.isUp()).as("step " + i).isTrue();
        }
        udpIsOpen = true;
        ping(Duration.ofSeconds(130));
        long before = packetsIn;
        ping(Duration.ofSeconds(2));
        assertThat(packetsIn).isGreaterThan(before);
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Udp.class);
        assertThat(pair.gatewayRoute()).isInstanceOf(EspRoute.Udp.class);
    }

    private void assertStillWorksIn(TransportKind kind) {
        for (Pair.End end : new ArrayList<>(List.of(pair.client, pair.gateway))) {
            int before = end.ladder().size();
            end.handle(new Input.Commanded(new Command.CheckLiveness()));
            pair.settle();
            assertThat(end.ladder().size()).isGreaterThan(before);
            assertThat(end.ladder().getLast()).endsWith(" " + kind.word());
        }
        pair.advance(Duration.ofMillis(50));
        assertThat(pair.isUp()).isTrue();
    }

    private static long messageId(Pair.InFlight message) {
        return IkeHeader.peek(message.message()).orElseThrow().messageId();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "within TLS all is the same, only who opens the connection is told so, and of the port")
    void withinTls(boolean fromUdp) {
        var tls = new TransportChoice.TcpEncapsulation(StreamWrapping.TLS);
        Pair wrapped = fromUdp ? pairOver(new TransportChoice.Udp(), tls) : pairOver(tls);
        wrapped.start();
        assertThat(wrapped.isUp()).isTrue();
        if (fromUdp) {
            wrapped.delivers = m -> !(m.path() instanceof TransportPath.Udp);
            for (int i = 1; i <= 30; i++) {
                wrapped.client.carried = new Input.TrafficSampled(0, i);
                wrapped.advance(Duration.ofMillis(100));
            }
        }
        Action.OpenConnection asked =
                wrapped.client.actions(Action.OpenConnection.class).getFirst();
        assertThat(asked.wrapping()).isEqualTo(StreamWrapping.TLS);
        assertThat(asked.framing()).isEqualTo(StreamFraming.TCP_ENCAPSULATION);
        assertThat(asked.remote().getPort()).isEqualTo(443);
        assertThat(wrapped.clientRoute()).isInstanceOf(EspRoute.Tcp.class);
    }
}
