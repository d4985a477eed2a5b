package io.culvert.ike.session;

import io.culvert.ike.exchange.InitialKeys;
import io.culvert.ike.extension.NatDetection;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.keys.SkProtection;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
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
    private final IkeKeys keys;
    private final SkProtection outbound;
    private final SkProtection inbound;
    private Octets initRequest;
    private Octets initResponse;
    private final TransportPath initPath;
    private final ResponseCache responses = new ResponseCache();
    private final RequestWindow window;
    private long nextRequestId;
    private int peerWindow = 1;
    private boolean closed;
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
        this.keys = keys;
        this.outbound = originalInitiator ? protections.ofInitiator : protections.ofResponder;
        this.inbound = originalInitiator ? protections.ofResponder : protections.ofInitiator;
        this.initRequest = initRequest;
        this.initResponse = initResponse;
        this.initPath = initPath;
        this.nextRequestId = originalInitiator ? firstOfInitiator : 0;
        this.window = new RequestWindow(originalInitiator ? 0 : firstOfInitiator);
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
        return keys;
    }

    SkProtection outbound() {
        return outbound;
    }

    SkProtection inbound() {
        return inbound;
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

    /// The keys of AUTH have served.
    void forgetProofKeys() {
        keys.skPi().close();
        keys.skPr().close();
    }

    /// IKE_SA_INIT has served: both are authenticated, and the first Child SA has its keys.
    void forgetInit() {
        initial = initial.withoutNonces();
        initRequest = Octets.EMPTY;
        initResponse = Octets.EMPTY;
    }

    void close() {
        outbound.close();
        inbound.close();
        keys.close();
    }
}
