package io.culvert.app.tls;

import java.io.IOException;
import java.util.Vector;
import org.bouncycastle.tls.AbstractTlsClient;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;

/// The client of a handshake.
class BouncyClient extends AbstractTlsClient {
    private final Handshake handshake;

    BouncyClient(Handshake handshake) {
        super(handshake.crypto());
        this.handshake = handshake;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return Handshake.versions();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return Handshake.suitesOfClient();
    }

    @Override
    protected Vector<SignatureAndHashAlgorithm> getSupportedSignatureAlgorithms() {
        return Handshake.acceptedSignatures();
    }

    @Override
    public boolean requiresExtendedMasterSecret() {
        return handshake.requiresExtendedMasterSecret();
    }

    /// We never negotiate anew, so it does not matter how that would be done.
    @Override
    public void notifySecureRenegotiation(boolean secure) {}

    @Override
    public TlsAuthentication getAuthentication() {
        return new TlsAuthentication() {
            @Override
            public void notifyServerCertificate(TlsServerCertificate server) throws IOException {
                handshake.judge(server.getCertificate());
            }

            @Override
            public TlsCredentials getClientCredentials(CertificateRequest request)
                    throws IOException {
                return handshake.credentials(
                        context,
                        request.getSupportedSignatureAlgorithms(),
                        request.getCertificateRequestContext());
            }
        };
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        handshake.complete(context);
    }
}
