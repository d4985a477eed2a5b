package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// The SK payload, still encrypted. It is the last payload of its message.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.14 RFC 7296 section 3.14
/// @param firstInner the type of the first payload inside; none if there is nothing inside
/// @param body IV, ciphertext and ICV, in sizes that only the keys' owner knows
public record Encrypted(PayloadType firstInner, Octets body) implements Payload {
    /// Checks the size.
    public Encrypted {
        Wire.requireBody(body.size(), "SK");
    }

    @Override
    public PayloadType type() {
        return PayloadType.SK;
    }
}
