package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionContext;
import io.culvert.ike.auth.SignedOctets;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;

/// What IKE_AUTH knows from before, on either side.
///
/// @param session what all sessions share
/// @param initial what IKE_SA_INIT agreed on
/// @param keys the keys that came of it
/// @param request the IKE_SA_INIT request that succeeded, as it was on the wire
/// @param response its response, as it was on the wire
/// @param localAddress our address of the IKE SA
/// @param remoteAddress the peer's address of the IKE SA
public record AuthenticationContext(
        SessionContext session,
        InitialKeys initial,
        IkeKeys keys,
        Octets request,
        Octets response,
        InetAddress localAddress,
        InetAddress remoteAddress) {
    /// The negotiated prf.
    PseudoRandomFunction prf() {
        return session.crypto().prf(initial.suite().prf());
    }

    /// What the original initiator's AUTH covers.
    Octets initiatorSignedOctets(Octets restOfId) {
        return SignedOctets.of(prf(), keys.skPi(), request, initial.responderNonce(), restOfId);
    }

    /// What the original responder's AUTH covers.
    Octets responderSignedOctets(Octets restOfId) {
        return SignedOctets.of(prf(), keys.skPr(), response, initial.initiatorNonce(), restOfId);
    }
}
