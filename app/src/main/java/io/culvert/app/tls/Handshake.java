package io.culvert.app.tls;

import io.culvert.ike.auth.CertificateVerdict;
import io.culvert.ike.eap.TlsStack;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Vector;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/// What the handshakes of a client and of a server have in common: what is offered, our certificate, judging that of the
/// other side, and the key that comes of it.
///
/// The arithmetic is the library's too: it does all kinds of key, and those of the JDK under the JDK's names it does not
/// find.
@SuppressWarnings("JdkObsolete") // the library takes and gives Vectors
final class Handshake {
    private static final int[] SUITES_1_3 = {
        CipherSuite.TLS_AES_256_GCM_SHA384,
        CipherSuite.TLS_AES_128_GCM_SHA256,
        CipherSuite.TLS_CHACHA20_POLY1305_SHA256
    };
    private static final int[] SUITES_RSA = {
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    };
    private static final int[] SUITES_ECDSA = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
    };
    private static final List<Integer> RSA =
            List.of(
                    SignatureScheme.rsa_pss_rsae_sha256,
                    SignatureScheme.rsa_pss_rsae_sha384,
                    SignatureScheme.rsa_pss_rsae_sha512,
                    SignatureScheme.rsa_pkcs1_sha256,
                    SignatureScheme.rsa_pkcs1_sha384,
                    SignatureScheme.rsa_pkcs1_sha512);
    private static final List<Integer> ECDSA =
            List.of(
                    SignatureScheme.ecdsa_secp256r1_sha256,
                    SignatureScheme.ecdsa_secp384r1_sha384,
                    SignatureScheme.ecdsa_secp521r1_sha512);
    private static final List<Integer> EDDSA =
            List.of(SignatureScheme.ed25519, SignatureScheme.ed448);

    private final TlsStack.Opening opening;
    private final BcTlsCrypto crypto;
    private final TlsCertificate[] chain;
    private final AsymmetricKeyParameter key;
    private Optional<String> refusal = Optional.empty();
    private Optional<KeyMaterial> msk = Optional.empty();
    private boolean trusted;
    private boolean version13;

    private Handshake(
            TlsStack.Opening opening,
            BcTlsCrypto crypto,
            TlsCertificate[] chain,
            AsymmetricKeyParameter key) {
        this.opening = opening;
        this.crypto = crypto;
        this.chain = chain;
        this.key = key;
    }

    /// @throws IOException if our own certificate or key cannot be read
    static Handshake of(TlsStack.Opening opening) throws IOException {
        BcTlsCrypto crypto = new BcTlsCrypto(opening.random());
        List<TlsCertificate> chain = new ArrayList<>();
        for (Octets der : opening.credentials().chain()) {
            chain.add(crypto.createCertificate(der.toArray()));
        }
        byte[] pkcs8 = opening.credentials().key().getEncoded();
        if (pkcs8 == null) {
            throw new IOException("the key stays where it is kept");
        }
        try {
            AsymmetricKeyParameter key = PrivateKeyFactory.createKey(pkcs8);
            return new Handshake(opening, crypto, chain.toArray(TlsCertificate[]::new), key);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    BcTlsCrypto crypto() {
        return crypto;
    }

    /// The trusted authorities, in DER.
    List<Octets> anchors() {
        return opening.credentials().trust().anchors();
    }

    static ProtocolVersion[] versions() {
        return ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12);
    }

    boolean requiresExtendedMasterSecret() {
        return !opening.credentials().anyMasterSecret();
    }

    /// What a client offers: the server has whichever key it has.
    static int[] suitesOfClient() {
        return concat(SUITES_1_3, SUITES_ECDSA, SUITES_RSA);
    }

    /// What a server chooses from: what goes with its key.
    int[] suitesOfServer() {
        return concat(SUITES_1_3, isRsa() ? SUITES_RSA : SUITES_ECDSA);
    }

    private static int[] concat(int[]... suites) {
        return Arrays.stream(suites).flatMapToInt(Arrays::stream).toArray();
    }

    /// The signatures that we accept, in certificates too.
    static Vector<SignatureAndHashAlgorithm> acceptedSignatures() {
        Vector<SignatureAndHashAlgorithm> accepted = new Vector<>();
        for (List<Integer> schemes : List.of(ECDSA, EDDSA, RSA)) {
            schemes.forEach(s -> accepted.add(SignatureScheme.getSignatureAndHashAlgorithm(s)));
        }
        return accepted;
    }

    /// Our certificate, and what signs with its key.
    ///
    /// @param offered the signatures that the other side accepts
    /// @param request what TLS 1.3 repeats of a request for a certificate
    /// @throws TlsFatalAlert if our key makes none of these signatures
    TlsCredentials credentials(TlsContext context, Vector<?> offered, byte[] request)
            throws IOException {
        SignatureAndHashAlgorithm algorithm =
                schemes().stream()
                        .map(SignatureScheme::getSignatureAndHashAlgorithm)
                        .filter(offered::contains)
                        .findFirst()
                        .orElseThrow(() ->
                                new TlsFatalAlert(
                                        AlertDescription.handshake_failure,
                                        "the other side accepts no signature by our key"));
        return new BcDefaultTlsCredentialedSigner(
                new TlsCryptoParameters(context), crypto, key, ours(context, request), algorithm);
    }

    private Certificate ours(TlsContext context, byte[] request) {
        if (!TlsUtils.isTLSv13(context)) {
            return new Certificate(chain);
        }
        CertificateEntry[] entries =
                Arrays.stream(chain)
                        .map(certificate -> new CertificateEntry(certificate, null))
                        .toArray(CertificateEntry[]::new);
        return new Certificate(request, entries);
    }

    private boolean isRsa() {
        return key instanceof RSAKeyParameters;
    }

    /// What our key can sign. Of elliptic curves TLS 1.3 has one hash each.
    private List<Integer> schemes() {
        if (isRsa()) {
            return RSA;
        }
        if (key instanceof ECPrivateKeyParameters ec) {
            return List.of(ofCurve(ec.getParameters().getCurve().getFieldSize()));
        }
        return List.of(
                key instanceof Ed25519PrivateKeyParameters
                        ? SignatureScheme.ed25519
                        : SignatureScheme.ed448);
    }

    private static int ofCurve(int bits) {
        return switch (bits) {
            case 256 -> SignatureScheme.ecdsa_secp256r1_sha256;
            case 384 -> SignatureScheme.ecdsa_secp384r1_sha384;
            default -> SignatureScheme.ecdsa_secp521r1_sha512;
        };
    }

    /// Judges the other side's certificate.
    ///
    /// @throws TlsFatalAlert unless it is trusted; [#refusal] says why
    void judge(Certificate certificate) throws IOException {
        List<Octets> encoded = new ArrayList<>();
        for (TlsCertificate one : certificate.getCertificateList()) {
            encoded.add(Octets.wrap(one.getEncoded()));
        }
        if (encoded.isEmpty()) {
            throw refused("the other side has no certificate", AlertDescription.handshake_failure);
        }
        CertificateVerdict verdict =
                opening.check().judge(opening.expected(), encoded, opening.credentials().trust());
        trusted =
                switch (verdict) {
                    case CertificateVerdict.Trusted _ -> true;
                    case CertificateVerdict.Refused(String reason) ->
                            throw refused(reason, AlertDescription.bad_certificate);
                };
    }

    private TlsFatalAlert refused(String why, short alert) {
        refusal = Optional.of(why);
        return new TlsFatalAlert(alert, why);
    }

    /// Derives the key. The peer's certificate has been judged by now, in whatever order TLS came here.
    void complete(TlsContext context) throws IOException {
        if (!trusted) {
            throw refused("the other side has no certificate", AlertDescription.handshake_failure);
        }
        SecurityParameters parameters = context.getSecurityParametersConnection();
        version13 = TlsUtils.isTLSv13(parameters.getNegotiatedVersion());
        byte[] exported =
                version13
                        ? context.exportKeyingMaterial(
                                TlsStack.End.LABEL_1_3,
                                new byte[] {TlsStack.End.TYPE},
                                TlsStack.End.EXPORTED_OCTETS)
                        : exportVersion12(parameters);
        try {
            msk =
                    Optional.of(
                            KeyMaterial.copyOf(
                                    "MSK of EAP-TLS", exported, 0, TlsStack.End.MSK_OCTETS));
        } finally {
            Arrays.fill(exported, (byte) 0);
        }
    }

    /// What the exporter of RFC 5705 gives without a context; that of the library insists on the extended master secret.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc5216#section-2.3 RFC 5216 section 2.3
    private static byte[] exportVersion12(SecurityParameters parameters) {
        byte[] client = parameters.getClientRandom();
        byte[] server = parameters.getServerRandom();
        byte[] seed = Arrays.copyOf(client, client.length + server.length);
        System.arraycopy(server, 0, seed, client.length, server.length);
        return parameters
                .getMasterSecret()
                .deriveUsingPRF(
                        parameters.getPRFAlgorithm(),
                        TlsStack.End.LABEL_1_2,
                        seed,
                        TlsStack.End.EXPORTED_OCTETS)
                .extract();
    }

    /// Why we did not trust the other side, if so.
    Optional<String> refusal() {
        return refusal;
    }

    /// The key, once the handshake is done.
    Optional<KeyMaterial> msk() {
        return msk;
    }

    boolean isVersion13() {
        return version13;
    }
}
