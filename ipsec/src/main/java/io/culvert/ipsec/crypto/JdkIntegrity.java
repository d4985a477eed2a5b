package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.Mac;

/// An HMAC over `javax.crypto`, cut to the ICV.
final class JdkIntegrity implements Integrity {
    private final IntegrityAlgorithm algorithm;
    private final Mac mac;
    private final byte[] whole;
    private final HeapWindow input = new HeapWindow();
    private boolean closed;

    JdkIntegrity(IntegrityAlgorithm algorithm, KeyMaterial key) {
        this.algorithm = algorithm;
        String name = jcaName(algorithm);
        try {
            mac = Mac.getInstance(name);
            mac.init(JdkKeys.secretKey(name, key));
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(algorithm, e);
        }
        whole = new byte[mac.getMacLength()];
    }

    @Override
    public IntegrityAlgorithm algorithm() {
        return algorithm;
    }

    @Override
    public void update(MemorySegment source, long offset, int length) {
        requireOpen();
        input.read(source, offset, length);
        mac.update(input.array(), input.start(), length);
    }

    @Override
    public void finish(byte[] icv) {
        requireOpen();
        Objects.checkFromIndexSize(0, algorithm.icvOctets(), icv.length);
        try {
            mac.doFinal(whole, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm + " cannot finish", e);
        }
        System.arraycopy(whole, 0, icv, 0, algorithm.icvOctets());
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the key was forgotten");
        }
    }

    private static String jcaName(IntegrityAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_SHA1_96 -> "HmacSHA1";
            case HMAC_SHA2_256_128 -> "HmacSHA256";
            case HMAC_SHA2_384_192 -> "HmacSHA384";
            case HMAC_SHA2_512_256 -> "HmacSHA512";
            case NONE -> throw new IllegalArgumentException("no integrity algorithm");
        };
    }
}
