package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.PostQuantumPsks;
import io.culvert.ike.auth.PostQuantumPsks.Ppk;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Post-quantum pre-shared keys in IKE_AUTH.
@DisplayName("PPK")
final class PpkTest {
    private static final PostQuantumPsks NONE = PostQuantumPsks.NONE;

    private static Ppk key(String id, int value) {
        byte[] octets = new byte[32];
        Arrays.fill(octets, (byte) value);
        return new Ppk(
                Octets.wrap(id.getBytes(StandardCharsets.UTF_8)), KeyMaterial.wrap("PPK", octets));
    }

    private static PostQuantumPsks optional(Ppk... keys) {
        return new PostQuantumPsks(List.of(keys), false, false);
    }

    private static PostQuantumPsks required(Ppk... keys) {
        return new PostQuantumPsks(List.of(keys), true, false);
    }

    private static PostQuantumPsks early(boolean required, Ppk... keys) {
        return new PostQuantumPsks(List.of(keys), required, true);
    }

    private static Pair pair(PostQuantumPsks client, PostQuantumPsks gateway) {
        return pair(Pairs.Way.UDP, "x25519", client, gateway);
    }

    private static Pair pair(
            Pairs.Way way, String methods, PostQuantumPsks client, PostQuantumPsks gateway) {
        IkeProposal ike = ProposalParser.ike("aes128gcm16-prfsha256-" + methods).getFirst();
        ConnectionConfig home = Configs.client(way.choice(), ike);
        return Pairs.of(home.with(client), Configs.gateway(ike).with(gateway));
    }

    private static boolean isUp(Pair.End end) {
        return end.session.orElseThrow().status().state().equals("Established");
    }

    /// What the gateway has answered IKE_AUTH with, in short.
    private static String answer(Pair pair) {
        return answers(pair, "IKE_AUTH").getFirst();
    }

    private static List<String> answers(Pair pair, String exchange) {
        return pair.gateway.events(IkeEvent.MessagePassed.class).stream()
                .filter(m -> m.sent() && m.exchange().equals(exchange))
                .map(IkeEvent.MessagePassed::payloads)
                .toList();
    }

    private static SessionFailure closed(Pair.End end) {
        return end.events(IkeEvent.IkeSaClosed.class).stream()
                .map(IkeEvent.IkeSaClosed::failure)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow();
    }

    private static EspKeys keys(Pair pair) {
        Pairs.assertKeysFit(pair);
        return Pairs.onlyChild(pair.client).outboundKeys();
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName(
            "both use it, with other key exchanges or without, and all later keys come from it (E7-1)")
    void used(Pairs.Way way) {
        for (String methods : List.of("x25519", "x25519-ke1_mlkem768")) {
            Pair plain = pair(way, methods, NONE, NONE).start();
            Pair pair = pair(way, methods, required(key("a", 1)), optional(key("a", 1))).start();
            assertThat(answer(pair)).contains("N(PPK_IDENTITY)");
            assertThat(answer(plain)).doesNotContain("PPK");
            // all else is equal, so the keys would be, too
            assertThat(keys(pair)).isNotEqualTo(keys(plain));

            for (Pair.End end : List.of(pair.client, pair.gateway)) {
                end.handle(new Input.Commanded(new Command.RekeyIkeSa()));
                pair.settle().advance(Duration.ofSeconds(20));
                end.handle(new Input.Commanded(new Command.RekeyChildSas(Optional.empty())));
                pair.settle().advance(Duration.ofSeconds(20));
                RekeyTest.assertAtOne(pair);
            }
        }
    }

    @Test
    @DisplayName("a gateway with several keys takes the one that is named (E7-1)")
    void several() {
        Pair pair =
                pair(optional(key("b", 2), key("a", 1)), required(key("a", 1), key("b", 2)))
                        .start();

        assertThat(answer(pair)).contains("N(PPK_IDENTITY)");
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName(
            "a peer that knows nothing of PPKs is spoken to without, if none is required (E7-2)")
    void peerWithout() {
        for (Pair pair :
                List.of(pair(optional(key("a", 1)), NONE), pair(NONE, optional(key("a", 1))))) {
            pair.start();

            assertThat(answer(pair)).doesNotContain("PPK");
            Pairs.assertKeysFit(pair);
        }
    }

    @Test
    @DisplayName("a gateway that lacks the key that is named takes the proof without it (E7-2)")
    void unknownToTheGateway() {
        Pair pair = pair(optional(key("a", 1)), optional(key("b", 2))).start();

        assertThat(answer(pair)).doesNotContain("PPK");
        Pairs.assertKeysFit(pair);
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true"})
    @DisplayName("where a key is required that the other lacks nobody is let in (E7-2)")
    void requiredAndUnknown(boolean byClient, boolean byGateway) {
        Pair pair =
                pair(
                        new PostQuantumPsks(List.of(key("a", 1)), byClient, false),
                        new PostQuantumPsks(List.of(key("b", 2)), byGateway, false));

        pair.start().advance(Duration.ofMinutes(1));

        assertThat(isUp(pair.client)).isFalse();
        assertThat(pair.gateway.children).isEmpty();
        assertThat(closed(pair.client)).isInstanceOf(SessionFailure.AuthenticationFailed.class);
    }

    @Test
    @DisplayName(
            "who requires a key does not say who it is to a peer that knows nothing of PPKs (E7-2)")
    void requiredAndNotSupported() {
        Pair fromClient = pair(required(key("a", 1)), NONE).start();
        fromClient.advance(Duration.ofSeconds(30));
        assertThat(fromClient.client.ladder()).noneMatch(line -> line.startsWith("IKE_AUTH"));
        assertThat(closed(fromClient.client)).isInstanceOf(SessionFailure.Incompatible.class);

        Pair fromGateway = pair(NONE, required(key("a", 1))).start();
        fromGateway.advance(Duration.ofSeconds(30));
        assertThat(fromGateway.gateway.ladder()).noneMatch(line -> line.startsWith("IKE_AUTH"));
        assertThat(closed(fromGateway.client)).isInstanceOf(SessionFailure.Incompatible.class);
    }

    @Test
    @DisplayName("another key under the same name proves nothing (E7-1)")
    void anotherKey() {
        Pair pair = pair(optional(key("a", 1)), optional(key("a", 2))).start();

        assertThat(isUp(pair.client)).isFalse();
        assertThat(closed(pair.gateway)).isInstanceOf(SessionFailure.AuthenticationFailed.class);
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName("in IKE_INTERMEDIATE it goes with the last key exchange, or alone (E7-3)")
    void early(Pairs.Way way) {
        for (String methods : List.of("x25519", "x25519-ke1_mlkem768-ke2_ecp256")) {
            Pair plain = pair(way, methods, NONE, NONE).start();
            Pair pair = pair(way, methods, early(true, key("a", 1)), early(false, key("a", 1)));

            pair.start();

            List<String> answers = answers(pair, "IKE_INTERMEDIATE");
            assertThat(answers).hasSize(methods.equals("x25519") ? 1 : 2);
            assertThat(answers.getLast()).contains("N(PPK_IDENTITY)");
            assertThat(answers.subList(0, answers.size() - 1))
                    .allMatch(answer -> !answer.contains("PPK"));
            assertThat(answer(pair)).doesNotContain("PPK");
            assertThat(keys(pair)).isNotEqualTo(keys(plain));
            pair.client.handle(new Input.Commanded(new Command.RekeyIkeSa()));
            pair.settle().advance(Duration.ofSeconds(20));
            RekeyTest.assertAtOne(pair);
        }
    }

    @Test
    @DisplayName(
            "of several keys the first that both have is taken, also if another has the same name (E7-3)")
    void earlySeveral() {
        Pair pair =
                pair(
                        early(true, key("a", 9), key("b", 2), key("c", 3)),
                        early(true, key("a", 1), key("c", 3), key("b", 2)));

        pair.start();

        assertThat(answers(pair, "IKE_INTERMEDIATE").getFirst()).contains("N(PPK_IDENTITY)");
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName("two that have no key in common do without, if none is required (E7-3)")
    void earlyWithout() {
        Pair pair = pair(early(false, key("a", 1)), early(false, key("a", 2))).start();

        assertThat(answers(pair, "IKE_INTERMEDIATE")).hasSize(1);
        assertThat(answers(pair, "IKE_INTERMEDIATE").getFirst()).doesNotContain("PPK");
        Pairs.assertKeysFit(pair);
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true"})
    @DisplayName("where a key is required that the other lacks nobody says who it is (E7-3)")
    void earlyRequired(boolean byClient, boolean byGateway) {
        Pair pair = pair(early(byClient, key("a", 1)), early(byGateway, key("a", 2)));

        pair.start().advance(Duration.ofMinutes(1));

        assertThat(pair.client.ladder()).noneMatch(line -> line.startsWith("IKE_AUTH"));
        assertThat(closed(pair.client)).isInstanceOf(SessionFailure.AuthenticationFailed.class);
        assertThat(pair.gateway.bound).isEmpty();
    }

    @Test
    @DisplayName("a peer that can do it in IKE_AUTH alone does it there (E7-3)")
    void earlyAndLate() {
        for (Pair pair :
                List.of(
                        pair(early(true, key("a", 1)), required(key("a", 1))),
                        pair(required(key("a", 1)), early(true, key("a", 1))))) {
            pair.start();

            assertThat(answers(pair, "IKE_INTERMEDIATE")).isEmpty();
            assertThat(answer(pair)).contains("N(PPK_IDENTITY)");
            Pairs.assertKeysFit(pair);
        }
    }
}
