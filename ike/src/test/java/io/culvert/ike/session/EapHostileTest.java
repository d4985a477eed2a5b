package io.culvert.ike.session;

import static io.culvert.ike.eap.EapFixture.methods;
import static io.culvert.ike.eap.EapFixture.peer;
import static io.culvert.ike.eap.EapFixture.server;
import static io.culvert.ike.session.EapPairs.NO_TLS;
import static io.culvert.ike.session.EapPairs.answering;
import static io.culvert.ike.session.EapPairs.client;
import static io.culvert.ike.session.EapPairs.gateway;
import static io.culvert.ike.session.EapPairs.pair;
import static io.culvert.ike.session.EapPairs.rewrite;
import static io.culvert.ike.session.EapPairs.say;
import static io.culvert.ike.session.EapPairs.scripted;
import static io.culvert.ike.session.EapPairs.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.eap.EapBackend;
import io.culvert.ike.eap.EapMethods.Kind;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.Eap;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("EAP out of order: who breaks its rules gets no IKE SA")
class EapHostileTest {
    private static final EapBackend PASSWORD = methods(3, "secret", Kind.MSCHAPV2);
    private static final EapBackend SAME_PASSWORD = methods(4, "secret", Kind.MSCHAPV2);
    private static final String CHALLENGE = "1a 01050015 10 000102030405060708090a0b0c0d0e0f";
    private static final int NOTIFICATION = 2;

    private static Pair between(EapBackend ofClient, EapBackend ofGateway) {
        return between(ofClient, false, ofGateway, false);
    }

    private static Pair between(
            EapBackend ofClient, boolean clientKeyless, EapBackend ofGateway, boolean keyless) {
        LocalAuthentication.Eap plain = peer("test", NO_TLS);
        var local =
                new LocalAuthentication.Eap(
                        plain.identity(),
                        plain.backend(),
                        plain.name(),
                        Optional.empty(),
                        NO_TLS,
                        clientKeyless);
        var remote =
                new RemoteAuthentication.Eap(
                        IdentityPattern.ANY, "test", Optional.empty(), NO_TLS, keyless);
        return pair(client(Pairs.Way.UDP, local), ofClient, gateway(remote), ofGateway);
    }

    private static String failure(Pair.End end) {
        return end.events(IkeEvent.IkeSaClosed.class).getFirst().failure().orElseThrow().what();
    }

    private static void assertNothing(Pair pair) {
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
        assertThat(pair.client.heldSpis).isEmpty();
        assertThat(pair.gateway.heldSpis).isEmpty();
        assertThat(pair.gateway.heldAddresses).isEmpty();
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
    }

    @Test
    @DisplayName("Success before the method is complete (KF-02)")
    void successTooEarly() {
        Pair pair =
                between(
                        SAME_PASSWORD,
                        scripted(say(Eap.REQUEST, 1, CHALLENGE), success("aa", false)));
        pair.start();

        assertThat(failure(pair.client)).contains("Success before anything is proved");
        assertNothing(pair);
    }

    @Test
    @DisplayName("Success in the very first response, beside a good AUTH")
    void successAtOnce() {
        Pair pair = between(SAME_PASSWORD, PASSWORD);
        rewrite(pair, false, EapHostileTest::withSuccess);
        pair.start();

        assertThat(failure(pair.client)).contains("Success before anything is proved");
        assertNothing(pair);
    }

    @Test
    @DisplayName("Success in the first response instead of AUTH: nothing is asked of EAP")
    void successInsteadOfAuth() {
        Pair pair = between(SAME_PASSWORD, PASSWORD);
        rewrite(
                pair,
                false,
                payloads ->
                        withSuccess(payloads).stream()
                                .filter(p -> !(p instanceof Authentication))
                                .toList());
        pair.start();

        assertThat(failure(pair.client)).contains("no AUTH payload");
        assertNothing(pair);
    }

    private static List<Payload> withSuccess(List<Payload> payloads) {
        return replaced(payloads, _ -> packet(Eap.SUCCESS, 1));
    }

    private static Eap packet(int code, int identifier) {
        return new Eap(Octets.of((byte) code, (byte) identifier, (byte) 0, (byte) 4));
    }

    private static List<Payload> replaced(List<Payload> payloads, UnaryOperator<Eap> by) {
        return payloads.stream().map(p -> p instanceof Eap packet ? by.apply(packet) : p).toList();
    }

    @Test
    @DisplayName("a second Success instead of the last response (KF-02)")
    void successTwice() {
        Pair pair = between(SAME_PASSWORD, PASSWORD);
        rewrite(
                pair,
                false,
                payloads -> isLast(payloads) ? List.of(packet(Eap.SUCCESS, 3)) : payloads);
        pair.start();

        assertThat(failure(pair.client)).contains("no AUTH payload");
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
    }

    @Test
    @DisplayName("a second Success beside AUTH in the last response")
    void successBesideAuth() {
        Pair pair = between(SAME_PASSWORD, PASSWORD);
        rewrite(
                pair,
                false,
                payloads ->
                        isLast(payloads)
                                ? List.of(payloads.getFirst(), packet(Eap.SUCCESS, 3))
                                : payloads);
        pair.start();

        assertThat(failure(pair.client)).contains("EAP payload");
        assertThat(pair.client.children).isEmpty();
    }

    private static boolean isLast(List<Payload> payloads) {
        return payloads.getFirst() instanceof Authentication;
    }

    @ParameterizedTest
    @CsvSource({"3, 9", "4, 9", "2, 1", "1, same"})
    @DisplayName(
            "a verdict with another identifier, a response from a server, a request said twice")
    void outOfTurn(int code, String identifier) {
        Pair pair = between(SAME_PASSWORD, PASSWORD);
        int[] seen = {-1, 0};
        rewrite(
                pair,
                false,
                payloads ->
                        replaced(
                                payloads,
                                packet -> {
                                    if (seen[1]++ == 0) {
                                        seen[0] = packet.identifier();
                                        return packet;
                                    }
                                    byte[] octets = packet.message().toArray();
                                    octets[0] = (byte) code;
                                    octets[1] =
                                            (byte)
                                                    (identifier.equals("same")
                                                            ? seen[0]
                                                            : seen[0]
                                                                    + Integer.parseInt(identifier));
                                    return code > Eap.RESPONSE
                                            ? packet(code, octets[1] & 0xff)
                                            : new Eap(Octets.wrap(octets));
                                }));
        pair.start();

        assertThat(failure(pair.client)).contains("out of turn");
        assertNothing(pair);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "3, 0", "4, 0", "2, 1"})
    @DisplayName("a client that says requests or verdicts, or answers what was not asked")
    void clientOutOfTurn(int code, int offset) {
        Pair pair = between(SAME_PASSWORD, PASSWORD);
        rewrite(
                pair,
                true,
                payloads ->
                        replaced(
                                payloads,
                                packet -> {
                                    byte[] octets = packet.message().toArray();
                                    octets[0] = (byte) code;
                                    octets[1] += (byte) offset;
                                    return code > Eap.RESPONSE
                                            ? packet(code, octets[1] & 0xff)
                                            : new Eap(Octets.wrap(octets));
                                }));
        pair.start();

        assertThat(failure(pair.gateway)).contains("out of turn");
        assertNothing(pair);
    }

    @Test
    @DisplayName("AUTH in the middle, or another IDi, from a client that wants to skip EAP")
    void skipped() {
        Pair pair = between(SAME_PASSWORD, PASSWORD);
        rewrite(
                pair,
                true,
                payloads ->
                        PayloadChain.first(payloads, Eap.class).isPresent()
                                ? List.of(
                                        new Authentication(
                                                io.culvert.ike.wire.AuthenticationMethod
                                                        .SHARED_KEY_MIC,
                                                Octets.wrap(new byte[32])))
                                : payloads);
        pair.start();

        assertThat(failure(pair.gateway)).contains("no EAP payload");
        assertNothing(pair);
    }

    @Test
    @DisplayName("two conversations with two keys: somebody sits in the middle (IK-095)")
    void differentKeys() {
        Pair pair =
                between(
                        answering(packet ->
                                packet.code() == Eap.SUCCESS
                                        ? success("bb", false)
                                        : say(Eap.RESPONSE, packet.identifier(), "1a 02")),
                        scripted(say(Eap.REQUEST, 1, CHALLENGE), success("aa", false)));
        pair.start();

        assertThat(failure(pair.gateway)).contains("different keys");
        assertThat(failure(pair.client)).contains("AUTHENTICATION_FAILED");
        assertNothing(pair);
    }

    @Test
    @DisplayName("a wrong AUTH of the gateway after a good EAP (IK-095)")
    void gatewayWithoutKey() {
        Pair pair = between(SAME_PASSWORD, PASSWORD);
        rewrite(
                pair,
                false,
                payloads ->
                        isLast(payloads)
                                ? List.of(
                                        new Authentication(
                                                io.culvert.ike.wire.AuthenticationMethod
                                                        .SHARED_KEY_MIC,
                                                Octets.wrap(new byte[32])))
                                : payloads);
        pair.start();

        assertThat(failure(pair.client)).contains("different keys");
        assertThat(pair.client.children).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, false",
        "true, false, false",
        "false, true, false",
        "true, true, true",
    })
    @DisplayName("a method without a key is enough only where both sides say so (IK-095)")
    void keyless(boolean client, boolean gateway, boolean up) {
        Pair pair =
                between(
                        answering(packet ->
                                packet.code() == Eap.SUCCESS
                                        ? success("", false)
                                        : say(Eap.RESPONSE, packet.identifier(), "04 00")),
                        client,
                        scripted(say(Eap.REQUEST, 1, "04 00"), success("", false)),
                        gateway);
        pair.start();

        assertThat(pair.isUp()).isEqualTo(up);
        if (up) {
            Pairs.assertKeysFit(pair);
        } else {
            assertNothing(pair);
        }
    }

    @Test
    @DisplayName("a key that is too short is none")
    void shortKey() {
        EapStep.Succeeded whole = success("aa", false);
        var cut =
                new EapStep.Succeeded(
                        whole.msk().map(k -> k.slice("MSK", 0, 63)), whole.identity(), false);
        Pair pair = between(SAME_PASSWORD, scripted(say(Eap.REQUEST, 1, CHALLENGE), cut));
        pair.start();

        assertThat(failure(pair.gateway)).contains("a key of only 63 octets");
        assertNothing(pair);
    }

    @Test
    @DisplayName("a server that succeeds before it has asked anything")
    void nothingAsked() {
        Pair pair = between(SAME_PASSWORD, scripted(success("aa", true)));
        pair.start();

        assertThat(failure(pair.gateway)).contains("succeeded before it began");
        assertNothing(pair);
    }

    @Test
    @DisplayName("a conversation without end is ended after 50 rounds")
    void endless() {
        int[] identifier = {0};
        EapBackend talkative =
                opening ->
                        scriptedBy(() -> say(Eap.REQUEST, ++identifier[0] & 0xff, "02 68656c6c6f"));
        Pair pair = between(SAME_PASSWORD, talkative);
        pair.start();

        assertThat(failure(pair.gateway)).contains("did not end within 50 rounds");
        assertThat(identifier[0]).isEqualTo(51);
        assertNothing(pair);
    }

    private static io.culvert.ike.eap.EapConversation scriptedBy(
            java.util.function.Supplier<EapStep> steps) {
        return new io.culvert.ike.eap.EapConversation() {
            @Override
            public EapStep begin() {
                return steps.get();
            }

            @Override
            public EapStep take(Eap packet) {
                assertThat(packet.method()).hasValue(NOTIFICATION);
                return steps.get();
            }

            @Override
            public void close() {}
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {Eap.RESPONSE, Eap.SUCCESS, Eap.FAILURE})
    @DisplayName("a backend of ours that says what a server never says is not passed on")
    void confusedBackend(int code) {
        Pair pair =
                between(SAME_PASSWORD, scripted(say(code, 1, code == Eap.RESPONSE ? "1a" : "")));
        pair.start();

        assertThat(failure(pair.gateway)).contains("gave a packet out of turn");
        assertNothing(pair);
    }

    @Test
    @DisplayName("a failing client ends the attempt on both sides")
    void clientGivesUp() {
        Pair pair = between(answering(_ -> new EapStep.Failed("no wish to")), PASSWORD);
        pair.start();

        assertThat(failure(pair.client)).contains("no wish to");
        assertNothing(pair);
    }

    @Test
    @DisplayName("the name of EAP is no name of IKE: they never stand for each other")
    void names() {
        Identity ofEap = Identity.ofEap("vpn.example.org");

        assertThat(ofEap).isNotEqualTo(Identity.parse("vpn.example.org"));
        assertThat(ofEap).hasToString("vpn.example.org");
        assertThat(server("x", Optional.empty(), NO_TLS).identity()).isEqualTo(IdentityPattern.ANY);
    }
}
