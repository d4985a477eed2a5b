package io.culvert.ike.session;

import io.culvert.ike.transport.RequestTraits;
import io.culvert.ike.transport.RequestTraits.Purpose;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.CertificateRequest;
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

    /// What a liveness check may ask besides.
    private static final List<NotifyType> ASKING =
            List.of(NotifyType.NAT_DETECTION_SOURCE_IP, NotifyType.NAT_DETECTION_DESTINATION_IP);

    /// Our guess: two certificates with RSA keys of 2048 bits.
    private static final int USUAL_CHAIN_OCTETS = 2048;

    private final Optional<IkeSa> sa;
    private final Optional<Undertaking> undertaking;
    private final OutgoingMessage message;
    private final List<Payload> payloads;
    private final List<TransportPath> copies = new ArrayList<>(2);
    private Optional<MonoTime> deadline = Optional.empty();
    private boolean repeated;
    private boolean detours;
    private boolean hasty;
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

    /// Whether this is IKE_SA_INIT or IKE_SESSION_RESUME, which nothing authenticates.
    boolean isInit() {
        return exchange().isInitial();
    }

    /// What the choice of a transport has to know of it.
    ///
    /// @param most how often it may be sent over UDP
    RequestTraits traits(int most) {
        return new RequestTraits(
                purpose(),
                isTransportBound(),
                message.size(),
                expectedResponse(),
                copies,
                datagrams,
                datagrams >= most);
    }

    private Purpose purpose() {
        if (isInit()) {
            return Purpose.INIT;
        }
        if (has(NotifyType.COOKIE2)) {
            return Purpose.RETURN_ROUTABILITY;
        }
        if (has(NotifyType.UPDATE_SA_ADDRESSES) || has(NotifyType.NO_NATS_ALLOWED)) {
            return Purpose.ADDRESSES;
        }
        boolean onlyAsks =
                exchange().equals(ExchangeType.INFORMATIONAL)
                        && payloads.stream()
                                .allMatch(payload ->
                                        payload instanceof Notify notify
                                                && ASKING.stream().anyMatch(notify::is));
        if (onlyAsks) {
            return Purpose.LIVENESS;
        }
        return exchange().isSetup() ? Purpose.SETUP : Purpose.OTHER;
    }

    private boolean has(NotifyType type) {
        return PayloadChain.notification(payloads, type).isPresent();
    }

    /// A peer that is asked for its certificate will send it, and those between it and the root.
    private int expectedResponse() {
        return PayloadChain.first(payloads, CertificateRequest.class).isPresent()
                ? USUAL_CHAIN_OCTETS
                : 0;
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

    /// It is repeated sooner: there are signs that the path is dead, and there is another one.
    void hasten() {
        hasty = true;
    }

    boolean isHasty() {
        return hasty;
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
