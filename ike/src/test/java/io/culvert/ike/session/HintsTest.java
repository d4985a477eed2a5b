package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Signs that the peer is gone or has lost an SA are hints: they lead to a question, not to an end, and not often.
class HintsTest {
    private static final Spi UNKNOWN = new Spi(0xabcdef);

    @Test
    @DisplayName(
            "a forged INVALID_IKE_SPI makes the peer be asked whether it lives, and ends nothing (IK-028, IK-128)")
    void invalidIkeSpi() {
        Pair pair = Pairs.of(Way.UDP).start();
        for (int i = 0; i < 100; i++) {
            forgeInvalidIkeSpi(pair);
        }

        assertThat(requests(pair.client)).as("liveness checks").isEqualTo(1);
        GarbageTest.assertStillWorks(pair);
        Pairs.assertKeysFit(pair);

        pair.advance(Duration.ofSeconds(11));
        int before = requests(pair.client);
        forgeInvalidIkeSpi(pair);
        assertThat(requests(pair.client)).isEqualTo(before + 1);
    }

    @Test
    @DisplayName(
            "a peer that really has forgotten the IKE SA is noticed long before the next liveness check (IK-028)")
    void crashedPeer() {
        Pair pair = Pairs.of(Way.UDP).start();
        pair.gateway.handle(new Input.Commanded(new Command.Abandon("crash")));
        forgeInvalidIkeSpi(pair);
        pair.advance(Duration.ofMinutes(4));

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.client.children).isEmpty();
    }

    @Test
    @DisplayName("what the system says about sending, such as an ICMP error, ends nothing (IK-028)")
    void sendFailed() {
        Pair pair = Pairs.of(Way.UDP).start();
        for (int i = 0; i < 100; i++) {
            pair.client.handle(
                    new Input.SendFailed(Pairs.udpTo(pair.client, 4500), "host unreachable"));
            pair.settle();
        }

        assertThat(requests(pair.client)).isEqualTo(1);
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("before the IKE SA is established hints do nothing at all (IK-028)")
    void hintsInTheHandshake() {
        Pair pair = Situation.PARKED.reach(Way.UDP, 1);
        int before = pair.traffic.size();
        forgeInvalidIkeSpi(pair);
        pair.client.handle(new Input.SendFailed(Pairs.udpTo(pair.client, 4500), "unreachable"));
        pair.client.handle(unknownSpi());
        pair.settle();

        assertThat(pair.traffic).hasSize(before);
        RequestWindowTest.answerLease(pair);
        assertThat(pair.isUp()).isTrue();
    }

    @Test
    @DisplayName(
            "ESP by an unknown SPI: the peer is told under protection, once in a while (IK-128, IK-130)")
    void unknownEspSpi() {
        Pair pair = Pairs.of(Way.UDP).start();
        for (int i = 0; i < 100; i++) {
            pair.gateway.handle(unknownSpi());
            pair.settle();
        }

        assertThat(requests(pair.gateway)).isEqualTo(1);
        assertThat(RequestWindowTest.lastSent(pair.client).payloads()).isEmpty();
        List<Payload> told = RequestWindowTest.forger(pair).open(lastRequest(pair.gateway, pair));
        assertThat(told).containsExactly(new Notification.InvalidSpi(UNKNOWN).toNotify());
        GarbageTest.assertStillWorks(pair);
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName(
            "a peer that does not know the SPI we send by gets a new Child SA, once in a while (IK-104, IK-130)")
    void lostChildSa() {
        HostileClient client = HostileClient.established();
        Payload lost = new Notification.InvalidSpi(new Spi(0x1000)).toNotify();
        for (int i = 0; i < 20; i++) {
            assertThat(client.answerTo(ExchangeType.INFORMATIONAL, List.of(lost, lost))).isEmpty();
        }

        assertThat(creations(client.pair.gateway)).isEqualTo(1);
        assertThat(client.pair.gateway.session.orElseThrow().isOver()).isFalse();

        HostileClient liar = HostileClient.established();
        Payload strange = new Notification.InvalidSpi(UNKNOWN).toNotify();
        assertThat(liar.answerTo(ExchangeType.INFORMATIONAL, List.of(strange))).isEmpty();
        assertThat(creations(liar.pair.gateway)).isZero();
    }

    private static Input unknownSpi() {
        return new Input.DataPlaneReported(
                new DataPlaneEvent.UnknownSpi(UNKNOWN, new EspRoute.Unknown()));
    }

    private static void forgeInvalidIkeSpi(Pair pair) {
        IkeHeader header =
                RequestWindowTest.forger(pair).request(ExchangeType.INFORMATIONAL, true, 2);
        Octets forged =
                MessageCodec.encode(
                        new IkeMessage(
                                header.reply(), List.of(Notify.of(NotifyType.INVALID_IKE_SPI))));
        pair.inject(pair.client, Pairs.udpTo(pair.client, 4500), forged);
    }

    /// The requests that an end has sent since the handshake.
    private static int requests(Pair.End end) {
        return sent(end, "INFORMATIONAL");
    }

    private static int creations(Pair.End end) {
        return sent(end, "CREATE_CHILD_SA");
    }

    private static int sent(Pair.End end, String exchange) {
        return (int)
                end.events(IkeEvent.MessagePassed.class).stream()
                        .filter(m -> m.sent() && m.request() && m.exchange().equals(exchange))
                        .count();
    }

    private static Octets lastRequest(Pair.End from, Pair pair) {
        return pair.traffic.stream()
                .filter(m -> m.from() == from)
                .map(Pair.InFlight::message)
                .filter(m -> !IkeHeader.peek(m).orElseThrow().response())
                .reduce((_, last) -> last)
                .orElseThrow();
    }
}
