package io.culvert.app.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.culvert.app.control.Json;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.net.Limits;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamRelayTest extends RelayFixture {
    private static final int ESP_SPI = 0xc0de_0001;

    private DatagramPeer gateway;

    @BeforeEach
    void openGateway() throws IOException {
        gateway = datagramPeer();
    }

    private RelaySettings settings() {
        return RelaySettings.of(List.of(tcp(0)), udp(gateway.port()));
    }

    private StreamPeer client() throws IOException {
        StreamPeer client = streamPeer();
        client.send(PREFIX);
        return client;
    }

    @Test
    @DisplayName("IKE and ESP of a connection become datagrams of one UDP port, and back")
    void bothWays() throws IOException {
        start(settings());
        StreamPeer client = client();
        client.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        assertThat(request.payload()).isEqualTo(marked(first()));

        gateway.send(marked(answer()), request.from());
        assertThat(client.readFrame()).isEqualTo(marked(answer()));

        Octets packet = esp(ESP_SPI, 1400);
        client.send(frame(packet));
        assertThat(gateway.receive()).isEqualTo(new DatagramPeer.Received(request.from(), packet));
        Octets back = esp(ESP_SPI + 1, 1300);
        gateway.send(back, request.from());
        assertThat(client.readFrame()).isEqualTo(back);

        // what is sent is counted a moment later
        await(
                "all is counted",
                () ->
                        relay().statistics().towardsTcp().espPackets() == 1
                                && relay().statistics().towardsUdp().espPackets() == 1);
        RelayStatistics statistics = relay().statistics();
        assertThat(statistics.clients()).isEqualTo(1);
        assertThat(statistics.towardsUdp())
                .isEqualTo(new RelayStatistics.Flow(1, 1, 1400 + first().size()));
        assertThat(statistics.towardsTcp())
                .isEqualTo(new RelayStatistics.Flow(1, 1, 1300 + answer().size()));
        assertThat(statistics.dropped()).isEmpty();
        assertThat(Json.parse(statistics.json()).at("/to-udp/esp-packets").intValue()).isEqualTo(1);
    }

    @Test
    @DisplayName("Each connection has a UDP port of its own, and gets its own answers")
    void aPortEach() throws IOException {
        start(settings());
        StreamPeer one = client();
        one.send(frame(marked(first())));
        DatagramPeer.Received ofOne = gateway.receive();
        StreamPeer other = client();
        other.send(frame(marked(ike(2, 0, VERSION_2, REQUEST, 10))));
        DatagramPeer.Received ofOther = gateway.receive();
        assertThat(ofOther.from()).isNotEqualTo(ofOne.from());

        gateway.send(marked(ike(2, 3, VERSION_2, RESPONSE, 5)), ofOther.from());
        gateway.send(marked(answer()), ofOne.from());
        assertThat(one.readFrame()).isEqualTo(marked(answer()));
        assertThat(other.readFrame()).isEqualTo(marked(ike(2, 3, VERSION_2, RESPONSE, 5)));
    }

    @Test
    @DisplayName("What comes from another address than the gateway's does not reach the client")
    void strangersUnheard() throws IOException {
        start(settings());
        StreamPeer client = client();
        client.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        DatagramPeer stranger = datagramPeer();
        stranger.send(marked(ike(CLIENT_SPI, 5, VERSION_2, RESPONSE, 0)), request.from());
        gateway.send(marked(answer()), request.from());
        assertThat(client.readFrame()).isEqualTo(marked(answer()));
    }

    @ParameterizedTest(name = "IKE version octet {0}")
    @ValueSource(ints = {VERSION_1, VERSION_2})
    @DisplayName(
            "Raw IKE is told apart by its first octets, in both versions of IKE; ESP never goes there")
    void rawIke(int version) throws IOException {
        start(settings());
        StreamPeer client = streamPeer();
        Octets message = ike(CLIENT_SPI, 0, version, REQUEST, 40);
        client.send(message);
        DatagramPeer.Received request = gateway.receive();
        assertThat(request.payload()).isEqualTo(marked(message));

        Octets answer = ike(CLIENT_SPI, GATEWAY_SPI, version, RESPONSE, 12);
        gateway.send(esp(ESP_SPI, 100), request.from());
        gateway.send(marked(answer), request.from());
        assertThat(client.read(answer.size())).isEqualTo(answer);
        assertThat(dropped("ESP_TO_RAW_IKE")).isEqualTo(1);
    }

    @Test
    @DisplayName("A request of the gateway is not written on a connection of raw IKE (IT-029)")
    void noRequestOnRawIke() throws IOException {
        start(settings());
        StreamPeer client = streamPeer();
        client.send(first());
        DatagramPeer.Received request = gateway.receive();
        gateway.send(marked(ike(CLIENT_SPI, GATEWAY_SPI, VERSION_2, 0, 8)), request.from());
        gateway.send(marked(answer()), request.from());
        assertThat(client.read(answer().size())).isEqualTo(answer());
        assertThat(dropped("REQUEST_TO_RAW_IKE")).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "A client that lost its connection comes back with its SPI and keeps its UDP port (TE-051)")
    void comesBack() throws IOException {
        start(settings());
        StreamPeer client = client();
        client.send(Octets.concat(frame(marked(first())), frame(esp(ESP_SPI, 80))));
        DatagramPeer.Received request = gateway.receive();
        gateway.receive();
        client.reset();
        await("the loss is noticed", () -> relay().statistics().waiting() == 1);

        StreamPeer withEsp = client();
        withEsp.send(frame(esp(ESP_SPI, 90)));
        assertThat(gateway.receive())
                .isEqualTo(new DatagramPeer.Received(request.from(), esp(ESP_SPI, 90)));
        gateway.send(esp(1 << 20, 70), request.from());
        assertThat(withEsp.readFrame()).isEqualTo(esp(1 << 20, 70));
        assertThat(relay().statistics().connectionsResumed()).isEqualTo(1);
        assertThat(relay().statistics().served()).isEqualTo(1);
        assertThat(relay().statistics().waiting()).isZero();
    }

    @Test
    @DisplayName(
            "A new connection takes over from one whose loss has not been noticed; answers go where the client spoke last (TE-054, TE-055)")
    void takesOver() throws IOException {
        start(settings());
        StreamPeer old = client();
        old.send(Octets.concat(frame(marked(first())), frame(esp(ESP_SPI, 80))));
        DatagramPeer.Received request = gateway.receive();
        gateway.receive();

        StreamPeer next = client();
        next.send(frame(esp(ESP_SPI, 81)));
        assertThat(gateway.receive())
                .isEqualTo(new DatagramPeer.Received(request.from(), esp(ESP_SPI, 81)));
        gateway.send(marked(answer()), request.from());
        assertThat(next.readFrame()).isEqualTo(marked(answer()));

        old.send(frame(esp(ESP_SPI, 82)));
        assertThat(gateway.receive().payload()).isEqualTo(esp(ESP_SPI, 82));
        gateway.send(esp(9, 83), request.from());
        assertThat(old.readFrame()).isEqualTo(esp(9, 83));

        old.reset();
        await("the loss is noticed", () -> relay().statistics().connectionsLost() == 1);
        gateway.send(marked(answer()), request.from());
        assertThat(next.readFrame()).isEqualTo(marked(answer()));
        assertThat(relay().statistics().served()).isEqualTo(1);
    }

    @Test
    @DisplayName("Of many connections of one client the oldest are ended")
    void fewConnectionsEach() throws IOException {
        start(settings());
        StreamPeer oldest = client();
        oldest.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        for (int i = 0; i < 4; i++) {
            client().send(frame(marked(first())));
            assertThat(gateway.receive()).isEqualTo(request);
        }
        assertThat(oldest.isEnded()).isTrue();
        assertThat(relay().statistics().served()).isEqualTo(1);
        assertThat(relay().statistics().clients()).isEqualTo(1);
    }

    @Test
    @DisplayName("A client that does not come back in time loses its UDP port")
    void lingersNotForEver() throws IOException {
        start(settings());
        StreamPeer client = client();
        client.send(frame(marked(first())));
        DatagramPeer.Received before = gateway.receive();
        client.reset();
        await("the loss is noticed", () -> relay().statistics().waiting() == 1);
        clock.advance(RelayBounds.DEFAULT.linger().plusSeconds(2));
        assertThat(relay().statistics().waiting()).isZero();

        StreamPeer again = client();
        again.send(frame(marked(ike(CLIENT_SPI, GATEWAY_SPI, VERSION_2, REQUEST, 8))));
        gateway.receiveOther(before.from());
        assertThat(relay().statistics().served()).isEqualTo(2);
        assertThat(relay().statistics().connectionsResumed()).isZero();
    }

    @Test
    @DisplayName(
            "The mapping of a NAT before the gateway is kept, and an idle client is let go in the end (TE-011)")
    void idle() throws IOException {
        start(settings());
        StreamPeer client = client();
        client.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        gateway.send(marked(answer()), request.from());
        client.readFrame();
        clock.advance(RelayBounds.DEFAULT.keepalive().plusSeconds(2));
        assertThat(gateway.receive())
                .isEqualTo(new DatagramPeer.Received(request.from(), Octets.of((byte) 0xff)));
        clock.advance(RelayBounds.DEFAULT.idle());
        assertThat(client.isEnded()).isTrue();
        clock.advance(RelayBounds.DEFAULT.linger());
        assertThat(relay().statistics().clients()).isZero();
        assertThat(relay().statistics().waiting()).isZero();
    }

    @Test
    @DisplayName("More clients than allowed are refused, and the others are served on")
    void tooMany() throws IOException {
        start(settings().withBounds(RelayBounds.DEFAULT.withClients(1, 1)));
        StreamPeer one = client();
        one.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        StreamPeer two = client();
        two.send(frame(marked(ike(2, 0, VERSION_2, REQUEST, 10))));
        assertThat(two.isEnded()).isTrue();
        assertThat(dropped("TOO_MANY_CLIENTS")).isEqualTo(1);
        gateway.send(marked(answer()), request.from());
        assertThat(one.readFrame()).isEqualTo(marked(answer()));
    }

    @Test
    @DisplayName("Connections that say nothing, or too slowly, are ended (IT-008)")
    void slow() throws IOException {
        start(settings());
        StreamPeer silent = streamPeer();
        StreamPeer dripping = streamPeer();
        dripping.send(PREFIX.slice(0, 3));
        clock.awaitAlarms(3);
        clock.advance(Limits.DEFAULT.headerTime().plusSeconds(1));
        assertThat(silent.isEnded()).isTrue();
        assertThat(dripping.isEnded()).isTrue();
        assertThat(relay().statistics().served()).isZero();
    }

    @Test
    @DisplayName(
            "A prefix split at each octet is understood (TE-002); frames of 0 and 1 octets end a connection (TE-005), one of 2 does not (TE-006)")
    void framesOfAllSizes() throws IOException {
        start(settings());
        StreamPeer client = streamPeer();
        Octets all =
                Octets.concat(
                        PREFIX,
                        Octets.of((byte) 0, (byte) 2),
                        frame(Octets.of((byte) 0xff)),
                        frame(marked(first())));
        for (int i = 0; i < all.size(); i++) {
            client.send(all.slice(i, i + 1));
        }
        assertThat(gateway.receive().payload()).isEqualTo(marked(first()));

        for (byte length = 0; length <= 1; length++) {
            StreamPeer wrong = client();
            wrong.send(Octets.of((byte) 0, length));
            assertThat(wrong.isEnded()).isTrue();
        }
    }

    @Test
    @DisplayName("The largest packets go through in both directions")
    void largest() throws IOException {
        start(settings());
        StreamPeer client = client();
        Octets large = esp(ESP_SPI, 65_507);
        client.send(frame(large));
        DatagramPeer.Received received = gateway.receive();
        assertThat(received.payload()).isEqualTo(large);
        gateway.send(large, received.from());
        assertThat(client.readFrame()).isEqualTo(large);
    }

    @Test
    @DisplayName("Random octets disturb nobody else")
    void garbage() throws IOException {
        start(settings());
        StreamPeer good = client();
        good.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        Random random = new Random(7);
        for (int i = 0; i < 30; i++) {
            StreamPeer bad = streamPeer();
            byte[] octets = new byte[random.nextInt(1, 200)];
            random.nextBytes(octets);
            bad.send(i % 2 == 0 ? Octets.of(octets) : Octets.concat(PREFIX, Octets.of(octets)));
            bad.reset();
        }
        DatagramPeer stranger = datagramPeer();
        stranger.send(Octets.of((byte) 1), request.from());
        gateway.send(Octets.of((byte) 1, (byte) 2), request.from());
        gateway.send(MARKER, request.from());
        gateway.send(Octets.of((byte) 0xff), request.from());
        gateway.send(marked(answer()), request.from());
        assertThat(good.readFrame()).isEqualTo(marked(answer()));
        assertThat(dropped("MEANINGLESS_DATAGRAM")).isEqualTo(2);
        assertThat(dropped("INTERNAL_ERROR")).isZero();
    }

    @Test
    @DisplayName("ESP for a client that does not read is dropped, IKE is not")
    void stuckClient() throws IOException {
        start(settings());
        StreamPeer client = client();
        client.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        int packets = 0;
        while (dropped("ESP_BACKLOG") == 0 && packets < 20_000) {
            gateway.send(esp(ESP_SPI, 1400), request.from());
            packets++;
        }
        assertThat(dropped("ESP_BACKLOG")).isPositive();
        gateway.send(marked(answer()), request.from());
        Octets frame = client.readFrame();
        while (frame.size() == 1400) {
            frame = client.readFrame();
        }
        assertThat(frame).isEqualTo(marked(answer()));
    }

    @Test
    @DisplayName("A client that never reads again does not keep buffers, and is let go")
    void stuckForGood() throws IOException {
        start(settings());
        StreamPeer client = client();
        client.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        fill(request.from());
        clock.advance(Duration.ofSeconds(3));
        assertThat(relay().statistics().espWaiting()).isBetween(1, 32);
        clock.advance(RelayBounds.DEFAULT.stuck());
        await("nothing waits", () -> relay().statistics().espWaiting() == 0);
        assertThat(relay().statistics().clients()).isZero();
        assertThat(relay().statistics().waiting()).isEqualTo(1);
    }

    @Test
    @DisplayName("Clients and gateways may have IPv6 addresses")
    void ipv6() throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("::1");
        assumeThat(hasAddress(loopback)).as("this machine has IPv6").isTrue();
        DatagramPeer gateway6 = keep(new DatagramPeer(new DatagramSocket(0, loopback)));
        start(
                RelaySettings.of(
                        List.of(RelayEndpoint.parse("tcp:[::1]:0")),
                        RelayEndpoint.parse("udp:[::1]:" + gateway6.port())));
        StreamPeer client = client();
        client.send(frame(marked(first())));
        DatagramPeer.Received request = gateway6.receive();
        assertThat(request.payload()).isEqualTo(marked(first()));
        gateway6.send(marked(answer()), request.from());
        assertThat(client.readFrame()).isEqualTo(marked(answer()));
    }

    @Test
    @DisplayName("Draining takes nobody new, sends what waits, and ends the connections")
    void drain() throws IOException {
        start(settings());
        StreamPeer client = client();
        client.send(frame(marked(first())));
        DatagramPeer.Received request = gateway.receive();
        gateway.send(marked(answer()), request.from());
        await("the answer is carried", () -> relay().statistics().towardsTcp().ikeMessages() == 1);
        Thread draining = Thread.startVirtualThread(relay()::drain);
        assertThat(client.readFrame()).isEqualTo(marked(answer()));
        assertThat(client.isEnded()).isTrue();
        client.close();
        assertThat(joins(draining)).isTrue();
        assertThat(refused()).isTrue();
    }

    private static boolean hasAddress(InetAddress address) throws IOException {
        return NetworkInterface.getByInetAddress(address) != null;
    }

    /// Sends ESP until no more of it goes on.
    private void fill(InetSocketAddress to) throws IOException {
        int rounds = 0;
        do {
            assertThat(rounds++).as("the system buffers for ever").isLessThan(1000);
            for (int i = 0; i < 200; i++) {
                gateway.send(esp(ESP_SPI, 1400), to);
            }
        } while (becomes(Duration.ofMillis(200), () -> relay().statistics().espWaiting() <= 64));
    }

    private boolean refused() {
        try (StreamPeer late = streamPeer()) {
            return late.isEnded();
        } catch (IOException refused) {
            return true;
        }
    }

    private static boolean joins(Thread thread) {
        try {
            return thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
