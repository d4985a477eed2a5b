package io.culvert.sim.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Simulated network")
class NetworkTest {
    private static final InetAddress SERVER = IpPrefix.parseAddress("198.51.100.1");
    private static final InetAddress CLIENT = IpPrefix.parseAddress("192.168.1.1");
    private static final InetAddress OUTSIDE = IpPrefix.parseAddress("203.0.113.1");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Agenda agenda = new Agenda();
    private final Dice dice = new Dice(1);
    private final Network network = new Network(agenda, dice, new Story(0));
    private final Access server = network.attach(SERVER, LinkQuality.GOOD);
    private final Listening atServer = new Listening();
    private final Listening atClient = new Listening();

    /// A host that keeps what it gets.
    private static final class Listening implements Host, StreamUser, Network.Opening {
        final List<Datagram> datagrams = new ArrayList<>();
        final List<Octets> segments = new ArrayList<>();
        final List<String> troubles = new ArrayList<>();
        Optional<StreamEnd> end = Optional.empty();
        boolean accepts = true;
        boolean inputEnded;

        @Override
        public void received(Datagram datagram) {
            datagrams.add(datagram);
        }

        @Override
        public Optional<StreamUser> accept(StreamEnd accepted) {
            end = Optional.of(accepted);
            return accepts ? Optional.of(this) : Optional.empty();
        }

        @Override
        public StreamUser opened(StreamEnd opened) {
            end = Optional.of(opened);
            return this;
        }

        @Override
        public void failed(String reason) {
            troubles.add(reason);
        }

        @Override
        public void received(Octets octets) {
            segments.add(octets);
        }

        @Override
        public void ended() {
            inputEnded = true;
        }

        @Override
        public void broken(String reason) {
            troubles.add(reason);
        }

        Octets stream() {
            return Octets.concat(segments.toArray(Octets[]::new));
        }
    }

    @BeforeEach
    void plugIn() {
        server.plugIn(atServer);
    }

    @Test
    @DisplayName("a NAT rewrites, lets only answers in, and forgets a mapping that is not used")
    void nat() {
        Nat nat = nat(false, false);
        Access client = behind(nat);
        send(client, 500);
        pass(Duration.ofSeconds(1));

        Datagram seen = atServer.datagrams.getFirst();
        assertThat(seen.from().getAddress()).isEqualTo(OUTSIDE);
        assertThat(seen.from().getPort()).isNotEqualTo(500);
        network.send(server, new Datagram(seen.to(), seen.from(), Octets.of((byte) 1)));
        network.send(
                server,
                new Datagram(
                        new InetSocketAddress(SERVER, 4500), seen.from(), Octets.of((byte) 2)));
        pass(Duration.ofSeconds(1));
        assertThat(atClient.datagrams).hasSize(1);
        assertThat(atClient.datagrams.getFirst().to())
                .isEqualTo(new InetSocketAddress(CLIENT, 500));

        pass(MINUTE);
        network.send(server, new Datagram(seen.to(), seen.from(), Octets.of((byte) 3)));
        pass(Duration.ofSeconds(1));
        assertThat(atClient.datagrams).hasSize(1);
    }

    @Test
    @DisplayName(
            "a NAT gives one port for all remote endpoints or one for each, and others when rebound")
    void mappings() {
        Nat nat = nat(true, true);
        Access client = behind(nat);
        send(client, 500);
        send(client, 4500);
        pass(Duration.ofSeconds(1));
        List<Integer> ports = atServer.datagrams.stream().map(d -> d.from().getPort()).toList();
        assertThat(ports.getFirst()).isEqualTo(500);
        assertThat(ports.getLast()).isNotEqualTo(500);

        nat.rebind();
        send(client, 500);
        pass(Duration.ofSeconds(1));
        assertThat(atServer.datagrams.getLast().from().getPort()).isNotEqualTo(500);
    }

    @Test
    @DisplayName(
            "a datagram larger than the MTU goes in fragments, or not at all where those are dropped")
    void fragments() {
        Access client = network.attach(IpPrefix.parseAddress("192.0.2.1"), LinkQuality.GOOD);
        client.plugIn(atClient);
        var large =
                new Datagram(
                        new InetSocketAddress(client.address(), 500),
                        new InetSocketAddress(SERVER, 500),
                        Octets.wrap(new byte[3000]));
        network.send(client, large);
        pass(Duration.ofSeconds(1));
        assertThat(atServer.datagrams).hasSize(1);

        LinkQuality good = LinkQuality.GOOD;
        client.quality(new LinkQuality(0, 0, 0, good.delay(), good.jitter(), 1500, true));
        network.send(client, large);
        pass(Duration.ofSeconds(1));
        assertThat(atServer.datagrams).hasSize(1);
    }

    @Test
    @DisplayName("a stream keeps its octets in order through cuts, loss and a dead link")
    void stream() {
        Access client =
                network.attach(IpPrefix.parseAddress("192.0.2.1"), LinkQuality.GOOD.losing(0.3));
        client.plugIn(atClient);
        connect(client);
        byte[] octets = new byte[5000];
        dice.nextBytes(octets);
        for (int i = 0; i < 50; i++) {
            atClient.end.orElseThrow().send(Octets.copyOf(octets, i * 100, 100));
        }
        client.cut(true);
        pass(Duration.ofSeconds(20));
        client.cut(false);
        atClient.end.orElseThrow().finish();
        pass(MINUTE.multipliedBy(2));

        assertThat(atServer.stream()).isEqualTo(Octets.wrap(octets));
        assertThat(atServer.segments).hasSizeGreaterThan(50);
        assertThat(atServer.inputEnded).isTrue();
        assertThat(atClient.troubles).isEmpty();
    }

    @Test
    @DisplayName("a stream breaks at the octet that was asked for, at both ends or at one")
    void breaks() {
        Access client = network.attach(IpPrefix.parseAddress("192.0.2.1"), LinkQuality.GOOD);
        client.plugIn(atClient);
        connect(client);
        network.connections().getFirst().breakAfter(7, true, true);
        atClient.end.orElseThrow().send(Octets.wrap(new byte[100]));
        pass(Duration.ofSeconds(1));

        assertThat(atServer.stream().size()).isEqualTo(7);
        assertThat(atServer.troubles).containsExactly("connection reset");
        pass(Duration.ofSeconds(30));
        assertThat(atClient.troubles).containsExactly("connection reset by peer");
    }

    @Test
    @DisplayName("a host that lost its memory resets, one that is off lets its peer wait")
    void crashes() {
        Access client = network.attach(IpPrefix.parseAddress("192.0.2.1"), LinkQuality.GOOD);
        client.plugIn(atClient);
        connect(client);
        atServer.end.orElseThrow().vanish();
        server.unplug();
        atClient.end.orElseThrow().send(Octets.of((byte) 1));
        pass(Duration.ofSeconds(30));
        assertThat(atClient.troubles).isEmpty();

        server.plugIn(atServer);
        pass(MINUTE);
        assertThat(atClient.troubles).containsExactly("connection reset by peer");
    }

    @Test
    @DisplayName("a connection is refused, or blocked in silence until patience ends")
    void refused() {
        Access client = network.attach(IpPrefix.parseAddress("192.0.2.1"), LinkQuality.GOOD);
        client.plugIn(atClient);
        atServer.accepts = false;
        connect(client);
        assertThat(atClient.troubles).containsExactly("connection refused");

        client.firewall().block(Protocol.TCP, 4500);
        connect(client);
        pass(MINUTE);
        assertThat(atClient.troubles).containsExactly("connection refused", "connection timed out");
    }

    private Nat nat(boolean dependsOnRemote, boolean keepsPorts) {
        var behaviour =
                new NatBehaviour(
                        dependsOnRemote, keepsPorts, false, Duration.ofSeconds(30), MINUTE, true);
        return new Nat(OUTSIDE, behaviour, dice.fork());
    }

    private Access behind(Nat nat) {
        Access access = network.attach(CLIENT, LinkQuality.GOOD, nat);
        access.plugIn(atClient);
        return access;
    }

    private void send(Access client, int port) {
        network.send(
                client,
                new Datagram(
                        new InetSocketAddress(client.address(), 500),
                        new InetSocketAddress(SERVER, port),
                        Octets.of((byte) 0)));
    }

    private void connect(Access client) {
        network.connect(
                client, new InetSocketAddress(SERVER, 4500), Duration.ofSeconds(5), atClient);
        pass(Duration.ofSeconds(4));
    }

    private void pass(Duration time) {
        agenda.runUntil(agenda.now().plus(time));
    }
}
