package io.culvert.ipsec.crypto;

import java.lang.foreign.MemorySegment;

/// A cipher without integrity of its own, keyed for one direction of one SA: AES-CBC or AES-CTR. For one thread.
///
/// Lengths are multiples of the block. There is no padding here: ESP and IKE bring their own.
public interface UnauthenticatedCipher extends AutoCloseable {
    /// The algorithm.
    EncryptionAlgorithm algorithm();

    /// Encrypts; source and target may be the same place, or must not overlap.
    ///
    /// @param iv a whole cipher block: the IV of CBC, or the initial counter block of CTR (nonce, IV, 00000001)
    void encrypt(
            byte[] iv,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset);

    /// Decrypts; source and target may be the same place, or must not overlap.
    void decrypt(
            byte[] iv,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset);

    /// Encrypts a whole array.
    default byte[] encrypt(byte[] iv, byte[] plaintext) {
        byte[] ciphertext = new byte[plaintext.length];
        encrypt(
                iv,
                MemorySegment.ofArray(plaintext),
                0,
                plaintext.length,
                MemorySegment.ofArray(ciphertext),
                0);
        return ciphertext;
    }

    /// Decrypts a whole array.
    default byte[] decrypt(byte[] iv, byte[] ciphertext) {
        byte[] plaintext = new byte[ciphertext.length];
        decrypt(
                iv,
                MemorySegment.ofArray(ciphertext),
                0,
                ciphertext.length,
                MemorySegment.ofArray(plaintext),
                0);
        return plaintext;
    }

    /// Forgets the key.
    @Override
    void close();
}
