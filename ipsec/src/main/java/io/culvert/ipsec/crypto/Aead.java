package io.culvert.ipsec.crypto;

import java.lang.foreign.MemorySegment;

/// An AEAD cipher keyed for one direction of one SA. For one thread.
///
/// The nonce is 12 octets: the SA's salt, then the packet's IV. The caller never uses a nonce twice for sealing.
public interface Aead extends AutoCloseable {
    /// The octets of a nonce.
    int NONCE_OCTETS = 12;

    /// The algorithm.
    EncryptionAlgorithm algorithm();

    /// Encrypts `length` octets and writes ciphertext and, right behind it, the ICV.
    ///
    /// Source and target may be the same place, or must not overlap.
    ///
    /// @param nonce 12 octets
    /// @param aad additional authenticated data, of which the first `aadLength` octets count
    /// @param target room for `length` octets and the ICV
    void seal(
            byte[] nonce,
            byte[] aad,
            int aadLength,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset);

    /// Checks the ICV and decrypts. Source and target may be the same place, or must not overlap.
    ///
    /// @param length octets of ciphertext and ICV together; less than the ICV gives false
    /// @return false if the ICV is wrong; the target then holds nothing of use
    boolean open(
            byte[] nonce,
            byte[] aad,
            int aadLength,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset);

    /// Encrypts a whole array; for messages where speed does not matter.
    ///
    /// @return ciphertext and ICV
    default byte[] seal(byte[] nonce, byte[] aad, byte[] plaintext) {
        byte[] sealed = new byte[plaintext.length + algorithm().icvOctets()];
        seal(
                nonce,
                aad,
                aad.length,
                MemorySegment.ofArray(plaintext),
                0,
                plaintext.length,
                MemorySegment.ofArray(sealed),
                0);
        return sealed;
    }

    /// Checks and decrypts a whole array; for messages where speed does not matter.
    ///
    /// @return the plaintext, or nothing if the ICV is wrong
    default java.util.Optional<byte[]> open(byte[] nonce, byte[] aad, byte[] sealed) {
        int length = sealed.length - algorithm().icvOctets();
        if (length < 0) {
            return java.util.Optional.empty();
        }
        byte[] plaintext = new byte[length];
        boolean genuine =
                open(
                        nonce,
                        aad,
                        aad.length,
                        MemorySegment.ofArray(sealed),
                        0,
                        sealed.length,
                        MemorySegment.ofArray(plaintext),
                        0);
        return genuine ? java.util.Optional.of(plaintext) : java.util.Optional.empty();
    }

    /// Forgets the key.
    @Override
    void close();
}
