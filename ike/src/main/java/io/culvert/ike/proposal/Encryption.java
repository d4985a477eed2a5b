package io.culvert.ike.proposal;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;

/// An encryption algorithm with one key length: different lengths are different transforms.
///
/// @param algorithm the algorithm
/// @param keyLengthBits the Key Length attribute, 0 if the algorithm has none
public record Encryption(EncryptionAlgorithm algorithm, int keyLengthBits) {
    /// Checks that the algorithm has such a key length.
    public Encryption {
        algorithm.keyOctets(keyLengthBits);
    }

    /// Whether it protects integrity by itself.
    public boolean isAead() {
        return algorithm.isAead();
    }

    /// strongSwan's word for it, such as `aes128gcm16`.
    @Override
    public String toString() {
        return AlgorithmWords.of(this);
    }
}
