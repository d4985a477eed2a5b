package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Joins words for algorithms with hyphens.
final class Notation {
    private final List<String> words = new ArrayList<>();

    <T> Notation add(List<T> algorithms, Function<? super T, String> word) {
        algorithms.forEach(algorithm -> words.add(word.apply(algorithm)));
        return this;
    }

    @Override
    public String toString() {
        return String.join("-", words);
    }

    /// AEADs stand without integrity algorithms, other ciphers with them, and never both together (IK-045).
    static void requireOneKind(List<Encryption> encryption, List<IntegrityAlgorithm> integrity) {
        if (encryption.isEmpty()) {
            throw new IllegalArgumentException("a proposal needs an encryption algorithm");
        }
        boolean aead = encryption.getFirst().isAead();
        if (encryption.stream().anyMatch(e -> e.isAead() != aead)) {
            throw new IllegalArgumentException("AEADs are not mixed with other ciphers");
        }
        if (integrity.isEmpty() != aead || integrity.contains(IntegrityAlgorithm.NONE)) {
            throw new IllegalArgumentException(
                    aead
                            ? encryption.getFirst() + " needs no integrity algorithm"
                            : encryption.getFirst() + " needs an integrity algorithm");
        }
    }
}
