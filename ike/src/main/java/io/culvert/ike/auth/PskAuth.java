package io.culvert.ike.auth;

import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// Authentication by a pre-shared key.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.15 RFC 7296 section 2.15
public final class PskAuth {
    private static final byte[] KEY_PAD = "Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII);

    private PskAuth() {}

    /// The AUTH payload that proves knowledge of `secret` (IK-081).
    public static Authentication prove(
            PseudoRandomFunction prf, KeyMaterial secret, Octets signedOctets) {
        byte[] padded = prf.apply(secret.expose(), KEY_PAD);
        return new Authentication(
                AuthenticationMethod.SHARED_KEY_MIC,
                Octets.wrap(prf.apply(padded, signedOctets.toArray())));
    }

    /// The AUTH payload of who stays anonymous: it proves the keys of the IKE SA alone.
    ///
    /// @param skP SK_pi of an initiator, SK_pr of a responder
    /// @spec https://www.rfc-editor.org/rfc/rfc7619#section-2.1 RFC 7619 section 2.1
    public static Authentication proveNothing(
            PseudoRandomFunction prf, KeyMaterial skP, Octets signedOctets) {
        return new Authentication(AuthenticationMethod.NULL, prove(prf, skP, signedOctets).data());
    }

    /// The AUTH payload of who resumes an IKE SA: `prf(SK_px, <message octets>)`, with the keys of the new one.
    ///
    /// Our choice: the method is that of a pre-shared key, whose usage this is like; the RFC names none.
    ///
    /// @param skP SK_pi of an initiator, SK_pr of a responder
    /// @spec https://www.rfc-editor.org/rfc/rfc5723#section-4.3.3 RFC 5723 section 4.3.3
    public static Authentication proveResumed(
            PseudoRandomFunction prf, KeyMaterial skP, Octets signedOctets) {
        return new Authentication(
                AuthenticationMethod.SHARED_KEY_MIC,
                Octets.wrap(prf.apply(skP.expose(), signedOctets.toArray())));
    }

    /// Whether `authentication` proves knowledge of `secret`. Takes the same time for every wrong value.
    public static boolean verify(
            PseudoRandomFunction prf,
            KeyMaterial secret,
            Octets signedOctets,
            Authentication authentication) {
        Octets expected = prove(prf, secret, signedOctets).data();
        return authentication.method().equals(AuthenticationMethod.SHARED_KEY_MIC)
                && MessageDigest.isEqual(expected.toArray(), authentication.data().toArray());
    }
}
