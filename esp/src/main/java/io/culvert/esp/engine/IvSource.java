package io.culvert.esp.engine;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import java.security.SecureRandom;

/// Where the explicit IVs of an SA's packets come from. For one thread.
@FunctionalInterface
public interface IvSource {
    /// Fills in the IV of the packet with this sequence number.
    void fill(long sequence, byte[] iv);

    /// What an algorithm asks for: an IV that nobody can predict for CBC, one that is never repeated for all others.
    ///
    /// A key is used by one sender and for one SA, so that the sequence number serves as the counter.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc3602#section-3 RFC 3602 section 3
    /// @spec https://www.rfc-editor.org/rfc/rfc4106#section-3.1 RFC 4106 section 3.1
    static IvSource of(EncryptionAlgorithm algorithm, SecureRandom random) {
        return switch (algorithm) {
            case AES_CBC -> (sequence, iv) -> random.nextBytes(iv);
            case AES_CTR, AES_GCM_16, CHACHA20_POLY1305 -> IvSource::count;
        };
    }

    private static void count(long sequence, byte[] iv) {
        for (int i = 0; i < iv.length; i++) {
            iv[i] = (byte) (sequence >>> (8 * (iv.length - 1 - i)));
        }
    }
}
