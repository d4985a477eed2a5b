package io.culvert.ike.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.TestCertificates;
import io.culvert.ike.wire.Certificate;
import io.culvert.ike.wire.CertificateEncoding;
import io.culvert.ike.wire.CertificateRequest;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Setting up a session with certificates")
class CertificateSetupTest {
    private static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");
    private static final String VPN = "vpn.example.org";

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "P-256", "P-384", "P-521", "ed25519", "ed448"})
    @DisplayName("both sides prove themselves with every kind of key (E11-1, IK-083, IK-085)")
    void everyKind(String kind) {
        Pair pair =
                pair(
                        with(client(), alice(kind), trust(VPN, "root", "", "")),
                        with(gateway(), vpn(kind), trust("*@example.org", "root", "", "")));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.children).hasSize(1);
        assertThat(pair.client.ladder())
                .containsExactly("IKE_SA_INIT request 0 udp", "IKE_AUTH request 1 udp");
    }

    @Test
    @DisplayName("one side may have a certificate and the other a pre-shared key")
    void mixed() {
        Pair pair =
                pair(
                        with(client(), client().local(), trust(VPN, "root", "", "")),
                        with(gateway(), vpn("ed25519"), gateway().remote()));

        assertThat(pair.isUp()).isTrue();
    }

    @Test
    @DisplayName("a peer that sends no certificate proves itself with the key of its pinned one")
    void pinnedAndNotSent() {
        var alone = new LocalAuthentication.Signature(id(VPN), List.of(), key("vpn-P-256"), "EC");
        Pair pair =
                pair(
                        with(client(), alice("P-256"), trust(VPN, "", "leaf vpn-P-256", "")),
                        with(gateway(), alone, trust("%any", "", "leaf alice-P-256", "")));

        assertThat(pair.isUp()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "vpn-expired, root, '', expired at 2026-02-01",
        "vpn-P-256, rsa-root, '', which is neither trusted nor was it sent",
        "alice-P-256, root, '', does not name vpn.example.org",
        "vpn-P-256, root, crl-root-revoked, was revoked at",
        "vpn-P-256, root, crl-expired, ended at 2026-02-01",
    })
    @DisplayName(
            "the initiator refuses a responder's certificate, says why, and nothing is left (IK-087)")
    void responderRefused(String certificate, String anchor, String lists, String reason) {
        Pair pair =
                pair(
                        with(client(), alice("P-256"), trust(VPN, anchor, "", lists)),
                        with(
                                gateway(),
                                signature(VPN, certificate, "vpn-P-256"),
                                trust("%any", "root", "", "")));

        assertThat(failure(pair.client))
                .isInstanceOf(SessionFailure.AuthenticationFailed.class)
                .satisfies(f -> assertThat(f.what()).contains(reason));
        assertNothingLeft(pair);
    }

    @ParameterizedTest
    @CsvSource({
        "vpn-P-256, root, does not name alice@example.org",
        "alice-P-256, ed-root, which is neither trusted nor was it sent",
    })
    @DisplayName(
            "the responder refuses an initiator's certificate, says why only here, and nothing is left (IK-087)")
    void initiatorRefused(String certificate, String anchor, String reason) {
        Pair pair =
                pair(
                        with(
                                client(),
                                signature("alice@example.org", certificate, "alice-P-256"),
                                trust(VPN, "root", "", "")),
                        with(gateway(), vpn("P-256"), trust("%any", anchor, "", "")));

        assertThat(failure(pair.gateway).what()).contains(reason);
        assertThat(failure(pair.client)).isInstanceOf(SessionFailure.AuthenticationFailed.class);
        assertThat(failure(pair.client).what()).doesNotContain(reason);
        assertNothingLeft(pair);
    }

    @Test
    @DisplayName("a good certificate without its private key proves nothing")
    void stolenCertificate() {
        Pair pair =
                pair(
                        with(client(), alice("P-256"), trust(VPN, "root", "", "")),
                        with(
                                gateway(),
                                signature(VPN, "vpn-P-256", "alice-P-256"),
                                trust("%any", "root", "", "")));

        assertThat(failure(pair.client).what()).contains("ECDSA_SHA2_256 signature is wrong");
        assertNothingLeft(pair);
    }

    @Test
    @DisplayName("who expects a certificate accepts no pre-shared key")
    void secretInstead() {
        Pair pair =
                pair(
                        client(),
                        with(gateway(), gateway().local(), trust("*@example.org", "root", "", "")));

        assertThat(failure(pair.gateway)).isInstanceOf(SessionFailure.AuthenticationFailed.class);
        assertNothingLeft(pair);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 9, 11, 12, 13, 15, 0, 200, 255})
    @DisplayName(
            "a certificate by hash and URL, or in another form, is refused and never fetched (IK-085)")
    void otherEncodings(int encoding) {
        Octets url = Octets.concat(zeros(20), Octets.wrap("http://192.0.2.9/".getBytes(US_ASCII)));
        Pair pair = request(new Certificate(new CertificateEncoding(encoding), url), true);

        assertThat(failure(pair.gateway).what())
                .contains("sent its certificate as " + new CertificateEncoding(encoding))
                .contains("not asked for");
        assertThat(pair.gateway.actions(Action.Ask.class)).isEmpty();
        assertNothingLeft(pair);
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8, 10, 14, 12, 13})
    @DisplayName("lists beside certificates, and URLs after them, are not looked at (IK-085)")
    void besideCertificates(int encoding) {
        boolean before = encoding != 12 && encoding != 13;
        Pair pair = request(new Certificate(new CertificateEncoding(encoding), zeros(30)), before);

        assertThat(pair.isUp()).isTrue();
    }

    @Test
    @DisplayName("certificate requests by the thousand change nothing (IK-085)")
    void manyRequests() {
        Payload hashes = CertificateRequest.x509(Collections.nCopies(2500, zeros(20)));
        assertThat(request(hashes, true).isUp()).isTrue();
    }

    @Test
    @DisplayName("nobody is told that certificates may come by hash and URL (IK-085)")
    void notAnnounced() {
        Pair pair = request(Notify.of(NotifyType.HTTP_CERT_LOOKUP_SUPPORTED), true);

        assertThat(pair.isUp()).isTrue();
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            assertThat(end.events(IkeEvent.MessagePassed.class))
                    .filteredOn(IkeEvent.MessagePassed::sent)
                    .noneMatch(m -> m.payloads().contains("HTTP_CERT_LOOKUP"));
        }
    }

    /// A client whose IKE_AUTH request says one thing more, before all else or after it.
    private static Pair request(Payload more, boolean first) {
        ConnectionConfig client = with(client(), alice("P-256"), trust(VPN, "root", "", ""));
        Pair pair =
                prepared(
                        Configs.with(client, client.children(), inOnePiece(client.limits())),
                        with(gateway(), vpn("P-256"), trust("%any", "root", "", "")));
        pair.keeps = m -> m.from() == pair.client && pair.client.ladder().size() == 2;
        pair.start();
        Forger forger = RequestWindowTest.forger(pair);
        List<Payload> payloads = new ArrayList<>(forger.open(pair.kept.getLast().message()));
        payloads.add(first ? 0 : payloads.size(), more);
        pair.keeps = _ -> false;
        pair.inject(
                pair.gateway,
                Pairs.udpTo(pair.gateway, 4500),
                forger.message(forger.request(ExchangeType.IKE_AUTH, true, 1), payloads));
        return pair;
    }

    /// A forger opens whole messages only.
    private static IkeSaLimits inOnePiece(IkeSaLimits limits) {
        return new IkeSaLimits(
                limits.lifespan(),
                limits.reauthentication(),
                limits.window(),
                0,
                limits.mostChildren());
    }

    private static Octets zeros(int octets) {
        return Octets.wrap(new byte[octets]);
    }

    private static void assertNothingLeft(Pair pair) {
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
    }

    private static SessionFailure failure(Pair.End end) {
        return end.events(IkeEvent.IkeSaClosed.class).getFirst().failure().orElseThrow();
    }

    private static Pair pair(ConnectionConfig client, ConnectionConfig gateway) {
        return prepared(client, gateway).start();
    }

    private static Pair prepared(ConnectionConfig client, ConnectionConfig gateway) {
        Pair pair =
                new Pair(
                        Pairs.revealing(Configs.context(1, "secret", OptionalInt.empty())),
                        client,
                        Pairs.revealing(Configs.context(2, "secret", OptionalInt.empty())),
                        List.of(gateway),
                        HalfOpenAdmission.Limits.DEFAULT);
        pair.client.answers = CertificateSetupTest::answer;
        pair.gateway.answers = CertificateSetupTest::answer;
        return pair;
    }

    private static Optional<Answer> answer(Question question) {
        return Optional.of(
                switch (question) {
                    case Question.ValidateCertificate certificate -> certificate.answerAt(NOW);
                    case Question.LeaseAddresses _ ->
                            new Answer.AddressesLeased(
                                    List.of(IpPrefix.parseAddress("10.9.0.7")), List.of());
                    case Question.ContinueEap _ -> Pairs.lease(question);
                });
    }

    private static ConnectionConfig client() {
        return Configs.client(new TransportChoice.Udp(), Configs.X25519);
    }

    private static ConnectionConfig gateway() {
        return Configs.gateway(Configs.X25519);
    }

    private static ConnectionConfig with(
            ConnectionConfig config, LocalAuthentication local, RemoteAuthentication remote) {
        return new ConnectionConfig(
                config.name(),
                config.localAddresses(),
                config.remoteAddresses(),
                config.transport(),
                config.proposals(),
                local,
                remote,
                config.virtualIps(),
                config.pools(),
                config.children(),
                config.uniqueness(),
                config.childless(),
                config.mobike(),
                config.natsAllowed(),
                config.limits(),
                config.timers());
    }

    private static LocalAuthentication alice(String kind) {
        return signature("alice@example.org", "alice-" + kind, "alice-" + kind);
    }

    private static LocalAuthentication vpn(String kind) {
        return signature(VPN, "vpn-" + kind, "vpn-" + kind);
    }

    private static LocalAuthentication signature(String identity, String certificate, String key) {
        List<Octets> chain = TestCertificates.named(certificate + " intermediate");
        return new LocalAuthentication.Signature(id(identity), chain, key(key), algorithm(key));
    }

    private static RemoteAuthentication trust(
            String identity, String anchors, String pinned, String lists) {
        return new RemoteAuthentication.Signature(
                new IdentityPattern(identity),
                TestCertificates.named(anchors),
                TestCertificates.named(pinned),
                TestCertificates.named(lists));
    }

    private static Identity id(String text) {
        return Identity.parse(text);
    }

    private static PrivateKey key(String owner) {
        Octets pkcs8 = TestCertificates.named("key-" + owner).getFirst();
        try {
            return KeyFactory.getInstance(algorithm(owner))
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(owner, e);
        }
    }

    private static String algorithm(String owner) {
        String kind = owner.substring(owner.indexOf('-') + 1);
        return switch (kind) {
            case "rsa" -> "RSA";
            case "ed25519" -> "Ed25519";
            case "ed448" -> "Ed448";
            default -> "EC";
        };
    }
}
