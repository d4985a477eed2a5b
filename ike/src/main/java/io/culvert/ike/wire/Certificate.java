package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// The CERT payload: one certificate, or something that goes with one, not looked into.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.6 RFC 7296 section 3.6
/// @param encoding what the octets are
/// @param data the octets
public record Certificate(CertificateEncoding encoding, Octets data) implements Payload {
    /// Checks the size.
    public Certificate {
        Wire.requireBody(1 + data.size(), "CERT");
    }

    @Override
    public PayloadType type() {
        return PayloadType.CERT;
    }
}
