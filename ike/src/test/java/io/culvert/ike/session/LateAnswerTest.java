package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.value.IpPrefix;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The peer goes on with a Child SA of which we do not know yet, because its answer is late. Found by the simulator.
@DisplayName("A late answer of CREATE_CHILD_SA")
final class LateAnswerTest {
    private static final Command CHILDREN = new Command.RekeyChildSas(Optional.empty());

    /// The gateway has rekeyed as the client wanted; its answer is kept back.
    private static Pair rekeyedAtGatewayOnly() {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.keeps = message -> !message.from().isClient && isCreateChildAnswer(message);
        pair.client.handle(new Input.Commanded(CHILDREN));
        pair.settle();
        assertThat(pair.kept).hasSize(1);
        assertThat(pair.gateway.children).hasSize(2);
        assertThat(pair.client.children).hasSize(1);
        return pair;
    }

    private static boolean isCreateChildAnswer(Pair.InFlight message) {
        IkeHeader header = IkeHeader.peek(message.message()).orElseThrow();
        return header.response() && header.exchangeType().equals(ExchangeType.CREATE_CHILD_SA);
    }

    @Test
    @DisplayName("the peer rekeys what we do not know yet: TEMPORARY_FAILURE, and one remains")
    void rekeyed() {
        Pair pair = rekeyedAtGatewayOnly();

        pair.gateway.handle(new Input.Commanded(CHILDREN));
        pair.settle();
        pair.letGo();
        pair.advance(Duration.ofMinutes(5));

        RekeyTest.assertAtOne(pair);
        RekeyTest.assertNothingElse(pair);
    }

    @Test
    @DisplayName(
            "the peer deletes what we do not know yet: it is not installed when the answer comes")
    void deleted() {
        Pair pair = rekeyedAtGatewayOnly();

        pair.gateway.handle(new Input.Commanded(new Command.CloseChild("net", "test")));
        pair.settle();
        pair.letGo();
        pair.advance(Duration.ofMinutes(5));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
        assertThat(pair.client.heldSpis).hasSizeBetween(1, 2);
    }

    @Test
    @DisplayName(
            "who asks for an address and is given another one has its Child SA with that (IK-120)")
    void anotherAddress() {
        var wanted = List.of(IpPrefix.parseAddress("10.9.0.99"));
        Pair pair =
                Pairs.of(
                                Configs.client(Pairs.Way.UDP.choice(), Configs.X25519)
                                        .again(wanted),
                                Configs.gateway(Configs.X25519))
                        .start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.session.orElseThrow().status().virtualIps())
                .containsExactly(Pairs.LEASED);
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName(
            "over ike-tcp the check over UDP goes before the offer of a window, which nobody gives up for (IT-060)")
    void windowAfterCheck() {
        var limits = new IkeSaLimits(Lifespan.UNLIMITED, Duration.ZERO, 4, 1280, 64);
        ConnectionConfig client = Configs.client(Pairs.Way.IKE_TCP.choice(), Configs.X25519);
        ConnectionConfig gateway = Configs.gateway(Configs.X25519);
        Pair pair =
                Pairs.of(
                                Configs.with(client, client.children(), limits),
                                Configs.with(gateway, gateway.children(), limits))
                        .start();
        pair.advance(Duration.ofMinutes(5));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder().get(2)).isEqualTo("INFORMATIONAL request 2 udp");
        assertThat(pair.client.ladder().get(3)).isEqualTo("INFORMATIONAL request 3 ike-tcp");
        RekeyTest.assertAtOne(pair);
    }

    @Test
    @DisplayName(
            "a Child SA that the peer has lost and that is wanted meanwhile is made once (IK-104)")
    void madeOnce() {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.advance(Duration.ofMinutes(1));
        pair.keeps = message -> message.from().isClient && isCreateChild(message);
        pair.client.handle(new Input.Commanded(CHILDREN));
        pair.settle();
        pair.gateway.handle(new Input.Commanded(new Command.CloseChild("net", "test")));
        pair.settle();
        pair.client.handle(new Input.Commanded(new Command.StartChild("net")));
        pair.settle();
        assertThat(pair.client.children).isEmpty();

        pair.letGo();
        pair.advance(Duration.ofMinutes(5));

        RekeyTest.assertAtOne(pair);
        RekeyTest.assertNothingElse(pair);
    }

    @ParameterizedTest(name = "{0}, ended by the client: {1}")
    @CsvSource({
        "UDP,true",
        "UDP,false",
        "IKE_TCP,true",
        "IKE_TCP,false",
        "TCP_ENCAPSULATION,true",
        "TCP_ENCAPSULATION,false"
    })
    @DisplayName("who ends the session while the IKE SA is rekeyed ends both of them (IK-107)")
    void endedWhileRekeyed(Pairs.Way way, boolean byClient) {
        Pair pair = Pairs.of(way).start();
        pair.advance(Duration.ofMinutes(1));
        Pair.End one = byClient ? pair.client : pair.gateway;
        Pair.End other = byClient ? pair.gateway : pair.client;
        pair.keeps = message -> message.from() == other && isCreateChildAnswer(message);
        one.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.settle();
        assertThat(pair.kept).hasSize(1);

        one.handle(new Input.Commanded(new Command.Terminate("test")));
        pair.settle();
        pair.letGo();
        // the last answer may be lost with the connection
        pair.advance(Duration.ofSeconds(5));

        assertThat(one.bound).isEmpty();
        assertThat(other.bound).isEmpty();
        assertThat(one.children).isEmpty();
        assertThat(other.children).isEmpty();
    }

    @Test
    @DisplayName("a Child SA that is wanted while a rekeying under way brings it back is made once")
    void broughtBack() {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.keeps = message -> message.from().isClient && isCreateChild(message);
        pair.client.handle(new Input.Commanded(CHILDREN));
        pair.client.handle(new Input.Commanded(new Command.CloseChild("net", "test")));
        pair.client.handle(new Input.Commanded(new Command.StartChild("net")));
        pair.settle();

        pair.letGo();
        pair.advance(Duration.ofMinutes(5));

        RekeyTest.assertAtOne(pair);
        RekeyTest.assertNothingElse(pair);
    }

    private static boolean isCreateChild(Pair.InFlight message) {
        IkeHeader header = IkeHeader.peek(message.message()).orElseThrow();
        return header.exchangeType().equals(ExchangeType.CREATE_CHILD_SA);
    }
}
