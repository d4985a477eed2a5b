package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Admission;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.extension.QuickCrashDetection;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Both sides make tokens and take them.
class QuickCrashDetectionTest {
    private static final SessionContext CLIENT = context(2, OptionalInt.empty(), (byte) 1);
    private static final SessionContext GATEWAY = context(3, OptionalInt.of(500), (byte) 2);

    @ParameterizedTest
    @EnumSource(Way.class)
    @DisplayName(
            "a restarted gateway shows the token, and the client ends the IKE SA at once (E5-3)")
    void gatewayCrashes(Way way) {
        Pair pair = pair(way).start();
        crash(pair);
        pair.client.handle(new Input.Commanded(new Command.CheckLiveness()));
        pair.settle();

        assertLost(pair.client);
        // nothing goes to somebody who knows nothing
        int sent = pair.client.ladder().size();
        pair.advance(Duration.ofMinutes(1));
        assertThat(pair.client.ladder()).hasSize(sent);
        assertThat(pair.client.ladder().getLast()).startsWith("INFORMATIONAL request");
    }

    @Test
    @DisplayName("a restarted client shows the token too, and the gateway ends the IKE SA (E5-3)")
    void clientCrashes() {
        Pair pair = pair(Way.UDP).start();
        show(pair, pair.gateway, token(pair, CLIENT, true));

        assertThat(pair.gateway.children).isEmpty();
        assertThat(pair.gateway.events(IkeEvent.IkeSaClosed.class)).hasSize(1);
        assertThat(pair.gateway.heldSpis).isEmpty();
        assertThat(pair.gateway.heldAddresses).isEmpty();
    }

    @Test
    @DisplayName("the last IKE_AUTH message of each side has one token, right behind AUTH (E5-1)")
    void place() {
        Pair pair = pair(Way.UDP).start();
        List<List<Payload>> messages =
                pair.traffic.stream()
                        .map(Pair.InFlight::message)
                        .filter(octets ->
                                IkeHeader.peek(octets)
                                        .orElseThrow()
                                        .exchangeType()
                                        .equals(ExchangeType.IKE_AUTH))
                        .map(RequestWindowTest.forger(pair)::open)
                        .toList();

        assertThat(messages).hasSize(2);
        List<Notify> expected = List.of(token(pair, CLIENT, true), token(pair, GATEWAY, false));
        for (int i = 0; i < 2; i++) {
            List<Payload> payloads = messages.get(i);
            Payload auth = PayloadChain.first(payloads, Authentication.class).orElseThrow();
            assertThat(payloads.get(payloads.indexOf(auth) + 1)).isEqualTo(expected.get(i));
            assertThat(PayloadChain.notifications(payloads, Notification.QcdToken.class))
                    .hasSize(1);
        }
    }

    @Test
    @DisplayName("wrong tokens prove nothing: the peer is asked, once in a while (E5-4)")
    void wrongTokens() {
        Pair pair = pair(Way.UDP).start();
        Notify other = token(pair, CLIENT, true);
        Notify ofOtherRole = token(pair, GATEWAY, true);
        for (int i = 0; i < 50; i++) {
            show(pair, pair.client, other, ofOtherRole);
        }

        assertThat(pair.client.ladder().stream().filter(m -> m.startsWith("INFORMATIONAL")))
                .hasSize(1);
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("the right token counts as the fourth of four (E5-3)")
    void fourth() {
        Pair pair = pair(Way.UDP).start();
        Notify wrong = token(pair, CLIENT, true);
        show(pair, pair.client, wrong, wrong, wrong, token(pair, GATEWAY, false));

        assertLost(pair.client);
    }

    @Test
    @DisplayName("a token says nothing without INVALID_IKE_SPI, and nothing in a request (E5-4)")
    void outOfPlace() {
        Pair pair = pair(Way.UDP).start();
        Notify right = token(pair, GATEWAY, false);
        IkeHeader request = header(pair, true);
        inject(pair, request.reply(), List.of(right));
        inject(pair, header(pair, false), List.of(Notify.of(NotifyType.INVALID_IKE_SPI), right));

        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("while the gateway holds the IKE SA no stranger gets its token out of it (E5-5)")
    void tokenOfTheLiving() {
        Pair pair = pair(Way.UDP).start();
        Octets right = token(pair, GATEWAY, false).data();
        int before = pair.traffic.size();
        for (boolean byInitiator : List.of(true, false)) {
            IkeHeader header = header(pair, byInitiator);
            pair.inject(
                    pair.gateway,
                    Pairs.udpTo(pair.gateway, 4500),
                    MessageCodec.encode(new IkeMessage(header, List.of())));
        }

        // with the flag turned round it is asked for an IKE SA that it does not know
        List<Pair.InFlight> answers =
                pair.traffic.subList(before, pair.traffic.size()).stream()
                        .filter(m -> !m.from().isClient)
                        .toList();
        assertThat(answers).hasSize(1);
        assertThat(contains(answers.getFirst().message(), right)).isFalse();
        GarbageTest.assertStillWorks(pair);
    }

    @ParameterizedTest
    @CsvSource({
        "x25519, true",
        "x25519, false",
        "x25519-ke1_mlkem512, true",
        "x25519-ke1_mlkem512, false"
    })
    @DisplayName(
            "a rekeyed IKE SA has tokens of its own, whoever has rekeyed, in one exchange or several (E5-2)")
    void rekeyed(String methods, boolean byClient) {
        Pair pair =
                pair(Way.UDP, ProposalParser.ike("aes128gcm16-prfsha256-" + methods).getFirst())
                        .start();
        Notify old = token(pair, GATEWAY, false);
        (byClient ? pair.client : pair.gateway)
                .handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.settle();
        pair.advance(Duration.ofMillis(10));
        show(pair, pair.client, old);
        assertThat(pair.client.session.orElseThrow().isOver()).isFalse();

        // the tokens name the original initiator of the new IKE SA
        show(pair, pair.gateway, token(pair, CLIENT, byClient));
        assertThat(pair.gateway.children).isEmpty();
        show(pair, pair.client, token(pair, GATEWAY, !byClient));
        assertLost(pair.client);
    }

    @Test
    @DisplayName("a token that comes later under protection replaces the first (E5-6)")
    void replaced() {
        HostileClient client = HostileClient.established();
        Octets mine = Octets.wrap(new byte[16]);
        Notify notify = new Notification.QcdToken(mine).toNotify();
        client.answerTo(ExchangeType.INFORMATIONAL, List.of(notify));
        show(client.pair, client.pair.gateway, notify);

        assertThat(client.pair.gateway.children).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName(
            "a gateway that has restarted answers ESP that it does not know, and the client asks it at once (E5-3, IK-128)")
    void answersEsp(boolean askedBefore) {
        Pair pair = pair(Way.UDP).start();
        crash(pair);
        if (askedBefore) {
            pair.delivers = _ -> false;
            pair.client.handle(new Input.Commanded(new Command.CheckLiveness()));
            pair.settle();
            pair.delivers = _ -> true;
        }
        assertThat(pair.client.session.orElseThrow().isOver()).isFalse();
        tellOfEsp(pair, new Spi(0x7777));
        assertThat(pair.client.session.orElseThrow().isOver()).isFalse();

        tellOfEsp(pair, Pairs.onlyChild(pair.client).outboundSpi());
        assertLost(pair.client);
    }

    @Test
    @DisplayName(
            "who forges such answers gets one message out of the client, and ends nothing (E5-4, IK-128)")
    void forgedAnswersToEsp() {
        Pair pair = pair(Way.UDP).start();
        int sent = pair.client.ladder().size();
        for (int i = 0; i < 50; i++) {
            tellOfEsp(pair, Pairs.onlyChild(pair.client).outboundSpi());
        }

        assertThat(pair.client.ladder()).hasSize(sent + 1);
        GarbageTest.assertStillWorks(pair);
    }

    /// What the gateway says of ESP by an SPI that it does not know.
    private static void tellOfEsp(Pair pair, Spi spi) {
        Octets told =
                ((Admission.Decision.Reply) pair.admission.unknownEsp(pair.now, spi)).message();
        assertThat(pair.admission.decide(pair.now, Pairs.udpTo(pair.client, 4500), told))
                .isEqualTo(new Admission.Decision.AboutEsp());
        // a fresh second for the rate
        pair.now = pair.now.plus(Duration.ofMillis(100));
        pair.client.handle(new Input.MessageReceived(Pairs.udpTo(pair.client, 4500), told));
        pair.settle();
    }

    @Test
    @DisplayName("tokens are shown as seldom as other unprotected errors (E5-3, IK-128)")
    void rate() {
        Pair pair = pair(Way.UDP).start();
        crash(pair);
        // nobody takes what the gateway answers
        pair.delivers = message -> message.from().isClient;
        int before = pair.traffic.size();
        for (int i = 0; i < 100; i++) {
            pair.inject(
                    pair.gateway,
                    Pairs.udpTo(pair.gateway, 4500),
                    MessageCodec.encode(new IkeMessage(header(pair, true), List.of())));
        }

        assertThat(pair.traffic.size() - before)
                .isEqualTo(HalfOpenAdmission.Limits.DEFAULT.errorsPerSecond());
    }

    @Test
    @DisplayName("without a secret nobody gives a token, and none ends anything (E5-4)")
    void off() {
        Pair pair = Pairs.of(Way.UDP).start();
        show(pair, pair.client, token(pair, GATEWAY, false));

        GarbageTest.assertStillWorks(pair);
    }

    private static Pair pair(Way way) {
        return pair(way, Configs.X25519);
    }

    private static Pair pair(Way way, IkeProposal proposal) {
        return Pairs.of(
                context(2, OptionalInt.empty(), (byte) 1),
                Configs.client(way.choice(), proposal),
                context(3, OptionalInt.of(500), (byte) 2),
                Configs.gateway(proposal),
                HalfOpenAdmission.Limits.DEFAULT);
    }

    private static SessionContext context(long seed, OptionalInt port, byte secret) {
        byte[] octets = new byte[SessionContext.CRASH_SECRET_OCTETS];
        octets[0] = secret;
        return Pairs.revealing(Configs.context(seed, "secret", port))
                .withCrashSecret(KeyMaterial.wrap("crash secret", octets));
    }

    /// Everything is forgotten but the secret.
    private static void crash(Pair pair) {
        pair.reset();
        pair.gateway.bound.clear();
        pair.gateway.sessions.clear();
        pair.gateway.session = Optional.empty();
    }

    private static Notify token(Pair pair, SessionContext of, boolean originalInitiator) {
        SessionStatus status = pair.client.session.orElseThrow().status();
        return QuickCrashDetection.maker(of)
                .orElseThrow()
                .token(status.initiatorSpi(), status.responderSpi(), originalInitiator);
    }

    /// The header of a request with the SPIs of the current IKE SA.
    private static IkeHeader header(Pair pair, boolean byInitiator) {
        SessionStatus status = pair.client.session.orElseThrow().status();
        return IkeHeader.request(
                status.initiatorSpi(),
                status.responderSpi(),
                ExchangeType.INFORMATIONAL,
                byInitiator,
                2);
    }

    /// The unprotected answer of who does not know the IKE SA.
    private static void show(Pair pair, Pair.End to, Notify... tokens) {
        List<Payload> payloads = new ArrayList<>(List.of(Notify.of(NotifyType.INVALID_IKE_SPI)));
        payloads.addAll(List.of(tokens));
        // as the original initiator of the current IKE SA, and as its responder
        Stream.of(true, false)
                .map(byInitiator -> header(pair, byInitiator).reply())
                .forEach(header ->
                        pair.inject(
                                to,
                                Pairs.udpTo(to, 4500),
                                MessageCodec.encode(new IkeMessage(header, payloads))));
    }

    private static void inject(Pair pair, IkeHeader header, List<Payload> payloads) {
        pair.inject(
                pair.client,
                Pairs.udpTo(pair.client, 4500),
                MessageCodec.encode(new IkeMessage(header, payloads)));
    }

    private static boolean contains(Octets message, Octets token) {
        return HexFormat.of()
                .formatHex(message.toArray())
                .contains(HexFormat.of().formatHex(token.toArray()));
    }

    private static void assertLost(Pair.End end) {
        assertThat(end.session.orElseThrow().isOver()).isTrue();
        assertThat(end.children).isEmpty();
        assertThat(end.heldSpis).isEmpty();
        assertThat(end.events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .satisfies(closed ->
                        assertThat(closed.failure())
                                .get()
                                .isInstanceOf(SessionFailure.Unreachable.class));
    }
}
