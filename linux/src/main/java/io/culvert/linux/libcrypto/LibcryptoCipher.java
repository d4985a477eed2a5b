package io.culvert.linux.libcrypto;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.UnauthenticatedCipher;
import java.lang.foreign.MemorySegment;

/// AES-CBC or AES-CTR in native memory.
final class LibcryptoCipher implements UnauthenticatedCipher {
    private static final int IV_OCTETS = 16;

    private final EncryptionAlgorithm algorithm;
    private final CipherContext context;
    private final NativeWindow input = new NativeWindow();
    private final NativeWindow output = new NativeWindow();

    LibcryptoCipher(EncryptionAlgorithm algorithm, CipherContext context) {
        this.algorithm = algorithm;
        this.context = context;
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
        requireFits(iv, length);
        context.encrypt(iv);
        run(source, sourceOffset, length, target, targetOffset);
    }

    @Override
    public void decrypt(
            byte[] iv,
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset) {
        requireFits(iv, length);
        context.decrypt(iv);
        run(source, sourceOffset, length, target, targetOffset);
    }

    @Override
    public void close() {
        context.close();
    }

    private void run(
            MemorySegment source,
            long sourceOffset,
            int length,
            MemorySegment target,
            long targetOffset) {
        try {
            MemorySegment in = input.read(source, sourceOffset, length);
            MemorySegment out = output.aim(target, targetOffset, length);
            context.update(in, out, length);
            Libcrypto.require(context.finish() ? 1 : 0, "EVP_CipherFinal_ex");
            output.deliver(target, targetOffset, length);
        } finally {
            input.release();
            output.release();
        }
    }

    private void requireFits(byte[] iv, int length) {
        if (iv.length != IV_OCTETS) {
            throw new IllegalArgumentException("an IV of " + iv.length + " octets");
        }
        if (length % algorithm.blockOctets() != 0) {
            throw new IllegalArgumentException(length + " octets are not whole blocks");
        }
    }
}
