package io.culvert.ipsec.crypto;

import java.util.Arrays;
import java.util.Optional;

/// Integrity algorithms (transform type 3) that we can use beside encryption that has no ICV of its own.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4868#section-2.3 RFC 4868 section 2.3
public enum IntegrityAlgorithm {
    /// None: the encryption algorithm protects integrity itself.
    NONE(0, 0, 0),
    /// HMAC-SHA1 cut to 96 bits, for old peers.
    HMAC_SHA1_96(2, 20, 12),
    /// HMAC-SHA-256 cut to 128 bits.
    HMAC_SHA2_256_128(12, 32, 16),
    /// HMAC-SHA-384 cut to 192 bits.
    HMAC_SHA2_384_192(13, 48, 24),
    /// HMAC-SHA-512 cut to 256 bits.
    HMAC_SHA2_512_256(14, 64, 32);

    private final int transformId;
    private final int keyOctets;
    private final int icvOctets;

    IntegrityAlgorithm(int transformId, int keyOctets, int icvOctets) {
        this.transformId = transformId;
        this.keyOctets = keyOctets;
        this.icvOctets = icvOctets;
    }

    /// The algorithm with this transform ID, if it is one of ours.
    public static Optional<IntegrityAlgorithm> ofTransformId(int id) {
        return Arrays.stream(values()).filter(a -> a.transformId == id).findFirst();
    }

    /// The transform ID on the wire.
    public int transformId() {
        return transformId;
    }

    /// The key, in octets.
    public int keyOctets() {
        return keyOctets;
    }

    /// The ICV, in octets.
    public int icvOctets() {
        return icvOctets;
    }
}
