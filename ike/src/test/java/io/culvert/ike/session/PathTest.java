package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Where messages and ESP go, and what breaks when a path does.
class PathTest {
    private static final TransportPath.Udp ELSEWHERE =
            new TransportPath.Udp(
                    new InetSocketAddress(Pair.GATEWAY, 4500),
                    new InetSocketAddress(IpPrefix.parseAddress("203.0.113.77"), 1024),
                    true);

    @Test
    @DisplayName("nothing is sent twice on a connection (IT-015, TE-060)")
    void oneCopyPerConnection() {
        for (Way way : List.of(Way.IKE_TCP, Way.TCP_ENCAPSULATION)) {
            Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(way, 1);
            pair.advance(Duration.ofSeconds(25));
            assertThat(pair.client.ladder()).hasSize(2);
        }
    }

    @Test
    @DisplayName(
            "a request over ike-tcp that nobody answers goes over UDP in the end (IT-015, IT-014)")
    void stalledServer() {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.IKE_TCP, 1);
        pair.advance(Duration.ofSeconds(61));

        assertThat(pair.client.ladder()).contains("IKE_AUTH request 1 udp");
    }

    @Test
    @DisplayName(
            "IKE_SA_INIT on a connection that breaks: another attempt with another SPI, then one over UDP (IT-036, IT-051, IT-052)")
    void initIsBound() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.IKE_TCP, 1);
        Octets first = pair.kept.getFirst().message();
        pair.keeps = _ -> true;
        pair.reset();
        Octets second = pair.kept.getLast().message();

        assertThat(pair.kept).allMatch(m -> m.path() instanceof TransportPath.Tcp);
        assertThat(second.slice(0, 8)).isNotEqualTo(first.slice(0, 8));
        pair.reset();
        Pair.InFlight third = pair.kept.getLast();
        assertThat(third.path()).isInstanceOf(TransportPath.Udp.class);
        assertThat(third.message().slice(0, 8)).isNotEqualTo(second.slice(0, 8));
        assertThat(pair.client.actions(Action.OpenConnection.class)).hasSize(2);
        pair.keeps = _ -> false;
        pair.advance(Duration.ofSeconds(2));
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.session.orElseThrow().status().transportWhy())
                .contains("ike-tcp failed", "over udp");
    }

    @Test
    @DisplayName("a port that takes no connections: the whole setup goes over UDP (IT-036)")
    void refusedAtInit() {
        Pair pair = Pairs.of(Way.IKE_TCP);
        pair.accepts = () -> false;
        pair.start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder())
                .containsExactly("IKE_SA_INIT request 0 udp", "IKE_AUTH request 1 udp");
        assertThat(pair.client.actions(Action.OpenConnection.class)).hasSize(1);
    }

    @Test
    @DisplayName(
            "a message over ike-tcp moves nothing: not ESP, not the gateway's own requests (IT-028, IT-029)")
    void tcpDoesNotMoveEsp() {
        Pair pair = Pairs.of(Way.UDP).start();
        EspRoute before = pair.gatewayRoute();
        pair.inject(
                pair.gateway,
                pair.foreignConnection(StreamFraming.IKE_TCP),
                RequestWindowTest.fromClient(pair, 2));
        assertThat(pair.gatewayRoute()).isEqualTo(before);

        pair.gateway.handle(new Input.Commanded(new Command.CheckLiveness()));
        assertThat(pair.traffic.getLast().path()).isInstanceOf(TransportPath.Udp.class);
    }

    @Test
    @DisplayName("a new message over UDP moves ESP, a replayed one does not (IT-062, IK-126)")
    void onlyNewMessagesMove() {
        Pair pair = Pairs.of(Way.UDP).start();
        Octets message = RequestWindowTest.fromClient(pair, 2);
        EspRoute before = pair.gatewayRoute();
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 4500), message);
        pair.inject(pair.gateway, ELSEWHERE, message);
        assertThat(pair.gatewayRoute()).isEqualTo(before);

        pair.inject(pair.gateway, ELSEWHERE, RequestWindowTest.fromClient(pair, 3));
        assertThat(pair.gatewayRoute())
                .isEqualTo(new EspRoute.Udp(ELSEWHERE.local(), ELSEWHERE.remote()));
    }

    @Test
    @DisplayName("a message on port 500 does not take ESP away from port 4500 (IK-125)")
    void port500DoesNotMoveEsp() {
        Pair pair = Pairs.of(Way.UDP).start();
        EspRoute before = pair.gatewayRoute();
        pair.inject(
                pair.gateway,
                Pairs.udpTo(pair.gateway, 500),
                RequestWindowTest.fromClient(pair, 2));

        assertThat(pair.gatewayRoute()).isEqualTo(before);
    }

    @Test
    @DisplayName(
            "of three connections the one with the latest valid message counts; a replay on a third does not move (TE-047, TE-054, TE-055, TE-110)")
    void latestValidMessage() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        TransportPath.Tcp second = pair.foreignConnection(StreamFraming.TCP_ENCAPSULATION);
        TransportPath.Tcp third = pair.foreignConnection(StreamFraming.TCP_ENCAPSULATION);
        Octets message = RequestWindowTest.fromClient(pair, 2);
        pair.inject(pair.gateway, second, message);
        assertThat(pair.gatewayRoute()).isEqualTo(new EspRoute.Tcp(second.connection().value()));

        pair.inject(pair.gateway, third, message);
        assertThat(pair.gatewayRoute()).isEqualTo(new EspRoute.Tcp(second.connection().value()));
        pair.inject(pair.gateway, third, RequestWindowTest.fromClient(pair, 3));
        assertThat(pair.gatewayRoute()).isEqualTo(new EspRoute.Tcp(third.connection().value()));
    }

    @Test
    @DisplayName(
            "an SA with TCP encapsulation takes nothing over UDP, and one without takes nothing by it (TE-030, IT-085)")
    void modesDoNotMix() {
        Pair encapsulated = Pairs.of(Way.TCP_ENCAPSULATION).start();
        encapsulated.inject(
                encapsulated.gateway,
                Pairs.udpTo(encapsulated.gateway, 4500),
                RequestWindowTest.fromClient(encapsulated, 2));
        assertThat(RequestWindowTest.dropped(encapsulated.gateway)).isEqualTo("OTHER_MODE");

        Pair plain = Pairs.of(Way.UDP).start();
        plain.inject(
                plain.gateway,
                plain.foreignConnection(StreamFraming.TCP_ENCAPSULATION),
                RequestWindowTest.fromClient(plain, 2));
        assertThat(RequestWindowTest.dropped(plain.gateway)).isEqualTo("OTHER_MODE");
        assertThat(plain.gatewayRoute()).isInstanceOf(EspRoute.Udp.class);
    }

    @ParameterizedTest
    @EnumSource(StreamFraming.class)
    @DisplayName("a failed ICV costs the connection it came by, not the SA (TE-057, IT-090)")
    void failedIcv(StreamFraming framing) {
        Pair pair = Pairs.of(wayOf(framing)).start();
        TransportPath.Tcp theirs = pair.foreignConnection(framing);
        byte[] message = RequestWindowTest.fromClient(pair, 7).toArray();
        message[message.length - 1] ^= 1;
        pair.inject(pair.gateway, theirs, Octets.wrap(message));

        assertThat(pair.isOpen(theirs)).isFalse();
        GarbageTest.assertStillWorks(pair);
    }

    @ParameterizedTest
    @EnumSource(StreamFraming.class)
    @DisplayName(
            "three messages in a row that cannot be parsed cost the connection; a good one between them is a new start (TE-057)")
    void unparsable(StreamFraming framing) {
        Pair pair = Pairs.of(wayOf(framing)).start();
        TransportPath.Tcp theirs = pair.foreignConnection(framing);
        Octets good = RequestWindowTest.fromClient(pair, 9);
        Octets cut = good.slice(0, good.size() - 3);
        long next = framing == StreamFraming.IKE_TCP ? 3 : 2; // ike-tcp had its check over UDP
        pair.inject(pair.gateway, theirs, cut);
        pair.inject(pair.gateway, theirs, cut);
        pair.inject(pair.gateway, theirs, RequestWindowTest.fromClient(pair, next));
        pair.inject(pair.gateway, theirs, cut);
        pair.inject(pair.gateway, theirs, cut);
        assertThat(pair.isOpen(theirs)).isTrue();

        pair.inject(pair.gateway, theirs, cut);
        assertThat(pair.isOpen(theirs)).isFalse();
        assertThat(pair.gateway.session.orElseThrow().isOver()).isFalse();
    }

    @Test
    @DisplayName("a corrupt connection of ours is replaced by another (TE-057, TE-046)")
    void ownConnectionCorrupt() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        byte[] message = RequestWindowTest.fromClient(pair, 2).toArray();
        message[message.length - 1] ^= 1;
        pair.inject(pair.gateway, pair.pathTo(pair.gateway), Octets.wrap(message));
        pair.advance(Duration.ofSeconds(1));

        assertThat(pair.clientRoute()).isEqualTo(new EspRoute.Tcp(2));
        assertThat(pair.gatewayRoute()).isEqualTo(new EspRoute.Tcp(2));
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName(
            "a lost connection is opened again after 0, 1, 2, 4 … 60 s, and given up in the end (TE-046)")
    void backOff() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        pair.accepts = () -> false;
        List<Long> seconds = attempts(pair, Duration.ofMinutes(6));

        assertThat(seconds).startsWith(0L, 1L, 3L, 7L, 15L).hasSizeLessThan(12);
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.client.heldSpis).isEmpty();
        assertThat(pair.gateway.heldAddresses).isEmpty();
    }

    @Test
    @DisplayName(
            "TE-042: the original initiator opens connections, also after the other side has rekeyed the IKE SA")
    void rekeyedByTheOther() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        pair.gateway.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.settle().advance(Duration.ofSeconds(1));
        assertThat(pair.gateway.events(IkeEvent.IkeSaRekeyed.class)).hasSize(1);

        int before = pair.gateway.ladder().size();
        pair.reset();
        pair.gateway.handle(new Input.Commanded(new Command.CheckLiveness()));
        pair.settle().advance(Duration.ofSeconds(3));
        assertThat(pair.gateway.actions(Action.OpenConnection.class)).isEmpty();
        assertThat(pair.client.actions(Action.OpenConnection.class)).hasSize(2);
        assertThat(pair.gateway.ladder().subList(before, pair.gateway.ladder().size()))
                .contains("INFORMATIONAL request 0 tcp-encapsulation");
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("a server that accepts and closes at once is not called in a tight loop (TE-046)")
    void acceptsAndCloses() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        pair.tears = _ -> true;
        List<Long> seconds = attempts(pair, Duration.ofMinutes(6));

        assertThat(seconds).startsWith(0L, 1L, 3L, 7L, 15L);
        assertThat(seconds).hasSizeLessThan(12);
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
    }

    @Test
    @DisplayName("a server that closes at each IKE_SA_INIT is given up after two attempts (TE-046)")
    void closesAtInit() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION);
        pair.tears = _ -> true;
        pair.start().advance(Duration.ofSeconds(10));

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.client.actions(Action.OpenConnection.class)).hasSize(2);
        GarbageTest.checkNothingLeaks(pair.client);
    }

    @Test
    @DisplayName(
            "a connection torn while a response is awaited: either side sends its request again on the next (TE-061)")
    void outstandingGoesOnTheNextConnection() {
        for (boolean byClient : new boolean[] {true, false}) {
            Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
            Pair.End asking = byClient ? pair.client : pair.gateway;
            pair.keeps = _ -> true;
            asking.handle(new Input.Commanded(new Command.CheckLiveness()));
            Octets request = pair.kept.getFirst().message();
            pair.keeps = _ -> false;
            pair.reset();
            pair.advance(Duration.ofSeconds(1));

            assertThat(pair.traffic.stream().filter(m -> m.message().equals(request))).hasSize(2);
            GarbageTest.assertStillWorks(pair);
            assertThat(pair.gateway.actions(Action.OpenConnection.class)).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "a gateway whose peer vanished before its first message over UDP gives up in the end (IT-063)")
    void noUdpEndpointEver() {
        Pair pair = Pairs.of(Way.IKE_TCP);
        pair.delivers = message -> !(message.path() instanceof TransportPath.Udp);
        pair.start();
        pair.delivers = _ -> false;
        pair.accepts = () -> false;
        pair.advance(Duration.ofMinutes(8));

        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.heldSpis).isEmpty();
        assertThat(pair.gateway.heldAddresses).isEmpty();
    }

    @Test
    @DisplayName(
            "a request of the gateway waits for the first message over UDP, then goes there (IT-062, IT-063, IT-072)")
    void requestWaitsForTheUdpEndpoint() {
        Pair pair = Pairs.of(Way.IKE_TCP);
        pair.keeps = message -> message.path() instanceof TransportPath.Udp;
        pair.start();
        pair.gateway.handle(new Input.Commanded(new Command.CheckLiveness()));
        assertThat(pair.gateway.ladder()).hasSize(2);

        pair.letGo();
        assertThat(pair.gateway.ladder())
                .endsWith("INFORMATIONAL request 0 udp", "INFORMATIONAL response 2 udp");
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("repetitions come after 2, 4, 8 … s, each within 10 % and not all alike (IK-023)")
    void jitter() {
        List<Duration> firstWaits = new ArrayList<>();
        for (int seed = 1; seed <= 20; seed++) {
            Pair pair = Pairs.of(Way.UDP, seed);
            pair.delivers = _ -> false;
            pair.start();
            Duration expected = Duration.ofSeconds(2);
            for (int i = 0; i < 4; i++) {
                Duration wait = untilDeadline(pair);
                assertThat(wait)
                        .isBetween(
                                expected.multipliedBy(9).dividedBy(10),
                                expected.multipliedBy(11).dividedBy(10));
                if (i == 0) {
                    firstWaits.add(wait);
                }
                pair.advance(wait);
                expected = expected.multipliedBy(2);
            }
            assertThat(pair.traffic.stream().map(Pair.InFlight::message).distinct()).hasSize(1);
        }
        assertThat(firstWaits.stream().distinct().count()).isGreaterThan(10);
    }

    private static Duration untilDeadline(Pair pair) {
        return pair.client.session.orElseThrow().nextDeadline().orElseThrow().since(pair.now);
    }

    /// Tears the connection and notes at which seconds the client opens another.
    private static List<Long> attempts(Pair pair, Duration within) {
        List<Long> seconds = new ArrayList<>();
        MonoTime start = pair.now;
        pair.watch =
                (_, actions) ->
                        actions.stream()
                                .filter(Action.OpenConnection.class::isInstance)
                                .forEach(_ -> seconds.add(pair.now.since(start).toSeconds()));
        pair.reset();
        pair.advance(within);
        return seconds;
    }

    private static Way wayOf(StreamFraming framing) {
        return framing == StreamFraming.IKE_TCP ? Way.IKE_TCP : Way.TCP_ENCAPSULATION;
    }

    @Test
    @DisplayName(
            "a message of the window's exchange that is no request of IKE_AUTH ends a half-open SA with INVALID_SYNTAX")
    void notBeginningWithAuth() {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
        Octets rekey =
                RequestWindowTest.forger(pair)
                        .message(
                                RequestWindowTest.forger(pair)
                                        .request(ExchangeType.CREATE_CHILD_SA, true, 1),
                                List.of());
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 4500), rekey);

        assertThat(RequestWindowTest.lastSent(pair.gateway).payloads())
                .isEqualTo("N(INVALID_SYNTAX)");
        GarbageTest.checkNothingLeaks(pair.gateway);
    }
}
