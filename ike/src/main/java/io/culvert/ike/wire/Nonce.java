package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// The Ni or Nr payload.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.9 RFC 7296 section 3.9
/// @param value 16 to 256 random octets
public record Nonce(Octets value) implements Payload {
    /// The least octets of a nonce.
    public static final int MIN_OCTETS = 16;

    /// The most octets of a nonce.
    public static final int MAX_OCTETS = 256;

    /// Checks the size.
    public Nonce {
        Wire.requireSize(value, MIN_OCTETS, MAX_OCTETS, "nonce");
    }

    @Override
    public PayloadType type() {
        return PayloadType.NONCE;
    }
}
