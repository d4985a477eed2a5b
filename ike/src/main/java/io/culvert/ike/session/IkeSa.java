package io.culvert.ike.session;

import io.culvert.ike.exchange.InitialKeys;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.keys.SkProtection;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import java.util.ArrayList;
import java.util.List;

/// An IKE SA: SPIs, keys and the two windows of message IDs.
final class IkeSa {
    private static final int MOST_PATHS_OF_A_REQUEST = 3;

    private final boolean originalInitiator;
    private InitialKeys initial;
    private final IkeKeys keys;
    private final SkProtection outbound;
    private final SkProtection inbound;
    private Octets initRequest;
    private Octets initResponse;
    private final TransportPath initPath;
    private final ResponseCache responses = new ResponseCache();
    private long nextRequestId;
    private long expectedRequestId;
    private boolean owesResponse;
    private final List<TransportPath> askedOn = new ArrayList<>(1);

    IkeSa(
            boolean originalInitiator,
            InitialKeys initial,
            IkeKeys keys,
            SkProtection outbound,
            SkProtection inbound,
            Octets initRequest,
            Octets initResponse,
            TransportPath initPath) {
        this.originalInitiator = originalInitiator;
        this.initial = initial;
        this.keys = keys;
        this.outbound = outbound;
        this.inbound = inbound;
        this.initRequest = initRequest;
        this.initResponse = initResponse;
        this.initPath = initPath;
        this.nextRequestId = originalInitiator ? 1 : 0;
        this.expectedRequestId = originalInitiator ? 0 : 1;
    }

    boolean originalInitiator() {
        return originalInitiator;
    }

    InitialKeys initial() {
        return initial;
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

    /// The message ID of the only new request that the peer may send.
    long expectedRequestId() {
        return expectedRequestId;
    }

    /// The expected request has been taken; it will never be executed again (IK-025).
    void requestTaken() {
        expectedRequestId++;
        owesResponse = true;
    }

    /// Whether the latest request has no answer yet: the window is 1, so none may pass it.
    boolean owesResponse() {
        return owesResponse;
    }

    /// The latest request came once more before its answer was there.
    void askedAgain(TransportPath path) {
        if (!askedOn.contains(path) && askedOn.size() < MOST_PATHS_OF_A_REQUEST) {
            askedOn.add(path);
        }
    }

    /// The answer is there: it goes by the path of the request, and by those that it came by again (IT-025). A replay by
    /// somebody else so takes nothing from the peer.
    List<TransportPath> answered(TransportPath path) {
        owesResponse = false;
        askedOn.remove(path);
        askedOn.addFirst(path);
        List<TransportPath> all = List.copyOf(askedOn);
        askedOn.clear();
        return all;
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
