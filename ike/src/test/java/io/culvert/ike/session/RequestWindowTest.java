package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.UnknownPayload;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which messages are acted on, and once.
class RequestWindowTest {
    private static final ExchangeType INFORMATIONAL = ExchangeType.INFORMATIONAL;

    @Test
    @DisplayName(
            "an unknown critical payload is refused by its type, and the IKE SA lives (IK-005)")
    void unknownCritical() {
        Pair pair = Pairs.of(Way.UDP).start();
        pair.inject(pair.gateway, udp(pair), fromClient(pair, 2, unknown(true)));

        assertThat(lastSent(pair.gateway).payloads()).isEqualTo("N(UNSUPPORTED_CRITICAL_PAYLOAD)");
        assertThat(pair.gateway.session.orElseThrow().isOver()).isFalse();

        pair.inject(pair.gateway, udp(pair), fromClient(pair, 3, unknown(false)));
        assertThat(lastSent(pair.gateway).messageId()).isEqualTo(3);
        assertThat(lastSent(pair.gateway).payloads()).isEmpty();
    }

    @Test
    @DisplayName("malformed inside a right ICV: INVALID_SYNTAX, and the IKE SA is gone (IK-009)")
    void malformedInside() {
        Pair pair = Pairs.of(Way.UDP).start();
        Octets payloadLongerThanItsMessage = Octets.ofHex("00000099" + "00");
        IkeHeader header = forger(pair).request(INFORMATIONAL, true, 2);
        pair.inject(
                pair.gateway,
                udp(pair),
                forger(pair).message(header, PayloadType.NOTIFY, payloadLongerThanItsMessage));

        assertThat(lastSent(pair.gateway).payloads()).isEqualTo("N(INVALID_SYNTAX)");
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.children).isEmpty();
        assertThat(closed(pair.gateway).failure().orElseThrow())
                .isInstanceOf(SessionFailure.PeerMisbehaved.class);
    }

    @Test
    @DisplayName("padding that is longer than what it pads is malformed too (IK-009, IK-071)")
    void badPadding() {
        Pair pair = Pairs.of(Way.UDP).start();
        IkeHeader header = forger(pair).request(INFORMATIONAL, true, 2);
        pair.inject(
                pair.gateway,
                udp(pair),
                forger(pair).message(header, PayloadType.NONE, Octets.ofHex("000005")));

        assertThat(lastSent(pair.gateway).payloads()).isEqualTo("N(INVALID_SYNTAX)");
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
    }

    @Test
    @DisplayName("the same octets with a wrong ICV get no answer at all (IK-009)")
    void malformedWithWrongIcv() {
        Pair pair = Pairs.of(Way.UDP).start();
        IkeHeader header = forger(pair).request(INFORMATIONAL, true, 2);
        byte[] message =
                forger(pair)
                        .message(header, PayloadType.NOTIFY, Octets.ofHex("0000009900"))
                        .toArray();
        message[message.length - 1] ^= 1;
        int before = pair.traffic.size();
        pair.inject(pair.gateway, udp(pair), Octets.wrap(message));

        assertThat(pair.traffic).hasSize(before);
        assertThat(dropped(pair.gateway)).isEqualTo("BAD_INTEGRITY");
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("a response has message ID and exchange type of its request (IK-021)")
    void responseCopies() {
        Pair pair = Pairs.of(Way.UDP).start();
        pair.inject(pair.gateway, udp(pair), fromClient(pair, 2));

        IkeHeader header = IkeHeader.peek(pair.traffic.getLast().message()).orElseThrow();
        assertThat(header).isEqualTo(forger(pair).response(INFORMATIONAL, false, 2));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    @DisplayName(
            "a repeated request: the same octets once more, by the path it came by, executed once (IK-024, IT-025)")
    void repeatedRequest(Way way) {
        Pair pair = Pairs.of(way).start();
        Pair.InFlight request = authRequest(pair);
        Octets response = authResponse(pair);
        TransportPath elsewhere =
                way == Way.TCP_ENCAPSULATION
                        ? pair.foreignConnection(StreamFraming.TCP_ENCAPSULATION)
                        : pair.foreignConnection(StreamFraming.IKE_TCP);
        // the check over UDP of ike-tcp has made place for itself in the cache
        boolean stillCached = way != Way.IKE_TCP;
        int before = pair.traffic.size();
        pair.inject(pair.gateway, elsewhere, request.message());

        assertThat(pair.traffic).hasSize(stillCached ? before + 1 : before);
        if (stillCached) {
            assertThat(pair.traffic.getLast().path()).isEqualTo(elsewhere);
            assertThat(pair.traffic.getLast().message()).isEqualTo(response);
        }
        assertThat(pair.gateway.actions(Action.InstallChildSa.class)).hasSize(1);
        assertThat(dropped(pair.gateway)).isEqualTo("REPEATED_REQUEST");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 4, 0x7fff_ffffL, 0xffff_ffffL})
    @DisplayName(
            "a request outside the window is ignored, also if it is the peer's (IK-025, IK-026, KF-18)")
    void outsideTheWindow(long messageId) {
        Pair pair = Pairs.of(Way.UDP).start();
        int before = pair.traffic.size();
        pair.inject(pair.gateway, udp(pair), fromClient(pair, messageId));

        assertThat(pair.traffic).hasSize(before);
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("while a request waits for its answer no other one is taken (IK-025)")
    void nothingPassesAParkedRequest() {
        Pair pair = Situation.PARKED.reach(Way.UDP, 1);
        pair.inject(pair.gateway, udp(pair), fromClient(pair, 2));
        pair.inject(pair.gateway, udp(pair), authRequest(pair).message());
        assertThat(pair.gateway.ladder()).hasSize(1);

        answerLease(pair);
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gateway.ladder())
                .containsExactly("IKE_SA_INIT response 0 udp", "IKE_AUTH response 1 udp");
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName(
            "a request that is repeated on a new connection before its answer is there gets it there (TE-061, TE-062)")
    void parkedRequestAskedAgain() {
        Pair pair = Situation.PARKED.reach(Way.TCP_ENCAPSULATION, 1);
        pair.reset();
        pair.advance(Duration.ofSeconds(1));
        answerLease(pair);

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gatewayRoute()).isEqualTo(pair.clientRoute());
    }

    @Test
    @DisplayName(
            "a gateway that asks before its answer to IKE_AUTH arrived is answered when it asks again (IK-024)")
    void requestBeforeAuthResponse() {
        Pair pair = Pairs.of(Way.UDP);
        boolean[] lost = {false};
        pair.delivers =
                message -> {
                    boolean lose =
                            !lost[0]
                                    && message.from() == pair.gateway
                                    && pair.gateway.ladder().size() == 2;
                    lost[0] |= lose;
                    return !lose;
                };
        pair.start();
        pair.gateway.handle(new Input.Commanded(new Command.CheckLiveness()));
        pair.settle();
        assertThat(dropped(pair.client)).isEqualTo("OUT_OF_STATE");

        pair.advance(Duration.ofSeconds(10));
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName(
            "a response is taken on every transport that its request went by, and on no other (IT-016)")
    void responseOnTheRightTransport() {
        Pair pair = Pairs.of(Way.IKE_TCP);
        pair.keeps = message -> message.from() == pair.gateway && pair.gateway.ladder().size() == 2;
        pair.start();
        Octets response = pair.kept.getFirst().message();
        TransportPath.Tcp third = pair.foreignConnection(StreamFraming.IKE_TCP);
        pair.inject(pair.client, third, response);
        assertThat(dropped(pair.client)).isEqualTo("RESPONSE_ON_WRONG_TRANSPORT");
        pair.inject(pair.client, Pairs.udpTo(pair.client, 4500), response);
        assertThat(pair.isUp()).isFalse();

        // the connection breaks, so a copy goes over UDP; then that is a way for the answer
        pair.keeps = _ -> true;
        pair.reset();
        assertThat(pair.client.ladder().getLast()).isEqualTo("IKE_AUTH request 1 udp");
        pair.keeps = _ -> false;
        pair.inject(pair.client, Pairs.udpTo(pair.client, 4500), response);
        assertThat(pair.isUp()).isTrue();
    }

    @Test
    @DisplayName(
            "a connection gone before the answer: nothing goes over UDP unasked; asked over UDP, the cache answers (IT-014, IT-023)")
    void answerWaitsToBeAskedForAgain() {
        Pair pair = Situation.PARKED.reach(Way.IKE_TCP, 1);
        pair.keeps = message -> message.from().isClient;
        pair.reset();
        answerLease(pair);
        assertThat(pair.gateway.ladder())
                .containsExactly("IKE_SA_INIT response 0 ike-tcp", "IKE_AUTH response 1 ike-tcp");
        assertThat(pair.isUp()).isFalse();

        pair.letGo();
        assertThat(pair.gateway.ladder()).contains("IKE_AUTH response 1 udp");
        assertThat(pair.gateway.actions(Action.InstallChildSa.class)).hasSize(1);
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName(
            "requests of one SA by UDP 500, TCP, UDP 4500 and TCP again are all answered where they came (IT-024)")
    void anyTransport() {
        Pair pair = Pairs.of(Way.UDP).start();
        List<TransportPath> paths =
                List.of(
                        Pairs.udpTo(pair.gateway, 500),
                        pair.foreignConnection(StreamFraming.IKE_TCP),
                        Pairs.udpTo(pair.gateway, 4500),
                        pair.foreignConnection(StreamFraming.IKE_TCP));
        long id = 2;
        for (TransportPath path : paths) {
            pair.inject(pair.gateway, path, fromClient(pair, id++));
            assertThat(pair.traffic.getLast().path()).isEqualTo(path);
        }
        assertThat(lastSent(pair.gateway).messageId()).isEqualTo(5);
    }

    static void answerLease(Pair pair) {
        int question = pair.gateway.actions(Action.Ask.class).getLast().number();
        var asked = pair.gateway.actions(Action.Ask.class).getLast().question();
        pair.gateway.handle(new Input.Answered(question, Pairs.lease(asked)));
        pair.settle();
    }

    static Forger forger(Pair pair) {
        return pair.client.forger.or(() -> pair.gateway.forger).orElseThrow();
    }

    static Octets fromClient(Pair pair, long messageId, Payload... payloads) {
        return forger(pair)
                .message(forger(pair).request(INFORMATIONAL, true, messageId), List.of(payloads));
    }

    private static UnknownPayload unknown(boolean critical) {
        return new UnknownPayload(new PayloadType(200), critical, Octets.EMPTY);
    }

    private static TransportPath udp(Pair pair) {
        return Pairs.udpTo(pair.gateway, 4500);
    }

    private static Pair.InFlight authRequest(Pair pair) {
        return pair.traffic.stream()
                .filter(m -> m.from().isClient && isAuth(m.message()))
                .findFirst()
                .orElseThrow();
    }

    private static Octets authResponse(Pair pair) {
        return pair.traffic.stream()
                .filter(m -> !m.from().isClient && isAuth(m.message()))
                .map(Pair.InFlight::message)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isAuth(Octets message) {
        return IkeHeader.peek(message)
                .map(IkeHeader::exchangeType)
                .equals(Optional.of(ExchangeType.IKE_AUTH));
    }

    static IkeEvent.MessagePassed lastSent(Pair.End end) {
        return end.events(IkeEvent.MessagePassed.class).stream()
                .filter(IkeEvent.MessagePassed::sent)
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    static IkeEvent.IkeSaClosed closed(Pair.End end) {
        return end.events(IkeEvent.IkeSaClosed.class).getFirst();
    }

    static String dropped(Pair.End end) {
        return end.events(IkeEvent.MessageDropped.class).getLast().reason();
    }
}
