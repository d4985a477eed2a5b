package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/// AES-CBC or AES-CTR over `javax.crypto`, initialised anew for each packet.
final class JdkCipher implements UnauthenticatedCipher {
    private final EncryptionAlgorithm algorithm;
    private final Cipher cipher;
    private final SecretKey key;
    private final HeapWindow input = new HeapWindow();
    private final HeapWindow output = new HeapWindow();
    private boolean closed;

    JdkCipher(EncryptionAlgorithm algorithm, KeyMaterial key) {
        this.algorithm = algorithm;
        this.cipher = cipherFor(algorithm);
        this.key = JdkKeys.secretKey(algorithm, key);
    }

    @Override
    public EncryptionAlgorithm algorithm() {
        return algorithm;
    }

    @Override
    public void encrypt(
            byte[] iv,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset) {
        run(Cipher.ENCRYPT_MODE, iv, source, sourceOffset, length, target, targetOffset);
    }

    @Override
    public void decrypt(
            byte[] iv,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset) {
        run(Cipher.DECRYPT_MODE, iv, source, sourceOffset, length, target, targetOffset);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void run(
            int mode,
            byte[] iv,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset) {
        if (closed) {
            throw new IllegalStateException("the key was forgotten");
        }
        if (length % algorithm.blockOctets() != 0) {
            throw new IllegalArgumentException(length + " octets are not whole blocks");
        }
        try {
            cipher.init(mode, key, new IvParameterSpec(iv));
            input.read(source, sourceOffset, length);
            output.aim(target, targetOffset, length, input);
            cipher.doFinal(input.array(), input.start(), length, output.array(), output.start());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(algorithm + " does not take this IV", e);
        }
        output.deliver(target, targetOffset, length);
    }

    private static Cipher cipherFor(EncryptionAlgorithm algorithm) {
        try {
            return switch (algorithm) {
                case AES_CBC -> Cipher.getInstance("AES/CBC/NoPadding");
                case AES_CTR -> Cipher.getInstance("AES/CTR/NoPadding");
                case AES_GCM_16, CHACHA20_POLY1305 ->
                        throw new IllegalArgumentException(algorithm + " is an AEAD");
            };
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(algorithm, e);
        }
    }
}
