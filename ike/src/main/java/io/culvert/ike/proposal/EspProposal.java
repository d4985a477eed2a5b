package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import java.util.List;

/// What we would accept for a Child SA, best first.
///
/// @param encryption all AEAD or none of them
/// @param integrity integrity algorithms; empty exactly with AEADs
/// @param keyExchanges key exchange methods for CREATE_CHILD_SA; empty for none. Not used in IKE_AUTH
/// @param extendedSequenceNumbers true for 64-bit sequence numbers, false for 32; either or both, best first
public record EspProposal(
        List<Encryption> encryption,
        List<IntegrityAlgorithm> integrity,
        List<KeyExchangeMethod> keyExchanges,
        List<Boolean> extendedSequenceNumbers) {
    /// Copies the lists.
    public EspProposal {
        encryption = List.copyOf(encryption);
        integrity = List.copyOf(integrity);
        keyExchanges = List.copyOf(keyExchanges);
        extendedSequenceNumbers = List.copyOf(extendedSequenceNumbers);
    }
}
