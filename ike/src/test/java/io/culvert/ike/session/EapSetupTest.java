package io.culvert.ike.session;

import static io.culvert.ike.eap.EapFixture.ALICE;
import static io.culvert.ike.eap.EapFixture.methods;
import static io.culvert.ike.eap.EapFixture.peer;
import static io.culvert.ike.eap.EapFixture.server;
import static io.culvert.ike.eap.EapFixture.tls;
import static io.culvert.ike.session.EapPairs.NO_TLS;
import static io.culvert.ike.session.EapPairs.client;
import static io.culvert.ike.session.EapPairs.gateway;
import static io.culvert.ike.session.EapPairs.pair;
import static io.culvert.ike.session.EapPairs.trust;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.eap.EapBackend;
import io.culvert.ike.eap.EapMethods.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Setting up a session with EAP")
class EapSetupTest {
    private static final TransportChoice UDP = new TransportChoice.Udp();
    private static final EapBackend KNOWS = methods(3, "secret", Kind.MSCHAPV2);

    private static Pair mschapv2(Pairs.Way way, String password) {
        return pair(
                client(way, peer("eap-mschapv2", NO_TLS)),
                methods(4, password, Kind.MSCHAPV2),
                gateway(server("eap-mschapv2", Optional.of(IdentityPattern.ANY), NO_TLS)),
                KNOWS);
    }

    /// Both sides by EAP-TLS alone.
    private static Pair eapOnly(RemoteAuthentication ofServer) {
        return pair(
                client(UDP, peer("eap-tls", tls("alice-P-256", "root")), ofServer),
                methods(4, "", Kind.TLS),
                gateway(
                        new LocalAuthentication.Eap(
                                Identity.parse("vpn.example.org"),
                                "eap-tls",
                                "vpn.example.org",
                                Optional.empty(),
                                tls("vpn-P-256", "root"),
                                false),
                        server("eap-tls", Optional.empty(), tls("vpn-P-256", "root"))),
                methods(3, "", Kind.TLS));
    }

    private static RemoteAuthentication eapServer(String backend) {
        return new RemoteAuthentication.Eap(
                new IdentityPattern("vpn.example.org"),
                backend,
                Optional.empty(),
                tls("alice-P-256", "root"),
                false);
    }

    private static List<String> payloads(Pair.End end) {
        return end.events(IkeEvent.MessagePassed.class).stream()
                .filter(IkeEvent.MessagePassed::sent)
                .filter(m -> m.exchange().equals("IKE_AUTH"))
                .map(IkeEvent.MessagePassed::payloads)
                .toList();
    }

    private static String failure(Pair.End end) {
        return end.events(IkeEvent.IkeSaClosed.class).getFirst().failure().orElseThrow().what();
    }

    private static void assertNothingLeft(Pair pair) {
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.client.heldSpis).isEmpty();
        assertThat(pair.gateway.heldSpis).isEmpty();
        assertThat(pair.gateway.heldAddresses).isEmpty();
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName(
            "EAP-MSCHAPv2 over every transport; CP, SA and TS of the first request are answered in the last response (IK-095, IK-096)")
    void mschapv2(Pairs.Way way) {
        Pair pair = mschapv2(way, "secret").start();

        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
        assertThat(payloads(pair.client))
                .containsExactly(
                        "IDi N(INITIAL_CONTACT) CERTREQ IDr CP(CFG_REQUEST) SA TSi TSr",
                        "EAP",
                        "EAP",
                        "EAP",
                        "AUTH");
        assertThat(payloads(pair.gateway))
                .containsExactly(
                        "IDr CERT CERT AUTH EAP",
                        "EAP",
                        "EAP",
                        "EAP",
                        "AUTH CP(CFG_REPLY) SA TSi TSr");
        assertThat(pair.client.session.orElseThrow().status().virtualIps())
                .containsExactly(Pairs.LEASED);
    }

    @Test
    @DisplayName("addresses, older IKE SAs and status go by whom EAP proved, not by IDi (IK-086)")
    void identityOfEap() {
        Pair pair = mschapv2(Pairs.Way.UDP, "secret").start();

        var status = pair.gateway.session.orElseThrow().status();
        assertThat(status.eapIdentity()).contains(ALICE);
        assertThat(status.proved()).contains(Identity.ofEap(ALICE));
        assertThat(pair.gateway.actions(Action.ReplaceOthers.class))
                .extracting(Action.ReplaceOthers::remote)
                .containsExactly(Identity.ofEap(ALICE))
                .doesNotContain(Identity.parse(ALICE));
        assertThat(pair.gateway.actions(Action.Ask.class))
                .extracting(Action.Ask::question)
                .filteredOn(Question.LeaseAddresses.class::isInstance)
                .extracting(q -> ((Question.LeaseAddresses) q).identity())
                .containsExactly(Identity.ofEap(ALICE));
        assertThat(pair.client.session.orElseThrow().status().eapIdentity()).isEmpty();
    }

    @Test
    @DisplayName("EAP-TLS through IKE, in fragments, after the server's AUTH")
    void eapTls() {
        Pair pair =
                pair(
                        client(Pairs.Way.UDP, peer("eap-tls", tls("alice-rsa", "root"))),
                        methods(4, "", Kind.TLS),
                        gateway(server("eap-tls", Optional.empty(), tls("vpn-rsa", "root"))),
                        methods(3, "", Kind.TLS));
        pair.start();

        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
        assertThat(payloads(pair.client).size()).isGreaterThan(6);
    }

    @Test
    @DisplayName(
            "EAP alone proves both sides where both want it so: no AUTH before the end (E12-1)")
    void eapAlone() {
        Pair pair = eapOnly(eapServer("eap-tls")).start();

        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
        assertThat(payloads(pair.client).getFirst()).contains("N(EAP_ONLY_AUTHENTICATION)");
        assertThat(payloads(pair.gateway).getFirst()).isEqualTo("IDr EAP");
    }

    @Test
    @DisplayName(
            "a gateway without another proof than EAP refuses who has not said that this is enough (E12-1)")
    void eapAloneNotOffered() {
        Pair pair = eapOnly(trust("root")).start();

        assertThat(failure(pair.gateway)).contains("asks for EAP, which no connection");
        assertNothingLeft(pair);
    }

    @Test
    @DisplayName("a method that does not prove the server is not enough alone (E12-1)")
    void eapAloneNotMutual() {
        var alone =
                gateway(
                        new LocalAuthentication.Eap(
                                Identity.parse("vpn.example.org"),
                                "eap-mschapv2",
                                "vpn",
                                Optional.empty(),
                                NO_TLS,
                                false),
                        server("eap-mschapv2", Optional.empty(), NO_TLS));
        Pair pair =
                pair(
                        client(UDP, peer("eap-mschapv2", NO_TLS), eapServer("eap-mschapv2")),
                        methods(4, "secret", Kind.MSCHAPV2),
                        alone,
                        KNOWS);
        pair.start();

        assertThat(failure(pair.client)).contains("did not prove who the peer is");
        assertThat(payloads(pair.client)).as("no AUTH to a stranger").doesNotContain("AUTH");
        assertNothingLeft(pair);
    }

    @Test
    @DisplayName("a gateway that proves more than it has to is judged as always (E12-1)")
    void moreThanEap() {
        Pair good = moreThanEap(EapPairs.vpn());
        assertThat(good.isUp()).isTrue();

        TlsOfAlice alice = new TlsOfAlice();
        Pair bad = moreThanEap(alice.asVpn());
        assertThat(failure(bad.client)).contains("does not name vpn.example.org");
        assertThat(payloads(bad.client)).hasSize(1);
        assertNothingLeft(bad);
    }

    /// The certificate of `alice` where that of the gateway is due.
    private record TlsOfAlice() {
        LocalAuthentication asVpn() {
            var tls = tls("alice-P-256", "root").orElseThrow();
            return new LocalAuthentication.Signature(
                    Identity.parse("vpn.example.org"), tls.chain(), tls.key(), "EC");
        }
    }

    private static Pair moreThanEap(LocalAuthentication local) {
        return pair(
                        client(
                                UDP,
                                peer("eap-tls", tls("alice-P-256", "root")),
                                eapServer("eap-tls")),
                        methods(4, "", Kind.TLS),
                        gateway(
                                local,
                                server("eap-tls", Optional.empty(), tls("vpn-P-256", "root"))),
                        methods(3, "", Kind.TLS))
                .start();
    }

    @Test
    @DisplayName("a server whose certificate is refused learns nothing by EAP (IK-087)")
    void serverFirst() {
        Pair pair =
                pair(
                        client(UDP, peer("eap-mschapv2", NO_TLS), trust("ed-root")),
                        methods(4, "secret", Kind.MSCHAPV2),
                        gateway(server("eap-mschapv2", Optional.empty(), NO_TLS)),
                        KNOWS);
        pair.start();

        assertThat(failure(pair.client)).contains("neither trusted");
        assertThat(pair.client.actions(Action.Ask.class))
                .extracting(Action.Ask::question)
                .noneMatch(Question.ContinueEap.class::isInstance);
        assertThat(payloads(pair.client)).hasSize(1);
        assertNothingLeft(pair);
    }

    @Test
    @DisplayName("a wrong password ends with EAP Failure and AUTHENTICATION_FAILED (IK-097)")
    void wrongPassword() {
        Pair pair = mschapv2(Pairs.Way.UDP, "wrong").start();

        assertThat(payloads(pair.gateway).getLast()).isEqualTo("EAP N(AUTHENTICATION_FAILED)");
        assertThat(failure(pair.gateway)).contains("the password of alice@example.org is not ours");
        assertThat(failure(pair.client)).contains("AUTHENTICATION_FAILED");
        assertNothingLeft(pair);
    }

    @Test
    @DisplayName("any message may be lost on the way")
    void losses() {
        for (int lost = 0; lost < 12; lost++) {
            int which = lost;
            int[] count = {0};
            Pair pair = mschapv2(Pairs.Way.UDP, "secret");
            pair.delivers = _ -> count[0]++ != which;
            pair.start().advance(Duration.ofSeconds(10));

            assertThat(pair.isUp()).as("without message %d", lost).isTrue();
            Pairs.assertKeysFit(pair);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("one gateway serves EAP and pre-shared keys, each by its own connection")
    void choice(boolean eapFirst) {
        ConnectionConfig byEap = gateway(server("eap-mschapv2", Optional.empty(), NO_TLS));
        ConnectionConfig byKey = Configs.gateway(Configs.X25519);
        List<ConnectionConfig> both = eapFirst ? List.of(byEap, byKey) : List.of(byKey, byEap);
        for (ConnectionConfig client :
                List.of(
                        client(Pairs.Way.UDP, peer("eap-mschapv2", NO_TLS)),
                        Configs.client(UDP, Configs.X25519))) {
            Pair one = mschapv2(Pairs.Way.UDP, "secret");
            Pair pair =
                    new Pair(
                            one.client.context,
                            client,
                            one.gateway.context,
                            both,
                            HalfOpenAdmission.Limits.DEFAULT);
            pair.client.answers = one.client.answers;
            pair.gateway.answers = one.gateway.answers;

            assertThat(pair.start().isUp()).isTrue();
        }
    }

    @Test
    @DisplayName("an EAP server that takes too long ends the half-open IKE SA, and nothing is left")
    void slowServer() {
        Pair pair = mschapv2(Pairs.Way.UDP, "secret");
        pair.gateway.answers = _ -> Optional.empty();
        pair.start().advance(Duration.ofSeconds(31));

        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.heldSpis).isEmpty();
    }
}
