package io.culvert.linux.libcrypto;

import io.culvert.ipsec.crypto.Integrity;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// An HMAC of native memory, cut to the ICV.
final class LibcryptoIntegrity implements Integrity {
    private final IntegrityAlgorithm algorithm;
    private final HmacContext context;
    private final NativeWindow input = new NativeWindow();

    LibcryptoIntegrity(IntegrityAlgorithm algorithm, HmacContext context) {
        this.algorithm = algorithm;
        this.context = context;
    }

    @Override
    public IntegrityAlgorithm algorithm() {
        return algorithm;
    }

    @Override
    public void update(MemorySegment source, long offset, int length) {
        try {
            context.update(input.read(source, offset, length), length);
        } finally {
            input.release();
        }
    }

    @Override
    public void finish(byte[] icv) {
        Objects.checkFromIndexSize(0, algorithm.icvOctets(), icv.length);
        context.finish(icv, algorithm.icvOctets());
    }

    @Override
    public void close() {
        context.close();
    }
}
