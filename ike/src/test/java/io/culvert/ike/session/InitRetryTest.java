package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.Delete;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PuzzleSolution;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// IKE_SA_INIT said again and again: what may change, and what nobody may be talked into.
class InitRetryTest {
    private static final Octets COOKIE = Octets.ofHex("0102030405060708");

    @Test
    @DisplayName("a method that was not proposed is not taken, whoever asks for it (IK-041)")
    void noDowngrade() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
        answer(pair, invalidKe(14));
        answer(pair, invalidKe(KeyExchangeMethod.CURVE25519.transformId()));
        answer(pair, Notify.of(NotifyType.INVALID_KE_PAYLOAD, Octets.of((byte) 1)));
        assertThat(pair.traffic).hasSize(1 + 3);

        pair.letGo();
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.session.orElseThrow().status().suite().orElseThrow().keyExchange())
                .isEqualTo(KeyExchangeMethod.CURVE25519);
    }

    @Test
    @DisplayName("a cookie comes first and nothing else changes (IK-042)")
    void cookieFirst() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
        List<Payload> first = payloads(pair.kept.getFirst().message());
        pair.keeps = _ -> true;
        answer(pair, Notify.of(NotifyType.COOKIE, COOKIE));
        List<Payload> second = payloads(pair.kept.getLast().message());

        assertThat(second.getFirst()).isEqualTo(Notify.of(NotifyType.COOKIE, COOKIE));
        assertThat(second.subList(1, second.size())).isEqualTo(first);
        assertThat(IkeHeader.peek(pair.kept.getLast().message()).orElseThrow().messageId())
                .isZero();
    }

    @Test
    @DisplayName("cookies of 0 and 65 octets are none (IK-042)")
    void cookieSizes() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
        pair.keeps = _ -> true;
        answer(pair, Notify.of(NotifyType.COOKIE, Octets.EMPTY));
        answer(pair, Notify.of(NotifyType.COOKIE, Octets.wrap(new byte[65])));
        assertThat(pair.client.ladder()).hasSize(1);

        answer(pair, Notify.of(NotifyType.COOKIE, Octets.wrap(new byte[64])));
        assertThat(pair.client.ladder()).hasSize(2);
    }

    @Test
    @DisplayName(
            "cookie, then another method: the cookie is sent again, and they converge (IK-043)")
    void cookieThenInvalidKe() {
        Pair pair = picky(new HalfOpenAdmission.Limits(0, 10, 10, 10)).start();

        assertThat(pair.isUp()).isTrue();
        assertThat(requests(pair)).hasSize(3);
        assertThat(payloads(requests(pair).getLast()).getFirst().notation()).isEqualTo("N(COOKIE)");
    }

    @Test
    @DisplayName("another method, then a cookie: both stay, and they converge (IK-043)")
    void invalidKeThenCookie() {
        Pair pair = picky(HalfOpenAdmission.Limits.DEFAULT);
        boolean[] asked = {false};
        pair.delivers =
                message -> {
                    boolean retry =
                            message.from().isClient && requests(pair).size() == 2 && !asked[0];
                    if (retry) {
                        asked[0] = true;
                        answer(pair, Notify.of(NotifyType.COOKIE, COOKIE));
                    }
                    return !retry;
                };
        pair.start();

        assertThat(pair.isUp()).isTrue();
        assertThat(requests(pair)).hasSize(3);
        assertThat(payloads(requests(pair).getLast()).getFirst())
                .isEqualTo(Notify.of(NotifyType.COOKIE, COOKIE));
    }

    @Test
    @DisplayName("who asks for ever is left (IK-041, TE-066)")
    void endlessCookies() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
        pair.keeps = _ -> true;
        for (int i = 1; i <= 20; i++) {
            answer(pair, Notify.of(NotifyType.COOKIE, Octets.of((byte) i)));
        }
        assertThat(requests(pair)).hasSizeLessThanOrEqualTo(5);
        pair.advance(Duration.ofSeconds(2));

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(RequestWindowTest.closed(pair.client).failure().orElseThrow())
                .isInstanceOf(SessionFailure.PeerMisbehaved.class);
    }

    @Test
    @DisplayName("a forged refusal before the true answer changes nothing over UDP (IK-048)")
    void forgedRefusal() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
        answer(pair, Notify.of(NotifyType.NO_PROPOSAL_CHOSEN));
        pair.letGo();
        pair.advance(Duration.ofSeconds(3));

        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("refusals that keep coming do not put off the end (IK-048)")
    void repeatedRefusals() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
        for (int i = 0; i < 4; i++) {
            answer(pair, Notify.of(NotifyType.NO_PROPOSAL_CHOSEN));
            pair.advance(Duration.ofMillis(400));
        }
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"IKE_TCP", "TCP_ENCAPSULATION"})
    @DisplayName("over TCP a refusal is believed at once (IT-092, TE-068)")
    void refusalOverTcp(Way way) {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(way, 1);
        answer(pair, Notify.of(NotifyType.NO_PROPOSAL_CHOSEN));

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"IKE_TCP", "TCP_ENCAPSULATION"})
    @DisplayName(
            "a cookie that came over TCP is returned over TCP, on a new connection if need be (IT-054, TE-067)")
    void cookieOverTcp(Way way) {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(way, 1);
        pair.keeps = _ -> true;
        answer(pair, Notify.of(NotifyType.COOKIE, COOKIE));

        assertThat(pair.kept).hasSize(2);
        assertThat(pair.kept).allMatch(m -> m.path() instanceof TransportPath.Tcp);
        assertThat(pair.client.actions(Action.OpenConnection.class)).hasSize(1);
    }

    @Test
    @DisplayName(
            "a cookie that arrives behind the end of its connection is returned on the next (IT-054)")
    void cookieBehindTheEnd() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.TCP_ENCAPSULATION, 1);
        TransportPath lost = pair.pathTo(pair.client);
        Octets cookie = response(pair, Notify.of(NotifyType.COOKIE, COOKIE));
        pair.keeps = _ -> true;
        pair.reset();
        pair.inject(pair.client, lost, cookie);

        assertThat(payloads(pair.kept.getLast().message()).getFirst())
                .isEqualTo(Notify.of(NotifyType.COOKIE, COOKIE));
        assertThat(pair.kept.getLast().path()).isNotEqualTo(lost);
    }

    @Test
    @DisplayName("a response that is fit for a later stage, or for nobody, does nothing (IK-002)")
    void strangeResponses() {
        Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
        answer(pair, new Nonce(Octets.wrap(new byte[32])));
        answer(pair, Delete.ikeSa());
        assertThat(pair.client.events(IkeEvent.MessageDropped.class)).hasSize(2);
        pair.letGo();
        int before = pair.client.actions.size();
        answer(pair, Notify.of(NotifyType.NO_PROPOSAL_CHOSEN));

        assertThat(pair.client.actions.subList(before, pair.client.actions.size())).hasSize(1);
        assertThat(RequestWindowTest.dropped(pair.client)).isEqualTo("OUT_OF_STATE");
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName(
            "the same IKE_SA_INIT again: on its transport the same answer, on another none (IK-024, IT-05A)")
    void repeatedInit() {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
        Octets request = requests(pair).getFirst();
        Octets answer =
                pair.traffic.stream()
                        .filter(m -> !m.from().isClient)
                        .map(Pair.InFlight::message)
                        .findFirst()
                        .orElseThrow();
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 500), request);
        assertThat(pair.traffic.getLast().message()).isEqualTo(answer);

        int before = pair.traffic.size();
        pair.inject(pair.gateway, pair.foreignConnection(StreamFraming.IKE_TCP), request);
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 4500), request);
        assertThat(pair.traffic).hasSize(before);
        assertThat(RequestWindowTest.dropped(pair.gateway)).isEqualTo("INIT_ON_OTHER_TRANSPORT");
    }

    @Test
    @DisplayName("after IKE_AUTH a repeated IKE_SA_INIT is ignored (IK-024)")
    void repeatedInitTooLate() {
        for (Situation late : List.of(Situation.PARKED, Situation.ESTABLISHED)) {
            Pair pair = late.reach(Way.UDP, 1);
            int before = pair.traffic.size();
            pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 500), requests(pair).getFirst());

            assertThat(pair.traffic).hasSize(before);
            assertThat(pair.gateway.sessions).hasSize(1);
        }
    }

    @Test
    @DisplayName(
            "what binds a request to its transport (IT-050), and that IKE_SA_INIT always is (IT-05C)")
    void boundRequests() {
        for (NotifyType type :
                List.of(
                        NotifyType.COOKIE,
                        NotifyType.NAT_DETECTION_SOURCE_IP,
                        NotifyType.NAT_DETECTION_DESTINATION_IP,
                        NotifyType.NO_NATS_ALLOWED,
                        NotifyType.COOKIE2,
                        NotifyType.UPDATE_SA_ADDRESSES)) {
            assertThat(Transmission.isTransportBound(List.of(Notify.of(type)))).isTrue();
        }
        assertThat(
                        Transmission.isTransportBound(
                                List.of(new PuzzleSolution(Octets.wrap(new byte[4])))))
                .isTrue();
        assertThat(Transmission.isTransportBound(List.of())).isFalse();
        assertThat(Transmission.isTransportBound(List.of(Delete.ikeSa()))).isFalse();
        for (Way way : Way.values()) {
            Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(way, 1);
            List<Octets> requests = requests(pair);
            assertThat(Transmission.isTransportBound(payloads(requests.getFirst()))).isTrue();
        }
    }

    @Test
    @DisplayName("our SPIs cannot be taken for a stream prefix or TLS, and are not zero (IT-084)")
    void unambiguousSpis() {
        var draws =
                List.of(
                        0L,
                        0x494b_4554_4350_0000L,
                        0x494b_4554_4350_ffffL,
                        0x1603_0000_0000_0001L,
                        0x1603_ffff_ffff_ffffL,
                        0x494b_4554_4351_0000L);
        var next = draws.iterator();
        var context = Configs.context(1, "secret", OptionalInt.empty());
        var scripted =
                new SessionContext(
                        context.crypto(),
                        new SecureRandom() {
                            private static final long serialVersionUID = 1L;

                            @Override
                            public long nextLong() {
                                return next.next();
                            }
                        },
                        context.sharedKeys(),
                        false,
                        OptionalInt.empty(),
                        4500);

        assertThat(Peering.freshSpi(scripted)).isEqualTo(new IkeSpi(0x494b_4554_4351_0000L));
    }

    /// A gateway that wants another method than the client's first.
    private static Pair picky(HalfOpenAdmission.Limits limits) {
        return Pairs.of(
                Configs.context(1, "secret", OptionalInt.empty()),
                Configs.client(
                        Way.UDP.choice(),
                        Configs.with(KeyExchangeMethod.CURVE25519, KeyExchangeMethod.ECP_256)),
                Configs.context(2, "secret", OptionalInt.empty()),
                Configs.gateway(Configs.with(KeyExchangeMethod.ECP_256)),
                limits);
    }

    private static Notify invalidKe(int method) {
        return Notify.of(
                NotifyType.INVALID_KE_PAYLOAD, Octets.of((byte) (method >>> 8), (byte) method));
    }

    /// Somebody answers the client's latest IKE_SA_INIT request where it was sent.
    private static void answer(Pair pair, Payload payload) {
        TransportPath path =
                pair.pathTo(pair.client) instanceof TransportPath.Tcp stream
                        ? stream
                        : Pairs.udpTo(pair.client, 500);
        Octets response = response(pair, payload);
        pair.traffic.add(new Pair.InFlight(pair.gateway, path, response));
        pair.inject(pair.client, path, response);
    }

    private static Octets response(Pair pair, Payload payload) {
        IkeHeader header = IkeHeader.peek(requests(pair).getLast()).orElseThrow().reply();
        return MessageCodec.encode(new IkeMessage(header, List.of(payload)));
    }

    /// The IKE_SA_INIT requests.
    private static List<Octets> requests(Pair pair) {
        return pair.traffic.stream()
                .filter(m -> m.from().isClient)
                .map(Pair.InFlight::message)
                .filter(m ->
                        IkeHeader.peek(m)
                                .orElseThrow()
                                .exchangeType()
                                .equals(ExchangeType.IKE_SA_INIT))
                .toList();
    }

    private static List<Payload> payloads(Octets message) {
        return ((DecodeResult.Decoded) new MessageCodec().decode(message)).message().payloads();
    }
}
