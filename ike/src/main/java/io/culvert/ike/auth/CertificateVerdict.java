package io.culvert.ike.auth;

import java.security.PublicKey;

/// What [CertificateValidation] found.
public sealed interface CertificateVerdict {
    /// The certificate is the peer's, and good at this time.
    ///
    /// @param key its public key
    /// @param subject its subject, for people
    record Trusted(PublicKey key, String subject) implements CertificateVerdict {}

    /// The certificate proves nothing.
    ///
    /// @param reason what is wrong and what would be right, for people; free of control characters
    record Refused(String reason) implements CertificateVerdict {}
}
