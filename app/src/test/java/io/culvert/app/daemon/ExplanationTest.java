package io.culvert.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.app.control.ExitCode;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.proposal.Encryption;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.embed.SessionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What people read: algorithms, failures, the story in the log, the transport of a session.
class ExplanationTest {
    private static final InetSocketAddress PLACE =
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 500);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aes128gcm16-prfsha256-x25519",
                "aes256-sha512-ecp521",
                "aes192-sha1-modp2048",
                "aes128ctr-sha256-prfsha384-modp8192",
                "chacha20poly1305-prfsha512-x448",
            })
    @DisplayName("agreed algorithms are written as the configuration takes them")
    void writesSuites(String text) {
        IkeProposal proposal = ProposalParser.ike(text).getFirst();
        IkeSuite suite =
                new IkeSuite(
                        proposal.encryption().getFirst(),
                        proposal.prfs().getFirst(),
                        proposal.integrity().stream().findFirst().orElse(IntegrityAlgorithm.NONE),
                        proposal.keyExchanges().getFirst());
        assertThat(AlgorithmText.of(suite)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"aes128gcm16", "aes256-sha256-esn", "aes128ctr-sha384", "chacha20poly1305"})
    void writesTransforms(String text) {
        var proposal = ProposalParser.esp(text).getFirst();
        Encryption encryption = proposal.encryption().getFirst();
        EspTransform transform =
                new EspTransform(
                        encryption.algorithm(),
                        encryption.keyLengthBits(),
                        proposal.integrity().stream().findFirst().orElse(IntegrityAlgorithm.NONE),
                        proposal.extendedSequenceNumbers().getFirst());
        assertThat(AlgorithmText.of(transform)).isEqualTo(text);
    }

    @Test
    @DisplayName(
            "a failure tells cause, both offers and the next step, and has an exit code of its own")
    void explainsFailures() {
        SessionFailure incompatible =
                new SessionFailure.Incompatible("no proposal chosen", "aes128", "aes256", "agree");
        assertThat(FailureText.lines("home", incompatible))
                .containsExactly(
                        "home: nothing in common: no proposal chosen",
                        "  ours:      aes128",
                        "  theirs:    aes256",
                        "  next step: agree");
        assertThat(
                        List.of(
                                FailureText.exit(incompatible),
                                FailureText.exit(new SessionFailure.Unreachable("x", "y")),
                                FailureText.exit(new SessionFailure.AuthenticationFailed("x", "y")),
                                FailureText.exit(new SessionFailure.PeerMisbehaved("x", "y")),
                                FailureText.exit(new SessionFailure.LocalProblem("x", "y"))))
                .containsExactly(
                        ExitCode.INCOMPATIBLE,
                        ExitCode.UNREACHABLE,
                        ExitCode.AUTHENTICATION,
                        ExitCode.FAILED,
                        ExitCode.FAILED);
    }

    private static SessionEvent event(long seconds, IkeEvent event) {
        return new SessionEvent(
                7, Optional.of("home"), true, new MonoTime(seconds * 1_000_000_000), event);
    }

    private static IkeEvent passed(TransportPath path) {
        return new IkeEvent.MessagePassed(true, path, "IKE_AUTH", true, 1, 300, "IDi AUTH", false);
    }

    @Test
    @DisplayName("the log tells a story: who, what, and at which level")
    void tellsStory() {
        SessionEvent sent = event(1, passed(new TransportPath.Udp(PLACE, PLACE, false)));
        assertThat(EventLog.level(sent.event())).isEqualTo(System.Logger.Level.DEBUG);
        assertThat(EventLog.line(sent))
                .isEqualTo(
                        "home#7: sent IKE_AUTH request mid=1 octets=300"
                                + " path=udp 192.0.2.1:500 -> 192.0.2.1:500 payloads=IDi AUTH");
        IkeEvent closed =
                new IkeEvent.IkeSaClosed(
                        "x", Optional.of(new SessionFailure.Unreachable("no answer", "check")));
        assertThat(EventLog.level(closed)).isEqualTo(System.Logger.Level.WARNING);
        assertThat(EventLog.text(closed)).isEqualTo("IKE SA is gone: peer unreachable: no answer");
        assertThat(EventLog.level(new IkeEvent.IkeSaClosed("x", Optional.empty())))
                .isEqualTo(System.Logger.Level.INFO);
    }

    @Test
    @DisplayName(
            "a liveness check over UDP does not make an SA whose IKE goes over TCP one over UDP")
    void keepsMode() {
        TransportModes modes = new TransportModes();
        TransportPath udp = new TransportPath.Udp(PLACE, PLACE, false);
        TransportPath tcp =
                new TransportPath.Tcp(
                        new ConnectionId(1), StreamFraming.IKE_TCP, true, PLACE, PLACE);
        modes.happened(event(1, passed(udp)));
        assertThat(modes.all().get(7L).kind()).isEqualTo(TransportKind.UDP);
        modes.happened(event(2, passed(tcp)));
        modes.happened(event(3, passed(udp)));
        assertThat(modes.all().get(7L))
                .isEqualTo(
                        new TransportModes.Mode(
                                TransportKind.IKE_TCP, new MonoTime(2_000_000_000L)));
        modes.happened(event(4, new IkeEvent.IkeSaClosed("over", Optional.empty())));
        assertThat(modes.all()).isEmpty();
    }

    @Test
    @DisplayName("an SA that MOBIKE has moved out of a connection is one over UDP")
    void followsMoves() {
        TransportModes modes = new TransportModes();
        TransportPath udp = new TransportPath.Udp(PLACE, PLACE, true);
        TransportPath stream =
                new TransportPath.Tcp(
                        new ConnectionId(1), StreamFraming.TCP_ENCAPSULATION, true, PLACE, PLACE);
        modes.happened(event(1, passed(stream)));
        modes.happened(event(2, passed(udp)));
        assertThat(modes.all().get(7L).kind()).isEqualTo(TransportKind.TCP_ENCAPSULATION);
        modes.happened(event(3, new IkeEvent.PathChanged(udp, "moved")));
        assertThat(modes.all().get(7L))
                .isEqualTo(
                        new TransportModes.Mode(TransportKind.UDP, new MonoTime(3_000_000_000L)));
    }
}
