package io.culvert.ipsec.crypto;

import java.util.Arrays;
import java.util.Optional;

/// Pseudorandom functions (transform type 2) that we can use.
///
/// For every HMAC the preferred key length is its output length.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.13 RFC 7296 section 2.13
public enum PrfAlgorithm {
    /// HMAC-SHA1, for old peers.
    HMAC_SHA1(2, 20),
    /// HMAC-SHA-256.
    HMAC_SHA2_256(5, 32),
    /// HMAC-SHA-384.
    HMAC_SHA2_384(6, 48),
    /// HMAC-SHA-512.
    HMAC_SHA2_512(7, 64);

    private final int transformId;
    private final int outputOctets;

    PrfAlgorithm(int transformId, int outputOctets) {
        this.transformId = transformId;
        this.outputOctets = outputOctets;
    }

    /// The function with this transform ID, if it is one of ours.
    public static Optional<PrfAlgorithm> ofTransformId(int id) {
        return Arrays.stream(values()).filter(a -> a.transformId == id).findFirst();
    }

    /// The transform ID on the wire.
    public int transformId() {
        return transformId;
    }

    /// The output, and the preferred key, in octets.
    public int outputOctets() {
        return outputOctets;
    }
}
