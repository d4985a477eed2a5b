package io.culvert.app.tls;

import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.util.Vector;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.tls.AbstractTlsServer;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsUtils;

/// The server of a handshake, which wants a certificate of its client.
@SuppressWarnings("JdkObsolete") // the library takes Vectors
class BouncyServer extends AbstractTlsServer {
    private static final short[] KINDS = {
        ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign
    };

    private final Handshake handshake;

    BouncyServer(Handshake handshake) {
        super(handshake.crypto());
        this.handshake = handshake;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return Handshake.versions();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return handshake.suitesOfServer();
    }

    @Override
    public boolean requiresExtendedMasterSecret() {
        return handshake.requiresExtendedMasterSecret();
    }

    /// We never negotiate anew, so it does not matter how that would be done.
    @Override
    public void notifySecureRenegotiation(boolean secure) {}

    @Override
    public TlsCredentials getCredentials() throws IOException {
        Vector<?> offered = context.getSecurityParametersHandshake().getClientSigAlgs();
        if (offered == null) {
            // what RFC 5246 means by nothing is SHA-1
            throw new TlsFatalAlert(
                    AlertDescription.handshake_failure, "the client names no signatures");
        }
        return handshake.credentials(context, offered, TlsUtils.EMPTY_BYTES);
    }

    @Override
    public CertificateRequest getCertificateRequest() throws IOException {
        Vector<X500Name> authorities = new Vector<>();
        for (Octets anchor : handshake.anchors()) {
            authorities.add(Certificate.getInstance(anchor.toArray()).getSubject());
        }
        return TlsUtils.isTLSv13(context)
                ? new CertificateRequest(
                        TlsUtils.EMPTY_BYTES, Handshake.acceptedSignatures(), null, authorities)
                : new CertificateRequest(KINDS, Handshake.acceptedSignatures(), authorities);
    }

    @Override
    public void notifyClientCertificate(org.bouncycastle.tls.Certificate certificate)
            throws IOException {
        handshake.judge(certificate);
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        handshake.complete(context);
    }
}
