package io.culvert.ike.eap;

import io.culvert.ike.auth.CertificateVerdict;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509TrustManager;

/// Judges the other side's certificate in a TLS handshake as IKE judges those of its peers: chain, time, revocation,
/// and whether it names who is expected.
final class TlsJudge implements X509TrustManager {
    private final RemoteAuthentication.Signature trust;
    private final Identity expected;
    private final CertificateCheck check;

    TlsJudge(RemoteAuthentication.Signature trust, Identity expected, CertificateCheck check) {
        this.trust = trust;
        this.expected = expected;
        this.check = check;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        judge(chain);
    }

    /// The authorities that a server names to its peer.
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        List<X509Certificate> issuers = new ArrayList<>();
        for (Octets anchor : trust.anchors()) {
            try {
                issuers.add(parsed(anchor));
            } catch (CertificateException e) {
                throw new IllegalArgumentException(
                        "a configured trust anchor is not a certificate", e);
            }
        }
        return issuers.toArray(X509Certificate[]::new);
    }

    private void judge(X509Certificate[] chain) throws CertificateException {
        List<Octets> encoded = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            encoded.add(Octets.wrap(certificate.getEncoded()));
        }
        switch (check.judge(expected, encoded, trust)) {
            case CertificateVerdict.Trusted _ -> {}
            case CertificateVerdict.Refused(String reason) ->
                    throw new CertificateException(reason);
        }
    }

    static X509Certificate parsed(Octets der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der.toArray()));
    }
}
