package io.culvert.ike.exchange;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.CertificateRequests;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.exchange.AuthenticationStep.Ask;
import io.culvert.ike.exchange.AuthenticationStep.Authenticated;
import io.culvert.ike.exchange.AuthenticationStep.Failed;
import io.culvert.ike.extension.ChildNegotiation;
import io.culvert.ike.extension.ChildNegotiation.Occasion;
import io.culvert.ike.extension.VirtualIps;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.Configuration;
import io.culvert.ike.wire.ConfigurationType;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Identification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.Role;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
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
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.2 RFC 7296 section 1.2
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

    private static final VirtualIps.Assigned NO_ADDRESSES =
            new VirtualIps.Assigned(List.of(), List.of());

    private IkeAuth() {}

    /// The initiator's side.
    public static final class Initiating {
        private final AuthenticationContext context;
        private final ConnectionConfig connection;
        private final Optional<Spi> inbound;
        private final List<InetAddress> localHosts;
        private List<TrafficSelector> offeredLocal = List.of();
        private List<TrafficSelector> offeredRemote = List.of();
        private List<Payload> response = List.of();

        /// Prepares the exchange.
        ///
        /// @param inbound our SPI for the first Child SA; empty to do without one (RFC 6023)
        public Initiating(
                AuthenticationContext context, ConnectionConfig connection, Optional<Spi> inbound) {
            this.context = context;
            this.connection = connection;
            this.inbound = inbound;
            this.localHosts =
                    connection.virtualIps().isEmpty()
                            ? List.of(context.localAddress())
                            : connection.virtualIps();
        }

        /// The request's payloads, or why there are none.
        public Request buildRequest(boolean initialContact) {
            Identification idi =
                    Names.identification(Role.INITIATOR, connection.local().identity());
            Optional<Identity> wanted = connection.remote().identity().exact();
            Optional<KeyMaterial> secret =
                    wanted.map(remote ->
                                    context.session()
                                            .sharedKeys()
                                            .find(connection.local().identity(), remote))
                            .orElseGet(() ->
                                    context.session()
                                            .sharedKeys()
                                            .findForUnknownPeer(connection.local().identity()));
            Proofs.Proof proof =
                    Proofs.prove(
                            context,
                            connection.local(),
                            secret,
                            connection.remote().identity().toString(),
                            context.initiatorSignedOctets(idi.restOfId()));
            return switch (proof) {
                case Proofs.Proof.Impossible(SessionFailure failure) ->
                        new Request.Impossible(failure);
                case Proofs.Proof.Given(
                                List<Payload> certificates,
                                Authentication authentication) -> {
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(idi);
                    payloads.addAll(certificates);
                    if (initialContact) {
                        payloads.add(Notify.of(NotifyType.INITIAL_CONTACT));
                    }
                    payloads.addAll(CertificateRequests.of(List.of(connection.remote())));
                    wanted.ifPresent(
                            idr -> payloads.add(Names.identification(Role.RESPONDER, idr)));
                    payloads.add(authentication);
                    addChild(payloads);
                    yield new Request.Ready(payloads);
                }
            };
        }

        /// Takes in the response's payloads.
        public AuthenticationStep processResponse(List<Payload> payloads) {
            Optional<Notify> error =
                    PayloadChain.all(payloads, Notify.class).stream()
                            .filter(Notify::isError)
                            .findFirst();
            boolean unproved = PayloadChain.first(payloads, Authentication.class).isEmpty();
            if (error.isPresent() && unproved) {
                return refused(error.get());
            }
            Optional<String> violation = SPEC.responseViolation(payloads);
            if (violation.isPresent()) {
                return Proofs.misbehaved(violation.get());
            }
            response = payloads;
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
            return switch (connection.remote()) {
                case RemoteAuthentication.PreSharedKey _ ->
                        Proofs.checkSharedKey(
                                        context,
                                        connection.local().identity(),
                                        remote,
                                        authentication(),
                                        signedOctets())
                                .<AuthenticationStep>map(Proofs::failed)
                                .orElseGet(this::authenticated);
                case RemoteAuthentication.Signature trust ->
                        new Ask(
                                new Question.ValidateCertificate(
                                        remote, Proofs.chain(payloads), trust));
            };
        }

        /// Whether the peer has refused us, and so holds no IKE SA any more.
        public boolean peerRefused() {
            return response.isEmpty();
        }

        /// Goes on with the answer to what was asked.
        public AuthenticationStep resume(Answer answer) {
            return switch (answer) {
                case Answer.CertificateAccepted(PublicKey key, String _) ->
                        Proofs.checkSignature(
                                        context,
                                        Names.identity(idr()),
                                        key,
                                        authentication(),
                                        signedOctets())
                                .<AuthenticationStep>map(Proofs::failed)
                                .orElseGet(this::authenticated);
                case Answer.CertificateRefused(String reason) ->
                        Proofs.failed(Proofs.certificateRefused(Names.identity(idr()), reason));
                case Answer.AddressesLeased _, Answer.AddressesRefused _ ->
                        throw new IllegalStateException("an initiator asks for no address");
            };
        }

        private void addChild(List<Payload> payloads) {
            if (inbound.isEmpty()) {
                return;
            }
            if (!connection.virtualIps().isEmpty()) {
                payloads.add(VirtualIps.request(connection.virtualIps()));
            }
            var child = connection.children().getFirst();
            offeredLocal =
                    ChildNegotiation.resolve(child.local(), localHosts).stream()
                            .map(Initiating::widenAny)
                            .toList();
            offeredRemote =
                    ChildNegotiation.resolve(child.remote(), List.of(context.remoteAddress()));
            payloads.addAll(
                    ChildNegotiation.offer(
                            Occasion.IKE_AUTH, child, inbound.get(), offeredLocal, offeredRemote));
        }

        /// A `dynamic` selector without an address yet asks for any: the responder narrows it to what it assigns.
        private static TrafficSelector widenAny(TrafficSelector selector) {
            if (!selector.startAddress().isAnyLocalAddress()
                    || !selector.endAddress().isAnyLocalAddress()) {
                return selector;
            }
            var all = new IpPrefix(selector.startAddress(), 0);
            int first = selector.startPort();
            int last = selector.endPort();
            return new TrafficSelector(selector.protocol(), first, last, all.base(), all.last());
        }

        private Authenticated authenticated() {
            VirtualIps.Assigned assigned =
                    PayloadChain.first(response, Configuration.class)
                            .filter(c -> c.configurationType().equals(ConfigurationType.CFG_REPLY))
                            .map(VirtualIps::assigned)
                            .orElse(NO_ADDRESSES);
            Optional<ChildNegotiation.Result> child =
                    inbound.map(spi ->
                            ChildNegotiation.accept(
                                    Occasion.IKE_AUTH,
                                    connection.children().getFirst(),
                                    spi,
                                    offeredLocal,
                                    offeredRemote,
                                    response));
            boolean contact = isInitialContact(response);
            Identity remote = Names.identity(idr());
            return Authenticated.of(connection, remote, child, assigned, contact, List.of());
        }

        private AuthenticationStep refused(Notify error) {
            if (error.is(NotifyType.AUTHENTICATION_FAILED)) {
                return new Failed(
                        Proofs.failure(
                                "the peer refused us as "
                                        + connection.local().identity()
                                        + ": AUTHENTICATION_FAILED",
                                "check secret or certificate, and `id` of both sides, against the peer's"
                                        + " configuration; its log says which"),
                        NotifyType.AUTHENTICATION_FAILED);
            }
            return Proofs.misbehaved("the peer refused IKE_AUTH with " + error.name());
        }

        private Identification idr() {
            return PayloadChain.identification(response, Role.RESPONDER).orElseThrow();
        }

        private Authentication authentication() {
            return PayloadChain.first(response, Authentication.class).orElseThrow();
        }

        private Octets signedOctets() {
            return context.responderSignedOctets(idr().restOfId());
        }
    }

    /// The initiator's request.
    public sealed interface Request {
        /// It is ready.
        record Ready(List<Payload> payloads) implements Request {}

        /// We cannot prove who we are.
        record Impossible(SessionFailure failure) implements Request {}
    }

    /// The responder's side: one request, answered in steps.
    public static final class Responding {
        private final AuthenticationContext context;
        private final List<ConnectionConfig> candidates;
        private final List<Payload> request;
        private final Spi inbound;
        private ConnectionConfig connection;

        /// Takes in a request.
        ///
        /// @param candidates the connections that the peer may use, not empty
        /// @param inbound our SPI for the first Child SA, if one comes of it
        public Responding(
                AuthenticationContext context,
                List<ConnectionConfig> candidates,
                List<Payload> request,
                Spi inbound) {
            this.context = context;
            this.candidates = List.copyOf(candidates);
            this.request = List.copyOf(request);
            this.inbound = inbound;
            this.connection = candidates.getFirst();
        }

        /// The first step.
        public AuthenticationStep processRequest() {
            Optional<String> violation = SPEC.requestViolation(request);
            if (violation.isPresent()) {
                return Proofs.misbehaved(violation.get());
            }
            Optional<Authentication> authentication =
                    PayloadChain.first(request, Authentication.class);
            if (authentication.isEmpty()) {
                return Proofs.failed(
                        Proofs.failure(
                                remote() + " asks for EAP, which no connection allows",
                                "let the peer authenticate with a pre-shared key or a certificate"));
            }
            Optional<ConnectionConfig> chosen =
                    ConnectionChoice.choose(
                            candidates,
                            remote(),
                            idr().map(Names::identity),
                            authentication.get().method());
            if (chosen.isEmpty()) {
                return Proofs.failed(
                        Proofs.failure(
                                "no connection is for "
                                        + remote()
                                        + " calling "
                                        + idr().map(Names::identity)
                                                .map(Identity::toString)
                                                .orElse("anybody here")
                                        + " with "
                                        + authentication.get().method(),
                                "compare `id` and `auth` of both sides"));
            }
            connection = chosen.get();
            return switch (connection.remote()) {
                case RemoteAuthentication.PreSharedKey _ ->
                        Proofs.checkSharedKey(
                                        context,
                                        connection.local().identity(),
                                        remote(),
                                        authentication.get(),
                                        signedOctets())
                                .<AuthenticationStep>map(Proofs::failed)
                                .orElseGet(this::leaseAddresses);
                case RemoteAuthentication.Signature trust ->
                        new Ask(
                                new Question.ValidateCertificate(
                                        remote(), Proofs.chain(request), trust));
            };
        }

        /// Goes on with the answer to what was asked.
        public AuthenticationStep resume(Answer answer) {
            return switch (answer) {
                case Answer.CertificateAccepted(PublicKey key, String _) ->
                        Proofs.checkSignature(
                                        context,
                                        remote(),
                                        key,
                                        PayloadChain.first(request, Authentication.class)
                                                .orElseThrow(),
                                        signedOctets())
                                .<AuthenticationStep>map(Proofs::failed)
                                .orElseGet(this::leaseAddresses);
                case Answer.CertificateRefused(String reason) ->
                        Proofs.failed(Proofs.certificateRefused(remote(), reason));
                case Answer.AddressesLeased(List<InetAddress> addresses, List<InetAddress> dns) ->
                        respond(new VirtualIps.Assigned(addresses, dns), Optional.empty());
                case Answer.AddressesRefused(String reason) ->
                        respond(
                                NO_ADDRESSES,
                                Optional.of(
                                        new SessionFailure.LocalProblem(
                                                "no address for " + remote() + ": " + reason,
                                                "enlarge the pool")));
            };
        }

        private AuthenticationStep leaseAddresses() {
            List<InetAddress> wanted =
                    PayloadChain.first(request, Configuration.class)
                            .filter(c ->
                                    c.configurationType().equals(ConfigurationType.CFG_REQUEST))
                            .map(VirtualIps::wanted)
                            .orElse(List.of());
            return wanted.isEmpty() || connection.pools().isEmpty()
                    ? respond(NO_ADDRESSES, Optional.empty())
                    : new Ask(new Question.LeaseAddresses(remote(), connection.pools(), wanted));
        }

        private AuthenticationStep respond(
                VirtualIps.Assigned assigned, Optional<SessionFailure> noAddress) {
            Identification idr =
                    Names.identification(Role.RESPONDER, connection.local().identity());
            Proofs.Proof proof =
                    Proofs.prove(
                            context,
                            connection.local(),
                            context.session()
                                    .sharedKeys()
                                    .find(connection.local().identity(), remote()),
                            remote().toString(),
                            context.responderSignedOctets(idr.restOfId()));
            return switch (proof) {
                case Proofs.Proof.Impossible(SessionFailure failure) -> Proofs.failed(failure);
                case Proofs.Proof.Given(
                                List<Payload> certificates,
                                Authentication authentication) -> {
                    List<Payload> payloads = new ArrayList<>();
                    payloads.add(idr);
                    payloads.addAll(certificates);
                    payloads.add(authentication);
                    Optional<ChildNegotiation.Result> child = child(assigned, noAddress);
                    boolean agreed =
                            child.isPresent()
                                    && child.get() instanceof ChildNegotiation.Result.Agreed;
                    if (agreed && !assigned.addresses().isEmpty()) {
                        payloads.add(VirtualIps.reply(assigned));
                    }
                    child.ifPresent(result -> payloads.addAll(answer(result)));
                    yield Authenticated.of(
                            connection,
                            remote(),
                            child,
                            assigned,
                            isInitialContact(request),
                            payloads);
                }
            };
        }

        private Optional<ChildNegotiation.Result> child(
                VirtualIps.Assigned assigned, Optional<SessionFailure> noAddress) {
            if (PayloadChain.first(request, SecurityAssociation.class).isEmpty()
                    || PayloadChain.trafficSelectors(request, Role.INITIATOR).isEmpty()
                    || PayloadChain.trafficSelectors(request, Role.RESPONDER).isEmpty()) {
                return Optional.empty();
            }
            if (noAddress.isPresent()) {
                return Optional.of(
                        new ChildNegotiation.Result.Refused(
                                Notify.of(NotifyType.INTERNAL_ADDRESS_FAILURE), noAddress.get()));
            }
            List<InetAddress> remoteHosts =
                    assigned.addresses().isEmpty()
                            ? List.of(context.remoteAddress())
                            : assigned.addresses();
            var hosts = new ChildNegotiation.Hosts(List.of(context.localAddress()), remoteHosts);
            return Optional.of(
                    ChildNegotiation.choose(
                            Occasion.IKE_AUTH, connection.children(), inbound, hosts, request));
        }

        private Identity remote() {
            return Names.identity(
                    PayloadChain.identification(request, Role.INITIATOR).orElseThrow());
        }

        private Optional<Identification> idr() {
            return PayloadChain.identification(request, Role.RESPONDER);
        }

        private Octets signedOctets() {
            return context.initiatorSignedOctets(
                    PayloadChain.identification(request, Role.INITIATOR).orElseThrow().restOfId());
        }
    }

    private static List<Payload> answer(ChildNegotiation.Result result) {
        return switch (result) {
            case ChildNegotiation.Result.Agreed(var _, List<Payload> payloads) -> payloads;
            case ChildNegotiation.Result.Refused(Notify notify, var _) -> List.of(notify);
        };
    }

    private static boolean isInitialContact(List<Payload> payloads) {
        return PayloadChain.notification(payloads, NotifyType.INITIAL_CONTACT).isPresent();
    }
}
