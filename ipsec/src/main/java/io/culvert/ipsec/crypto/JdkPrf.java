package io.culvert.ipsec.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// An HMAC over `javax.crypto` as prf. Each call has a [Mac] of its own, so threads may share it.
final class JdkPrf implements PseudoRandomFunction {
    private final PrfAlgorithm algorithm;

    JdkPrf(PrfAlgorithm algorithm) {
        this.algorithm = algorithm;
    }

    @Override
    public PrfAlgorithm algorithm() {
        return algorithm;
    }

    @Override
    public byte[] apply(byte[] key, byte[]... data) {
        String name = jcaName(algorithm);
        try {
            Mac mac = Mac.getInstance(name);
            // HMAC fills a short key up with zeros, so one zero is the empty key that JCA refuses
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, name));
            for (byte[] part : data) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(algorithm, e);
        }
    }

    private static String jcaName(PrfAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_SHA1 -> "HmacSHA1";
            case HMAC_SHA2_256 -> "HmacSHA256";
            case HMAC_SHA2_384 -> "HmacSHA384";
            case HMAC_SHA2_512 -> "HmacSHA512";
        };
    }
}
