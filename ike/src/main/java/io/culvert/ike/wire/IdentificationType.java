package io.culvert.ike.wire;

/// What sort of name an Identification payload carries. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.5 RFC 7296 section 3.5
/// @param value the number on the wire, 0 to 255
public record IdentificationType(int value) {
    /// An IPv4 address, 4 octets.
    public static final IdentificationType IPV4_ADDR = new IdentificationType(1);

    /// A domain name in ASCII, without a terminator.
    public static final IdentificationType FQDN = new IdentificationType(2);

    /// An email address, without a terminator.
    public static final IdentificationType RFC822_ADDR = new IdentificationType(3);

    /// An IPv6 address, 16 octets.
    public static final IdentificationType IPV6_ADDR = new IdentificationType(5);

    /// A distinguished name in DER.
    public static final IdentificationType DER_ASN1_DN = new IdentificationType(9);

    /// A general name in DER.
    public static final IdentificationType DER_ASN1_GN = new IdentificationType(10);

    /// Octets that mean something to the two peers.
    public static final IdentificationType KEY_ID = new IdentificationType(11);

    /// A Fibre Channel name.
    public static final IdentificationType FC_NAME = new IdentificationType(12);

    /// No name, RFC 7619.
    public static final IdentificationType NULL = new IdentificationType(13);

    /// Checks the range.
    public IdentificationType {
        Wire.requireU8(value, "ID type");
    }

    /// The RFC's name, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "IPV4_ADDR";
            case 2 -> "FQDN";
            case 3 -> "RFC822_ADDR";
            case 5 -> "IPV6_ADDR";
            case 9 -> "DER_ASN1_DN";
            case 10 -> "DER_ASN1_GN";
            case 11 -> "KEY_ID";
            case 12 -> "FC_NAME";
            case 13 -> "NULL";
            default -> "ID type " + value;
        };
    }
}
