package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// A payload of a type that has no record here.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.5 RFC 7296 section 2.5
/// @param type the type, none of the known ones
/// @param critical whether a receiver that does not know the type must reject the message
/// @param body the octets behind the generic header
public record UnknownPayload(PayloadType type, boolean critical, Octets body) implements Payload {
    /// Checks the type and the size.
    public UnknownPayload {
        if (type.equals(PayloadType.NONE) || PayloadDecoder.isKnown(type)) {
            throw new IllegalArgumentException("payload type " + type + " is known");
        }
        Wire.requireBody(body.size(), "unknown");
    }
}
