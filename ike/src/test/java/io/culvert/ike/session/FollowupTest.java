package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.Session;
import io.culvert.ike.proposal.EspProposal;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalOffer;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Additional key exchanges when SAs are made and replaced, in IKE_FOLLOWUP_KE.
@DisplayName("IKE_FOLLOWUP_KE")
final class FollowupTest {
    private static final Command CHILDREN = new Command.RekeyChildSas(Optional.empty());
    private static final Command IKE = new Command.RekeyIkeSa();

    /// So small that no message needs fragments.
    private static final String TWO = "x25519-ke1_mlkem512-ke3_ecp256";

    private static ConnectionConfig with(ConnectionConfig config, String methods) {
        EspProposal esp = ProposalParser.esp("aes128gcm16-" + methods).getFirst();
        boolean client = config.name().equals("home");
        SelectorTemplate network = Configs.net("10.0.0.0/8");
        ChildConfig child =
                Configs.child(
                        "net",
                        List.of(client ? SelectorTemplate.Dynamic.ANY : network),
                        List.of(client ? network : SelectorTemplate.Dynamic.ANY),
                        esp);
        return Configs.with(config, List.of(child), IkeSaLimits.DEFAULT);
    }

    /// Its IKE SA has one key exchange, its Child SAs are to have three.
    private static HostileClient hostile() {
        return HostileClient.of(pair(Pairs.Way.UDP, 1, "x25519", TWO).start());
    }

    private static Pair pair(Pairs.Way way, long seed, String methods) {
        return pair(way, seed, methods, methods);
    }

    private static Pair pair(Pairs.Way way, long seed, String ikeMethods, String methods) {
        IkeProposal ike = ProposalParser.ike("aes128gcm16-prfsha256-" + ikeMethods).getFirst();
        return Pairs.of(
                Pairs.revealing(Configs.context(2 * seed, "secret", OptionalInt.empty())),
                with(Configs.client(way.choice(), ike), methods),
                Pairs.revealing(Configs.context(2 * seed + 1, "secret", OptionalInt.of(500))),
                with(Configs.gateway(ike), methods),
                HalfOpenAdmission.Limits.DEFAULT);
    }

    private static Pair.End end(Pair pair, boolean client) {
        return client ? pair.client : pair.gateway;
    }

    private static void command(Pair.End end, Command command) {
        end.handle(new Input.Commanded(command));
    }

    private static boolean is(Pair.InFlight message, ExchangeType exchange, boolean response) {
        IkeHeader header = IkeHeader.peek(message.message()).orElseThrow();
        return header.response() == response && header.exchangeType().equals(exchange);
    }

    private static boolean isCreateChildRequest(Pair.InFlight message) {
        return is(message, ExchangeType.CREATE_CHILD_SA, false);
    }

    private static long followups(Pair.End end) {
        return end.ladder().stream().filter(l -> l.startsWith("IKE_FOLLOWUP_KE request")).count();
    }

    private static boolean isUp(Pair.End end) {
        return end.session.orElseThrow().status().state().equals("Established");
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName("both kinds of SA are replaced with all key exchanges, by either side (E9-3)")
    void rekey(Pairs.Way way) {
        for (boolean byClient : List.of(true, false)) {
            Pair pair = pair(way, 1, "x25519-ke1_mlkem768-ke2_mlkem1024-ke5_ecp384").start();
            RekeyTest.assertAtOne(pair);
            assertThat(followups(pair.client) + followups(pair.gateway)).isZero();

            command(end(pair, byClient), CHILDREN);
            pair.settle();
            assertThat(followups(end(pair, byClient))).isEqualTo(3);
            RekeyTest.assertAtOne(pair);

            pair.advance(Duration.ofSeconds(10));
            command(end(pair, byClient), IKE);
            pair.settle();
            assertThat(followups(end(pair, byClient))).isEqualTo(6);
            RekeyTest.assertAtOne(pair);
            pair.advance(Duration.ofMinutes(6));
            RekeyTest.assertAtOne(pair);
            RekeyTest.assertNothingElse(pair);
        }
    }

    @Test
    @DisplayName("a further Child SA has its additional key exchanges, too (E9-3)")
    void further() {
        Pair pair = pair(Pairs.Way.UDP, 1, TWO).start();
        command(pair.client, new Command.CloseChild("net", "for a while"));
        pair.settle();

        command(pair.client, new Command.StartChild("net"));
        pair.settle();

        assertThat(followups(pair.client)).isEqualTo(2);
        RekeyTest.assertAtOne(pair);
    }

    @ParameterizedTest
    @CsvSource({
        "IKE, 0", "IKE, 1", "IKE, 2", "IKE, 3", "IKE, 4", "IKE, 5",
        "CHILD, 0", "CHILD, 1", "CHILD, 2", "CHILD, 3", "CHILD, 4", "CHILD, 5"
    })
    @DisplayName("any message of a series may be lost once (E9-3)")
    void losses(String what, int lost) {
        Pair pair = pair(Pairs.Way.UDP, 1, TWO).start();
        List<String> seen = new ArrayList<>();
        pair.delivers =
                message -> {
                    boolean series =
                            isOf(message, ExchangeType.CREATE_CHILD_SA)
                                    || isOf(message, ExchangeType.IKE_FOLLOWUP_KE);
                    if (series) {
                        seen.add("a message");
                    }
                    return !series || seen.size() != lost + 1;
                };

        command(pair.client, what.equals("IKE") ? IKE : CHILDREN);
        pair.settle().advance(Duration.ofMinutes(6));

        RekeyTest.assertAtOne(pair);
        RekeyTest.assertNothingElse(pair);
        assertThat(seen).hasSizeGreaterThan(6);
    }

    private static boolean isOf(Pair.InFlight message, ExchangeType exchange) {
        return is(message, exchange, true) || is(message, exchange, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("both replace the same Child SA at once: only one series goes on (E9-4)")
    void bothRekeyTheChild(long seed) {
        Pair pair = pair(Pairs.Way.UDP, seed, TWO).start();
        pair.keeps = FollowupTest::isCreateChildRequest;
        command(pair.client, CHILDREN);
        command(pair.gateway, CHILDREN);
        pair.settle();

        pair.letGo();

        RekeyTest.assertAtOne(pair);
        assertThat(followups(pair.client) + followups(pair.gateway)).isEqualTo(2);
        pair.advance(Duration.ofSeconds(10));
        RekeyTest.assertNothingElse(pair);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("both replace the IKE SA at once: only one series goes on (E9-4)")
    void bothRekeyTheIkeSa(long seed) {
        Pair pair = pair(Pairs.Way.UDP, seed, TWO).start();
        pair.keeps = FollowupTest::isCreateChildRequest;
        command(pair.client, IKE);
        command(pair.gateway, IKE);
        pair.settle();

        pair.letGo();

        RekeyTest.assertAtOne(pair);
        assertThat(followups(pair.client) + followups(pair.gateway)).isEqualTo(2);
        pair.advance(Duration.ofMinutes(6));
        RekeyTest.assertAtOne(pair);
        RekeyTest.assertNothingElse(pair);
    }

    @ParameterizedTest
    @CsvSource({"IKE, true", "IKE, false", "CHILD, true", "CHILD, false"})
    @DisplayName("one side's request arrives when the other's series has begun, or is over (E9-4)")
    void late(String what, boolean lateClient) {
        Command command = what.equals("IKE") ? IKE : CHILDREN;
        for (boolean over : List.of(true, false)) {
            Pair pair = pair(Pairs.Way.UDP, 1, TWO).start();
            pair.keeps =
                    message ->
                            (message.from().isClient == lateClient && isCreateChildRequest(message))
                                    || (!over
                                            && message.from().isClient != lateClient
                                            && is(message, ExchangeType.IKE_FOLLOWUP_KE, false));
            command(end(pair, lateClient), command);
            command(end(pair, !lateClient), command);
            pair.settle();

            pair.letGo();

            pair.advance(Duration.ofMinutes(6));
            RekeyTest.assertAtOne(pair);
            RekeyTest.assertNothingElse(pair);
        }
    }

    @ParameterizedTest
    @CsvSource({"IKE, CHILD", "CHILD, IKE", "IKE, IKE", "CHILD, CHILD"})
    @DisplayName("who asks to replace an SA between its key exchanges is told to wait (E9-4)")
    void between(String first, String second) {
        Pair pair = pair(Pairs.Way.UDP, 1, TWO).start();
        pair.keeps = message -> is(message, ExchangeType.IKE_FOLLOWUP_KE, false);
        command(pair.client, first.equals("IKE") ? IKE : CHILDREN);
        pair.settle();

        command(pair.gateway, second.equals("IKE") ? IKE : CHILDREN);
        pair.settle();

        assertThat(
                        pair.gateway.events(IkeEvent.MessagePassed.class).stream()
                                .filter(m -> !m.sent() && !m.request())
                                .map(IkeEvent.MessagePassed::payloads))
                .endsWith("N(TEMPORARY_FAILURE)");
        pair.letGo();
        pair.advance(Duration.ofMinutes(6));
        RekeyTest.assertAtOne(pair);
        RekeyTest.assertNothingElse(pair);
    }

    @ParameterizedTest
    @ValueSource(strings = {"IKE", "CHILD"})
    @DisplayName(
            "a series that the responder has lost begins again, and a second loss ends the IKE SA (E9-4)")
    void stateNotFound(String what) {
        Pair pair = pair(Pairs.Way.UDP, 1, TWO).start();
        pair.tamper =
                octets ->
                        rewritten(
                                pair,
                                octets,
                                false,
                                _ -> List.of(Notify.of(NotifyType.STATE_NOT_FOUND)));
        command(pair.client, what.equals("IKE") ? IKE : CHILDREN);
        pair.settle();
        assertThat(isUp(pair.client)).isTrue();
        assertThat(followups(pair.client)).isEqualTo(1);

        pair.advance(Duration.ofMinutes(5));

        assertThat(pair.client.sessions).allMatch(Session::isOver);
        assertThat(pair.gateway.sessions).allMatch(Session::isOver);
        assertThat(followups(pair.client)).isEqualTo(2);
        assertNothingHeld(pair);
    }

    @Test
    @DisplayName("a lost series that begins again succeeds (E9-4)")
    void lostOnce() {
        Pair pair = pair(Pairs.Way.UDP, 1, TWO).start();
        List<Octets> lost = new ArrayList<>();
        pair.tamper =
                octets ->
                        lost.isEmpty()
                                ? rewritten(
                                        pair,
                                        octets,
                                        false,
                                        payloads -> {
                                            lost.add(octets);
                                            return List.of(Notify.of(NotifyType.STATE_NOT_FOUND));
                                        })
                                : octets;
        command(pair.client, CHILDREN);
        pair.settle();

        pair.advance(Duration.ofMinutes(5));

        assertThat(lost).hasSize(1);
        assertThat(pair.client.events(IkeEvent.ChildSaRekeyed.class)).hasSize(1);
        RekeyTest.assertAtOne(pair);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "made up", "of another series", "used before"})
    @DisplayName(
            "a link that leads nowhere, or led somewhere before, is not found; nothing else happens (E9-4)")
    void links(String kind) {
        HostileClient client = hostile();
        Octets first = begin(client);
        Octets other = begin(client);
        assertThat(first).isNotEqualTo(other);
        Octets second = linkOf(client.answerTo(ExchangeType.IKE_FOLLOWUP_KE, mlkem(first)));

        Optional<Octets> link =
                switch (kind) {
                    case "none" -> Optional.empty();
                    case "made up" -> Optional.of(Octets.ofHex("00".repeat(16)));
                    case "of another series" -> Optional.of(Octets.concat(other, second));
                    case "used before" -> Optional.of(first);
                    default -> throw new IllegalArgumentException(kind);
                };

        assertThat(
                        client.notationOf(
                                ExchangeType.IKE_FOLLOWUP_KE,
                                link.map(FollowupTest::mlkem).orElse(mlkem(first).subList(0, 1))))
                .isEqualTo("N(STATE_NOT_FOUND)");
        assertThat(client.pair.gateway.children).hasSize(1);
        assertThat(isUp(client.pair.gateway)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "long", "ones", "another method"})
    @DisplayName(
            "an encapsulation key that must not be used is answered INVALID_SYNTAX and ends the series (E9-5)")
    void badKeys(String kind) {
        HostileClient client = hostile();
        Octets link = begin(client);
        List<Payload> good = mlkem(link);
        KeyExchangePayload key = (KeyExchangePayload) good.getFirst();
        Payload bad =
                kind.equals("another method")
                        ? HostileClient.key()
                        : new KeyExchangePayload(key.method(), MlKemTest.bad(kind, key.data()));

        assertThat(client.notationOf(ExchangeType.IKE_FOLLOWUP_KE, List.of(bad, good.getLast())))
                .isEqualTo("N(INVALID_SYNTAX)");
        assertThat(client.notationOf(ExchangeType.IKE_FOLLOWUP_KE, good))
                .isEqualTo("N(STATE_NOT_FOUND)");
        assertThat(client.pair.gateway.children).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"IKE, short", "IKE, long", "CHILD, short", "CHILD, long"})
    @DisplayName(
            "a ciphertext of a wrong size ends the IKE SA, as the responder has keys that we do not have (E9-5)")
    void badCiphertext(String what, String kind) {
        Pair pair = pair(Pairs.Way.UDP, 1, TWO).start();
        pair.tamper = octets -> rewritten(pair, octets, false, all -> withKey(kind, all));

        command(pair.client, what.equals("IKE") ? IKE : CHILDREN);
        pair.settle();

        assertThat(pair.client.sessions).allMatch(Session::isOver);
        assertThat(pair.gateway.sessions).allMatch(Session::isOver);
        assertNothingHeld(pair);
    }

    @Test
    @DisplayName("series that are begun and left hold little, and give it back (E9-4)")
    void abandonedSeries() {
        HostileClient client = hostile();
        Octets first = begin(client);
        for (int i = 0; i < 20; i++) {
            begin(client);
        }

        assertThat(client.notationOf(ExchangeType.IKE_FOLLOWUP_KE, mlkem(first)))
                .isEqualTo("N(STATE_NOT_FOUND)");
        assertThat(client.pair.gateway.heldSpis).hasSizeLessThan(12);
        client.pair.gateway.handle(new Input.Commanded(new Command.Abandon("test")));
        assertThat(client.pair.gateway.heldSpis).isEmpty();
    }

    /// Begins a series for a further Child SA, and gives its first link.
    private static Octets begin(HostileClient client) {
        List<Payload> request = new ArrayList<>(client.childRequest());
        request.set(
                0,
                ProposalOffer.ofChild(ProposalParser.esp("aes128gcm16-" + TWO), client.freshSpi()));
        request.add(HostileClient.key());
        return linkOf(client.answerTo(ExchangeType.CREATE_CHILD_SA, request));
    }

    private static Octets linkOf(List<Payload> payloads) {
        return payloads.stream()
                .filter(p -> p instanceof Notify n && n.is(NotifyType.ADDITIONAL_KEY_EXCHANGE))
                .map(p -> ((Notify) p).data())
                .findFirst()
                .orElseThrow();
    }

    /// An honest ML-KEM-512 request with this link.
    private static List<Payload> mlkem(Octets link) {
        return List.of(
                new KeyExchangePayload(35, Octets.wrap(new byte[800])),
                Notify.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link));
    }

    private static List<Payload> withKey(String kind, List<Payload> payloads) {
        return payloads.stream()
                .map(payload ->
                        payload instanceof KeyExchangePayload(int method, Octets data)
                                ? new KeyExchangePayload(method, MlKemTest.bad(kind, data))
                                : payload)
                .toList();
    }

    /// An IKE_FOLLOWUP_KE message of the gateway with other payloads inside.
    private static Octets rewritten(
            Pair pair, Octets octets, boolean request, UnaryOperator<List<Payload>> change) {
        IkeHeader header = IkeHeader.peek(octets).orElseThrow();
        if (!header.exchangeType().equals(ExchangeType.IKE_FOLLOWUP_KE)
                || header.response() == request) {
            return octets;
        }
        Forger forger = pair.client.forger.orElseThrow();
        return forger.message(header, change.apply(forger.open(octets)));
    }

    private static void assertNothingHeld(Pair pair) {
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            assertThat(end.bound).isEmpty();
            assertThat(end.heldSpis).isEmpty();
            assertThat(end.children).isEmpty();
        }
    }
}
