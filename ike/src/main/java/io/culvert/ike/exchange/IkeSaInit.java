package io.culvert.ike.exchange;

import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionConfig.Childless;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.auth.CertificateRequests;
import io.culvert.ike.auth.PostQuantumPsks;
import io.culvert.ike.auth.SignatureAuth;
import io.culvert.ike.extension.Fragmentation;
import io.culvert.ike.extension.IkeTcpSupport;
import io.culvert.ike.extension.NatDetection;
import io.culvert.ike.extension.SeparateTransports;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.IkeSuite;
import io.culvert.ike.proposal.ProposalOffer;
import io.culvert.ike.proposal.ProposalSelection;
import io.culvert.ike.proposal.ProposalText;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ipsec.crypto.CryptoProvider.KeyExchangeResponse;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// IKE_SA_INIT: algorithms, nonces, a key exchange; nobody has proved anything yet.
///
///     Initiator                                              Responder
///     HDR(A,0), [N(COOKIE)], SAi1, KEi, Ni, N(NATD*2), …  -->
///                                     <--  HDR(A,B), SAr1, KEr, Nr, N(NATD*2), [CERTREQ], …
///                               or    <--  HDR(A,0), N(COOKIE)
///                               or    <--  HDR(A,0), N(INVALID_KE_PAYLOAD)
///
/// Each request holds NAT detection, so it is bound to its transport (IT-05C): on another one the initiator starts
/// anew, with another SPI, nonce and key.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-1.2 RFC 7296 section 1.2
public final class IkeSaInit {
    private static final int MOST_RETRIES = 4;
    static final ExchangeSpec SPEC =
            new ExchangeSpec(
                    ExchangeType.IKE_SA_INIT,
                    PayloadRules.none().once(PayloadType.SA, PayloadType.KE, PayloadType.NONCE),
                    PayloadRules.none().once(PayloadType.SA, PayloadType.KE, PayloadType.NONCE));

    private IkeSaInit() {}

    /// What became of a response.
    public sealed interface Verdict {
        /// Both agree.
        record Agreed(InitialKeys keys) implements Verdict {}

        /// The request has to be sent once more, changed: with a cookie, or another key exchange method.
        record TryAgain(String why) implements Verdict {}

        /// The responder refuses. Nothing is proved, so over UDP a better answer may still come (IK-048).
        record Refused(SessionFailure failure) implements Verdict {}

        /// The response means nothing.
        record Ignored(String reason) implements Verdict {}
    }

    /// What becomes of a request.
    public sealed interface Reply {
        /// The message to answer with.
        IkeMessage response();

        /// Both agree.
        record Accepted(IkeMessage response, InitialKeys keys) implements Reply {}

        /// An error; no state is kept.
        record Rejected(IkeMessage response, String reason) implements Reply {}
    }

    /// The initiator's side of one attempt.
    public static final class Initiating {
        private final SessionContext context;
        private final List<IkeProposal> proposals;
        private final IkeSpi spi;
        private final boolean fragments;
        private final PostQuantumPsks ppks;
        private final Octets nonce;
        private KeyExchange keyExchange;
        private Octets cookie = Octets.EMPTY;
        private int retries;

        /// Begins an attempt with a fresh nonce and key.
        ///
        /// @param spi our SPI
        public Initiating(SessionContext context, ConnectionConfig connection, IkeSpi spi) {
            this.context = context;
            this.proposals = connection.proposals();
            this.spi = spi;
            this.fragments = connection.limits().fragments();
            this.ppks = connection.ppks();
            this.nonce = Nonces.fresh(context.random());
            KeyExchangeMethod first = proposals.getFirst().keyExchanges().getFirst();
            this.keyExchange = context.crypto().initiate(first, context.random());
        }

        /// The request as it is to be sent on `path`.
        ///
        /// @param announcements what it says of other transports that we know
        public IkeMessage buildRequest(TransportPath path, List<Payload> announcements) {
            List<Payload> payloads = new ArrayList<>();
            if (!cookie.isEmpty()) {
                payloads.add(Notify.of(NotifyType.COOKIE, cookie));
            }
            payloads.add(ProposalOffer.ofIke(proposals));
            payloads.add(
                    new KeyExchangePayload(
                            keyExchange.method().transformId(), keyExchange.publicValue()));
            payloads.add(new Nonce(nonce));
            payloads.addAll(
                    NatDetection.notifications(
                            spi, IkeSpi.ZERO, path.local(), path.remote(), isUdpEsp(path)));
            payloads.add(signatureHashes());
            if (fragments) {
                payloads.add(Fragmentation.notification());
            }
            if (ppks.early() || proposals.stream().anyMatch(p -> !p.additional().isEmpty())) {
                payloads.add(Notify.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
            }
            if (ppks.isUsed()) {
                payloads.add(Notify.of(NotifyType.USE_PPK));
            }
            if (ppks.early()) {
                payloads.add(Notify.of(NotifyType.USE_PPK_INT));
            }
            payloads.addAll(announcements);
            return new IkeMessage(
                    IkeHeader.request(spi, IkeSpi.ZERO, ExchangeType.IKE_SA_INIT, true, 0),
                    payloads);
        }

        /// Takes in a response whose header belongs to this attempt.
        public Verdict processResponse(TransportPath path, IkeMessage response) {
            Optional<Notify> error =
                    response.payloads(Notify.class).stream()
                            .filter(n -> n.isError() || n.is(NotifyType.COOKIE))
                            .findFirst();
            if (error.isPresent() && response.payload(SecurityAssociation.class).isEmpty()) {
                return processError(error.get());
            }
            Optional<String> violation = SPEC.responseViolation(response.payloads());
            if (violation.isPresent()) {
                return new Verdict.Ignored("MALFORMED_IKE_SA_INIT: " + violation.get());
            }
            if (response.header().responderSpi().isZero()) {
                return new Verdict.Ignored("ZERO_RESPONDER_SPI");
            }
            return agree(path, response);
        }

        /// Forgets the private key.
        public void close() {
            keyExchange.close();
        }

        private Verdict processError(Notify error) {
            if (++retries > MOST_RETRIES) {
                return new Verdict.Refused(
                        new SessionFailure.PeerMisbehaved(
                                "the peer asked "
                                        + MOST_RETRIES
                                        + " times to repeat IKE_SA_INIT differently",
                                "check what stands between, or the peer's log"));
            }
            if (error.is(NotifyType.COOKIE)) {
                if (error.data().isEmpty() || error.data().size() > 64) {
                    return new Verdict.Ignored("BAD_COOKIE_SIZE");
                }
                cookie = error.data();
                return new Verdict.TryAgain("the peer wants a cookie back");
            }
            if (error.is(NotifyType.INVALID_KE_PAYLOAD)) {
                return changeMethod(error.data());
            }
            return new Verdict.Refused(refusal(error));
        }

        private Verdict changeMethod(Octets data) {
            Optional<KeyExchangeMethod> wanted =
                    data.size() == 2
                            ? KeyExchangeMethod.ofTransformId(data.u16(0))
                            : Optional.empty();
            boolean proposed =
                    wanted.isPresent() && ProposalSelection.offers(proposals, wanted.get());
            if (!proposed || wanted.get() == keyExchange.method()) {
                return new Verdict.Ignored("INVALID_KE_PAYLOAD_FOR_UNPROPOSED_METHOD");
            }
            keyExchange.close();
            keyExchange = context.crypto().initiate(wanted.get(), context.random());
            return new Verdict.TryAgain("the peer wants key exchange method " + wanted.get());
        }

        private Verdict agree(TransportPath path, IkeMessage response) {
            SecurityAssociation chosen = response.payload(SecurityAssociation.class).orElseThrow();
            KeyExchangePayload ke = response.payload(KeyExchangePayload.class).orElseThrow();
            Optional<IkeSuite> suite = ProposalSelection.acceptIke(proposals, chosen);
            if (suite.isEmpty()) {
                return new Verdict.Refused(
                        new SessionFailure.Incompatible(
                                "the peer chose algorithms that were not offered",
                                ProposalText.ofIke(proposals),
                                ProposalText.of(chosen),
                                "check the peer's proposals"));
            }
            if (suite.get().keyExchange() != keyExchange.method()
                    || ke.method() != keyExchange.method().transformId()) {
                return new Verdict.Ignored("KE_METHOD_MISMATCH");
            }
            if (!isNonceLongEnough(response, suite.get())) {
                return new Verdict.Ignored("NONCE_TOO_SHORT");
            }
            if (!suite.get().additionalMethods().isEmpty() && !knowsIntermediate(response)) {
                return new Verdict.Ignored("ADDITIONAL_KEY_EXCHANGES_WITHOUT_INTERMEDIATE");
            }
            if (ppks.required() && ppkMode(response, ppks) == PpkMode.NONE) {
                return new Verdict.Refused(
                        new SessionFailure.Incompatible(
                                "the peer uses no post-quantum pre-shared keys",
                                "ppk-required = true",
                                "no USE_PPK",
                                "give the peer the same PPK"));
            }
            KeyMaterial secret;
            try {
                secret = keyExchange.agree(ke.data());
            } catch (InvalidPublicValueException e) {
                return new Verdict.Ignored("INVALID_KE_VALUE");
            }
            Octets peerNonce = response.payload(Nonce.class).orElseThrow().value();
            InitialKeys keys =
                    InitialKeys.agreed(
                            path,
                            response,
                            new IkeKeys.Contributions(
                                    nonce,
                                    peerNonce,
                                    response.header().initiatorSpi(),
                                    response.header().responderSpi()),
                            suite.get(),
                            secret,
                            fragments,
                            ppkMode(response, ppks));
            return new Verdict.Agreed(keys);
        }

        private SessionFailure refusal(Notify error) {
            if (error.is(NotifyType.NO_PROPOSAL_CHOSEN)) {
                return new SessionFailure.Incompatible(
                        "the peer accepts none of our IKE proposals",
                        ProposalText.ofIke(proposals),
                        "NO_PROPOSAL_CHOSEN, without saying what it would accept",
                        "add to `proposals` what the peer has configured");
            }
            return new SessionFailure.PeerMisbehaved(
                    "the peer refused IKE_SA_INIT with " + error.name(),
                    "look into the peer's log");
        }
    }

    /// Answers a request.
    ///
    /// @param ours the SPI for the new IKE SA
    /// @param candidates the connections that the peer's address may use, best first
    public static Reply processRequest(
            SessionContext context,
            List<ConnectionConfig> candidates,
            IkeSpi ours,
            TransportPath path,
            IkeMessage request) {
        Optional<String> violation = SPEC.requestViolation(request.payloads());
        if (violation.isPresent()) {
            return reject(request, Notify.of(NotifyType.INVALID_SYNTAX), violation.get());
        }
        KeyExchangePayload ke = request.payload(KeyExchangePayload.class).orElseThrow();
        SecurityAssociation offer = request.payload(SecurityAssociation.class).orElseThrow();
        Optional<KeyExchangeMethod> method = KeyExchangeMethod.ofTransformId(ke.method());
        Optional<ProposalSelection.IkeChoice> choice =
                candidates.stream()
                        .filter(c ->
                                !c.ppks().required() || ppkMode(request, c.ppks()) != PpkMode.NONE)
                        .flatMap(c ->
                                ProposalSelection.chooseIke(
                                        c.proposals(), offer, method, knowsIntermediate(request))
                                        .stream())
                        .findFirst();
        if (choice.isEmpty()) {
            return reject(
                    request,
                    Notify.of(NotifyType.NO_PROPOSAL_CHOSEN),
                    "none of the peer's proposals is acceptable: " + ProposalText.of(offer));
        }
        IkeSuite suite = choice.get().suite();
        if (method.isEmpty() || method.get() != suite.keyExchange()) {
            Octets wanted = new OctetsBuilder(2).u16(suite.keyExchange().transformId()).build();
            return reject(
                    request,
                    Notify.of(NotifyType.INVALID_KE_PAYLOAD, wanted),
                    "the key exchange has to be " + suite.keyExchange());
        }
        if (!isNonceLongEnough(request, suite)) {
            return reject(
                    request,
                    Notify.of(NotifyType.INVALID_SYNTAX),
                    "the peer's nonce is too short for " + suite.prf());
        }
        try {
            KeyExchangeResponse exchanged =
                    context.crypto().respond(suite.keyExchange(), ke.data(), context.random());
            return accept(context, candidates, ours, path, request, choice.get(), exchanged);
        } catch (InvalidPublicValueException e) {
            return reject(
                    request,
                    Notify.of(NotifyType.INVALID_SYNTAX),
                    "the peer's key exchange value is invalid");
        }
    }

    private static Reply accept(
            SessionContext context,
            List<ConnectionConfig> candidates,
            IkeSpi ours,
            TransportPath path,
            IkeMessage request,
            ProposalSelection.IkeChoice choice,
            KeyExchangeResponse exchanged) {
        Octets nonce = Nonces.fresh(context.random());
        IkeSpi theirs = request.header().initiatorSpi();
        Octets peerNonce = request.payload(Nonce.class).orElseThrow().value();
        InitialKeys keys =
                InitialKeys.agreed(
                        path,
                        request,
                        new IkeKeys.Contributions(peerNonce, nonce, theirs, ours),
                        choice.suite(),
                        exchanged.secret(),
                        candidates.stream().anyMatch(c -> c.limits().fragments()),
                        ppkMode(request, candidates));
        List<Payload> payloads = new ArrayList<>();
        payloads.add(ProposalOffer.chosenIke(choice.number(), choice.suite()));
        payloads.add(
                new KeyExchangePayload(
                        choice.suite().keyExchange().transformId(), exchanged.value()));
        payloads.add(new Nonce(nonce));
        if (keys.nat().carriedOut()) {
            payloads.addAll(
                    NatDetection.notifications(
                            theirs, ours, path.local(), path.remote(), isUdpEsp(path)));
        }
        payloads.addAll(
                CertificateRequests.of(candidates.stream().map(ConnectionConfig::remote).toList()));
        if (!keys.signatureHashes().isEmpty()) {
            payloads.add(signatureHashes());
        }
        if (keys.fragmentation()) {
            payloads.add(Fragmentation.notification());
        }
        if (keys.ppk() == PpkMode.IKE_INTERMEDIATE
                || !choice.suite().additionalMethods().isEmpty()) {
            payloads.add(Notify.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
        }
        payloads.addAll(PpkUse.agreement(keys.ppk()));
        if (candidates.stream().anyMatch(c -> c.childless() != Childless.NEVER)) {
            payloads.add(Notify.of(NotifyType.CHILDLESS_IKEV2_SUPPORTED));
        }
        boolean speaksIkeTcp = keys.knowsIkeTcp() || path.kind() == TransportKind.IKE_TCP;
        if (speaksIkeTcp && context.ikeTcpPort().isPresent()) {
            payloads.addAll(IkeTcpSupport.announcement(context.ikeTcpPort()));
        }
        if (keys.separateTransports() && SeparateTransports.areWelcome(path, candidates)) {
            SeparateTransports.addTo(payloads);
        }
        IkeHeader header = request.header().reply().withResponderSpi(ours);
        return new Reply.Accepted(new IkeMessage(header, payloads), keys);
    }

    private static Reply reject(IkeMessage request, Notify notify, String reason) {
        return new Reply.Rejected(
                new IkeMessage(request.header().reply(), List.of(notify)), reason);
    }

    private static Payload signatureHashes() {
        OctetsBuilder data = new OctetsBuilder(16);
        SignatureAuth.ANNOUNCED_HASHES.forEach(data::u16);
        return Notify.of(NotifyType.SIGNATURE_HASH_ALGORITHMS, data.build());
    }

    private static boolean knowsIntermediate(IkeMessage message) {
        return message.notification(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED).isPresent();
    }

    /// In which exchange keys of ours would be used with the sender of a message.
    private static PpkMode ppkMode(IkeMessage message, PostQuantumPsks ours) {
        boolean early =
                ours.early()
                        && knowsIntermediate(message)
                        && message.notification(NotifyType.USE_PPK_INT).isPresent();
        boolean late = ours.isUsed() && message.notification(NotifyType.USE_PPK).isPresent();
        return early ? PpkMode.IKE_INTERMEDIATE : late ? PpkMode.IKE_AUTH : PpkMode.NONE;
    }

    private static PpkMode ppkMode(IkeMessage request, List<ConnectionConfig> candidates) {
        return candidates.stream()
                .map(c -> ppkMode(request, c.ppks()))
                .max(Comparator.naturalOrder())
                .orElse(PpkMode.NONE);
    }

    /// ESP travels in UDP, as we have no socket for ESP itself, unless it travels in the same TCP stream.
    private static boolean isUdpEsp(TransportPath path) {
        return path.kind() != TransportKind.TCP_ENCAPSULATION;
    }

    /// Whoever offers several PRFs has to send a nonce that suits them all.
    private static boolean isNonceLongEnough(IkeMessage message, IkeSuite suite) {
        Octets nonce = message.payload(Nonce.class).orElseThrow().value();
        return Nonces.isLongEnough(nonce, suite.prf());
    }
}
