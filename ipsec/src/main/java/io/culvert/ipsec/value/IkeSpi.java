package io.culvert.ipsec.value;

/// The 64-bit security parameters index that one side of an IKE SA chose.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.6 RFC 7296 section 2.6
/// @param value the 64 bits; zero stands for "not known yet" in IKE_SA_INIT requests
public record IkeSpi(long value) {
    /// The responder's SPI in an IKE_SA_INIT request.
    public static final IkeSpi ZERO = new IkeSpi(0);

    private static final long IKETCP = 0x494b45544350L;
    private static final int TLS_HANDSHAKE = 0x1603;

    /// Whether this is the unknown SPI.
    public boolean isZero() {
        return value == 0;
    }

    /// Whether this SPI may begin a raw IKE stream without being taken for something else: it is not
    /// zero, does not begin like the `IKETCP` stream prefix and not like a TLS handshake record.
    /// Every SPI that we generate satisfies this (IT-084).
    public boolean isUnambiguousOnStream() {
        return value != 0 && value >>> 16 != IKETCP && value >>> 48 != TLS_HANDSHAKE;
    }

    /// The eight octets on the wire.
    public Octets toOctets() {
        return new OctetsBuilder(8).u64(value).build();
    }

    /// Sixteen hexadecimal digits.
    @Override
    public String toString() {
        return String.format("%016x", value);
    }
}
