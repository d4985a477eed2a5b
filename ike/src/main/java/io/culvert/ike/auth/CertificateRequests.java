package io.culvert.ike.auth;

import io.culvert.ike.wire.CertificateRequest;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// CERTREQ payloads: the certification authorities that we trust, by the hash of their keys.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.7 RFC 7296 section 3.7
public final class CertificateRequests {
    private CertificateRequests() {}

    /// What to send so that the peer can choose among its certificates; nothing if no signature is expected.
    public static List<Payload> of(List<RemoteAuthentication> expected) {
        Set<Octets> hashes = new LinkedHashSet<>();
        for (RemoteAuthentication remote : expected) {
            if (remote instanceof RemoteAuthentication.Signature signature) {
                signature.anchors().stream().map(CertificateRequests::keyHash).forEach(hashes::add);
            }
        }
        return hashes.isEmpty() ? List.of() : List.of(CertificateRequest.x509(List.copyOf(hashes)));
    }

    /// SHA-1 of the SubjectPublicKeyInfo, as RFC 7296 wants it.
    private static Octets keyHash(Octets certificate) {
        try {
            Certificate parsed =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(certificate.toArray()));
            byte[] key = parsed.getPublicKey().getEncoded();
            return Octets.wrap(MessageDigest.getInstance("SHA-1").digest(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a configured trust anchor is not a certificate", e);
        }
    }
}
