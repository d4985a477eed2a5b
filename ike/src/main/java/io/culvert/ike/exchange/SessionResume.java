package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionConfig.Childless;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.extension.Fragmentation;
import io.culvert.ike.extension.IkeTcpSupport;
import io.culvert.ike.extension.NatDetection;
import io.culvert.ike.extension.SeparateTransports;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// IKE_SESSION_RESUME: a ticket and nonces in place of IKE_SA_INIT, without a key exchange.
///
///     Initiator                                              Responder
///     HDR(A,0), [N(COOKIE),] Ni, N(TICKET_OPAQUE), N(NATD*2), …  -->
///                                     <--  HDR(A,B), Nr, N(NATD*2), …
///                               or    <--  HDR(A,0), N(COOKIE)
///                               or    <--  HDR(A,0), N(TICKET_NACK)      IKE_SA_INIT follows
///
/// The algorithms are those of the old IKE SA, its SK_d is where the keys come from. IKE_AUTH follows, in which both
/// prove that they have them. As with IKE_SA_INIT the request is bound to its transport (IT-052).
///
/// @spec https://www.rfc-editor.org/rfc/rfc5723#section-4.3.2 RFC 5723 section 4.3.2
public final class SessionResume {
    static final ExchangeSpec SPEC =
            new ExchangeSpec(
                    ExchangeType.IKE_SESSION_RESUME,
                    PayloadRules.none().once(PayloadType.NONCE),
                    PayloadRules.none().once(PayloadType.NONCE));

    private SessionResume() {}

    /// What became of a response.
    public sealed interface Verdict {
        /// Both have the keys of a new IKE SA.
        record Agreed(InitialKeys initial, IkeKeys keys) implements Verdict {}

        /// The request has to be sent once more, with a cookie.
        record TryAgain() implements Verdict {}

        /// The responder does not take the ticket: a new IKE SA has to be made.
        record Declined(String why) implements Verdict {}

        /// The response means nothing.
        record Ignored(String reason) implements Verdict {}
    }

    /// What becomes of a request.
    public sealed interface Reply {
        /// The message to answer with.
        IkeMessage response();

        /// The ticket is good; it is used up once IKE_AUTH has succeeded.
        record Accepted(
                IkeMessage response, InitialKeys initial, IkeKeys keys, Resumption resumption)
                implements Reply {}

        /// It is not; no state is kept.
        record Rejected(IkeMessage response, String reason) implements Reply {}
    }

    /// The initiator's side of one attempt.
    public static final class Initiating {
        private final SessionContext context;
        private final Resumption resumption;
        private final IkeSpi spi;
        private final Octets nonce;
        private Octets cookie = Octets.EMPTY;

        /// Begins an attempt with a fresh nonce.
        ///
        /// @param spi our SPI, never that of the old IKE SA
        public Initiating(SessionContext context, Resumption resumption, IkeSpi spi) {
            this.context = context;
            this.resumption = resumption;
            this.spi = spi;
            this.nonce = Nonces.fresh(context.random());
        }

        /// The request as it is to be sent on `path`.
        ///
        /// @param announcements what it says of other transports that we know
        public IkeMessage buildRequest(TransportPath path, List<Payload> announcements) {
            List<Payload> payloads = new ArrayList<>();
            if (!cookie.isEmpty()) {
                payloads.add(Notify.of(NotifyType.COOKIE, cookie));
            }
            payloads.add(new Nonce(nonce));
            payloads.add(new Notification.TicketOpaque(resumption.held().ticket()).toNotify());
            payloads.addAll(natDetection(spi, IkeSpi.ZERO, path));
            if (resumption.connection().limits().fragments()) {
                payloads.add(Fragmentation.notification());
            }
            payloads.addAll(announcements);
            return new IkeMessage(
                    IkeHeader.request(spi, IkeSpi.ZERO, ExchangeType.IKE_SESSION_RESUME, true, 0),
                    payloads);
        }

        /// Takes in a response whose header belongs to this attempt.
        public Verdict processResponse(TransportPath path, IkeMessage response) {
            Optional<Nonce> peerNonce = response.payload(Nonce.class);
            Optional<Notify> refusal =
                    response.payloads(Notify.class).stream()
                            .filter(n -> n.isError() || n.is(NotifyType.TICKET_NACK))
                            .findFirst();
            Optional<Notify> wanted = response.notification(NotifyType.COOKIE);
            if (peerNonce.isEmpty() && wanted.isPresent()) {
                return giveBack(wanted.get().data());
            }
            if (peerNonce.isEmpty() && refusal.isPresent()) {
                return new Verdict.Declined(refusal.get().name());
            }
            Optional<String> violation = SPEC.responseViolation(response.payloads());
            if (violation.isPresent()) {
                return new Verdict.Ignored("MALFORMED_IKE_SESSION_RESUME: " + violation.get());
            }
            IkeSpi theirs = response.header().responderSpi();
            if (theirs.isZero()) {
                return new Verdict.Ignored("ZERO_RESPONDER_SPI");
            }
            Octets given = peerNonce.orElseThrow().value();
            if (!Nonces.isLongEnough(given, resumption.suite().prf())) {
                return new Verdict.Ignored("NONCE_TOO_SHORT");
            }
            var contributions = new IkeKeys.Contributions(nonce, given, spi, theirs);
            return new Verdict.Agreed(
                    InitialKeys.resumed(
                            path,
                            response,
                            contributions,
                            resumption.suite(),
                            resumption.connection().limits().fragments()),
                    keys(context, resumption, contributions));
        }

        /// A second cookie means that nobody reads the first: a new IKE SA has to be made, which counts for itself.
        private Verdict giveBack(Octets wanted) {
            if (wanted.isEmpty() || wanted.size() > 64) {
                return new Verdict.Ignored("BAD_COOKIE_SIZE");
            }
            if (!cookie.isEmpty()) {
                return new Verdict.Declined("COOKIE again");
            }
            cookie = wanted;
            return new Verdict.TryAgain();
        }
    }

    /// Answers a request.
    ///
    /// @param candidates the connections that the peer's address may use
    /// @param ours the SPI for the new IKE SA
    public static Reply processRequest(
            SessionContext context,
            List<ConnectionConfig> candidates,
            IkeSpi ours,
            TransportPath path,
            IkeMessage request) {
        Optional<String> violation = SPEC.requestViolation(request.payloads());
        Optional<Octets> ticket = ticket(request);
        if (violation.isPresent() || ticket.isEmpty()) {
            return reject(
                    request,
                    NotifyType.INVALID_SYNTAX,
                    "malformed IKE_SESSION_RESUME: " + violation.orElse("no ticket"));
        }
        Optional<Resumption> resumption =
                context.tickets()
                        .flatMap(office -> office.open(ticket.get()))
                        .flatMap(state ->
                                Resumption.of(
                                        new HeldTicket(ticket.get(), state), candidates, false));
        if (resumption.isEmpty()) {
            return reject(request, NotifyType.TICKET_NACK, "the peer's ticket is not good");
        }
        Octets theirs = request.payload(Nonce.class).orElseThrow().value();
        if (!Nonces.isLongEnough(theirs, resumption.get().suite().prf())) {
            return reject(request, NotifyType.INVALID_SYNTAX, "the peer's nonce is too short");
        }
        return accept(context, resumption.get(), ours, path, request, theirs);
    }

    /// The ticket in a request; nothing if there is not exactly one.
    public static Optional<Octets> ticket(IkeMessage request) {
        List<Notification.TicketOpaque> tickets =
                PayloadChain.notifications(request.payloads(), Notification.TicketOpaque.class);
        return tickets.size() == 1 && !tickets.getFirst().ticket().isEmpty()
                ? Optional.of(tickets.getFirst().ticket())
                : Optional.empty();
    }

    private static Reply accept(
            SessionContext context,
            Resumption resumption,
            IkeSpi ours,
            TransportPath path,
            IkeMessage request,
            Octets theirNonce) {
        ConnectionConfig connection = resumption.connection();
        IkeSpi theirs = request.header().initiatorSpi();
        Octets nonce = Nonces.fresh(context.random());
        var contributions = new IkeKeys.Contributions(theirNonce, nonce, theirs, ours);
        InitialKeys initial =
                InitialKeys.resumed(
                        path,
                        request,
                        contributions,
                        resumption.suite(),
                        connection.limits().fragments());
        List<Payload> payloads = new ArrayList<>();
        payloads.add(new Nonce(nonce));
        if (initial.nat().carriedOut()) {
            payloads.addAll(natDetection(theirs, ours, path));
        }
        if (initial.fragmentation()) {
            payloads.add(Fragmentation.notification());
        }
        if (connection.childless() != Childless.NEVER) {
            payloads.add(Notify.of(NotifyType.CHILDLESS_IKEV2_SUPPORTED));
        }
        boolean speaksIkeTcp = initial.knowsIkeTcp() || path.kind() == TransportKind.IKE_TCP;
        if (speaksIkeTcp && context.ikeTcpPort().isPresent()) {
            payloads.addAll(IkeTcpSupport.announcement(context.ikeTcpPort()));
        }
        if (initial.separateTransports()
                && SeparateTransports.areWelcome(path, List.of(connection))) {
            SeparateTransports.addTo(payloads);
        }
        IkeHeader header = request.header().reply().withResponderSpi(ours);
        return new Reply.Accepted(
                new IkeMessage(header, payloads),
                initial,
                keys(context, resumption, contributions),
                resumption);
    }

    private static Reply reject(IkeMessage request, NotifyType type, String reason) {
        return new Reply.Rejected(
                new IkeMessage(request.header().reply(), List.of(Notify.of(type))), reason);
    }

    private static IkeKeys keys(
            SessionContext context, Resumption resumption, IkeKeys.Contributions contributions) {
        return IkeKeys.resumed(
                context.crypto(),
                resumption.suite(),
                resumption.held().state().skD(),
                contributions);
    }

    /// NAT detection is carried out anew (E3-2).
    private static List<Payload> natDetection(
            IkeSpi initiator, IkeSpi responder, TransportPath path) {
        return List.copyOf(
                NatDetection.notifications(
                        initiator,
                        responder,
                        path.local(),
                        path.remote(),
                        path.kind() != TransportKind.TCP_ENCAPSULATION));
    }
}
