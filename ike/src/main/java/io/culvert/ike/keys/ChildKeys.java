package io.culvert.ike.keys;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.Arrays;

/// The keys of a Child SA, in the order of KEYMAT: initiator to responder first, and in each direction encryption before
/// integrity. "Initiator" is that of the exchange that makes the Child SA.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.17 RFC 7296 section 2.17
/// @param initiatorToResponder the keys of packets from the exchange's initiator
/// @param responderToInitiator the keys of packets to the exchange's initiator
public record ChildKeys(EspKeys initiatorToResponder, EspKeys responderToInitiator) {
    /// The keys of a Child SA made without a key exchange of its own: `KEYMAT = prf+(SK_d, Ni | Nr)`.
    ///
    /// @param prf the prf of the IKE SA
    /// @param skD SK_d of the IKE SA
    /// @param nonceI the initiator's nonce; for the Child SA of IKE_AUTH, that of IKE_SA_INIT
    /// @param nonceR the responder's nonce
    public static ChildKeys derive(
            CryptoProvider crypto,
            PrfAlgorithm prf,
            KeyMaterial skD,
            Octets nonceI,
            Octets nonceR,
            EspTransform transform) {
        return split(crypto, prf, skD, Octets.concat(nonceI, nonceR).toArray(), transform);
    }

    /// The keys of a Child SA made with key exchanges: `KEYMAT = prf+(SK_d, SK(0) | Ni | Nr | SK(1) | … | SK(n))`.
    ///
    /// @param secrets those of CREATE_CHILD_SA, left to the caller to close
    public static ChildKeys derive(
            CryptoProvider crypto,
            PrfAlgorithm prf,
            KeyMaterial skD,
            SharedSecrets secrets,
            Octets nonceI,
            Octets nonceR,
            EspTransform transform) {
        byte[] seed = secrets.around(nonceI, nonceR);
        ChildKeys keys = split(crypto, prf, skD, seed, transform);
        Arrays.fill(seed, (byte) 0);
        return keys;
    }

    private static ChildKeys split(
            CryptoProvider crypto,
            PrfAlgorithm prf,
            KeyMaterial skD,
            byte[] seed,
            EspTransform transform) {
        int encryption = transform.encryptionKeyOctets();
        int integrity = transform.integrity().keyOctets();
        int total = 2 * (encryption + integrity);
        try (KeyMaterial all =
                PrfPlus.expand(crypto.prf(prf), skD.expose(), seed, total, "KEYMAT")) {
            Cutter cut = new Cutter(all);
            EspKeys outward =
                    new EspKeys(
                            cut.next("ESP encryption i to r", encryption),
                            cut.next("ESP integrity i to r", integrity));
            EspKeys homeward =
                    new EspKeys(
                            cut.next("ESP encryption r to i", encryption),
                            cut.next("ESP integrity r to i", integrity));
            return new ChildKeys(outward, homeward);
        }
    }
}
