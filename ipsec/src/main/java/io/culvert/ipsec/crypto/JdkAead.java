package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/// An AEAD over `javax.crypto`: one [Cipher], initialised anew for each packet.
///
/// JCA itself refuses to seal twice running with one nonce, which surfaces here as an [IllegalStateException].
final class JdkAead implements Aead {
    private final EncryptionAlgorithm algorithm;
    private final int icvOctets;
    private final Cipher cipher;
    private final SecretKey key;
    private final HeapWindow input = new HeapWindow();
    private final HeapWindow output = new HeapWindow();
    private boolean closed;

    JdkAead(EncryptionAlgorithm algorithm, KeyMaterial key) {
        this.algorithm = algorithm;
        this.icvOctets = algorithm.icvOctets();
        this.cipher = cipherFor(algorithm);
        this.key = JdkKeys.secretKey(algorithm, key);
    }

    @Override
    public EncryptionAlgorithm algorithm() {
        return algorithm;
    }

    @Override
    public void seal(
            byte[] nonce,
            byte[] aad,
            int aadLength,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset) {
        begin(Cipher.ENCRYPT_MODE, nonce, aad, aadLength);
        try {
            run(source, sourceOffset, length, target, targetOffset, length + icvOctets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm + " cannot seal", e);
        }
    }

    @Override
    public boolean open(
            byte[] nonce,
            byte[] aad,
            int aadLength,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset) {
        if (length < icvOctets) {
            return false;
        }
        begin(Cipher.DECRYPT_MODE, nonce, aad, aadLength);
        try {
            run(source, sourceOffset, length, target, targetOffset, length - icvOctets);
            return true;
        } catch (AEADBadTagException _) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm + " cannot open", e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private void begin(int mode, byte[] nonce, byte[] aad, int aadLength) {
        if (closed) {
            throw new IllegalStateException("the key was forgotten");
        }
        if (nonce.length != NONCE_OCTETS) {
            throw new IllegalArgumentException("a nonce of " + nonce.length + " octets");
        }
        try {
            cipher.init(mode, key, parameters(nonce));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm + " does not take this nonce", e);
        }
        cipher.updateAAD(aad, 0, aadLength);
    }

    private void run(
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset,
            int produced)
            throws GeneralSecurityException {
        input.read(source, sourceOffset, length);
        output.aim(target, targetOffset, produced, input);
        cipher.doFinal(input.array(), input.start(), length, output.array(), output.start());
        output.deliver(target, targetOffset, produced);
    }

    private AlgorithmParameterSpec parameters(byte[] nonce) {
        return algorithm == EncryptionAlgorithm.AES_GCM_16
                ? new GCMParameterSpec(icvOctets * 8, nonce)
                : new IvParameterSpec(nonce);
    }

    private static Cipher cipherFor(EncryptionAlgorithm algorithm) {
        try {
            return switch (algorithm) {
                case AES_GCM_16 -> Cipher.getInstance("AES/GCM/NoPadding");
                case CHACHA20_POLY1305 -> Cipher.getInstance("ChaCha20-Poly1305");
                case AES_CBC, AES_CTR ->
                        throw new IllegalArgumentException(algorithm + " is not an AEAD");
            };
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(algorithm, e);
        }
    }
}
