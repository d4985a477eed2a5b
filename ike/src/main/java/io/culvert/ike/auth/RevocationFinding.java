package io.culvert.ike.auth;

import java.time.Instant;

/// What one list or responder says of one certificate.
sealed interface RevocationFinding {
    /// It is good.
    ///
    /// @param until when that has to be asked again
    record NotRevoked(Instant until) implements RevocationFinding {}

    /// It is revoked.
    record Revoked(Instant since) implements RevocationFinding {}

    /// Nothing that counts.
    ///
    /// @param why as the rest of a sentence about the list or responder
    record Unusable(String why) implements RevocationFinding {}
}
