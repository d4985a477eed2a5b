package io.culvert.ike.eap;

import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ipsec.value.Octets;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Our only certificate and its key, for a TLS handshake.
final class TlsKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "ours";

    private final X509Certificate[] chain;
    private final PrivateKey key;

    /// @throws CertificateException if our own certificate is none
    TlsKey(TlsCredentials credentials) throws CertificateException {
        chain = new X509Certificate[credentials.chain().size()];
        int at = 0;
        for (Octets der : credentials.chain()) {
            chain[at++] = TlsJudge.parsed(der);
        }
        key = credentials.key();
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        for (String type : keyTypes) {
            if (fits(type)) {
                return ALIAS;
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal[] issuers, SSLEngine engine) {
        return fits(keyType) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    private boolean fits(String keyType) {
        return keyType.equals(chain[0].getPublicKey().getAlgorithm());
    }
}
