package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// The V payload: a mark by which implementations know each other.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.12 RFC 7296 section 3.12
/// @param value any octets
public record VendorId(Octets value) implements Payload {
    /// Says that the sender knows IKE over TCP by draft-ietf-ipsecme-ike-tcp, and gives a meaning to the private
    /// notifications that go with it. The first 16 octets of the SHA-256 of
    /// `IKE-over-TCP/draft-ietf-ipsecme-ike-tcp-01`.
    public static final VendorId IKE_OVER_TCP =
            new VendorId(Octets.ofHex("c93f2b9aa3298564b1ba12f096c6bf5c"));

    /// Checks the size.
    public VendorId {
        Wire.requireBody(value.size(), "V");
    }

    @Override
    public PayloadType type() {
        return PayloadType.VENDOR_ID;
    }
}
