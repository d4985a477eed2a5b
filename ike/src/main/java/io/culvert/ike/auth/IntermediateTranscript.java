package io.culvert.ike.auth;

import io.culvert.ike.wire.Role;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.Arrays;

/// What the messages of IKE_INTERMEDIATE add to the octets that AUTH payloads prove: for each side a chain of MACs over
/// all that it has sent.
///
/// ```
/// IntAuth_i1 = prf(SK_pi1, A1 | P1)   IntAuth_in = prf(SK_pin, IntAuth_i(n-1) | An | Pn)   likewise for r with SK_pr
/// IntAuth = IntAuth_iN | IntAuth_rN | message ID of the first IKE_AUTH message (4)
/// ```
///
/// A is everything before the body of the SK payload, with lengths as if only P followed; P is the payloads inside. So it
/// does not matter how a message was cut, encrypted or carried.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9242#section-3.3.2 RFC 9242 section 3.3.2
public final class IntermediateTranscript {
    private Octets ofInitiator = Octets.EMPTY;
    private Octets ofResponder = Octets.EMPTY;

    /// Begins with nothing.
    public IntermediateTranscript() {}

    /// Adds a message.
    ///
    /// @param sender the original initiator or responder
    /// @param skP the sender's SK_p of the time when the exchange began
    /// @param prefix A
    /// @param plaintext P
    public void add(
            PseudoRandomFunction prf,
            Role sender,
            KeyMaterial skP,
            Octets prefix,
            Octets plaintext) {
        byte[] key = skP.expose();
        Octets before = sender == Role.INITIATOR ? ofInitiator : ofResponder;
        Octets next =
                Octets.wrap(
                        prf.apply(key, before.toArray(), prefix.toArray(), plaintext.toArray()));
        Arrays.fill(key, (byte) 0);
        if (sender == Role.INITIATOR) {
            ofInitiator = next;
        } else {
            ofResponder = next;
        }
    }

    /// IntAuth, or nothing if there was no IKE_INTERMEDIATE.
    ///
    /// @param messageId that of the first IKE_AUTH message
    public Octets intAuth(long messageId) {
        return ofInitiator.isEmpty()
                ? Octets.EMPTY
                : Octets.concat(
                        ofInitiator, ofResponder, new OctetsBuilder(4).u32(messageId).build());
    }
}
