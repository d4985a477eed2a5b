package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportOrder;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.value.IkeSpi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Several transports beside each other, over a virtual clock.
class AttemptsTest {
    private static final TransportChoice UDP = new TransportChoice.Udp();
    private static final TransportChoice STREAM = new TransportChoice.TcpEncapsulation();
    private static final TransportChoice RAW =
            new TransportChoice.IkeTcp(TransportChoice.IkeTcpPolicy.ALWAYS, 1232);

    @Test
    @DisplayName("UDP answers in time: no connection is opened (TE-026, TE-027, IT-081)")
    void udpFirst() {
        Pair pair = pair(UDP, STREAM).start().advance(Duration.ofSeconds(5));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.actions(Action.OpenConnection.class)).isEmpty();
        assertThat(status(pair)).isEqualTo(TransportKind.UDP);
        assertClean(pair, 1);
    }

    @Test
    @DisplayName(
            "all UDP is lost: after the head start a fresh attempt over TCP, own SPI (IT-052, IT-081, TE-029)")
    void udpDropped() {
        Pair pair = pair(UDP, STREAM);
        pair.delivers = m -> !(m.path() instanceof TransportPath.Udp);
        pair.start().advance(Duration.ofMillis(299));
        assertThat(pair.client.actions(Action.OpenConnection.class)).isEmpty();

        pair.advance(Duration.ofMillis(1));

        assertThat(pair.isUp()).isTrue();
        assertThat(status(pair)).isEqualTo(TransportKind.TCP_ENCAPSULATION);
        assertThat(initiatorSpis(pair, ExchangeType.IKE_SA_INIT)).hasSize(2);
        assertThat(pair.client.session.orElseThrow().status().transportWhy())
                .isEqualTo("udp 198.51.100.2:500 has not answered yet");
        assertClean(pair, 1);
    }

    @Test
    @DisplayName("raw TCP against UDP by the same rules, as `race` has it (IT-080, IT-081)")
    void rawTcp() {
        Pair pair = pair(UDP, RAW);
        pair.delivers =
                m ->
                        !(m.path() instanceof TransportPath.Udp)
                                || !initOrAuth(m, ExchangeType.IKE_SA_INIT);
        pair.start().advance(Duration.ofSeconds(1));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder())
                .startsWith(
                        "IKE_SA_INIT request 0 udp",
                        "IKE_SA_INIT request 0 ike-tcp",
                        "IKE_AUTH request 1 ike-tcp");
        assertClean(pair, 1);
    }

    @Test
    @DisplayName("a late answer over UDP wins while TCP has none, and loses once it has (IT-053)")
    void lateAnswer() {
        for (boolean udpEarlier : List.of(true, false)) {
            Pair pair = pair(UDP, STREAM);
            Duration udp = Duration.ofMillis(udpEarlier ? 350 : 450);
            pair.delays =
                    m ->
                            List.of(
                                    m.path() instanceof TransportPath.Udp
                                            ? udp
                                            : Duration.ofMillis(100));
            pair.start().advance(Duration.ofSeconds(10));

            assertThat(pair.client.session.orElseThrow().status().state()).isEqualTo("Established");
            // UDP: twice its delay; TCP: 300 ms, then twice 100 ms
            assertThat(status(pair)).isEqualTo(TransportKind.TCP_ENCAPSULATION);
            assertClean(pair, 1);
        }
        Pair pair = pair(UDP, STREAM);
        pair.delays =
                m -> List.of(Duration.ofMillis(m.path() instanceof TransportPath.Udp ? 200 : 100));
        pair.start().advance(Duration.ofSeconds(10));
        assertThat(status(pair)).isEqualTo(TransportKind.UDP);
        assertThat(pair.client.actions(Action.OpenConnection.class)).hasSize(1);
        assertClean(pair, 1);
    }

    @Test
    @DisplayName("IKE_SA_INIT is answered over UDP and IKE_AUTH is not: TCP takes over (IT-081)")
    void onlyTheFirstPort() {
        Pair pair = pair(UDP, STREAM);
        pair.delivers =
                m -> !(m.path() instanceof TransportPath.Udp(_, _, boolean marker) && marker);
        pair.start().advance(Duration.ofMillis(999));
        assertThat(pair.client.actions(Action.OpenConnection.class)).isEmpty();

        pair.advance(Duration.ofMillis(2));

        assertThat(status(pair)).isEqualTo(TransportKind.TCP_ENCAPSULATION);
        IkeEvent.AttemptSucceeded succeeded =
                pair.client.events(IkeEvent.AttemptSucceeded.class).getLast();
        assertThat(succeeded.experience().worked()).isEqualTo(STREAM);
        assertThat(succeeded.experience().othersDeaf()).isTrue();
        assertThat(succeeded.setbacks())
                .containsExactly(
                        "udp 198.51.100.2:500: IKE_SA_INIT was answered, IKE_AUTH was not");
        assertClean(pair, 2);
    }

    @Test
    @DisplayName(
            "where UDP 4500 is closed raw TCP is tried last: its ESP would have no way (IT-081)")
    void rawTcpHasNoWayForEsp() {
        Pair pair = pair(UDP, RAW, STREAM);
        pair.delivers =
                m -> !(m.path() instanceof TransportPath.Udp(_, _, boolean marker) && marker);
        pair.start().advance(Duration.ofSeconds(2));

        assertThat(status(pair)).isEqualTo(TransportKind.TCP_ENCAPSULATION);
        assertClean(pair, 2);

        pair = pair(UDP, RAW, STREAM);
        pair.delivers =
                m ->
                        m.path() instanceof TransportPath.Udp(_, _, boolean marker)
                                ? !marker
                                : m.path().kind() == TransportKind.IKE_TCP;
        pair.start().advance(Duration.ofSeconds(4));

        assertThat(pair.client.ladder()).contains("IKE_AUTH request 1 ike-tcp");
        assertThat(pair.isUp()).isTrue();
        assertClean(pair, 2);
    }

    @Test
    @DisplayName("the peer refuses in the new IKE SA: final, no other transport is tried")
    void refusal() {
        Pair pair =
                Pairs.of(
                        Configs.context(1, "secret", OptionalInt.empty()),
                        client(UDP, STREAM),
                        Configs.context(2, "another secret", OptionalInt.empty()),
                        Configs.gateway(Configs.X25519),
                        HalfOpenAdmission.Limits.DEFAULT);
        pair.start().advance(Duration.ofSeconds(30));

        assertThat(pair.client.actions(Action.OpenConnection.class)).isEmpty();
        assertThat(closings(pair)).hasSize(1);
        assertThat(closings(pair).getFirst().failure().orElseThrow())
                .isInstanceOf(SessionFailure.AuthenticationFailed.class);
        assertClean(pair, 1);
    }

    @Test
    @DisplayName("with a head start of five seconds UDP is repeated before TCP is tried (TE-028)")
    void fallback() {
        ConnectionConfig patient =
                client(UDP, STREAM)
                        .over(
                                new TransportOrder(
                                        List.of(UDP, STREAM),
                                        Duration.ofSeconds(5),
                                        TransportOrder.FAMILY_HEAD_START));
        Pair pair = Pairs.of(patient, Configs.gateway(Configs.X25519));
        pair.delivers = m -> !(m.path() instanceof TransportPath.Udp);
        pair.start().advance(Duration.ofSeconds(5));

        assertThat(pair.client.ladder())
                .startsWith(
                        "IKE_SA_INIT request 0 udp",
                        "IKE_SA_INIT request 0 udp",
                        "IKE_SA_INIT request 0 tcp-encapsulation");
        assertThat(status(pair)).isEqualTo(TransportKind.TCP_ENCAPSULATION);
    }

    @Test
    @DisplayName("TCP is refused, UDP is slow: UDP still gets through")
    void connectionRefused() {
        Pair pair = pair(UDP, STREAM);
        pair.accepts = () -> false;
        pair.delays = _ -> List.of(Duration.ofMillis(400));
        pair.start().advance(Duration.ofSeconds(10));

        assertThat(status(pair)).isEqualTo(TransportKind.UDP);
        assertThat(pair.client.events(IkeEvent.AttemptSucceeded.class).getLast().setbacks())
                .containsExactly("tcp-encapsulation 198.51.100.2:4500: connection refused");
        assertClean(pair, 1);
    }

    @Test
    @DisplayName("all fail: one failure that names what each transport met")
    void allFail() {
        Pair pair = pair(UDP, STREAM);
        pair.accepts = () -> false;
        pair.delivers = _ -> false;
        pair.start().advance(Duration.ofMinutes(10));

        assertThat(closings(pair)).hasSize(1);
        assertThat(closings(pair).getFirst().failure().orElseThrow().what())
                .isEqualTo(
                        "the peer cannot be reached:"
                                + " tcp-encapsulation 198.51.100.2:4500: connection refused;"
                                + " udp 198.51.100.2:500: no answer to 7 copies of IKE_SA_INIT");
        assertThat(pair.client.actions(Action.End.class)).hasSize(1);
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertNothingLeft(pair);
    }

    @Test
    @DisplayName("whatever the network does, one attempt at most is in IKE_AUTH (IT-081)")
    void anyNetwork() {
        for (long seed = 1; seed <= 150; seed++) {
            Random dice = new Random(seed);
            Pair pair = pair(UDP, STREAM);
            int loss = dice.nextInt(90);
            int slowness = 1 + dice.nextInt(800);
            pair.delays =
                    m ->
                            m.path() instanceof TransportPath.Udp && dice.nextInt(100) < loss
                                    ? List.of()
                                    : List.of(Duration.ofMillis(dice.nextInt(slowness)));
            boolean open = dice.nextInt(4) > 0;
            pair.accepts = () -> open;
            List<IkeSpi> authenticating = new ArrayList<>();
            pair.watch =
                    (_, todo) ->
                            todo.forEach(action -> {
                                if (action instanceof Action.Send(var path, var message)
                                        && path.remote().getAddress().equals(Pair.GATEWAY)) {
                                    IkeHeader header = IkeHeader.peek(message).orElseThrow();
                                    if (header.exchangeType().equals(ExchangeType.IKE_AUTH)
                                            && !authenticating.contains(header.initiatorSpi())) {
                                        authenticating.add(header.initiatorSpi());
                                    }
                                    // who was overtaken says no more
                                    assertThat(
                                                    header.exchangeType()
                                                                    .equals(ExchangeType.IKE_AUTH)
                                                            && !authenticating
                                                                    .getLast()
                                                                    .equals(header.initiatorSpi()))
                                            .isFalse();
                                }
                            });
            pair.start().advance(Duration.ofMinutes(8));
            pair.client.handle(new Input.Commanded(new Command.Abandon("the test is over")));

            assertThat(pair.client.actions(Action.End.class)).as("seed %d", seed).hasSize(1);
            assertThat(closings(pair)).hasSize(1);
            assertNothingLeft(pair);
        }
    }

    @Test
    @DisplayName("taken down while several are under way: nothing is left")
    void takenDown() {
        Pair pair = pair(UDP, STREAM);
        pair.delivers = _ -> false;
        pair.start().advance(Duration.ofSeconds(1));
        assertThat(pair.client.actions(Action.OpenConnection.class)).hasSize(1);

        pair.client.handle(new Input.Commanded(new Command.Terminate("enough")));

        assertThat(closings(pair)).hasSize(1);
        assertThat(closings(pair).getFirst().cause()).isEqualTo("enough");
        assertNothingLeft(pair);
    }

    private static boolean initOrAuth(Pair.InFlight message, ExchangeType type) {
        return IkeHeader.peek(message.message()).orElseThrow().exchangeType().equals(type);
    }

    private static ConnectionConfig client(TransportChoice... transports) {
        return Configs.client(UDP, Configs.X25519).over(TransportOrder.of(transports));
    }

    private static Pair pair(TransportChoice... transports) {
        return Pairs.of(client(transports), Configs.gateway(Configs.X25519));
    }

    private static TransportKind status(Pair pair) {
        return pair.client.session.orElseThrow().status().path().orElseThrow().kind();
    }

    private static List<IkeEvent.IkeSaClosed> closings(Pair pair) {
        return pair.client.events(IkeEvent.IkeSaClosed.class);
    }

    private static Set<IkeSpi> initiatorSpis(Pair pair, ExchangeType type) {
        return pair.traffic.stream()
                .filter(m -> m.from().isClient && initOrAuth(m, type))
                .map(m -> IkeHeader.peek(m.message()).orElseThrow().initiatorSpi())
                .collect(Collectors.toSet());
    }

    /// One attempt remains, and the others have left neither SPIs nor connections.
    private static void assertClean(Pair pair, int authentications) {
        assertThat(initiatorSpis(pair, ExchangeType.IKE_AUTH)).hasSize(authentications);
        assertThat(pair.client.bound).hasSizeLessThanOrEqualTo(1);
        assertThat(pair.connections).hasSizeLessThanOrEqualTo(1);
    }

    private static void assertNothingLeft(Pair pair) {
        assertThat(pair.client.bound).isEmpty();
        assertThat(pair.client.heldSpis).isEmpty();
        assertThat(pair.connections).isEmpty();
    }
}
