package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import java.util.List;

/// What we would accept for an IKE SA, best first: one of each list, all lists of one proposal going together.
///
/// @param encryption all AEAD or none of them
/// @param prfs pseudorandom functions
/// @param integrity integrity algorithms; empty exactly with AEADs
/// @param keyExchanges key exchange methods
public record IkeProposal(
        List<Encryption> encryption,
        List<PrfAlgorithm> prfs,
        List<IntegrityAlgorithm> integrity,
        List<KeyExchangeMethod> keyExchanges) {
    /// Copies the lists.
    public IkeProposal {
        encryption = List.copyOf(encryption);
        prfs = List.copyOf(prfs);
        integrity = List.copyOf(integrity);
        keyExchanges = List.copyOf(keyExchanges);
    }
}
