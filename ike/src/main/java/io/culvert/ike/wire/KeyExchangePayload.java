package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// The KE payload: the public value of one key exchange.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.4 RFC 7296 section 3.4
/// @param method the key exchange method, a transform ID of type 4, 16 bits
/// @param data the key exchange data, unchecked
public record KeyExchangePayload(int method, Octets data) implements Payload {
    /// Checks sizes.
    public KeyExchangePayload {
        Wire.requireU16(method, "key exchange method");
        Wire.requireBody(4 + data.size(), "KE");
    }

    @Override
    public PayloadType type() {
        return PayloadType.KE;
    }
}
