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
    /// Copies the lists and checks that they go together.
    public IkeProposal {
        encryption = List.copyOf(encryption);
        prfs = List.copyOf(prfs);
        integrity = List.copyOf(integrity);
        keyExchanges = List.copyOf(keyExchanges);
        Notation.requireOneKind(encryption, integrity);
        if (prfs.isEmpty() || keyExchanges.isEmpty()) {
            throw new IllegalArgumentException("IKE needs a prf and a key exchange method");
        }
    }

    /// strongSwan's notation, such as `aes128gcm16-prfsha256-x25519`; [ProposalParser] reads it back.
    @Override
    public String toString() {
        boolean implied =
                !integrity.isEmpty()
                        && prfs.equals(integrity.stream().map(AlgorithmWords::prfOf).toList());
        return new Notation()
                .add(encryption, Encryption::toString)
                .add(integrity, AlgorithmWords::of)
                .add(implied ? List.of() : prfs, AlgorithmWords::of)
                .add(keyExchanges, AlgorithmWords::of)
                .toString();
    }
}
