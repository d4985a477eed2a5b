package io.culvert.app.daemon;

import io.culvert.ike.api.Experience;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.runtime.embed.EndpointListener;
import io.culvert.runtime.embed.SessionEvent;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/// Tells in the log what happens in sessions: at INFO a story that a person can follow, at DEBUG every message.
///
/// Events hold no secrets, so neither does the log.
final class EventLog implements EndpointListener {
    private static final System.Logger LOG = System.getLogger(EventLog.class.getName());

    @Override
    public void happened(SessionEvent event) {
        Level level = level(event.event());
        if (LOG.isLoggable(level)) {
            LOG.log(level, line(event));
        }
    }

    static Level level(IkeEvent event) {
        return switch (event) {
            case IkeEvent.MessagePassed _,
                    IkeEvent.MessageDropped _,
                    IkeEvent.NatDetected _,
                    IkeEvent.PeerAddresses _ ->
                    Level.DEBUG;
            case IkeEvent.ChildSaFailed _, IkeEvent.RekeyingFailed _ -> Level.WARNING;
            case IkeEvent.IkeSaClosed(_, var failure) ->
                    failure.isPresent() ? Level.WARNING : Level.INFO;
            case IkeEvent.TransportChosen _,
                    IkeEvent.AttemptSucceeded _,
                    IkeEvent.IkeSaEstablished _,
                    IkeEvent.ChildSaEstablished _,
                    IkeEvent.ChildSaRekeyed _,
                    IkeEvent.ChildSaClosed _,
                    IkeEvent.IkeSaRekeyed _,
                    IkeEvent.PathChanged _,
                    IkeEvent.AddressesAssigned _,
                    IkeEvent.PeerRestarted _ ->
                    Level.INFO;
        };
    }

    static String line(SessionEvent event) {
        return event.connection().orElse("?") + "#" + event.session() + ": " + text(event.event());
    }

    /// An event in words.
    static String text(IkeEvent event) {
        return switch (event) {
            case IkeEvent.MessagePassed passed ->
                    "%s %s %s mid=%d octets=%d path=%s payloads=%s%s"
                            .formatted(
                                    passed.sent() ? "sent" : "received",
                                    passed.exchange(),
                                    passed.request() ? "request" : "response",
                                    passed.messageId(),
                                    passed.octets(),
                                    passed.path(),
                                    passed.payloads(),
                                    passed.repeated() ? " (repeated)" : "");
            case IkeEvent.TransportChosen(var kind, String why) ->
                    "IKE goes over " + kind.word() + ": " + why;
            case IkeEvent.AttemptSucceeded(Experience experience, List<String> setbacks) ->
                    "the way through is %s to %s%s"
                            .formatted(
                                    experience.worked().kind().word(),
                                    experience.remote().getHostAddress(),
                                    setbacks.isEmpty() ? "" : "; " + String.join("; ", setbacks));
            case IkeEvent.NatDetected(boolean us, boolean peer) ->
                    "NAT in front of us=" + us + " in front of the peer=" + peer;
            case IkeEvent.PeerAddresses(var addresses) ->
                    "the peer can be reached also at " + text(addresses);
            case IkeEvent.PathChanged(var path, String why) ->
                    "IKE and ESP go over " + path + ": " + why;
            case IkeEvent.IkeSaEstablished(SessionStatus status) -> established(status);
            case IkeEvent.ChildSaEstablished(SessionStatus.ChildSaStatus child) -> carries(child);
            case IkeEvent.ChildSaRekeyed(SessionStatus.ChildSaStatus child, var _) ->
                    "Child SA %s is rekeyed: %s, spi-in=%s spi-out=%s"
                            .formatted(
                                    child.name(),
                                    AlgorithmText.of(child.transform()),
                                    child.inboundSpi(),
                                    child.outboundSpi());
            case IkeEvent.ChildSaClosed(SessionStatus.ChildSaStatus child, String cause) ->
                    "Child SA %s is gone: %s, spi-in=%s"
                            .formatted(child.name(), cause, child.inboundSpi());
            case IkeEvent.PeerRestarted() -> "the peer has restarted, and proves it";
            case IkeEvent.IkeSaRekeyed(SessionStatus status) ->
                    "IKE SA is rekeyed: sa=%s_%s suite=%s"
                            .formatted(
                                    status.initiatorSpi(),
                                    status.responderSpi(),
                                    status.suite().map(AlgorithmText::of).orElse("?"));
            case IkeEvent.RekeyingFailed(String what, SessionFailure failure) ->
                    "the " + what + " could not be rekeyed: " + FailureText.line(failure);
            case IkeEvent.ChildSaFailed(String child, SessionFailure failure) ->
                    "Child SA " + child + " failed: " + FailureText.line(failure);
            case IkeEvent.AddressesAssigned(var addresses, var dns) ->
                    "the peer assigned "
                            + text(addresses)
                            + (dns.isEmpty() ? "" : ", dns " + text(dns));
            case IkeEvent.IkeSaClosed(String cause, var failure) ->
                    "IKE SA is gone: " + failure.map(FailureText::line).orElse(cause);
            case IkeEvent.MessageDropped(var path, String reason) ->
                    "dropped a message: reason=" + reason + " path=" + path;
        };
    }

    private static String carries(SessionStatus.ChildSaStatus child) {
        return "Child SA %s carries packets: %s === %s, %s, spi-in=%s spi-out=%s"
                .formatted(
                        child.name(),
                        child.local(),
                        child.remote(),
                        AlgorithmText.of(child.transform()),
                        child.inboundSpi(),
                        child.outboundSpi());
    }

    private static String established(SessionStatus status) {
        return "IKE SA %s with %s: sa=%s_%s path=%s suite=%s"
                .formatted(
                        status.resumed() ? "resumed" : "established",
                        status.remote().map(Object::toString).orElse("?"),
                        status.initiatorSpi(),
                        status.responderSpi(),
                        status.path().map(Object::toString).orElse("?"),
                        status.suite().map(AlgorithmText::of).orElse("?"));
    }

    private static String text(List<InetAddress> addresses) {
        return addresses.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(" "));
    }
}
