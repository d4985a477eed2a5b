package io.culvert.ike.wire;

/// The type of a transform in a proposal. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3.2 RFC 7296 section 3.3.2
/// @param value the number on the wire, 0 to 255
public record TransformType(int value) {
    /// Encryption algorithm.
    public static final TransformType ENCR = new TransformType(1);

    /// Pseudorandom function.
    public static final TransformType PRF = new TransformType(2);

    /// Integrity algorithm.
    public static final TransformType INTEG = new TransformType(3);

    /// Key exchange method.
    public static final TransformType KE = new TransformType(4);

    /// Sequence numbers; called ESN before RFC 9827.
    public static final TransformType SN = new TransformType(5);

    /// First additional key exchange, RFC 9370.
    public static final TransformType ADDKE1 = new TransformType(6);

    /// Second additional key exchange, RFC 9370.
    public static final TransformType ADDKE2 = new TransformType(7);

    /// Third additional key exchange, RFC 9370.
    public static final TransformType ADDKE3 = new TransformType(8);

    /// Fourth additional key exchange, RFC 9370.
    public static final TransformType ADDKE4 = new TransformType(9);

    /// Fifth additional key exchange, RFC 9370.
    public static final TransformType ADDKE5 = new TransformType(10);

    /// Sixth additional key exchange, RFC 9370.
    public static final TransformType ADDKE6 = new TransformType(11);

    /// Seventh additional key exchange, RFC 9370.
    public static final TransformType ADDKE7 = new TransformType(12);

    /// Checks the range.
    public TransformType {
        Wire.requireU8(value, "transform type");
    }

    /// The RFC's name, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "ENCR";
            case 2 -> "PRF";
            case 3 -> "INTEG";
            case 4 -> "KE";
            case 5 -> "SN";
            case 6 -> "ADDKE1";
            case 7 -> "ADDKE2";
            case 8 -> "ADDKE3";
            case 9 -> "ADDKE4";
            case 10 -> "ADDKE5";
            case 11 -> "ADDKE6";
            case 12 -> "ADDKE7";
            default -> "transform type " + value;
        };
    }
}
