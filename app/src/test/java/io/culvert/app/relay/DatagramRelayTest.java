package io.culvert.app.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.StreamFraming;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.net.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatagramRelayTest extends RelayFixture {
    private static final int ESP_SPI = 0xc0de_0001;
    private static final int PREFIX_OCTETS = 6;

    private ServerSocket gateway;
    private DatagramPeer client;

    @BeforeEach
    void open() throws IOException {
        gateway = keep(new ServerSocket(0, 50, LOOPBACK));
        gateway.setSoTimeout(10_000);
        client = datagramPeer();
    }

    private RelaySettings settings() {
        return RelaySettings.of(List.of(udp(0)), tcp(gateway.getLocalPort()));
    }

    private InetSocketAddress door() {
        return relay().listening().getFirst();
    }

    /// The connection that the relay opens next.
    private StreamPeer accept() throws IOException {
        return keep(new StreamPeer(gateway.accept()));
    }

    private StreamPeer acceptPrefixed() throws IOException {
        StreamPeer connection = accept();
        assertThat(connection.read(PREFIX_OCTETS)).isEqualTo(PREFIX);
        return connection;
    }

    private void acceptAndReset() throws IOException {
        StreamPeer connection = acceptPrefixed();
        connection.readFrame();
        connection.reset();
    }

    @Test
    @DisplayName(
            "IKE and ESP of a client go by one connection, and back; the first message is not lost")
    void bothWays() throws IOException {
        start(settings());
        client.send(marked(first()), door());
        StreamPeer connection = acceptPrefixed();
        assertThat(connection.readFrame()).isEqualTo(marked(first()));
        connection.send(frame(marked(answer())));
        assertThat(client.receive()).isEqualTo(new DatagramPeer.Received(door(), marked(answer())));

        client.send(esp(ESP_SPI, 1300), door());
        assertThat(connection.readFrame()).isEqualTo(esp(ESP_SPI, 1300));
        connection.send(frame(esp(ESP_SPI + 1, 1200)));
        assertThat(client.receive().payload()).isEqualTo(esp(ESP_SPI + 1, 1200));

        // what is sent is counted a moment later
        await(
                "all is counted",
                () ->
                        relay().statistics().towardsTcp().espPackets() == 1
                                && relay().statistics().towardsUdp().espPackets() == 1);
        RelayStatistics statistics = relay().statistics();
        assertThat(statistics.clients()).isEqualTo(1);
        assertThat(statistics.towardsTcp())
                .isEqualTo(new RelayStatistics.Flow(1, 1, 1300 + first().size()));
        assertThat(statistics.towardsUdp())
                .isEqualTo(new RelayStatistics.Flow(1, 1, 1200 + answer().size()));
        assertThat(statistics.dropped()).isEmpty();
    }

    @Test
    @DisplayName(
            "A client that goes on from port 500 to 4500 stays in its connection, and is answered where it is")
    void floats() throws IOException {
        start(settings());
        DatagramFront front = (DatagramFront) relay().fronts().getFirst();
        InetSocketAddress plain = front.listen(new InetSocketAddress(LOOPBACK, 0), false).local();
        client.send(first(), plain);
        StreamPeer connection = acceptPrefixed();
        assertThat(connection.readFrame()).isEqualTo(marked(first()));
        connection.send(frame(marked(answer())));
        assertThat(client.receive()).isEqualTo(new DatagramPeer.Received(plain, answer()));
        connection.send(frame(esp(ESP_SPI, 100)));
        await("no ESP at port 500", () -> dropped("ESP_TO_PORT_500") == 1);

        DatagramPeer floated = datagramPeer();
        Octets auth = ike(CLIENT_SPI, GATEWAY_SPI, VERSION_2, REQUEST, 30);
        floated.send(marked(auth), door());
        assertThat(connection.readFrame()).isEqualTo(marked(auth));
        connection.send(frame(marked(answer())));
        assertThat(floated.receive())
                .isEqualTo(new DatagramPeer.Received(door(), marked(answer())));
        connection.send(frame(esp(ESP_SPI, 100)));
        assertThat(floated.receive().payload()).isEqualTo(esp(ESP_SPI, 100));
    }

    @ParameterizedTest(name = "IKE version octet {0}")
    @ValueSource(ints = {VERSION_1, VERSION_2})
    @DisplayName("Towards raw IKE there is neither prefix nor marker nor ESP (IT-006)")
    void rawIke(int version) throws IOException {
        start(settings().withFraming(StreamFraming.IKE_TCP));
        Octets message = ike(CLIENT_SPI, 0, version, REQUEST, 44);
        client.send(marked(message), door());
        StreamPeer connection = accept();
        assertThat(connection.read(message.size())).isEqualTo(message);
        client.send(esp(ESP_SPI, 200), door());
        Octets answer = ike(CLIENT_SPI, GATEWAY_SPI, version, RESPONSE, 9);
        connection.send(answer);
        assertThat(client.receive().payload()).isEqualTo(marked(answer));
        await("no ESP there", () -> dropped("ESP_TO_RAW_IKE") == 1);
    }

    @Test
    @DisplayName(
            "Each new IKE SA has its own connection (TE-050), one that replaces another does not")
    void connectionEach() throws IOException {
        start(settings());
        client.send(marked(first()), door());
        StreamPeer one = acceptPrefixed();
        one.readFrame();
        client.send(marked(ike(2, 0, VERSION_2, REQUEST, 3)), door());
        StreamPeer two = acceptPrefixed();
        assertThat(two.readFrame()).isEqualTo(marked(ike(2, 0, VERSION_2, REQUEST, 3)));

        Octets ofOne = ike(CLIENT_SPI, GATEWAY_SPI, VERSION_2, REQUEST, 4);
        client.send(marked(ofOne), door());
        assertThat(one.readFrame()).isEqualTo(marked(ofOne));
        Octets rekeyed = ike(77, 78, VERSION_2, REQUEST, 4);
        client.send(marked(rekeyed), door());
        assertThat(two.readFrame()).isEqualTo(marked(rekeyed));
        assertThat(relay().statistics().served()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "A lost connection is opened again when the client has something to say, ESP too (TE-046)")
    void reconnects() throws IOException {
        start(settings());
        client.send(marked(first()), door());
        StreamPeer connection = acceptPrefixed();
        connection.readFrame();
        connection.send(frame(marked(answer())));
        client.receive();
        connection.reset();
        await("the loss is noticed", () -> relay().statistics().connectionsLost() == 1);

        client.send(esp(ESP_SPI, 64), door());
        StreamPeer next = accept();
        Octets later = ike(CLIENT_SPI, GATEWAY_SPI, VERSION_2, REQUEST, 21);
        client.send(marked(later), door());
        assertThat(next.read(PREFIX_OCTETS)).isEqualTo(PREFIX);
        assertThat(next.readFrame()).isEqualTo(marked(later));
        next.send(frame(marked(answer())));
        assertThat(client.receive().payload()).isEqualTo(marked(answer()));
        assertThat(relay().statistics().connectionsResumed()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "A gateway that cannot be reached, or resets each connection, is tried ever less often (TE-046)")
    void backsOff() throws IOException {
        start(settings());
        client.send(marked(first()), door());
        acceptAndReset();
        await("the loss is noticed", () -> relay().statistics().connectionsLost() == 1);
        client.send(marked(first()), door());
        await("too early", () -> dropped("CONNECTION_BACK_OFF") == 1);
        clock.advance(Duration.ofSeconds(2));
        client.send(marked(first()), door());
        acceptAndReset();
        await("the loss is noticed", () -> relay().statistics().connectionsLost() == 2);
        clock.advance(Duration.ofMillis(1500));
        client.send(marked(first()), door());
        await("too early", () -> dropped("CONNECTION_BACK_OFF") == 2);

        int port = gateway.getLocalPort();
        gateway.close();
        clock.advance(Duration.ofSeconds(1));
        client.send(marked(first()), door());
        await("nobody listens", () -> dropped("GATEWAY_UNREACHABLE") == 1);
        gateway = keep(new ServerSocket(port, 50, LOOPBACK));
        clock.advance(Duration.ofSeconds(5));
        client.send(marked(first()), door());
        assertThat(acceptPrefixed().readFrame()).isEqualTo(marked(first()));
    }

    @Test
    @DisplayName(
            "A connection on which a request stays unanswered is replaced when the client repeats it")
    void silentConnection() throws IOException {
        start(settings());
        client.send(marked(first()), door());
        StreamPeer connection = acceptPrefixed();
        connection.readFrame();
        connection.send(frame(marked(answer())));
        client.receive();
        Octets request = ike(CLIENT_SPI, GATEWAY_SPI, VERSION_2, REQUEST, 50);
        client.send(marked(request), door());
        connection.readFrame();
        clock.advance(Duration.ofSeconds(4));
        client.send(marked(request), door());
        connection.readFrame();
        clock.advance(Duration.ofSeconds(7));
        client.send(marked(request), door());
        StreamPeer next = acceptPrefixed();
        assertThat(next.readFrame()).isEqualTo(marked(request));
        assertThat(connection.isEnded()).isTrue();
    }

    @Test
    @DisplayName("Datagrams that are no IKE open no connection, nor does ESP before IKE")
    void garbage() throws IOException {
        start(settings());
        Random random = new Random(11);
        for (int i = 0; i < 50; i++) {
            byte[] octets = new byte[random.nextInt(5, 300)];
            random.nextBytes(octets);
            client.send(i % 2 == 0 ? marked(Octets.of(octets)) : Octets.of(octets), door());
        }
        client.send(Octets.of((byte) 0xff), door());
        client.send(marked(first()), door());
        assertThat(acceptPrefixed().readFrame()).isEqualTo(marked(first()));
        assertThat(relay().statistics().served()).isEqualTo(1);
        assertThat(dropped("ESP_OF_STRANGER")).isEqualTo(25);
        assertThat(dropped("NOT_IKE") + dropped("MEANINGLESS_DATAGRAM")).isEqualTo(25);
        assertThat(dropped("INTERNAL_ERROR")).isZero();
    }

    @Test
    @DisplayName("Clients beyond the cap are not served, and an unanswered one is soon forgotten")
    void forgotten() throws IOException {
        start(settings().withBounds(RelayBounds.DEFAULT.withClients(1, 1)));
        client.send(marked(first()), door());
        StreamPeer connection = acceptPrefixed();
        connection.readFrame();
        client.send(marked(ike(2, 0, VERSION_2, REQUEST, 3)), door());
        await("one too many", () -> dropped("TOO_MANY_CLIENTS") == 1);
        clock.advance(Limits.DEFAULT.unconfirmedIdle().plusSeconds(2));
        assertThat(connection.isEnded()).isTrue();
        assertThat(relay().statistics().clients()).isZero();
        client.send(marked(ike(2, 0, VERSION_2, REQUEST, 3)), door());
        assertThat(acceptPrefixed().readFrame())
                .isEqualTo(marked(ike(2, 0, VERSION_2, REQUEST, 3)));
    }

    @Test
    @DisplayName("A client that only keeps its NAT's mapping stays")
    void keptAlive() throws IOException {
        // with steps that are shorter than what a connection may take to write, which another
        // thread does
        RelayBounds bounds =
                RelayBounds.DEFAULT.withTimes(
                        Duration.ofMinutes(1),
                        RelayBounds.DEFAULT.linger(),
                        RelayBounds.DEFAULT.keepalive());
        start(settings().withBounds(bounds));
        client.send(marked(first()), door());
        StreamPeer connection = acceptPrefixed();
        connection.readFrame();
        connection.send(frame(marked(answer())));
        client.receive();
        for (int i = 0; i < 4; i++) {
            clock.advance(bounds.idle().dividedBy(3));
            client.send(Octets.of((byte) 0xff), door());
            client.send(esp(ESP_SPI, 40), door());
            assertThat(connection.readFrame()).isEqualTo(esp(ESP_SPI, 40));
        }
        assertThat(relay().statistics().clients()).isEqualTo(1);
        clock.advance(bounds.idle().plusSeconds(2));
        assertThat(relay().statistics().clients()).isZero();
        assertThat(connection.isEnded()).isTrue();
    }

    @Test
    @DisplayName("Draining closes the connections and opens no others")
    void drain() throws IOException {
        start(settings());
        client.send(marked(first()), door());
        StreamPeer connection = acceptPrefixed();
        connection.readFrame();
        Thread draining = Thread.startVirtualThread(relay()::drain);
        assertThat(connection.isEnded()).isTrue();
        connection.close();
        await("drained", () -> !draining.isAlive());
        client.send(marked(first()), door());
        client.send(marked(ike(2, 0, VERSION_2, REQUEST, 3)), door());
        assertThat(client.hearsNothing()).isTrue();
        assertThat(relay().statistics().served()).isEqualTo(1);
    }
}
