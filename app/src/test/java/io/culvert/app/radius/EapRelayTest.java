package io.culvert.app.radius;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.eap.EapConversation;
import io.culvert.ike.eap.EapMethods;
import io.culvert.ike.eap.EapOpening;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("EAP relayed to a RADIUS server")
class EapRelayTest {
    private static final String ALICE = "alice@example.org";
    private static final Octets STATE = Octets.ofHex("a1b2c3");

    @Test
    @DisplayName(
            "a password that is right: both ends have the same key, State comes back (E14-1, E14-3, E14-4)")
    void rightPassword() {
        try (FakeRadius server = new FakeRadius(new Judge("secret"))) {
            Ends ends = talk(server, "secret", "%any");

            var ours = (EapStep.Succeeded) ends.gateway;
            var theirs = (EapStep.Succeeded) ends.client;
            assertThat(ours.msk()).isPresent().isEqualTo(theirs.msk());
            assertThat(ours.identity()).isEqualTo(ALICE);
            assertThat(ours.mutual()).isFalse();
            List<RadiusPacket> requests =
                    server.requests.stream()
                            .map(o -> RadiusPacket.decode(o).orElseThrow())
                            .toList();
            assertThat(server.requests).allMatch(FakeRadius::isMarked);
            assertThat(requests).hasSizeGreaterThan(2);
            assertThat(requests.getFirst().first(RadiusAttribute.STATE)).isEmpty();
            assertThat(requests.stream().skip(1))
                    .allMatch(r -> r.first(RadiusAttribute.STATE).equals(Optional.of(STATE)));
            assertThat(requests)
                    .allMatch(r ->
                            r.first(RadiusAttribute.USER_NAME).equals(Optional.of(text(ALICE))))
                    .allMatch(r ->
                            r.first(RadiusAttribute.CALLING_STATION_ID)
                                    .equals(Optional.of(text("192.0.2.1"))))
                    .allMatch(r ->
                            r.first(RadiusAttribute.NAS_IDENTIFIER)
                                    .equals(Optional.of(text("gate"))));
        }
    }

    @Test
    @DisplayName("a password that is wrong: the server's refusal is the end")
    void wrongPassword() {
        try (FakeRadius server = new FakeRadius(new Judge("secret"))) {
            Ends ends = talk(server, "guessed", "%any");

            assertThat(ends.gateway)
                    .isInstanceOfSatisfying(
                            EapStep.Failed.class,
                            f -> assertThat(f.reason()).contains("refuses " + ALICE));
        }
    }

    @Test
    @DisplayName("a name that does not fit never reaches the server")
    void wrongName() {
        try (FakeRadius server = new FakeRadius(new Judge("secret"))) {
            Ends ends = talk(server, "secret", "*@example.com");

            assertThat(ends.gateway).isInstanceOf(EapStep.Failed.class);
            assertThat(server.requests).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "answers that prove nothing are dropped, and the right one after them counts (E14-5, E14-6)")
    void hostileAnswers() {
        FakeRadius.Behaviour hostile =
                request -> {
                    List<RadiusAttribute> success =
                            RadiusAttribute.eapMessage(Octets.ofHex("03010004"));
                    byte[] forged = FakeRadius.answer(request, RadiusPacket.ACCESS_ACCEPT, success);
                    forged[4] ^= 1;
                    byte[] badMark =
                            FakeRadius.answer(request, RadiusPacket.ACCESS_ACCEPT, success);
                    badMark[badMark.length - 1] ^= 1;
                    byte[] other = FakeRadius.answer(request, RadiusPacket.ACCESS_ACCEPT, success);
                    other[1] ^= 1;
                    return List.of(
                            new byte[0],
                            new byte[] {2, 0, 0, 20},
                            Arrays.copyOf(forged, 25),
                            forged,
                            badMark,
                            other,
                            FakeRadius.unmarked(request, RadiusPacket.ACCESS_ACCEPT, success),
                            FakeRadius.answer(
                                    request,
                                    RadiusPacket.ACCESS_REJECT,
                                    List.of(
                                            RadiusAttribute.text(
                                                    RadiusAttribute.REPLY_MESSAGE, "not today"))));
                };
        try (FakeRadius server = new FakeRadius(hostile)) {
            EapStep step = ask(settings(1, server.address()));

            assertThat(step)
                    .isEqualTo(
                            new EapStep.Failed(
                                    "the RADIUS server refuses " + ALICE + ": \"not today\""));
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    @DisplayName(
            "silence: the same octets again, then the next server, who is first from then on (E14-8)")
    void silence() {
        try (FakeRadius silent = new FakeRadius(_ -> List.of());
                FakeRadius awake =
                        new FakeRadius(request ->
                                List.of(
                                        FakeRadius.answer(
                                                request,
                                                RadiusPacket.ACCESS_CHALLENGE,
                                                RadiusAttribute.eapMessage(
                                                        Octets.ofHex("010200051a")))))) {
            EapRelay relay =
                    new EapRelay(
                            settings(2, silent.address(), awake.address()), new SeededRandom(1));

            assertThat(ask(relay)).isInstanceOf(EapStep.Say.class);
            assertThat(silent.requests).hasSize(2);
            assertThat(silent.requests.poll()).isEqualTo(silent.requests.poll());
            assertThat(ask(relay)).isInstanceOf(EapStep.Say.class);
            assertThat(silent.requests).isEmpty();
        }
    }

    @Test
    @DisplayName("nobody there: said with the servers' names")
    void nobody() {
        try (FakeRadius silent = new FakeRadius(_ -> List.of())) {
            assertThat(ask(settings(1, silent.address())))
                    .isInstanceOfSatisfying(
                            EapStep.Failed.class,
                            f ->
                                    assertThat(f.reason())
                                            .contains("no RADIUS server answers")
                                            .contains(silent.address().toString()));
        }
    }

    @Test
    @DisplayName("an accept without EAP Success, and one of somebody else, is no success")
    void uselessAccepts() {
        List<List<RadiusAttribute>> accepts =
                List.of(
                        List.of(),
                        RadiusAttribute.eapMessage(Octets.ofHex("04010004")),
                        Stream.concat(
                                        RadiusAttribute.eapMessage(Octets.ofHex("03010004"))
                                                .stream(),
                                        Stream.of(
                                                RadiusAttribute.text(
                                                        RadiusAttribute.USER_NAME, "mallory")))
                                .toList());
        for (List<RadiusAttribute> accept : accepts) {
            try (FakeRadius server =
                    new FakeRadius(request ->
                            List.of(
                                    FakeRadius.answer(
                                            request, RadiusPacket.ACCESS_ACCEPT, accept)))) {
                assertThat(ask(settings(1, server.address()))).isInstanceOf(EapStep.Failed.class);
            }
        }
    }

    @Test
    @DisplayName("an EAP packet of 600 octets goes in three attributes and comes out whole (E14-2)")
    void pieces() {
        Octets packet = Octets.wrap(new byte[600]);

        List<RadiusAttribute> attributes = RadiusAttribute.eapMessage(packet);

        assertThat(attributes).extracting(a -> a.value().size()).containsExactly(253, 253, 94);
    }

    private static Octets text(String text) {
        return Octets.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static RadiusSettings settings(int tries, RadiusSettings.Server... servers) {
        return new RadiusSettings(
                List.of(servers),
                KeyMaterial.wrap("secret", FakeRadius.SECRET.clone()),
                Duration.ofMillis(500),
                tries,
                "gate");
    }

    private static EapStep ask(RadiusSettings settings) {
        return ask(new EapRelay(settings, new SeededRandom(1)));
    }

    private static EapStep ask(EapRelay relay) {
        try (EapConversation conversation = relay.open(opening(Optional.empty()))) {
            return conversation.begin();
        }
    }

    private static EapOpening opening(Optional<IdentityPattern> eapIdentity) {
        return new EapOpening.Server(
                new RemoteAuthentication.Eap(
                        IdentityPattern.ANY, "eap-radius", eapIdentity, Optional.empty(), false),
                Identity.parse(ALICE),
                IpPrefix.parseAddress("192.0.2.1"));
    }

    private static EapMethods methods(String password, long seed) {
        var entry =
                new SharedKeys.Entry(
                        List.of(IdentityPattern.ANY),
                        KeyMaterial.wrap("password", password.getBytes(StandardCharsets.UTF_8)));
        return new EapMethods(
                List.of(EapMethods.Kind.MSCHAPV2),
                new SharedKeys(List.of(entry)),
                new SeededRandom(seed),
                (_, _, _) -> {
                    throw new AssertionError("there are no certificates here");
                });
    }

    private record Ends(EapStep gateway, EapStep client) {}

    private static Ends talk(FakeRadius server, String password, String pattern) {
        EapRelay relay = new EapRelay(settings(3, server.address()), new SeededRandom(2));
        var us =
                new LocalAuthentication.Eap(
                        Identity.parse(ALICE),
                        "eap-mschapv2",
                        ALICE,
                        Optional.empty(),
                        Optional.empty(),
                        false);
        try (EapConversation gateway =
                        relay.open(opening(Optional.of(new IdentityPattern(pattern))));
                EapConversation client =
                        methods(password, 3)
                                .open(new EapOpening.Peer(us, Identity.parse("vpn.example.org")))) {
            EapStep said = gateway.begin();
            EapStep answered = said;
            Eap last = new Eap(Octets.ofHex("03000004"));
            while (said instanceof EapStep.Say(Eap request)) {
                last = request;
                answered = client.take(request);
                if (!(answered instanceof EapStep.Say(Eap response))) {
                    break;
                }
                said = gateway.take(response);
            }
            if (said instanceof EapStep.Succeeded) {
                answered =
                        client.take(
                                new Eap(
                                        Octets.of(
                                                (byte) Eap.SUCCESS,
                                                (byte) last.identifier(),
                                                (byte) 0,
                                                (byte) 4)));
            }
            return new Ends(said, answered);
        }
    }

    /// Judges by our own EAP-MSCHAPv2, one peer at a time.
    private static final class Judge implements FakeRadius.Behaviour {
        private final EapConversation methods;
        private final ConcurrentLinkedDeque<Eap> begun = new ConcurrentLinkedDeque<>();

        Judge(String password) {
            methods = methods(password, 4).open(opening(Optional.empty()));
        }

        @Override
        public List<byte[]> answers(RadiusPacket request) {
            Eap said =
                    new Eap(
                            Octets.concat(
                                    request.all(RadiusAttribute.EAP_MESSAGE)
                                            .toArray(Octets[]::new)));
            EapStep step = begun.isEmpty() ? methods.begin() : methods.take(said);
            begun.add(said);
            return List.of(
                    switch (step) {
                        case EapStep.Say(Eap next) -> {
                            List<RadiusAttribute> all =
                                    new ArrayList<>(RadiusAttribute.eapMessage(next.message()));
                            all.add(new RadiusAttribute(RadiusAttribute.STATE, STATE));
                            yield FakeRadius.answer(request, RadiusPacket.ACCESS_CHALLENGE, all);
                        }
                        case EapStep.Succeeded succeeded -> {
                            byte[] msk = succeeded.msk().orElseThrow().expose();
                            List<RadiusAttribute> all =
                                    new ArrayList<>(
                                            RadiusAttribute.eapMessage(Octets.ofHex("03010004")));
                            all.add(FakeRadius.key(request, 16, Arrays.copyOfRange(msk, 32, 64)));
                            all.add(FakeRadius.key(request, 17, Arrays.copyOfRange(msk, 0, 32)));
                            yield FakeRadius.answer(request, RadiusPacket.ACCESS_ACCEPT, all);
                        }
                        case EapStep.Failed _ ->
                                FakeRadius.answer(
                                        request,
                                        RadiusPacket.ACCESS_REJECT,
                                        RadiusAttribute.eapMessage(Octets.ofHex("04010004")));
                    });
        }
    }
}
