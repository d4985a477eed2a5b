package io.culvert.linux.libcrypto;

import io.culvert.ipsec.crypto.Aead;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import java.lang.foreign.MemorySegment;

/// An AEAD in native memory, in place where the caller wants it so. No allocation per packet.
final class LibcryptoAead implements Aead {
    private final EncryptionAlgorithm algorithm;
    private final int icvOctets;
    private final CipherContext context;
    private final NativeWindow input = new NativeWindow();
    private final NativeWindow output = new NativeWindow();

    LibcryptoAead(EncryptionAlgorithm algorithm, CipherContext context) {
        this.algorithm = algorithm;
        this.icvOctets = algorithm.icvOctets();
        this.context = context;
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
        requireNonce(nonce);
        try {
            MemorySegment in = input.read(source, sourceOffset, length);
            MemorySegment out = output.aim(target, targetOffset, length + icvOctets);
            context.encrypt(nonce);
            context.authenticate(aad, aadLength);
            context.update(in, out, length);
            Libcrypto.require(context.finish() ? 1 : 0, "EVP_CipherFinal_ex");
            context.icv(out.asSlice(length, icvOctets));
            output.deliver(target, targetOffset, length + icvOctets);
        } finally {
            release();
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
        requireNonce(nonce);
        int plain = length - icvOctets;
        try {
            MemorySegment in = input.read(source, sourceOffset, length);
            MemorySegment out = output.aim(target, targetOffset, plain);
            context.decrypt(nonce);
            context.expect(in.asSlice(plain, icvOctets));
            context.authenticate(aad, aadLength);
            context.update(in, out, plain);
            if (!context.finish()) {
                // it decrypts before it has checked: nobody may see what came out
                out.fill((byte) 0);
                return false;
            }
            output.deliver(target, targetOffset, plain);
            return true;
        } finally {
            release();
        }
    }

    @Override
    public void close() {
        context.close();
    }

    private void release() {
        input.release();
        output.release();
    }

    private static void requireNonce(byte[] nonce) {
        if (nonce.length != NONCE_OCTETS) {
            throw new IllegalArgumentException("a nonce of " + nonce.length + " octets");
        }
    }
}
