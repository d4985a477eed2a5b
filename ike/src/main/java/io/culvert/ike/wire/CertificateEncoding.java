package io.culvert.ike.wire;

/// What a Certificate or Certificate Request payload holds. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.6 RFC 7296 section 3.6
/// @param value the number on the wire, 0 to 255
public record CertificateEncoding(int value) {
    /// PKCS #7 wrapped X.509.
    public static final CertificateEncoding PKCS7_WRAPPED_X509 = new CertificateEncoding(1);

    /// PGP.
    public static final CertificateEncoding PGP = new CertificateEncoding(2);

    /// DNS signed key.
    public static final CertificateEncoding DNS_SIGNED_KEY = new CertificateEncoding(3);

    /// One X.509 certificate in DER; in a request, hashes of trust anchors.
    public static final CertificateEncoding X509_SIGNATURE = new CertificateEncoding(4);

    /// Kerberos token.
    public static final CertificateEncoding KERBEROS_TOKEN = new CertificateEncoding(6);

    /// Certificate revocation list in DER.
    public static final CertificateEncoding CRL = new CertificateEncoding(7);

    /// Authority revocation list.
    public static final CertificateEncoding ARL = new CertificateEncoding(8);

    /// SPKI certificate.
    public static final CertificateEncoding SPKI = new CertificateEncoding(9);

    /// X.509 attribute certificate.
    public static final CertificateEncoding X509_ATTRIBUTE = new CertificateEncoding(10);

    /// Raw RSA key; deprecated.
    public static final CertificateEncoding RAW_RSA_KEY = new CertificateEncoding(11);

    /// SHA-1 hash and URL of an X.509 certificate.
    public static final CertificateEncoding HASH_AND_URL_X509 = new CertificateEncoding(12);

    /// SHA-1 hash and URL of a bundle.
    public static final CertificateEncoding HASH_AND_URL_BUNDLE = new CertificateEncoding(13);

    /// OCSP response, or in a request responders, RFC 4806.
    public static final CertificateEncoding OCSP_CONTENT = new CertificateEncoding(14);

    /// SubjectPublicKeyInfo in DER, RFC 7670.
    public static final CertificateEncoding RAW_PUBLIC_KEY = new CertificateEncoding(15);

    /// Checks the range.
    public CertificateEncoding {
        Wire.requireU8(value, "certificate encoding");
    }

    /// The RFC's name, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "PKCS7_WRAPPED_X509";
            case 2 -> "PGP";
            case 3 -> "DNS_SIGNED_KEY";
            case 4 -> "X509_SIGNATURE";
            case 6 -> "KERBEROS_TOKEN";
            case 7 -> "CRL";
            case 8 -> "ARL";
            case 9 -> "SPKI";
            case 10 -> "X509_ATTRIBUTE";
            case 11 -> "RAW_RSA_KEY";
            case 12 -> "HASH_AND_URL_X509";
            case 13 -> "HASH_AND_URL_BUNDLE";
            case 14 -> "OCSP_CONTENT";
            case 15 -> "RAW_PUBLIC_KEY";
            default -> "certificate encoding " + value;
        };
    }
}
