package io.culvert.ipsec.crypto;

import java.util.Arrays;
import java.util.Optional;

/// Key exchange methods (transform type 4) that we can use.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.4 RFC 7296 section 3.4
public enum KeyExchangeMethod {
    /// 2048-bit MODP group, RFC 3526.
    MODP_2048(14, 256, 256),
    /// 3072-bit MODP group, RFC 3526.
    MODP_3072(15, 384, 384),
    /// 4096-bit MODP group, RFC 3526.
    MODP_4096(16, 512, 512),
    /// 6144-bit MODP group, RFC 3526.
    MODP_6144(17, 768, 768),
    /// 8192-bit MODP group, RFC 3526.
    MODP_8192(18, 1024, 1024),
    /// NIST P-256, RFC 5903.
    ECP_256(19, 64, 32),
    /// NIST P-384, RFC 5903.
    ECP_384(20, 96, 48),
    /// NIST P-521, RFC 5903.
    ECP_521(21, 132, 66),
    /// X25519, RFC 8031.
    CURVE25519(31, 32, 32),
    /// X448, RFC 8031.
    CURVE448(32, 56, 56),
    /// ML-KEM-512, FIPS 203.
    ML_KEM_512(35, 800, 768, 32),
    /// ML-KEM-768, FIPS 203.
    ML_KEM_768(36, 1184, 1088, 32),
    /// ML-KEM-1024, FIPS 203.
    ML_KEM_1024(37, 1568, 1568, 32);

    private final int transformId;
    private final int initiatorOctets;
    private final int responderOctets;
    private final int secretOctets;

    KeyExchangeMethod(int transformId, int publicOctets, int secretOctets) {
        this(transformId, publicOctets, publicOctets, secretOctets);
    }

    KeyExchangeMethod(int transformId, int initiatorOctets, int responderOctets, int secretOctets) {
        this.transformId = transformId;
        this.initiatorOctets = initiatorOctets;
        this.responderOctets = responderOctets;
        this.secretOctets = secretOctets;
    }

    /// The method with this transform ID, if it is one of ours.
    public static Optional<KeyExchangeMethod> ofTransformId(int id) {
        return Arrays.stream(values()).filter(a -> a.transformId == id).findFirst();
    }

    /// The transform ID on the wire, which is also the method number in the KE payload.
    public int transformId() {
        return transformId;
    }

    /// Whether no quantum computer is known to be able to compute the secret from what is sent.
    public boolean isPostQuantum() {
        return switch (this) {
            case ML_KEM_512, ML_KEM_768, ML_KEM_1024 -> true;
            case MODP_2048,
                    MODP_3072,
                    MODP_4096,
                    MODP_6144,
                    MODP_8192,
                    ECP_256,
                    ECP_384,
                    ECP_521,
                    CURVE25519,
                    CURVE448 ->
                    false;
        };
    }

    /// The key exchange data that an initiator sends, in octets.
    public int initiatorOctets() {
        return initiatorOctets;
    }

    /// The key exchange data that a responder sends, in octets.
    public int responderOctets() {
        return responderOctets;
    }

    /// The shared secret, in octets, leading zeros included.
    public int secretOctets() {
        return secretOctets;
    }
}
