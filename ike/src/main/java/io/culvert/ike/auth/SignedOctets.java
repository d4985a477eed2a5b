package io.culvert.ike.auth;

import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;

/// The octets that an AUTH payload proves: the sender's IKE_SA_INIT message, the other's nonce and the sender's name.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.15 RFC 7296 section 2.15
public final class SignedOctets {
    private SignedOctets() {}

    /// Assembles them for one side (IK-080).
    ///
    /// @param skP the side's SK_p
    /// @param realMessage the side's IKE_SA_INIT message that succeeded, as it was on the wire, header included
    /// @param otherNonce the other side's nonce
    /// @param restOfId the side's Identification payload without its generic header
    public static Octets of(
            PseudoRandomFunction prf,
            KeyMaterial skP,
            Octets realMessage,
            Octets otherNonce,
            Octets restOfId) {
        byte[] macedId = prf.apply(skP.expose(), restOfId.toArray());
        return Octets.concat(realMessage, otherNonce, Octets.wrap(macedId));
    }
}
