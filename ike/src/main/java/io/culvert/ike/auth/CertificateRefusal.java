package io.culvert.ike.auth;

/// Why a certificate is refused, for people. Turned into a [CertificateVerdict] before it leaves this package.
final class CertificateRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param reason may hold names from a certificate: they are made printable here
    CertificateRefusal(String reason) {
        super(CertificateNames.printable(reason), null, false, false);
    }

    /// The reason as text.
    String reason() {
        return String.valueOf(getMessage());
    }
}
