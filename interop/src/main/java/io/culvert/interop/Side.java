package io.culvert.interop;

import java.nio.file.Path;
import java.util.List;

/// One side of a scenario: who it is, how it proves it, and whom it believes.
///
/// @param identity its IKE identity, a mail address or a domain name
/// @param secret its pre-shared key, used if it has no credentials
/// @param own its certificate and key; empty for a pre-shared key
/// @param authorities the certificates it trusts; empty for a pre-shared key
public record Side(String identity, String secret, List<Credentials> own, List<Path> authorities) {
    public static final String CLIENT_IDENTITY = "alice@example.org";
    public static final String GATEWAY_IDENTITY = "vpn.example.org";
    public static final String SECRET = "correct horse battery staple";

    /// Copies the lists.
    public Side {
        own = List.copyOf(own);
        authorities = List.copyOf(authorities);
    }

    /// A side with a pre-shared key.
    public static Side withSecret(String identity, String secret) {
        return new Side(identity, secret, List.of(), List.of());
    }

    /// A side with a certificate, that believes one authority.
    public static Side withCertificate(String identity, Credentials own, Authority believed) {
        return new Side(identity, "", List.of(own), List.of(believed.certificate()));
    }

    /// Whether it proves itself by a certificate.
    public boolean hasCertificate() {
        return !own.isEmpty();
    }
}
