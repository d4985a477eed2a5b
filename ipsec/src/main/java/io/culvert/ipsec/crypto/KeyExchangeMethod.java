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
    CURVE448(32, 56, 56);

    private final int transformId;
    private final int publicOctets;
    private final int secretOctets;

    KeyExchangeMethod(int transformId, int publicOctets, int secretOctets) {
        this.transformId = transformId;
        this.publicOctets = publicOctets;
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

    /// The key exchange data that an initiator sends, in octets.
    public int initiatorOctets() {
        return publicOctets;
    }

    /// The key exchange data that a responder sends, in octets.
    public int responderOctets() {
        return publicOctets;
    }

    /// The shared secret, in octets, leading zeros included.
    public int secretOctets() {
        return secretOctets;
    }
}
