package io.culvert.ike.eap;

import io.culvert.ike.auth.CertificateVerdict;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ipsec.value.Octets;
import java.util.List;

/// Judges the certificates of the other side of EAP-TLS, as IKE has those of its peers judged. May take its time. Safe
/// for use by many threads.
@FunctionalInterface
public interface CertificateCheck {
    /// The verdict, at the time of day.
    ///
    /// @param identity whom the certificate has to name
    /// @param chain in DER, its own first
    CertificateVerdict judge(
            Identity identity, List<Octets> chain, RemoteAuthentication.Signature trust);
}
