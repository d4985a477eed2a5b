package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// The AUTH payload: the proof of identity.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.8 RFC 7296 section 3.8
/// @param method how it was made
/// @param data the MIC or signature; with RFC 7427 the algorithm before it
public record Authentication(AuthenticationMethod method, Octets data) implements Payload {
    /// Checks the size.
    public Authentication {
        Wire.requireBody(4 + data.size(), "AUTH");
    }

    @Override
    public PayloadType type() {
        return PayloadType.AUTH;
    }
}
