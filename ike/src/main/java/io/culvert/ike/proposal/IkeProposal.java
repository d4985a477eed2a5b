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
/// @param additional what we would accept for additional key exchanges, best first for each number; empty for none
public record IkeProposal(
        List<Encryption> encryption,
        List<PrfAlgorithm> prfs,
        List<IntegrityAlgorithm> integrity,
        List<KeyExchangeMethod> keyExchanges,
        List<AdditionalKeyExchange> additional) {
    /// Without additional key exchanges.
    public IkeProposal(
            List<Encryption> encryption,
            List<PrfAlgorithm> prfs,
            List<IntegrityAlgorithm> integrity,
            List<KeyExchangeMethod> keyExchanges) {
        this(encryption, prfs, integrity, keyExchanges, List.of());
    }

    /// Copies the lists and checks that they go together.
    public IkeProposal {
        encryption = List.copyOf(encryption);
        prfs = List.copyOf(prfs);
        integrity = List.copyOf(integrity);
        keyExchanges = List.copyOf(keyExchanges);
        additional = List.copyOf(additional);
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
                .add(additional, AdditionalKeyExchange::toString)
                .toString();
    }

    /// Whether whatever is chosen from it has a key exchange that quantum computers are not known to break.
    public boolean isPostQuantum() {
        return keyExchanges.stream().allMatch(KeyExchangeMethod::isPostQuantum)
                || additional.stream()
                        .map(AdditionalKeyExchange::number)
                        .distinct()
                        .anyMatch(number ->
                                additional.stream()
                                        .filter(choice -> choice.number() == number)
                                        .allMatch(choice ->
                                                choice.method()
                                                        .filter(KeyExchangeMethod::isPostQuantum)
                                                        .isPresent()));
    }
}
