package io.culvert.ike.session;

import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PuzzleSolution;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One outstanding request and the copies of it that were sent.
///
/// All copies are the same octets: a retransmission is bitwise identical (IT-021).
final class Transmission {
    private static final List<NotifyType> BOUND =
            List.of(
                    NotifyType.COOKIE,
                    NotifyType.NAT_DETECTION_SOURCE_IP,
                    NotifyType.NAT_DETECTION_DESTINATION_IP,
                    NotifyType.NO_NATS_ALLOWED,
                    NotifyType.COOKIE2,
                    NotifyType.UPDATE_SA_ADDRESSES);

    private static final List<NotifyType> OF_ESP_PATH =
            List.of(
                    NotifyType.UPDATE_SA_ADDRESSES,
                    NotifyType.COOKIE2,
                    NotifyType.NAT_DETECTION_SOURCE_IP,
                    NotifyType.NAT_DETECTION_DESTINATION_IP);

    private final Optional<IkeSa> sa;
    private final Optional<Undertaking> undertaking;
    private final OutgoingMessage message;
    private final List<Payload> payloads;
    private final List<TransportPath> copies = new ArrayList<>(2);
    private Optional<MonoTime> deadline = Optional.empty();
    private boolean repeated;
    private boolean detours;
    private int sendings;
    private int datagrams;

    private Transmission(
            Optional<IkeSa> sa,
            Optional<Undertaking> undertaking,
            OutgoingMessage message,
            List<Payload> payloads) {
        this.sa = sa;
        this.undertaking = undertaking;
        this.message = message;
        this.payloads = List.copyOf(payloads);
    }

    /// An IKE_SA_INIT request.
    static Transmission ofInit(OutgoingMessage message, List<Payload> payloads) {
        return new Transmission(Optional.empty(), Optional.empty(), message, payloads);
    }

    /// A request in an IKE SA.
    ///
    /// @param undertaking whose request it is, once the IKE SA is established
    static Transmission of(
            IkeSa sa,
            Optional<Undertaking> undertaking,
            OutgoingMessage message,
            List<Payload> payloads) {
        return new Transmission(Optional.of(sa), undertaking, message, payloads);
    }

    /// The IKE SA that it belongs to, unless it is IKE_SA_INIT.
    Optional<IkeSa> sa() {
        return sa;
    }

    Optional<Undertaking> undertaking() {
        return undertaking;
    }

    long messageId() {
        return message.header().messageId();
    }

    ExchangeType exchange() {
        return message.header().exchangeType();
    }

    OutgoingMessage message() {
        return message;
    }

    /// What has to be sent on a path.
    List<Octets> on(TransportPath path) {
        return message.on(path);
    }

    /// When something has to be done if no answer comes; nothing while a way to the peer is waited for elsewhere.
    Optional<MonoTime> deadline() {
        return deadline;
    }

    void deadline(MonoTime next) {
        deadline = Optional.of(next);
    }

    void clearDeadline() {
        deadline = Optional.empty();
    }

    /// Whether the request loses its meaning on another transport (IT-050).
    boolean isTransportBound() {
        return isTransportBound(payloads);
    }

    static boolean isTransportBound(List<Payload> payloads) {
        return BOUND.stream()
                        .anyMatch(type -> PayloadChain.notification(payloads, type).isPresent())
                || PayloadChain.first(payloads, PuzzleSolution.class).isPresent();
    }

    /// Whether this is IKE_SA_INIT, which nothing authenticates.
    boolean isInit() {
        return exchange().equals(ExchangeType.IKE_SA_INIT);
    }

    /// Whether this is a liveness check, or tells addresses that ESP moves to or that no NAT may change: it belongs to the
    /// path of ESP (IT-019, IT-058).
    boolean isLivenessCheck() {
        if (PayloadChain.notification(payloads, NotifyType.NO_NATS_ALLOWED).isPresent()) {
            return true;
        }
        return exchange().equals(ExchangeType.INFORMATIONAL)
                && payloads.stream()
                        .allMatch(payload ->
                                payload instanceof Notify notify
                                        && OF_ESP_PATH.stream().anyMatch(notify::is));
    }

    /// Notes a copy; gives whether it is a repetition.
    boolean sentOn(TransportPath path) {
        copies.remove(path);
        copies.add(path);
        if (path instanceof TransportPath.Udp) {
            datagrams++;
        }
        repeated = sendings > 0;
        return sendings++ > 0;
    }

    /// Notes a copy on a way round, which takes nothing from the schedule.
    void sentAlsoOn(TransportPath path) {
        copies.remove(path);
        copies.addFirst(path);
        detours = true;
    }

    /// Whether copies went on ways round, as no answer came where it should.
    boolean tookDetours() {
        return detours;
    }

    /// Whether it was repeated since this was asked before.
    boolean takeRepeated() {
        boolean was = repeated;
        repeated = false;
        return was;
    }

    /// The schedule begins anew: it goes another way from now on.
    void startOver() {
        datagrams = 0;
    }

    /// Whether all copies went by this path.
    boolean wentOnlyBy(TransportPath path) {
        return copies.equals(List.of(path));
    }

    /// How often it was sent over UDP. A copy on a stream takes nothing from the schedule there.
    int datagrams() {
        return datagrams;
    }

    /// Whether a copy went by this path, so that the response may come by it (IT-016). Over UDP the peer's ports may
    /// have been rewritten, so any UDP path counts for any other.
    boolean wasSentOn(TransportPath path) {
        return copies.stream()
                .anyMatch(copy ->
                        copy.equals(path)
                                || (copy instanceof TransportPath.Udp
                                        && path instanceof TransportPath.Udp));
    }

    /// The path of the latest copy.
    TransportPath lastPath() {
        return copies.getLast();
    }

    boolean wasSent() {
        return !copies.isEmpty();
    }
}
