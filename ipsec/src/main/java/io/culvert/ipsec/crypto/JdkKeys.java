package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/// Key material in the form that JCA takes.
final class JdkKeys {
    private JdkKeys() {}

    static SecretKey secretKey(EncryptionAlgorithm algorithm, KeyMaterial key) {
        return secretKey(
                algorithm == EncryptionAlgorithm.CHACHA20_POLY1305 ? "ChaCha20" : "AES", key);
    }

    static SecretKey secretKey(String jcaName, KeyMaterial key) {
        byte[] octets = key.expose();
        try {
            return new SecretKeySpec(octets, jcaName);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /// What to throw when this JDK was built without something that every JDK we know has.
    static IllegalStateException lacking(Object what, GeneralSecurityException cause) {
        return new IllegalStateException("this JDK lacks " + what, cause);
    }
}
