package io.culvert.app.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.app.pki.Authority;
import io.culvert.app.pki.KeyKind;
import io.culvert.ike.auth.CertificateValidation;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ike.eap.EapConversation;
import io.culvert.ike.eap.EapMethods;
import io.culvert.ike.eap.EapOpening;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.eap.TlsStack;
import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsServerProtocol;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("EAP-TLS by Bouncy Castle")
class BouncyTlsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Identity ALICE = Identity.parse("alice@example.org");
    private static final Identity VPN = Identity.parse("vpn.example.org");
    private static final Authority CA = authority(1);
    private static final Authority OTHER_CA = authority(2);
    private static final Map<KeyKind, Authority.Issued> OF_ALICE = new EnumMap<>(KeyKind.class);
    private static final Map<KeyKind, Authority.Issued> OF_VPN = new EnumMap<>(KeyKind.class);
    private static final ProtocolVersion[] ONLY_1_2 = {ProtocolVersion.TLSv12};
    private static final TlsStack BOUNCY = BouncyTls::open;

    private static Authority authority(long seed) {
        return Authority.create(
                "CA", KeyKind.ECDSA, NOW, Duration.ofDays(3650), new SeededRandom(seed));
    }

    private static Authority.Issued issue(Identity owner, KeyKind kind) {
        return CA.issue(List.of(owner), kind, NOW, NOW.plus(Duration.ofDays(30)));
    }

    private static TlsStack.Opening client(KeyKind kind, boolean any) throws Exception {
        Authority.Issued alice = OF_ALICE.computeIfAbsent(kind, k -> issue(ALICE, k));
        return opening(true, alice, CA, VPN, any);
    }

    private static TlsStack.Opening server(KeyKind kind, boolean any) throws Exception {
        Authority.Issued vpn = OF_VPN.computeIfAbsent(kind, k -> issue(VPN, k));
        return opening(false, vpn, CA, ALICE, any);
    }

    private static TlsStack.Opening opening(
            boolean client, Authority.Issued ours, Authority trusted, Identity whom, boolean any)
            throws Exception {
        var trust =
                new RemoteAuthentication.Signature(
                        IdentityPattern.ANY,
                        List.of(der(trusted.certificate())),
                        List.of(),
                        List.of());
        return new TlsStack.Opening(
                client,
                new TlsCredentials(List.of(der(ours.certificate())), ours.key(), trust, any),
                whom,
                new SeededRandom(client ? 1 : 2),
                (identity, chain, anchors) ->
                        CertificateValidation.validate(identity, chain, anchors, NOW));
    }

    private static Octets der(X509Certificate certificate) throws Exception {
        return Octets.wrap(certificate.getEncoded());
    }

    /// A client that knows TLS 1.2 and no extended master secret, as strongSwan 5.9.
    private static TlsStack.End oldClient(KeyKind kind, boolean any) throws Exception {
        Handshake handshake = Handshake.of(client(kind, any));
        TlsClientProtocol protocol = new TlsClientProtocol();
        protocol.connect(
                new BouncyClient(handshake) {
                    @Override
                    protected ProtocolVersion[] getSupportedVersions() {
                        return ONLY_1_2;
                    }

                    @Override
                    public boolean shouldUseExtendedMasterSecret() {
                        return false;
                    }
                });
        return new BouncyTls(protocol, handshake);
    }

    private static TlsStack.End oldServer(KeyKind kind, boolean any) throws Exception {
        Handshake handshake = Handshake.of(server(kind, any));
        TlsServerProtocol protocol = new TlsServerProtocol();
        protocol.accept(
                new BouncyServer(handshake) {
                    @Override
                    protected ProtocolVersion[] getSupportedVersions() {
                        return ONLY_1_2;
                    }

                    @Override
                    public boolean shouldUseExtendedMasterSecret() {
                        return false;
                    }
                });
        return new BouncyTls(protocol, handshake);
    }

    /// Carries flights to and fro until neither side has more to say.
    private static void talk(TlsStack.End client, TlsStack.End server) {
        Octets flight = client.exchange(Octets.EMPTY);
        while (!flight.isEmpty()) {
            Octets answer = server.exchange(flight);
            flight = answer.isEmpty() ? Octets.EMPTY : client.exchange(answer);
        }
    }

    private static void assertSameKey(TlsStack.End client, TlsStack.End server) throws Exception {
        assertThat(client.failure()).isEmpty();
        assertThat(server.failure()).isEmpty();
        assertThat(client.isHandshaken()).isTrue();
        assertThat(server.isHandshaken()).isTrue();
        assertThat(client.msk().size()).isEqualTo(64);
        assertThat(client.msk()).isEqualTo(server.msk());
    }

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    @DisplayName(
            "TLS 1.3 with the JDK's as server and as client: the same key on both sides (E12-2)")
    void withTheJdk(KeyKind kind) throws Exception {
        for (boolean bouncyIsClient : new boolean[] {true, false}) {
            TlsStack.End client =
                    (bouncyIsClient ? BOUNCY : TlsStack.JDK).open(client(kind, bouncyIsClient));
            TlsStack.End server =
                    (bouncyIsClient ? TlsStack.JDK : BOUNCY).open(server(kind, !bouncyIsClient));

            talk(client, server);

            assertSameKey(client, server);
            assertThat(client.isVersion13()).isTrue();
            assertThat(server.isVersion13()).isTrue();
            client.exchange(server.seal(Octets.of((byte) 0)));
            assertThat(client.application()).isEqualTo(Octets.of((byte) 0));
        }
    }

    @Test
    @DisplayName("TLS 1.2 derives what the JDK's exporter gives (E12-2)")
    void exporter() throws Exception {
        Handshake handshake = Handshake.of(server(KeyKind.ECDSA, false));
        TlsServerProtocol protocol = new TlsServerProtocol();
        protocol.accept(
                new BouncyServer(handshake) {
                    @Override
                    protected ProtocolVersion[] getSupportedVersions() {
                        return ONLY_1_2;
                    }
                });
        TlsStack.End server = new BouncyTls(protocol, handshake);
        TlsStack.End client = TlsStack.JDK.open(client(KeyKind.ECDSA, false));

        talk(client, server);

        assertThat(client.isVersion13()).isFalse();
        assertSameKey(client, server);
    }

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    @DisplayName(
            "TLS 1.2 without the extended master secret gives a key where that is allowed (E12-3)")
    void allowed(KeyKind kind) throws Exception {
        TlsStack.End server = BOUNCY.open(server(kind, true));
        TlsStack.End client = oldClient(kind, true);
        talk(client, server);
        assertSameKey(client, server);

        server = oldServer(kind, true);
        client = BOUNCY.open(client(kind, true));
        talk(client, server);
        assertSameKey(client, server);
    }

    @Test
    @DisplayName("… and none where it is not, nor from the JDK (E12-3)")
    void notAllowed() throws Exception {
        TlsStack.End server = BOUNCY.open(server(KeyKind.ECDSA, false));
        TlsStack.End client = oldClient(KeyKind.ECDSA, true);
        talk(client, server);
        assertThat(server.failure()).hasValueSatisfying(why -> assertThat(why).contains("failure"));
        assertThatThrownBy(server::msk).isInstanceOf(SSLException.class);
        assertThat(client.failure())
                .hasValueSatisfying(why -> assertThat(why).contains("ends TLS"));

        server = oldServer(KeyKind.ECDSA, true);
        client = BOUNCY.open(client(KeyKind.ECDSA, false));
        talk(client, server);
        assertThat(client.failure()).isPresent();
        assertThatThrownBy(client::msk).isInstanceOf(SSLException.class);

        server = TlsStack.JDK.open(server(KeyKind.ECDSA, false));
        client = oldClient(KeyKind.ECDSA, true);
        talk(client, server);
        assertThat(server.isHandshaken()).isTrue();
        assertThatThrownBy(server::msk).isInstanceOf(SSLException.class);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a client of another name, false, true, does not name alice",
        "a client of another authority, false, false, not signed with the known key",
        "a server of another name, true, true, does not name vpn",
        "a server of another authority, true, false, not signed with the known key",
    })
    @DisplayName("whoever is not expected is refused, and why is said")
    void refused(String who, boolean clientJudges, boolean ourCa, String why) throws Exception {
        Identity bob = Identity.parse("bob@example.org");
        Authority.Issued stranger =
                ourCa
                        ? issue(bob, KeyKind.ECDSA)
                        : OTHER_CA.issue(
                                List.of(clientJudges ? VPN : ALICE),
                                KeyKind.ECDSA,
                                NOW,
                                NOW.plus(Duration.ofDays(30)));
        TlsStack.End client =
                BOUNCY.open(
                        clientJudges
                                ? client(KeyKind.ECDSA, true)
                                : opening(true, stranger, CA, VPN, true));
        TlsStack.End server =
                BOUNCY.open(
                        clientJudges
                                ? opening(false, stranger, CA, ALICE, true)
                                : server(KeyKind.ECDSA, true));

        talk(client, server);

        TlsStack.End judge = clientJudges ? client : server;
        TlsStack.End other = clientJudges ? server : client;
        assertThat(judge.failure()).as(who).hasValueSatisfying(f -> assertThat(f).contains(why));
        assertThat(judge.isHandshaken()).isFalse();
        assertThat(other.failure())
                .hasValueSatisfying(f -> assertThat(f).contains("bad_certificate"));
    }

    @ParameterizedTest(name = "TLS 1.3: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("a client without a certificate is refused")
    void withoutCertificate(boolean version13) throws Exception {
        Handshake handshake = Handshake.of(client(KeyKind.ECDSA, true));
        TlsClientProtocol protocol = new TlsClientProtocol();
        protocol.connect(
                new BouncyClient(handshake) {
                    @Override
                    protected ProtocolVersion[] getSupportedVersions() {
                        return version13 ? Handshake.versions() : ONLY_1_2;
                    }

                    @Override
                    public TlsAuthentication getAuthentication() {
                        return new TlsAuthentication() {
                            @Override
                            public void notifyServerCertificate(TlsServerCertificate server) {}

                            @Override
                            @SuppressWarnings("NullAway") // null is how this library says: none
                            public org.bouncycastle.tls.TlsCredentials getClientCredentials(
                                    CertificateRequest request) {
                                return null;
                            }
                        };
                    }
                });
        TlsStack.End server = BOUNCY.open(server(KeyKind.ECDSA, true));

        talk(new BouncyTls(protocol, handshake), server);

        assertThat(server.failure()).contains("the other side has no certificate");
        assertThat(server.isHandshaken()).isFalse();
    }

    @ParameterizedTest(name = "the peer is ours: {0}, the server is ours: {1}")
    @CsvSource({"true, true", "true, false", "false, true"})
    @DisplayName("a whole EAP-TLS conversation, with the JDK's TLS on the other side or on none")
    void conversation(boolean ourPeer, boolean ourServer) throws Exception {
        var alice =
                new LocalAuthentication.Eap(
                        ALICE,
                        "eap-tls",
                        ALICE.toString(),
                        Optional.empty(),
                        Optional.of(client(KeyKind.RSA, ourPeer).credentials()),
                        false);
        var expected =
                new RemoteAuthentication.Eap(
                        IdentityPattern.ANY,
                        "eap-tls",
                        Optional.empty(),
                        Optional.of(server(KeyKind.RSA, ourServer).credentials()),
                        false);
        EapConversation peer = methods(ourPeer).open(new EapOpening.Peer(alice, VPN));
        EapConversation server =
                methods(ourServer)
                        .open(
                                new EapOpening.Server(
                                        expected, ALICE, IpPrefix.parseAddress("192.0.2.1")));

        EapStep step = server.begin();
        int identifier = 0;
        while (step instanceof EapStep.Say(Eap request)) {
            Eap response = ((EapStep.Say) peer.take(request)).packet();
            identifier = response.identifier();
            step = server.take(response);
        }

        var success = new Eap(Octets.of((byte) Eap.SUCCESS, (byte) identifier, (byte) 0, (byte) 4));
        KeyMaterial ofServer = ((EapStep.Succeeded) step).msk().orElseThrow();
        KeyMaterial ofPeer = ((EapStep.Succeeded) peer.take(success)).msk().orElseThrow();
        assertThat(ofPeer).isEqualTo(ofServer);
    }

    private static EapMethods methods(boolean ours) {
        return new EapMethods(
                List.of(EapMethods.Kind.TLS),
                SharedKeys.NONE,
                new SeededRandom(3),
                (identity, chain, anchors) ->
                        CertificateValidation.validate(identity, chain, anchors, NOW),
                ours ? BOUNCY : TlsStack.JDK);
    }

    @Test
    @DisplayName("more application data than the one octet of TLS 1.3 ends it")
    void applicationData() throws Exception {
        TlsStack.End client = BOUNCY.open(client(KeyKind.ECDSA, true));
        TlsStack.End server = BOUNCY.open(server(KeyKind.ECDSA, true));
        talk(client, server);

        client.exchange(server.seal(Octets.wrap(new byte[17])));

        assertThat(client.failure()).contains("application data inside of EAP-TLS");
    }

    @ParameterizedTest(name = "the server is changed: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("any octet of a flight changed, or the rest cut off: no key, no exception")
    void garbage(boolean ofServer) throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            TlsStack.End client =
                    ofServer
                            ? BOUNCY.open(client(KeyKind.ECDSA, true))
                            : oldClient(KeyKind.ECDSA, true);
            TlsStack.End server = BOUNCY.open(server(KeyKind.ECDSA, true));
            Octets flight = client.exchange(Octets.EMPTY);
            flight = ofServer ? flight : changed(flight, random);
            Octets answer = server.exchange(flight);
            answer = ofServer ? changed(answer, random) : answer;
            Octets last = answer.isEmpty() ? answer : client.exchange(answer);
            if (!last.isEmpty()) {
                server.exchange(last);
            }

            assertThat(client.isHandshaken() && server.isHandshaken()).isFalse();
            client.close();
            server.close();
        }
    }

    private static Octets changed(Octets flight, Random random) {
        byte[] octets = flight.toArray();
        int at = random.nextInt(octets.length);
        octets[at] ^= (byte) (1 + random.nextInt(255));
        Octets changed = Octets.wrap(octets);
        return random.nextInt(4) == 0 ? changed.slice(0, at) : changed;
    }
}
