package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import java.util.List;

/// The chosen algorithms of an IKE SA.
///
/// @param encryption the encryption
/// @param prf the pseudorandom function
/// @param integrity the integrity algorithm, [IntegrityAlgorithm#NONE] with an AEAD
/// @param keyExchange the key exchange method
public record IkeSuite(
        Encryption encryption,
        PrfAlgorithm prf,
        IntegrityAlgorithm integrity,
        KeyExchangeMethod keyExchange) {
    /// strongSwan's notation, such as `aes128-sha256-x25519`.
    @Override
    public String toString() {
        return new IkeProposal(
                        List.of(encryption),
                        List.of(prf),
                        integrity == IntegrityAlgorithm.NONE ? List.of() : List.of(integrity),
                        List.of(keyExchange))
                .toString();
    }
}
