package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
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
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Additional key exchanges in IKE_INTERMEDIATE, between IKE_SA_INIT and IKE_AUTH.
@DisplayName("IKE_INTERMEDIATE")
final class IntermediateTest {
    private static final String HYBRID = "aes128gcm16-prfsha256-x25519-ke1_mlkem768";

    /// So small that its messages need no fragments.
    private static final String SMALL = "aes128gcm16-prfsha256-x25519-ke1_mlkem512";

    private static final String THREE =
            "aes128gcm16-prfsha256-x25519-ke1_mlkem1024-ke2_ecp384-ke4_mlkem512";

    private static List<IkeProposal> proposals(String... texts) {
        List<IkeProposal> all = new ArrayList<>();
        for (String text : texts) {
            all.addAll(ProposalParser.ike(text));
        }
        return all;
    }

    private static Pair pair(Pairs.Way way, List<IkeProposal> client, List<IkeProposal> gateway) {
        return Pairs.of(
                Configs.client(way.choice(), client.toArray(IkeProposal[]::new)),
                Configs.gateway(gateway.toArray(IkeProposal[]::new)));
    }

    private static Pair pair(Pairs.Way way, String both) {
        return pair(way, proposals(both), proposals(both));
    }

    private static String suite(Pair.End end) {
        return end.session.orElseThrow().status().suite().orElseThrow().toString();
    }

    private static boolean isUp(Pair.End end) {
        return end.session.orElseThrow().status().state().equals("Established");
    }

    private static List<String> requests(Pair pair) {
        return pair.client.ladder().stream()
                .filter(line -> line.contains(" request "))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .limit(6)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName(
            "each additional key exchange has an exchange of its own, over any transport (E8-1, E9-2)")
    void three(Pairs.Way way) {
        Pair pair = pair(way, THREE);

        pair.start();

        Pairs.assertKeysFit(pair);
        assertThat(suite(pair.client)).isEqualTo(THREE).isEqualTo(suite(pair.gateway));
        assertThat(requests(pair))
                .startsWith(
                        "IKE_SA_INIT request 0",
                        "IKE_INTERMEDIATE request 1",
                        "IKE_INTERMEDIATE request 2",
                        "IKE_INTERMEDIATE request 3",
                        "IKE_AUTH request 4");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    @DisplayName("a lost message is repeated and answered again with the keys of its time (E8-2)")
    void losses(int lost) {
        Pair pair = pair(Pairs.Way.UDP, THREE);
        List<String> seen = new ArrayList<>();
        pair.delivers =
                message -> {
                    IkeHeader header = IkeHeader.peek(message.message()).orElseThrow();
                    String name = header.messageId() + (header.response() ? "r" : "q");
                    boolean first =
                            header.exchangeType().equals(ExchangeType.IKE_INTERMEDIATE)
                                    && name.equals((1 + lost / 2) + (lost % 2 == 0 ? "q" : "r"))
                                    && seen.isEmpty();
                    if (first) {
                        seen.add(name);
                    }
                    return !first;
                };

        pair.start().advance(Duration.ofSeconds(30));

        assertThat(seen).hasSize(1);
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName("an initiator with a list of choices gets the best that both have (E9-1)")
    void choices() {
        Pair pair =
                pair(
                        Pairs.Way.UDP,
                        proposals(
                                "aes128gcm16-prfsha256-x25519-ke1_mlkem512-ke1_mlkem768-ke2_none-ke2_x448"),
                        proposals("aes128gcm16-prfsha256-x25519-ke1_mlkem768-ke1_none"));

        pair.start();

        assertThat(suite(pair.gateway)).isEqualTo(HYBRID).isEqualTo(suite(pair.client));
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName("a peer that knows no additional key exchanges takes the proposal without (E9-1)")
    void older() {
        String classical = "aes128gcm16-prfsha256-x25519";
        Pair pair = pair(Pairs.Way.UDP, proposals(HYBRID, classical), proposals(classical));

        pair.start();

        assertThat(suite(pair.client)).isEqualTo(classical);
        assertThat(requests(pair)).noneMatch(line -> line.startsWith("IKE_INTERMEDIATE"));
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName(
            "without INTERMEDIATE_EXCHANGE_SUPPORTED no additional key exchange is chosen (E9-1)")
    void unannounced() {
        Pair pair = pair(Pairs.Way.TCP_ENCAPSULATION, HYBRID);
        pair.tamper =
                octets ->
                        inInit(
                                octets,
                                p ->
                                        !(p instanceof Notify n
                                                && n.is(
                                                        NotifyType
                                                                .INTERMEDIATE_EXCHANGE_SUPPORTED)));

        pair.start();

        assertThat(isUp(pair.client)).isFalse();
        assertThat(closed(pair.client)).isInstanceOf(SessionFailure.Incompatible.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("who has broken the first key exchange can change nothing: AUTH covers it (E8-3)")
    void tampered(boolean request) {
        Pair pair = pair(Pairs.Way.UDP, SMALL);
        UnaryOperator<List<Payload>> more =
                payloads -> {
                    List<Payload> changed = new ArrayList<>(payloads);
                    changed.add(new Nonce(Octets.ofHex("5a".repeat(16))));
                    return changed;
                };
        pair.tamper = octets -> rewritten(pair, octets, request, more);

        pair.start();

        assertThat(pair.client.ladder()).anyMatch(line -> line.startsWith("IKE_AUTH request"));
        assertThat(isUp(pair.client)).isFalse();
        assertThat(closed(pair.client)).isInstanceOf(SessionFailure.AuthenticationFailed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "long", "ones"})
    @DisplayName(
            "an encapsulation key that must not be used ends the attempt with INVALID_SYNTAX (E9-5)")
    void badKey(String kind) {
        Pair pair = pair(Pairs.Way.UDP, SMALL);
        pair.tamper = octets -> rewritten(pair, octets, true, all -> withKey(kind, all));

        pair.start();

        assertThat(pair.gateway.sessions).allMatch(Session::isOver);
        assertThat(closed(pair.client).toString()).contains("INVALID_SYNTAX");
        assertThat(pair.client.ladder()).noneMatch(line -> line.startsWith("IKE_AUTH"));
        assertNothingHeld(pair);
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "long"})
    @DisplayName("a ciphertext of a wrong size ends the attempt of the initiator (E9-5)")
    void badCiphertext(String kind) {
        Pair pair = pair(Pairs.Way.UDP, SMALL);
        pair.tamper = octets -> rewritten(pair, octets, false, all -> withKey(kind, all));

        pair.start();

        assertThat(pair.client.ladder()).noneMatch(line -> line.startsWith("IKE_AUTH"));
        assertThat(closed(pair.client).toString()).contains("octets");
        pair.advance(Duration.ofMinutes(1));
        assertThat(pair.gateway.sessions).allMatch(Session::isOver);
        assertNothingHeld(pair);
    }

    @Test
    @DisplayName(
            "a ciphertext that was changed gives keys that do not fit: IKE_AUTH comes to nothing (E9-5)")
    void changedCiphertext() {
        Pair pair = pair(Pairs.Way.UDP, SMALL);
        pair.tamper = octets -> rewritten(pair, octets, false, all -> withKey("bit", all));

        pair.start().advance(Duration.ofMinutes(5));

        assertThat(pair.gateway.ladder()).noneMatch(line -> line.startsWith("IKE_AUTH"));
        assertThat(isUp(pair.client)).isFalse();
        assertNothingHeld(pair);
    }

    @Test
    @DisplayName("a client that leaves out IKE_INTERMEDIATE is refused (E8-4)")
    void missing() {
        Pair pair = held(HYBRID);

        answerTo(pair, ExchangeType.IKE_AUTH, List.of(new Nonce(Octets.ofHex("5a".repeat(16)))));

        assertThat(pair.gateway.sessions).allMatch(Session::isOver);
        assertThat(closed(pair.gateway).toString()).contains("missing");
    }

    @Test
    @DisplayName("one IKE_INTERMEDIATE more than was agreed on is refused (E8-4)")
    void tooMany() {
        Pair pair = held("aes128gcm16-prfsha256-x25519");

        answerTo(
                pair,
                ExchangeType.IKE_INTERMEDIATE,
                List.of(new KeyExchangePayload(36, Octets.wrap(new byte[1184]))));

        assertThat(pair.gateway.sessions).allMatch(Session::isOver);
    }

    @Test
    @DisplayName("a key exchange of another method than is due is refused (E8-4)")
    void outOfOrder() {
        Pair pair = held(THREE);

        answerTo(
                pair,
                ExchangeType.IKE_INTERMEDIATE,
                List.of(new KeyExchangePayload(31, Octets.ofHex("09" + "00".repeat(31)))));

        assertThat(pair.gateway.sessions).allMatch(Session::isOver);
        assertThat(closed(pair.gateway).toString()).contains("method 31");
    }

    @Test
    @DisplayName("IKE_INTERMEDIATE after IKE_AUTH is refused and harms nothing (E8-4)")
    void late() {
        HostileClient client = HostileClient.established();

        assertThat(
                        client.notationOf(
                                ExchangeType.IKE_INTERMEDIATE,
                                List.of(new KeyExchangePayload(36, Octets.wrap(new byte[1184])))))
                .isEqualTo("N(INVALID_SYNTAX)");
        assertThat(isUp(client.pair.gateway)).isTrue();
    }

    /// A gateway that waits for the first protected request, and a client whose requests do not come.
    private static Pair held(String proposal) {
        Pair pair = pair(Pairs.Way.UDP, proposal);
        pair.keeps =
                message ->
                        message.from().isClient
                                && !IkeHeader.peek(message.message())
                                        .orElseThrow()
                                        .exchangeType()
                                        .equals(ExchangeType.IKE_SA_INIT);
        return pair.start();
    }

    private static void answerTo(Pair pair, ExchangeType exchange, List<Payload> payloads) {
        Forger forger = pair.gateway.forger.orElseThrow();
        pair.inject(
                pair.gateway,
                Pairs.udpTo(pair.gateway, 4500),
                forger.message(forger.request(exchange, true, 1), payloads));
        assertThat(forger.open(pair.traffic.getLast().message()))
                .map(payload -> ((Notify) payload).name())
                .containsExactly("INVALID_SYNTAX");
    }

    private static List<Payload> withKey(String kind, List<Payload> payloads) {
        return payloads.stream()
                .map(payload ->
                        payload instanceof KeyExchangePayload(int method, Octets data)
                                ? new KeyExchangePayload(method, MlKemTest.bad(kind, data))
                                : payload)
                .toList();
    }

    /// An IKE_INTERMEDIATE message with other payloads inside, as who knows the keys can make it.
    private static Octets rewritten(
            Pair pair, Octets octets, boolean request, UnaryOperator<List<Payload>> change) {
        IkeHeader header = IkeHeader.peek(octets).orElseThrow();
        if (!header.exchangeType().equals(ExchangeType.IKE_INTERMEDIATE)
                || header.response() == request) {
            return octets;
        }
        // who receives it has not gone over to the next keys yet
        Forger forger = (request ? pair.gateway : pair.client).forger.orElseThrow();
        return forger.message(header, change.apply(forger.open(octets)));
    }

    private static Octets inInit(Octets octets, Predicate<Payload> stays) {
        IkeHeader header = IkeHeader.peek(octets).orElseThrow();
        if (!header.exchangeType().equals(ExchangeType.IKE_SA_INIT)) {
            return octets;
        }
        IkeMessage message = ((DecodeResult.Decoded) new MessageCodec().decode(octets)).message();
        return MessageCodec.encode(
                new IkeMessage(header, message.payloads().stream().filter(stays).toList()));
    }

    private static SessionFailure closed(Pair.End end) {
        return end.events(IkeEvent.IkeSaClosed.class).stream()
                .map(IkeEvent.IkeSaClosed::failure)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow();
    }

    private static void assertNothingHeld(Pair pair) {
        for (Pair.End end : Arrays.asList(pair.client, pair.gateway)) {
            assertThat(end.bound).isEmpty();
            assertThat(end.heldSpis).isEmpty();
        }
    }
}
