package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Admission.Decision;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.UnknownPayload;
import io.culvert.ike.wire.WireGenerators;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Who gets in, and what it costs.
class HalfOpenAdmissionTest {
    private static final MonoTime START = MonoTime.ZERO.plus(Duration.ofSeconds(1000));
    private static final InetSocketAddress OURS = new InetSocketAddress(Pair.GATEWAY, 500);

    /// A whole IKE_SA_INIT request, from which others are made.
    private static final IkeMessage TEMPLATE =
            decoded(Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1).kept.getFirst().message());

    @Test
    @DisplayName(
            "a first request gets in; its exact repetition belongs to the same session (IK-024)")
    void repetition() {
        HalfOpenAdmission door = door(HalfOpenAdmission.Limits.DEFAULT);
        var accepted = (Decision.Accept) door.decide(START, udp("192.0.2.1", 500), init(1));

        assertThat(door.decide(START, udp("192.0.2.1", 500), init(1)))
                .isEqualTo(new Decision.Forward(accepted.ours()));
        assertThat(door.halfOpen()).isEqualTo(1);
    }

    @Test
    @DisplayName("two clients with one SPI behind one NAT are two (IT-05D)")
    void sameSpi() {
        HalfOpenAdmission door = door(HalfOpenAdmission.Limits.DEFAULT);
        Octets other = init(1, nonce(7));

        assertThat(door.decide(START, udp("192.0.2.1", 500), init(1)))
                .isInstanceOf(Decision.Accept.class);
        assertThat(door.decide(START, udp("192.0.2.1", 1024), other))
                .isInstanceOf(Decision.Accept.class);
        assertThat(door.halfOpen()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "the repetition of a request that is answered for good starts no second session, for a while")
    void afterTheHandshake() {
        HalfOpenAdmission door = door(HalfOpenAdmission.Limits.DEFAULT);
        var accepted = (Decision.Accept) door.decide(START, udp("192.0.2.1", 500), init(1));
        door.handshakeEnded(START, accepted.ours(), true);

        assertThat(door.decide(START, udp("192.0.2.1", 500), init(1)))
                .isEqualTo(new Decision.Forward(accepted.ours()));
        assertThat(door.decide(after(31), udp("192.0.2.1", 500), init(1)))
                .isInstanceOf(Decision.Accept.class);
    }

    @Test
    @DisplayName("a request that came to nothing may be tried again")
    void afterAFailure() {
        HalfOpenAdmission door = door(HalfOpenAdmission.Limits.DEFAULT);
        var accepted = (Decision.Accept) door.decide(START, udp("192.0.2.1", 500), init(1));
        door.handshakeEnded(START, accepted.ours(), false);

        assertThat(door.decide(START, udp("192.0.2.1", 500), init(1)))
                .isInstanceOf(Decision.Accept.class);
    }

    @Test
    @DisplayName("one source gets so many, all together get so many (IK-049)")
    void caps() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(1000, 5, 3, 10));
        List<IkeSpi> accepted = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            accepted.add(accept(door, "192.0.2.1", i));
        }
        assertThat(door.decide(START, udp("192.0.2.1", 500), init(4)))
                .isEqualTo(new Decision.Drop("TOO_MANY_HALF_OPEN_OF_SOURCE"));
        accept(door, "192.0.2.2", 5);
        accept(door, "192.0.2.3", 6);
        assertThat(door.decide(START, udp("192.0.2.4", 500), init(7)))
                .isEqualTo(new Decision.Drop("TOO_MANY_HALF_OPEN"));

        door.handshakeEnded(START, accepted.getFirst(), true);
        accept(door, "192.0.2.1", 8);
        assertThat(door.halfOpen()).isEqualTo(5);
    }

    @Test
    @DisplayName("one IPv6 /64 is one source, one IPv4 address is one (IK-049)")
    void sources() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(1000, 100, 2, 10));
        accept(door, "2001:db8:1:1::1", 1);
        IkeSpi second = accept(door, "2001:db8:1:1:ffff:ffff:ffff:ffff", 2);
        assertThat(door.decide(START, udp("2001:db8:1:1::77", 500), init(3)))
                .isEqualTo(new Decision.Drop("TOO_MANY_HALF_OPEN_OF_SOURCE"));
        accept(door, "2001:db8:1:2::1", 4);
        accept(door, "192.0.2.1", 5);
        accept(door, "192.0.2.1", 6);
        accept(door, "192.0.2.2", 7);

        door.handshakeEnded(START, second, false);
        accept(door, "2001:db8:1:1::78", 8);
    }

    @Test
    @DisplayName("an unprotected error is never answered, whatever it is in (IK-128)")
    void errorsAreNotAnswered() {
        HalfOpenAdmission door = door(HalfOpenAdmission.Limits.DEFAULT);
        IkeHeader header =
                IkeHeader.request(
                        new IkeSpi(1), new IkeSpi(2), ExchangeType.INFORMATIONAL, true, 0);
        for (NotifyType error : List.of(NotifyType.INVALID_SPI, NotifyType.INVALID_IKE_SPI)) {
            Octets message = MessageCodec.encode(new IkeMessage(header, List.of(Notify.of(error))));
            assertThat(door.decide(START, udp("192.0.2.1", 500), message))
                    .isEqualTo(new Decision.Drop("ERROR_TO_NOBODY"));
        }
    }

    @Test
    @DisplayName(
            "cookies are asked for by load: few come in without, and again when the load is gone")
    void cookiesByLoad() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(3, 100, 100, 10));
        List<IkeSpi> accepted = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            accepted.add(accept(door, "192.0.2." + i, i));
        }
        cookie(door.decide(START, udp("192.0.2.4", 500), init(4)));

        door.handshakeEnded(START, accepted.getFirst(), true);
        accept(door, "192.0.2.4", 4);
    }

    @Test
    @DisplayName("from a threshold on UDP needs a cookie, TCP does not (IK-042, IT-091)")
    void cookies() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(1, 100, 100, 10));
        accept(door, "192.0.2.9", 99);
        TransportPath path = udp("192.0.2.1", 500);
        Notify cookie = cookie(door.decide(START, path, init(1)));
        assertThat(door.decide(START, tcp(), init(2))).isInstanceOf(Decision.Accept.class);

        assertThat(door.decide(START, path, withFirst(1, cookie)))
                .isInstanceOf(Decision.Accept.class);
        assertThat(door.halfOpen()).isEqualTo(3);
    }

    @Test
    @DisplayName(
            "a cookie counts only as the first payload, from the same place, and not for long (IK-042, IT-055)")
    void wrongCookies() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(0, 100, 100, 10));
        TransportPath path = udp("192.0.2.1", 500);
        Notify cookie = cookie(door.decide(START, path, init(1)));
        List<Payload> last = new ArrayList<>(TEMPLATE.payloads());
        last.add(cookie);

        cookie(door.decide(START, path, encode(1, last)));
        cookie(door.decide(START, udp("192.0.2.1", 501), withFirst(1, cookie)));
        cookie(door.decide(START, udp("192.0.2.2", 500), withFirst(1, cookie)));
        cookie(door.decide(START, path, withFirst(2, cookie)));
        cookie(door.decide(after(3600), path, withFirst(1, cookie)));
        assertThat(door.halfOpen()).isZero();
    }

    @Test
    @DisplayName("no cookie is larger than what asked for it; parts of a request get none")
    void noAmplification() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(0, 100, 100, 10));
        TransportPath path = udp("192.0.2.1", 500);
        var reply = (Decision.Reply) door.decide(START, path, init(1));
        assertThat(reply.message().size()).isLessThan(init(1).size());

        Octets nonceAlone = encode(1, List.of(new Nonce(Octets.wrap(new byte[16]))));
        var error = (Decision.Reply) door.decide(START, path, nonceAlone);
        assertThat(error.reason()).isEqualTo("INVALID_SYNTAX");
        assertThat(error.message().size()).isLessThan(nonceAlone.size());
    }

    @Test
    @DisplayName(
            "version 3: INVALID_MAJOR_VERSION with 2, same exchange and message ID; version 1: silence (IK-007, IT-004)")
    void versions() {
        HalfOpenAdmission door = door(HalfOpenAdmission.Limits.DEFAULT);
        TransportPath path = udp("192.0.2.1", 500);
        var reply = (Decision.Reply) door.decide(START, path, ofVersion(0x30, 0x08));
        IkeMessage answer = decoded(reply.message());

        assertThat(answer.payloads())
                .containsExactly(Notify.of(NotifyType.INVALID_MAJOR_VERSION, Octets.of((byte) 2)));
        assertThat(answer.header().response()).isTrue();
        assertThat(answer.header().exchangeType()).isEqualTo(ExchangeType.IKE_SA_INIT);
        assertThat(answer.header().messageId()).isZero();
        assertThat(door.decide(START, path, ofVersion(0x10, 0x08)))
                .isInstanceOf(Decision.Drop.class);
        assertThat(door.decide(START, path, ofVersion(0x30, 0x28)))
                .isInstanceOf(Decision.Drop.class);
    }

    @Test
    @DisplayName("an unknown SPI in a request: INVALID_IKE_SPI; in a response: nothing (IK-128)")
    void unknownSpi() {
        HalfOpenAdmission door = door(HalfOpenAdmission.Limits.DEFAULT);
        TransportPath path = udp("192.0.2.1", 500);
        IkeHeader header =
                IkeHeader.request(
                        new IkeSpi(1), new IkeSpi(2), ExchangeType.INFORMATIONAL, true, 5);
        var reply =
                (Decision.Reply)
                        door.decide(
                                START,
                                path,
                                MessageCodec.encode(new IkeMessage(header, List.of())));

        assertThat(decoded(reply.message()).payloads())
                .containsExactly(Notify.of(NotifyType.INVALID_IKE_SPI));
        assertThat(decoded(reply.message()).header()).isEqualTo(header.reply());
        // and the answer is none that would be answered
        assertThat(door.decide(START, path, reply.message()))
                .isEqualTo(new Decision.Drop("RESPONSE_TO_NOBODY"));
    }

    @Test
    @DisplayName("an unknown critical payload in the first request is named (IK-005)")
    void unknownCritical() {
        HalfOpenAdmission door = door(HalfOpenAdmission.Limits.DEFAULT);
        List<Payload> payloads = new ArrayList<>(TEMPLATE.payloads());
        payloads.add(new UnknownPayload(new PayloadType(200), true, Octets.EMPTY));
        var reply = (Decision.Reply) door.decide(START, udp("192.0.2.1", 500), encode(1, payloads));

        assertThat(decoded(reply.message()).payloads())
                .containsExactly(
                        Notify.of(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, Octets.of((byte) 200)));
    }

    @Test
    @DisplayName("unprotected errors are few in a second, and come back in the next (IK-128)")
    void errorRate() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(100, 100, 100, 4));
        int replies = 0;
        for (int i = 0; i < 100; i++) {
            replies +=
                    door.decide(START, udp("192.0.2." + i, 500), ofVersion(0x30, 0x08))
                                    instanceof Decision.Reply
                            ? 1
                            : 0;
        }
        assertThat(replies).isEqualTo(4);
        assertThat(door.decide(after(1), udp("192.0.2.1", 500), ofVersion(0x30, 0x08)))
                .isInstanceOf(Decision.Reply.class);
    }

    @Test
    @DisplayName(
            "a flood of requests costs as much memory as the limits say, and the door opens again")
    void flood() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(1_000_000, 50, 50, 10));
        for (int i = 1; i <= 5_000; i++) {
            door.decide(START, udp("10.0." + i / 250 + "." + i % 250, 500), init(i));
        }
        assertThat(door.halfOpen()).isEqualTo(50);
        assertThat(door.remembered()).isEqualTo(50);
    }

    @Test
    @DisplayName("handshakes that succeed are remembered by as many as the limits say")
    void manyHandshakes() {
        HalfOpenAdmission door = door(new HalfOpenAdmission.Limits(1_000_000, 50, 50, 10));
        for (int i = 1; i <= 500; i++) {
            door.handshakeEnded(START, accept(door, "192.0.2.1", i), true);
        }
        assertThat(door.halfOpen()).isZero();
        assertThat(door.remembered()).isEqualTo(50);
        door.decide(after(31), udp("192.0.2.1", 500), Octets.EMPTY);
        assertThat(door.remembered()).isZero();
    }

    @Test
    @DisplayName(
            "any octets give a decision, no more than one small answer, and no session without a whole request")
    void anyOctets() {
        Gen<Octets> octets =
                Gen.oneOf(
                        Gen.octets(0, 200),
                        WireGenerators.messages().map(MessageCodec::encode),
                        Gen.both(
                                Gen.ints(0, 5000),
                                Gen.ints(1, 255),
                                (at, change) -> {
                                    byte[] message = init(1).toArray();
                                    message[at % message.length] ^= change.byteValue();
                                    return Octets.wrap(message);
                                }));
        Properties.forAll(
                1000,
                octets,
                Gen.booleans(),
                (message, cookies) -> {
                    HalfOpenAdmission door =
                            door(new HalfOpenAdmission.Limits(cookies ? 0 : 10, 10, 10, 10));
                    switch (door.decide(START, udp("192.0.2.1", 500), message)) {
                        case Decision.Accept _ ->
                                assertThat(decoded(message).payload(KeyExchangePayload.class))
                                        .isPresent();
                        case Decision.Reply(Octets reply, String _) ->
                                assertThat(reply.size()).isLessThan(28 + 8 + 65);
                        case Decision.Drop _, Decision.AboutEsp _ ->
                                assertThat(door.remembered()).isZero();
                        case Decision.Forward _ -> throw new AssertionError("to whom?");
                    }
                });
    }

    private static HalfOpenAdmission door(HalfOpenAdmission.Limits limits) {
        return new HalfOpenAdmission(Configs.context(3, "secret", OptionalInt.empty()), limits);
    }

    private static IkeSpi accept(HalfOpenAdmission door, String from, int number) {
        return ((Decision.Accept) door.decide(START, udp(from, 500), init(number))).ours();
    }

    private static Notify cookie(Decision decision) {
        return decoded(((Decision.Reply) decision).message())
                .notification(NotifyType.COOKIE)
                .orElseThrow();
    }

    private static Octets init(int initiator) {
        return encode(initiator, TEMPLATE.payloads());
    }

    private static Octets init(int initiator, Nonce nonce) {
        return encode(
                initiator,
                List.of(
                        TEMPLATE.payload(SecurityAssociation.class).orElseThrow(),
                        TEMPLATE.payload(KeyExchangePayload.class).orElseThrow(),
                        nonce));
    }

    private static Nonce nonce(int value) {
        return new Nonce(new OctetsBuilder().zeros(31).u8(value).build());
    }

    private static Octets withFirst(int initiator, Payload first) {
        List<Payload> payloads = new ArrayList<>(TEMPLATE.payloads());
        payloads.addFirst(first);
        return encode(initiator, payloads);
    }

    private static Octets encode(int initiator, List<Payload> payloads) {
        return MessageCodec.encode(
                new IkeMessage(
                        IkeHeader.request(
                                new IkeSpi(initiator),
                                IkeSpi.ZERO,
                                ExchangeType.IKE_SA_INIT,
                                true,
                                0),
                        payloads));
    }

    private static Octets ofVersion(int version, int flags) {
        byte[] message = init(1).toArray();
        message[17] = (byte) version;
        message[19] = (byte) flags;
        return Octets.wrap(message);
    }

    private static IkeMessage decoded(Octets message) {
        return ((DecodeResult.Decoded) new MessageCodec().decode(message)).message();
    }

    private static MonoTime after(int seconds) {
        return START.plus(Duration.ofSeconds(seconds));
    }

    private static TransportPath udp(String address, int port) {
        return new TransportPath.Udp(
                OURS, new InetSocketAddress(IpPrefix.parseAddress(address), port), false);
    }

    private static TransportPath tcp() {
        return new TransportPath.Tcp(
                new ConnectionId(1),
                StreamFraming.IKE_TCP,
                false,
                OURS,
                new InetSocketAddress(Pair.CLIENT, 40_000));
    }
}
