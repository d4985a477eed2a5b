package io.culvert.ike.exchange;

import io.culvert.ike.api.SessionContext;
import io.culvert.ike.auth.PostQuantumPsks;
import io.culvert.ike.auth.SignedOctets;
import io.culvert.ike.keys.IkeKeys;
import io.culvert.ike.wire.Identification;
import io.culvert.ike.wire.Role;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;

/// What IKE_AUTH knows from before, on either side.
///
/// @param session what all sessions share
/// @param initial what IKE_SA_INIT agreed on
/// @param keys the keys that came of it, and of IKE_INTERMEDIATE
/// @param request the IKE_SA_INIT request that succeeded, as it was on the wire
/// @param response its response, as it was on the wire
/// @param intAuth what IKE_INTERMEDIATE adds to what is signed; empty if there was none
/// @param localAddress our address of the IKE SA
/// @param remoteAddress the peer's address of the IKE SA
public record AuthenticationContext(
        SessionContext session,
        InitialKeys initial,
        IkeKeys keys,
        Octets request,
        Octets response,
        Octets intAuth,
        InetAddress localAddress,
        InetAddress remoteAddress) {
    /// The same with a post-quantum pre-shared key mixed into the keys.
    AuthenticationContext mixed(PostQuantumPsks.Ppk ppk) {
        return new AuthenticationContext(
                session,
                initial,
                keys.mixed(session.crypto(), initial.suite().prf(), ppk.key()),
                request,
                response,
                intAuth,
                localAddress,
                remoteAddress);
    }

    /// The negotiated prf.
    PseudoRandomFunction prf() {
        return session.crypto().prf(initial.suite().prf());
    }

    /// The key that stands in for a secret where `role` proves who it is without one (RFC 7619 section 2.1).
    KeyMaterial proofKey(Role role) {
        return switch (role) {
            case INITIATOR -> keys.skPi();
            case RESPONDER -> keys.skPr();
        };
    }

    /// What the AUTH payload of `role` covers, under the name that it gave.
    Octets signedOctets(Role role, Identification name) {
        Octets own =
                switch (role) {
                    case INITIATOR ->
                            SignedOctets.of(
                                    prf(),
                                    keys.skPi(),
                                    request,
                                    initial.responderNonce(),
                                    name.restOfId());
                    case RESPONDER ->
                            SignedOctets.of(
                                    prf(),
                                    keys.skPr(),
                                    response,
                                    initial.initiatorNonce(),
                                    name.restOfId());
                };
        return Octets.concat(own, intAuth);
    }
}
