package io.culvert.ike.session;

import io.culvert.ike.auth.IntermediateTranscript;
import io.culvert.ike.exchange.InitialKeys;
import io.culvert.ike.extension.NatDetection;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.keys.SkProtection;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.Optional;

/// An IKE SA: SPIs, keys and the two windows of message IDs.
final class IkeSa {
    /// Message IDs have 32 bits. Long before they are used up the IKE SA is rekeyed (IK-022).
    static final long LAST_MESSAGE_ID = 0xffff_ffffL;

    private static final long REKEY_FROM = LAST_MESSAGE_ID - 0xf_ffff;

    /// We never have more requests outstanding, whatever the peer would take.
    private static final int LARGEST_WINDOW = 16;

    private final boolean originalInitiator;
    private InitialKeys initial;
    private Generation generation;
    private Optional<Generation> before = Optional.empty();
    private final IntermediateTranscript transcript = new IntermediateTranscript();
    private Octets initRequest;
    private Octets initResponse;
    private final TransportPath initPath;
    private final ResponseCache responses = new ResponseCache();
    private final RequestWindow window;
    private long nextRequestId;
    private int peerWindow = 1;
    private boolean closed;
    private Optional<Octets> crashToken = Optional.empty();
    private Optional<MonoTime> keptUntil = Optional.empty();

    private IkeSa(
            boolean originalInitiator,
            InitialKeys initial,
            IkeKeys keys,
            Protections protections,
            Octets initRequest,
            Octets initResponse,
            TransportPath initPath,
            long firstOfInitiator) {
        this.originalInitiator = originalInitiator;
        this.initial = initial;
        this.generation = new Generation(keys, protections, 0);
        this.initRequest = initRequest;
        this.initResponse = initResponse;
        this.initPath = initPath;
        this.nextRequestId = originalInitiator ? firstOfInitiator : 0;
        this.window = new RequestWindow(originalInitiator ? 0 : firstOfInitiator);
    }

    /// Keys, and the first message ID that they are for.
    private record Generation(IkeKeys keys, Protections protections, long firstId) {
        void close() {
            protections.ofInitiator.close();
            protections.ofResponder.close();
            keys.close();
        }
    }

    /// The protection of both directions.
    record Protections(SkProtection ofInitiator, SkProtection ofResponder) {}

    /// The IKE SA that IKE_SA_INIT has made.
    static IkeSa first(
            boolean originalInitiator,
            InitialKeys initial,
            IkeKeys keys,
            Protections protections,
            Octets initRequest,
            Octets initResponse,
            TransportPath initPath) {
        return new IkeSa(
                originalInitiator,
                initial,
                keys,
                protections,
                initRequest,
                initResponse,
                initPath,
                1);
    }

    /// An IKE SA that replaces this one. Its message IDs begin at 0, its window is 1 (IK-021, IK-025).
    ///
    /// @param began whether we are its original initiator (IK-003)
    IkeSa successor(boolean began, InitialKeys fresh, IkeKeys freshKeys, Protections protections) {
        return new IkeSa(
                began, fresh, freshKeys, protections, Octets.EMPTY, Octets.EMPTY, initPath, 0);
    }

    boolean originalInitiator() {
        return originalInitiator;
    }

    InitialKeys initial() {
        return initial;
    }

    /// NAT detection has been carried out anew.
    void natFound(NatDetection.Finding nat) {
        initial = initial.withNat(nat);
    }

    IkeKeys keys() {
        return generation.keys;
    }

    /// Protects what we send from now on.
    SkProtection outbound() {
        Protections both = generation.protections;
        return originalInitiator ? both.ofInitiator : both.ofResponder;
    }

    /// Opens a message of the peer: one that came before has the keys of its time.
    SkProtection inbound(IkeHeader header) {
        Generation then =
                before.filter(_ -> header.messageId() < generation.firstId).orElse(generation);
        return originalInitiator ? then.protections.ofResponder : then.protections.ofInitiator;
    }

    /// Goes over to new keys, from the next message ID on. The keys before open what the peer repeats.
    ///
    /// @param done the message ID of the exchange that has made the keys
    void advance(IkeKeys keys, Protections protections, long done) {
        before.ifPresent(Generation::close);
        before = Optional.of(generation);
        generation = new Generation(keys, protections, done + 1);
    }

    /// Takes keys that differ in what further keys come from, and not in what protects messages.
    void mix(IkeKeys keys) {
        if (!keys.equals(keys())) {
            keys().skD().close();
            forgetProofKeys();
            generation = new Generation(keys, generation.protections, generation.firstId);
        }
    }

    /// What has been said in IKE_INTERMEDIATE.
    IntermediateTranscript transcript() {
        return transcript;
    }

    /// Notes what the peer says in IKE_INTERMEDIATE, for AUTH. It comes too late once both are authenticated.
    ///
    /// @param prefix what comes before the body of the SK payload, as if the message were whole and not encrypted
    /// @param plaintext the payloads inside
    void note(CryptoProvider crypto, IkeHeader header, Octets prefix, Octets plaintext) {
        if (!initRequest.isEmpty()) {
            boolean byInitiator = header.originalInitiator();
            transcript.add(
                    crypto.prf(initial.suite().prf()),
                    byInitiator ? Role.INITIATOR : Role.RESPONDER,
                    byInitiator ? keys().skPi() : keys().skPr(),
                    prefix,
                    plaintext);
        }
    }

    /// Notes a message of ours, if it belongs to IKE_INTERMEDIATE.
    void noteSent(CryptoProvider crypto, IkeHeader header, List<Payload> payloads) {
        if (header.exchangeType().equals(ExchangeType.IKE_INTERMEDIATE)) {
            Octets inside = MessageCodec.encodePayloads(payloads);
            note(
                    crypto,
                    header,
                    MessageCodec.protectedPrefix(
                            header, List.of(), PayloadChain.firstType(payloads), inside.size()),
                    inside);
        }
    }

    Octets initRequest() {
        return initRequest;
    }

    Octets initResponse() {
        return initResponse;
    }

    /// The transport of IKE_SA_INIT, to which its response is bound.
    TransportPath initPath() {
        return initPath;
    }

    ResponseCache responses() {
        return responses;
    }

    /// The window of the peer's requests.
    RequestWindow window() {
        return window;
    }

    IkeSpi ours() {
        return originalInitiator ? initial.initiatorSpi() : initial.responderSpi();
    }

    /// Whether a header is one that the peer may send in this SA.
    boolean matches(IkeHeader header) {
        return header.initiatorSpi().equals(initial.initiatorSpi())
                && header.responderSpi().equals(initial.responderSpi())
                && header.originalInitiator() != originalInitiator;
    }

    /// The message ID of our next request.
    long nextRequestId() {
        return nextRequestId;
    }

    /// The header of our next request, whose message ID is used up by it.
    IkeHeader nextRequest(ExchangeType exchange) {
        return IkeHeader.request(
                initial.initiatorSpi(),
                initial.responderSpi(),
                exchange,
                originalInitiator,
                nextRequestId++);
    }

    /// Whether message IDs run short.
    boolean wantsRekeying() {
        return nextRequestId >= REKEY_FROM;
    }

    /// Whether there is no message ID for a further request.
    boolean isUsedUp() {
        return nextRequestId > LAST_MESSAGE_ID;
    }

    /// How many of our requests may be outstanding at a time.
    int peerWindow() {
        return peerWindow;
    }

    /// The peer takes several requests at a time. Its window may only grow (IK-025).
    void peerWindow(long requests) {
        peerWindow = Math.clamp(requests, peerWindow, LARGEST_WINDOW);
    }

    /// Keeps this SA, which is no longer the session's current one, until then: the peer may still want to delete it, or
    /// an answer of ours once more.
    void keepUntil(MonoTime until) {
        keptUntil = Optional.of(until);
    }

    /// This SA is the current one.
    void keepForEver() {
        keptUntil = Optional.empty();
    }

    /// Until when this SA is kept, if it is not the session's current one.
    Optional<MonoTime> keptUntil() {
        return keptUntil;
    }

    /// It was deleted by one side, and the other knows: only repeated requests are answered.
    boolean isClosed() {
        return closed;
    }

    void markClosed() {
        closed = true;
    }

    /// What the peer will show when it has lost this SA, if it has said so.
    Optional<Octets> crashToken() {
        return crashToken;
    }

    void crashToken(Octets token) {
        crashToken = Optional.of(token);
    }

    /// The keys of AUTH have served.
    void forgetProofKeys() {
        keys().skPi().close();
        keys().skPr().close();
    }

    /// IKE_SA_INIT has served: both are authenticated, and the first Child SA has its keys.
    void forgetInit() {
        initial = initial.withoutNonces();
        initRequest = Octets.EMPTY;
        initResponse = Octets.EMPTY;
        before.ifPresent(Generation::close);
        before = Optional.empty();
    }

    void close() {
        generation.close();
        before.ifPresent(Generation::close);
    }
}
