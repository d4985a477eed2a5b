package io.culvert.ike.exchange;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.CertificateRequests;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.eap.EapOpening;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.exchange.AuthenticationStep.Ask;
import io.culvert.ike.exchange.AuthenticationStep.Authenticated;
import io.culvert.ike.exchange.AuthenticationStep.Failed;
import io.culvert.ike.extension.ChildNegotiation;
import io.culvert.ike.extension.VirtualIps;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.Eap;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Identification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.net.InetAddress;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// IKE_AUTH: both sides prove who they are, and the first Child SA is made.
///
///     Initiator                                                         Responder
///     HDR, SK {IDi, [CERT,] [N(INITIAL_CONTACT),] [CERTREQ,] [IDr,] AUTH,
///              [CP(CFG_REQUEST),] SAi2, TSi, TSr}                   -->
///                      <--  HDR, SK {IDr, [CERT,] AUTH, [CP(CFG_REPLY),] SAr2, TSi, TSr}
///                or    <--  HDR, SK {IDr, [CERT,] AUTH, N(TS_UNACCEPTABLE)}     the IKE SA lives
///                or    <--  HDR, SK {N(AUTHENTICATION_FAILED)}
///
/// With EAP, AUTH and what follows from it come at the end:
///
///     HDR, SK {IDi, [N(EAP_ONLY_AUTHENTICATION),] [CERTREQ,] [IDr,]
///              [CP(CFG_REQUEST),] SAi2, TSi, TSr}                   -->
///                      <--  HDR, SK {IDr, [CERT, AUTH,] EAP}           no AUTH where EAP alone is enough
///     HDR, SK {EAP}                                                 -->
///                      <--  HDR, SK {EAP}                              as often as the method wants
///                      <--  HDR, SK {EAP(Success)}
///     HDR, SK {AUTH}                                                -->
///                      <--  HDR, SK {AUTH, [CP(CFG_REPLY),] SAr2, TSi, TSr}
///                or    <--  HDR, SK {EAP(Failure), N(AUTHENTICATION_FAILED)}
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.2 RFC 7296 section 1.2
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.16 RFC 7296 section 2.16
/// @spec https://www.rfc-editor.org/rfc/rfc5998#section-3 RFC 5998 section 3
public final class IkeAuth {
    static final ExchangeSpec SPEC =
            new ExchangeSpec(
                    ExchangeType.IKE_AUTH,
                    PayloadRules.none()
                            .once(PayloadType.IDI)
                            .atMostOnce(
                                    PayloadType.IDR,
                                    PayloadType.AUTH,
                                    PayloadType.CP,
                                    PayloadType.SA,
                                    PayloadType.TSI,
                                    PayloadType.TSR)
                            .together(PayloadType.SA, PayloadType.TSI, PayloadType.TSR),
                    PayloadRules.none()
                            .once(PayloadType.IDR, PayloadType.AUTH)
                            .atMostOnce(
                                    PayloadType.CP,
                                    PayloadType.SA,
                                    PayloadType.TSI,
                                    PayloadType.TSR)
                            .together(PayloadType.SA, PayloadType.TSI, PayloadType.TSR));

    /// What the first response has where EAP follows. The request is the same.
    private static final PayloadRules EAP_BEGINS =
            PayloadRules.none().once(PayloadType.IDR, PayloadType.EAP).atMostOnce(PayloadType.AUTH);

    private IkeAuth() {}

    /// The end for a peer whose ticket another one has used meanwhile.
    public static Failed ticketUsedUp() {
        return Proofs.failed(Proofs.failure("the peer's ticket is used up", "it can begin anew"));
    }

    /// The initiator's side: as many requests as it takes.
    public static final class Initiating {
        private final AuthenticationContext plain;
        private final ConnectionConfig connection;
        private final FirstChild.Wanted child;
        private final Identification idi;
        private AuthenticationContext context;
        private List<Payload> first = List.of();
        private Optional<EapRounds> eap = Optional.empty();
        private boolean responderProved;
        private boolean peerRefused;

        /// Prepares the exchange.
        ///
        /// @param inbound our SPI for the first Child SA; empty to do without one (RFC 6023)
        public Initiating(
                AuthenticationContext context, ConnectionConfig connection, Optional<Spi> inbound) {
            this.plain = context;
            this.context = PpkUse.offered(context, connection);
            this.connection = connection;
            this.child = new FirstChild.Wanted(context, connection, inbound);
            this.idi = Names.identification(Role.INITIATOR, connection.local().identity());
        }

        /// The request's payloads, or why there are none.
        public Request buildRequest(boolean initialContact) {
            Optional<Identity> wanted = connection.remote().identity().exact();
            Proofs.Proof proof = Proofs.prove(context, Role.INITIATOR, connection, wanted);
            return switch (proof) {
                case Proofs.Proof.Impossible(SessionFailure failure) ->
                        new Request.Impossible(failure);
                case Proofs.Proof.Given(List<Payload> certificates, Authentication ours) ->
                        connection.remote() instanceof RemoteAuthentication.Eap
                                ? new Request.Impossible(
                                        new SessionFailure.LocalProblem(
                                                "a peer that we call cannot authenticate by EAP",
                                                "let the peer call, or authenticate by EAP on both sides"))
                                : request(
                                        initialContact,
                                        wanted,
                                        certificates,
                                        PpkUse.proof(plain, connection, wanted, ours));
                case Proofs.Proof.Later() -> request(initialContact, wanted, List.of(), List.of());
            };
        }

        private Request request(
                boolean initialContact,
                Optional<Identity> wanted,
                List<Payload> certificates,
                List<Payload> proof) {
            List<Payload> payloads = new ArrayList<>();
            payloads.add(idi);
            payloads.addAll(certificates);
            if (initialContact) {
                payloads.add(Notify.of(NotifyType.INITIAL_CONTACT));
            }
            if (connection.remote() instanceof RemoteAuthentication.Eap) {
                payloads.add(Notify.of(NotifyType.EAP_ONLY_AUTHENTICATION));
            }
            payloads.addAll(CertificateRequests.of(List.of(connection.remote())));
            wanted.ifPresent(idr -> payloads.add(Names.identification(Role.RESPONDER, idr)));
            payloads.addAll(proof);
            payloads.addAll(child.request());
            return new Request.Ready(payloads);
        }

        /// Takes in a response's payloads.
        public AuthenticationStep processResponse(List<Payload> payloads) {
            Optional<Notify> error =
                    PayloadChain.all(payloads, Notify.class).stream()
                            .filter(Notify::isError)
                            .findFirst();
            boolean unproved = PayloadChain.first(payloads, Authentication.class).isEmpty();
            if (error.isPresent() && unproved) {
                peerRefused = true;
                return Proofs.refusedByPeer(connection, error.get());
            }
            if (first.isEmpty()) {
                return begin(payloads);
            }
            EapRounds rounds = eap.orElseThrow();
            if (rounds.succeeded()) {
                return rounds.check(payloads, theirSignedOctets())
                        .<AuthenticationStep>map(failed -> failed)
                        .orElseGet(() -> authenticated(payloads));
            }
            AuthenticationStep next = rounds.take(payloads);
            peerRefused =
                    next instanceof Ask
                            && PayloadChain.first(payloads, Eap.class)
                                    .filter(packet -> packet.code() == Eap.FAILURE)
                                    .isPresent();
            return next;
        }

        private AuthenticationStep begin(List<Payload> payloads) {
            boolean byEap = connection.local() instanceof LocalAuthentication.Eap;
            Optional<String> violation =
                    byEap ? EAP_BEGINS.violation(payloads) : SPEC.responseViolation(payloads);
            if (violation.isPresent()) {
                return Proofs.misbehaved(violation.get());
            }
            first = payloads;
            Identity remote = Names.identity(idr());
            if (!connection.remote().identity().accepts(remote)) {
                return new Failed(
                        Proofs.failure(
                                "the peer is "
                                        + remote
                                        + ", expected was "
                                        + connection.remote().identity(),
                                "correct `id` of the remote side, or look where remote-addresses lead"),
                        NotifyType.AUTHENTICATION_FAILED);
            }
            Optional<AuthenticationContext> agreed =
                    PpkUse.answered(plain, context, connection, payloads);
            if (agreed.isEmpty()) {
                return PpkUse.failed(Role.INITIATOR);
            }
            context = agreed.get();
            // before anything of ours follows: whom would we tell who we are (IK-087)?
            if (PayloadChain.first(payloads, Authentication.class).isEmpty()) {
                return connection.remote() instanceof RemoteAuthentication.Eap
                        ? startEap()
                        : Proofs.misbehaved("no AUTH payload");
            }
            return Proofs.check(context, connection, Role.RESPONDER, payloads)
                    .orElseGet(this::responderProved);
        }

        private AuthenticationStep responderProved() {
            responderProved = true;
            return startEap();
        }

        private AuthenticationStep startEap() {
            if (!(connection.local() instanceof LocalAuthentication.Eap us)) {
                return authenticated(first);
            }
            var opening = new EapOpening.Peer(us, Names.identity(idr()));
            eap = Optional.of(new EapRounds(context, opening, us.keyless(), List.of()));
            return eap.get().take(PayloadChain.first(first, Eap.class).orElseThrow());
        }

        /// A success is worth something only if somebody has proved who the responder is (RFC 5998).
        private AuthenticationStep continued(EapStep step) {
            AuthenticationStep next = eap.orElseThrow().answered(step, ourSignedOctets());
            boolean unknown = eap.get().succeeded() && !responderProved && !eap.get().mutual();
            return unknown
                    ? Proofs.failed(
                            Proofs.failure(
                                    "the EAP method did not prove who the peer is, and nothing else did",
                                    "use eap-tls, or let the peer authenticate by certificate"))
                    : next;
        }

        /// Whether the peer has refused us, and so holds no IKE SA any more.
        public boolean peerRefused() {
            return peerRefused;
        }

        /// Goes on with the answer to what was asked.
        public AuthenticationStep resume(Answer answer) {
            return switch (answer) {
                case Answer.CertificateAccepted(PublicKey key, String _) ->
                        Proofs.checkSignature(context, Role.RESPONDER, first, key)
                                .<AuthenticationStep>map(Proofs::failed)
                                .orElseGet(this::responderProved);
                case Answer.CertificateRefused(String reason) ->
                        Proofs.failed(Proofs.certificateRefused(Names.identity(idr()), reason));
                case Answer.EapContinued(EapStep step) -> continued(step);
                case Answer.AddressesLeased _, Answer.AddressesRefused _ ->
                        throw new IllegalStateException("an initiator asks for no address");
            };
        }

        /// Forgets secrets.
        public void close() {
            eap.ifPresent(EapRounds::close);
        }

        private Authenticated authenticated(List<Payload> last) {
            return Authenticated.of(
                    connection,
                    context.keys(),
                    Names.anonymousOr(connection, Names.identity(idr())),
                    Optional.empty(),
                    child.result(last),
                    child.assigned(last),
                    Names.isInitialContact(first),
                    List.of());
        }

        private Identification idr() {
            return PayloadChain.identification(first, Role.RESPONDER).orElseThrow();
        }

        private Octets ourSignedOctets() {
            return context.signedOctets(Role.INITIATOR, idi);
        }

        private Octets theirSignedOctets() {
            return context.signedOctets(Role.RESPONDER, idr());
        }
    }

    /// The initiator's request.
    public sealed interface Request {
        /// It is ready.
        record Ready(List<Payload> payloads) implements Request {}

        /// We cannot prove who we are.
        record Impossible(SessionFailure failure) implements Request {}
    }

    /// The responder's side: requests, each answered in steps.
    public static final class Responding {
        private AuthenticationContext context;
        private final List<ConnectionConfig> candidates;
        private final Spi inbound;
        private List<Payload> first = List.of();
        private Optional<EapRounds> eap = Optional.empty();
        private Optional<PpkUse.Asked> ppk = Optional.empty();
        private ConnectionConfig connection;

        /// Prepares the exchange.
        ///
        /// @param candidates the connections that the peer may use, not empty
        /// @param inbound our SPI for the first Child SA, if one comes of it
        public Responding(
                AuthenticationContext context, List<ConnectionConfig> candidates, Spi inbound) {
            this.context = context;
            this.candidates = List.copyOf(candidates);
            this.inbound = inbound;
            this.connection = candidates.getFirst();
        }

        /// The first step with a request.
        public AuthenticationStep processRequest(List<Payload> request) {
            if (first.isEmpty()) {
                return begin(request);
            }
            EapRounds rounds = eap.orElseThrow();
            return rounds.succeeded()
                    ? rounds.check(request, theirSignedOctets())
                            .<AuthenticationStep>map(failed -> failed)
                            .orElseGet(this::leaseAddresses)
                    : rounds.take(request);
        }

        private AuthenticationStep begin(List<Payload> request) {
            Optional<String> violation = SPEC.requestViolation(request);
            if (violation.isPresent()) {
                return Proofs.misbehaved(violation.get());
            }
            first = request;
            Optional<ConnectionConfig> chosen = ConnectionChoice.choose(candidates, request);
            if (chosen.isEmpty()) {
                return Proofs.failed(ConnectionChoice.none(request));
            }
            connection = chosen.get();
            ppk = PpkUse.asked(context, connection, request);
            if (ppk.isEmpty()) {
                return PpkUse.failed(Role.RESPONDER);
            }
            context = ppk.get().context();
            first = ppk.get().request();
            return connection.remote() instanceof RemoteAuthentication.Eap expected
                    ? startEap(expected)
                    : Proofs.check(context, connection, Role.INITIATOR, first)
                            .orElseGet(this::leaseAddresses);
        }

        /// Our own proof goes with the first packet, so that the peer knows whom it talks to.
        private AuthenticationStep startEap(RemoteAuthentication.Eap expected) {
            var opening = new EapOpening.Server(expected, caller(), context.remoteAddress());
            return switch (prove()) {
                case Proofs.Proof.Impossible(SessionFailure failure) -> Proofs.failed(failure);
                case Proofs.Proof.Later() -> startEap(expected, opening, List.of(ourName()));
                case Proofs.Proof.Given(List<Payload> certificates, Authentication ours) ->
                        startEap(expected, opening, withProof(certificates, ours));
            };
        }

        private AuthenticationStep startEap(
                RemoteAuthentication.Eap expected, EapOpening opening, List<Payload> prelude) {
            eap = Optional.of(new EapRounds(context, opening, expected.keyless(), prelude));
            return eap.get().begin();
        }

        /// Goes on with the answer to what was asked.
        public AuthenticationStep resume(Answer answer) {
            return switch (answer) {
                case Answer.CertificateAccepted(PublicKey key, String _) ->
                        Proofs.checkSignature(context, Role.INITIATOR, first, key)
                                .<AuthenticationStep>map(Proofs::failed)
                                .orElseGet(this::leaseAddresses);
                case Answer.CertificateRefused(String reason) ->
                        Proofs.failed(Proofs.certificateRefused(caller(), reason));
                case Answer.EapContinued(EapStep step) ->
                        eap.orElseThrow().answered(step, ourSignedOctets());
                case Answer.AddressesLeased(List<InetAddress> addresses, List<InetAddress> dns) ->
                        respond(new VirtualIps.Assigned(addresses, dns), Optional.empty());
                case Answer.AddressesRefused(String reason) ->
                        respond(
                                FirstChild.NO_ADDRESSES,
                                Optional.of(
                                        new SessionFailure.LocalProblem(
                                                "no address for " + caller() + ": " + reason,
                                                "enlarge the pool")));
            };
        }

        /// Forgets secrets.
        public void close() {
            eap.ifPresent(EapRounds::close);
        }

        private AuthenticationStep leaseAddresses() {
            List<InetAddress> wanted = FirstChild.wantedAddresses(first);
            return wanted.isEmpty() || connection.pools().isEmpty()
                    ? respond(FirstChild.NO_ADDRESSES, Optional.empty())
                    : new Ask(
                            new Question.LeaseAddresses(
                                    eapIdentity().map(Identity::ofEap).orElse(peer()),
                                    connection.pools(),
                                    wanted));
        }

        private AuthenticationStep respond(
                VirtualIps.Assigned assigned, Optional<SessionFailure> noAddress) {
            if (eap.isPresent()) {
                return established(
                        List.of(eap.get().prove(Role.RESPONDER, ourSignedOctets())),
                        assigned,
                        noAddress);
            }
            return switch (prove()) {
                case Proofs.Proof.Impossible(SessionFailure failure) -> Proofs.failed(failure);
                case Proofs.Proof.Given(List<Payload> certificates, Authentication ours) ->
                        established(withProof(certificates, ours), assigned, noAddress);
                case Proofs.Proof.Later() ->
                        throw new IllegalStateException("a responder's EAP has no peer");
            };
        }

        private Authenticated established(
                List<Payload> proof,
                VirtualIps.Assigned assigned,
                Optional<SessionFailure> noAddress) {
            Optional<ChildNegotiation.Result> child =
                    FirstChild.choose(context, connection, inbound, first, assigned, noAddress);
            List<Payload> payloads = new ArrayList<>(proof);
            ppk.ifPresent(asked -> payloads.addAll(asked.answer()));
            payloads.addAll(FirstChild.response(child, assigned, noAddress));
            return Authenticated.of(
                    connection,
                    context.keys(),
                    peer(),
                    eapIdentity(),
                    child,
                    assigned,
                    Names.isInitialContact(first),
                    payloads);
        }

        private Proofs.Proof prove() {
            return Proofs.prove(context, Role.RESPONDER, connection, Optional.of(caller()));
        }

        private List<Payload> withProof(List<Payload> certificates, Authentication ours) {
            List<Payload> payloads = new ArrayList<>();
            payloads.add(ourName());
            payloads.addAll(certificates);
            payloads.add(ours);
            return payloads;
        }

        private Identification ourName() {
            return Names.identification(Role.RESPONDER, connection.local().identity());
        }

        /// Who the peer says to be.
        private Identity caller() {
            return Names.identity(PayloadChain.identification(first, Role.INITIATOR).orElseThrow());
        }

        private Identity peer() {
            return Names.anonymousOr(connection, caller());
        }

        private Optional<String> eapIdentity() {
            return eap.flatMap(EapRounds::identity);
        }

        private Octets ourSignedOctets() {
            return context.signedOctets(Role.RESPONDER, ourName());
        }

        private Octets theirSignedOctets() {
            return context.signedOctets(
                    Role.INITIATOR,
                    PayloadChain.identification(first, Role.INITIATOR).orElseThrow());
        }
    }
}
