package io.culvert.ike.wire;

/// How the AUTH payload was made. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.8 RFC 7296 section 3.8
/// @param value the number on the wire, 0 to 255
public record AuthenticationMethod(int value) {
    /// RSASSA-PKCS1-v1_5.
    public static final AuthenticationMethod RSA_SIGNATURE = new AuthenticationMethod(1);

    /// Shared key message integrity code; also the end of EAP.
    public static final AuthenticationMethod SHARED_KEY_MIC = new AuthenticationMethod(2);

    /// DSS with SHA-1.
    public static final AuthenticationMethod DSS_SIGNATURE = new AuthenticationMethod(3);

    /// ECDSA with SHA-256 on P-256, RFC 4754.
    public static final AuthenticationMethod ECDSA_256 = new AuthenticationMethod(9);

    /// ECDSA with SHA-384 on P-384, RFC 4754.
    public static final AuthenticationMethod ECDSA_384 = new AuthenticationMethod(10);

    /// ECDSA with SHA-512 on P-521, RFC 4754.
    public static final AuthenticationMethod ECDSA_521 = new AuthenticationMethod(11);

    /// Generic secure password, RFC 6467.
    public static final AuthenticationMethod SECURE_PASSWORD = new AuthenticationMethod(12);

    /// No authentication, RFC 7619.
    public static final AuthenticationMethod NULL = new AuthenticationMethod(13);

    /// Digital signature with its algorithm named, RFC 7427.
    public static final AuthenticationMethod DIGITAL_SIGNATURE = new AuthenticationMethod(14);

    /// Checks the range.
    public AuthenticationMethod {
        Wire.requireU8(value, "authentication method");
    }

    /// The RFC's name, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "RSA_SIGNATURE";
            case 2 -> "SHARED_KEY_MIC";
            case 3 -> "DSS_SIGNATURE";
            case 9 -> "ECDSA_256";
            case 10 -> "ECDSA_384";
            case 11 -> "ECDSA_521";
            case 12 -> "SECURE_PASSWORD";
            case 13 -> "NULL";
            case 14 -> "DIGITAL_SIGNATURE";
            default -> "authentication method " + value;
        };
    }
}
