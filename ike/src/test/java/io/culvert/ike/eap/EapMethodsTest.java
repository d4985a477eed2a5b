package io.culvert.ike.eap;

import static io.culvert.ike.eap.EapFixture.asPeer;
import static io.culvert.ike.eap.EapFixture.asServer;
import static io.culvert.ike.eap.EapFixture.methods;
import static io.culvert.ike.eap.EapFixture.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ike.eap.EapMethods.Kind;
import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("EAP: our peer and our server, packet by packet")
class EapMethodsTest {
    private static final Optional<TlsCredentials> NO_TLS = Optional.empty();
    private static final Optional<IdentityPattern> ANYBODY = Optional.of(IdentityPattern.ANY);
    private static final Optional<IdentityPattern> NOT_ASKED = Optional.empty();
    private static final int MOST_PACKETS = 100;

    /// How a conversation ended.
    private record End(EapStep peer, EapStep server, List<Eap> packets) {
        EapStep.Succeeded peerSuccess() {
            return (EapStep.Succeeded) peer;
        }

        EapStep.Succeeded serverSuccess() {
            return (EapStep.Succeeded) server;
        }

        KeyMaterial peerKey() {
            return peerSuccess().msk().orElseThrow();
        }

        KeyMaterial serverKey() {
            return serverSuccess().msk().orElseThrow();
        }

        List<Integer> types() {
            return packets.stream().map(p -> p.method().orElse(-p.code())).toList();
        }
    }

    private static End talk(EapConversation peer, EapConversation server) {
        return talk(peer, server, UnaryOperator.identity());
    }

    /// Carries packets to and fro as IKE does.
    ///
    /// @param tamper what becomes of the server's packets
    private static End talk(
            EapConversation peer, EapConversation server, UnaryOperator<Eap> tamper) {
        List<Eap> packets = new ArrayList<>();
        EapStep ofServer = server.begin();
        EapStep ofPeer = new EapStep.Failed("not begun");
        int identifier = 0;
        while (packets.size() < MOST_PACKETS) {
            Eap toPeer =
                    switch (ofServer) {
                        case EapStep.Say(Eap packet) -> packet;
                        case EapStep.Succeeded _ -> verdict(Eap.SUCCESS, identifier);
                        case EapStep.Failed _ -> verdict(Eap.FAILURE, identifier);
                    };
            toPeer = tamper.apply(toPeer);
            packets.add(toPeer);
            ofPeer = peer.take(toPeer);
            if (!(ofServer instanceof EapStep.Say) || !(ofPeer instanceof EapStep.Say(Eap back))) {
                return new End(ofPeer, ofServer, packets);
            }
            packets.add(back);
            identifier = back.identifier();
            ofServer = server.take(back);
        }
        throw new AssertionError("the two never come to an end");
    }

    private static Eap verdict(int code, int identifier) {
        return new Eap(Octets.of((byte) code, (byte) identifier, (byte) 0, (byte) 4));
    }

    private static Eap request(int identifier, int type, String hex) {
        return EapPackets.request(identifier, type, Octets.ofHex(hex));
    }

    private static String failure(EapStep step) {
        assertThat(step).isInstanceOf(EapStep.Failed.class);
        return ((EapStep.Failed) step).reason();
    }

    @Test
    @DisplayName("EAP-MSCHAPv2 with the right password gives both the same 64 octets")
    void mschapv2() {
        End end =
                talk(
                        methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS)),
                        methods(2, "secret", Kind.MSCHAPV2).open(asServer(NOT_ASKED, NO_TLS)));

        assertThat(end.peerKey()).isEqualTo(end.serverKey());
        assertThat(end.peerKey().size()).isEqualTo(64);
        assertThat(end.serverSuccess().identity()).isEqualTo(EapFixture.ALICE);
        assertThat(end.peerSuccess().mutual()).as("RFC 5998 section 4 has no MSCHAPv2").isFalse();
        assertThat(end.types()).containsExactly(26, 26, 26, 26, -Eap.SUCCESS);
    }

    @Test
    @DisplayName("a server that asks for the name gets it (IK-098)")
    void identity() {
        End end =
                talk(
                        methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS)),
                        methods(2, "secret", Kind.MSCHAPV2).open(asServer(ANYBODY, NO_TLS)));

        assertThat(end.types()).startsWith(1, 1, 26);
        assertThat(end.serverSuccess().identity()).isEqualTo(EapFixture.ALICE);
    }

    @Test
    @DisplayName("a name that does not fit the configured pattern is refused before any method")
    void wrongIdentity() {
        var others = Optional.of(new IdentityPattern("*@example.com"));
        End end =
                talk(
                        methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS)),
                        methods(2, "secret", Kind.MSCHAPV2).open(asServer(others, NO_TLS)));

        assertThat(failure(end.server()))
                .isEqualTo("the peer is \"alice@example.org\", expected was *@example.com");
        assertThat(end.types()).containsExactly(1, 1, -Eap.FAILURE);
    }

    @Test
    @DisplayName("one configured name is not asked for, and nobody else's password counts")
    void onlyOne() {
        var bob = Optional.of(new IdentityPattern("bob"));
        End end =
                talk(
                        methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS)),
                        methods(2, "secret", Kind.MSCHAPV2).open(asServer(bob, NO_TLS)));

        assertThat(failure(end.server())).contains("but bob was to prove itself");
        assertThat(end.types()).startsWith(26);
    }

    @ParameterizedTest
    @CsvSource({
        "other, secret, the password of alice@example.org is not ours",
        "secret, '', no password is configured for alice@example.org",
    })
    @DisplayName("a wrong password and an unknown name look the same from outside")
    void wrongPassword(String peers, String servers, String reason) {
        End end =
                talk(
                        methods(1, peers, Kind.MSCHAPV2).open(asPeer(NO_TLS)),
                        methods(2, servers, Kind.MSCHAPV2).open(asServer(NOT_ASKED, NO_TLS)));

        assertThat(failure(end.server())).isEqualTo(reason);
        assertThat(failure(end.peer())).contains("name or password is wrong").contains("E=691");
        assertThat(end.types()).containsExactly(26, 26, 26, 26, -Eap.FAILURE);
    }

    @Test
    @DisplayName("a server that does not know the password is not believed")
    void impostor() {
        EapConversation peer = methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS));
        EapStep answer =
                peer.take(request(7, 26, "01 05 0015 10 000102030405060708090a0b0c0d0e0f"));
        assertThat(answer).isInstanceOf(EapStep.Say.class);
        String proof = "533d" + "41".repeat(40);

        EapStep step = peer.take(request(8, 26, "03 05 002e" + proof));

        assertThat(failure(step)).isEqualTo("the server does not know our password");
        assertThat(failure(peer.take(verdict(Eap.SUCCESS, 8)))).contains("over");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "01",
                "01050015",
                "01 05 0005 10",
                "01 05 0015 08 000102030405060708090a0b0c0d0e0f",
                "01 05 0016 10 000102030405060708090a0b0c0d0e0f",
                "02 05 0005 10",
                "03 05 002e 533d",
                "04 05 0006 453d",
                "ff",
            })
    @DisplayName("a first packet of EAP-MSCHAPv2 that is no challenge ends the conversation")
    void noChallenge(String hex) {
        EapConversation peer = methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS));

        assertThat(failure(peer.take(request(1, 26, hex)))).contains("EAP-MSCHAPv2");
    }

    @Test
    @DisplayName("Success before anything is proved is not believed (KF-03)")
    void earlySuccess() {
        EapConversation fresh = methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS));
        assertThat(failure(fresh.take(verdict(Eap.SUCCESS, 1)))).contains("before anything");

        EapConversation challenged = methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS));
        challenged.take(request(7, 26, "01 05 0015 10 000102030405060708090a0b0c0d0e0f"));
        assertThat(failure(challenged.take(verdict(Eap.SUCCESS, 7)))).contains("before anything");
    }

    @Test
    @DisplayName("a peer answers Identity and Notification, and refuses an unknown method by Nak")
    void answers() {
        EapConversation peer = methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS));

        assertThat(said(peer.take(request(1, 1, ""))))
                .isEqualTo(EapPackets.response(1, 1, EapPackets.name(EapFixture.ALICE)));
        assertThat(said(peer.take(request(2, 2, "6869"))))
                .isEqualTo(EapPackets.response(2, 2, Octets.EMPTY));
        assertThat(said(peer.take(request(3, 4, "00"))))
                .isEqualTo(EapPackets.response(3, 3, Octets.of((byte) 26)));
        assertThat(said(peer.take(request(4, 254, "00000000000000"))))
                .isEqualTo(EapPackets.response(4, 3, Octets.of((byte) 26)));
    }

    private static Eap said(EapStep step) {
        assertThat(step).isInstanceOf(EapStep.Say.class);
        return ((EapStep.Say) step).packet();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 13})
    @DisplayName("a server that changes its mind in the middle of a method is left")
    void changedMind(int type) {
        EapConversation peer =
                methods(1, "secret", Kind.MSCHAPV2, Kind.TLS)
                        .open(asPeer(tls("alice-P-256", "root")));
        peer.take(request(7, 26, "01 05 0015 10 000102030405060708090a0b0c0d0e0f"));

        assertThat(peer.take(request(8, type, "20"))).isInstanceOf(EapStep.Failed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-256", "rsa", "ed25519"})
    @DisplayName("EAP-TLS with good certificates gives both the same 64 octets, and is mutual")
    void eapTls(String kind) {
        End end =
                talk(
                        methods(1, "", Kind.TLS).open(asPeer(tls("alice-" + kind, "root"))),
                        methods(2, "", Kind.TLS)
                                .open(asServer(NOT_ASKED, tls("vpn-" + kind, "root"))));

        assertThat(end.peer()).isInstanceOf(EapStep.Succeeded.class);
        assertThat(end.peerKey()).isEqualTo(end.serverKey());
        assertThat(end.peerKey().size()).isEqualTo(64);
        assertThat(end.peerSuccess().mutual()).isTrue();
        assertThat(end.packets())
                .allSatisfy(p -> assertThat(p.message().size()).isLessThanOrEqualTo(1020));
    }

    @ParameterizedTest
    @CsvSource({
        "alice-P-256 intermediate, vpn-P-256 intermediate, ed-root, root, neither trusted, ''",
        "alice-P-256 intermediate, vpn-P-256 intermediate, root, ed-root, '', neither trusted",
        "alice-P-256 intermediate, vpn-expired intermediate, root, root, expired, ''",
        "vpn-P-256 intermediate, vpn-P-256 intermediate, root, root, '', does not name alice",
        "alice-P-256 intermediate, alice-P-256 intermediate, root, root, does not name vpn, ''",
    })
    @DisplayName("EAP-TLS refuses certificates as IKE does, and says why where they were refused")
    void refusedCertificates(
            String alices,
            String vpns,
            String trustOfPeer,
            String trustOfServer,
            String whyPeer,
            String whyServer) {
        String peersKey = alices.substring(0, alices.indexOf(' '));
        String serversKey = vpns.startsWith("alice") ? "alice-P-256" : "vpn-P-256";
        End end =
                talk(
                        methods(1, "", Kind.TLS).open(asPeer(tls(alices, peersKey, trustOfPeer))),
                        methods(2, "", Kind.TLS)
                                .open(asServer(NOT_ASKED, tls(vpns, serversKey, trustOfServer))));

        assertThat(failure(end.peer())).contains(whyPeer);
        assertThat(failure(end.server())).contains(whyServer);
    }

    @Test
    @DisplayName("who takes none of the methods is refused; who takes the second gets it")
    void nak() {
        EapMethods both = methods(2, "secret", Kind.TLS, Kind.MSCHAPV2);
        End second =
                talk(
                        methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS)),
                        both.open(asServer(NOT_ASKED, tls("vpn-P-256", "root"))));
        assertThat(second.peerKey()).isEqualTo(second.serverKey());
        assertThat(second.types()).startsWith(13, 3, 26, 26);

        End none =
                talk(
                        methods(1, "secret", Kind.MSCHAPV2).open(asPeer(NO_TLS)),
                        methods(2, "", Kind.TLS)
                                .open(asServer(NOT_ASKED, tls("vpn-P-256", "root"))));
        assertThat(failure(none.server())).contains("the peer takes none of our methods");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0300", "0310", "fe00", "0100", "0d", ""})
    @DisplayName("a peer that refuses or leaves the method in the middle is refused")
    void lateNak(String hex) {
        EapConversation server =
                methods(2, "secret", Kind.MSCHAPV2).open(asServer(NOT_ASKED, NO_TLS));
        server.begin();
        Octets packet = Octets.ofHex(hex.isEmpty() ? "1a" : hex);

        EapStep step = server.take(EapPackets.response(1, packet.u8(0), packet.slice(1)));

        assertThat(step).isInstanceOf(EapStep.Failed.class);
        assertThat(server.take(EapPackets.response(2, 26, Octets.of((byte) 3))))
                .isInstanceOf(EapStep.Failed.class);
    }

    @Test
    @DisplayName("without password and certificate there is nothing to say")
    void nothing() {
        EapConversation peer = methods(1, "", Kind.MSCHAPV2, Kind.TLS).open(asPeer(NO_TLS));

        assertThat(failure(peer.take(request(1, 1, ""))))
                .isEqualTo("there is neither a secret nor a certificate for alice@example.org");
    }

    @Test
    @DisplayName("any octet of a server's EAP-TLS packets changed: no success, no exception")
    void tamperedTls() {
        for (int at = 0; at < 40; at++) {
            int changed = at;
            End end =
                    talk(
                            methods(1, "", Kind.TLS).open(asPeer(tls("alice-P-256", "root"))),
                            methods(2, "", Kind.TLS)
                                    .open(asServer(NOT_ASKED, tls("vpn-P-256", "root"))),
                            packet -> flip(packet, 30 + changed * 23));
            assertThat(end.peer()).as("octet %d", 30 + at * 23).isInstanceOf(EapStep.Failed.class);
        }
    }

    private static Eap flip(Eap packet, int at) {
        byte[] octets = packet.message().toArray();
        if (octets.length > at) {
            octets[at] ^= 1;
        }
        return new Eap(Octets.wrap(octets));
    }
}
