package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Whether a peer's certificates prove that a public key is its own.
///
/// The certificate must be valid now, for signatures, have a strong key, and name the peer. Beyond that it is trusted
/// either because exactly it is pinned, or because a chain leads from it to a trust anchor. The chain is built and
/// judged here, and then judged again by the JDK, which also knows name constraints, certificate policies and critical
/// extensions. Then it is asked whether any of it is revoked. Pure: the time is an argument, and so is what fetches.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5280#section-6 RFC 5280 section 6
/// @spec https://www.rfc-editor.org/rfc/rfc4945#section-5 RFC 4945 section 5
public final class CertificateValidation {
    /// The most certificates a peer may send.
    public static final int MAX_CERTIFICATES = 10;

    /// The most octets of one certificate of a peer: what fits into a payload.
    public static final int MAX_CERTIFICATE_OCTETS = 65_536;

    private static final String NAME_CONSTRAINTS = "2.5.29.30";

    private final RemoteAuthentication.Signature trust;
    private final Instant now;
    private final RevocationFetcher fetcher;

    private CertificateValidation(
            RemoteAuthentication.Signature trust, Instant now, RevocationFetcher fetcher) {
        this.trust = trust;
        this.now = now;
        this.fetcher = fetcher;
    }

    /// Judges the certificates of a peer, fetching nothing. Any octets give a verdict.
    ///
    /// @param identity whom the peer says to be
    /// @param chain in DER: its own first, then others in any order; empty if it sent none, which is right if its own is
    ///     pinned
    /// @param trust what is trusted
    /// @param now the time of day
    public static CertificateVerdict validate(
            Identity identity,
            List<Octets> chain,
            RemoteAuthentication.Signature trust,
            Instant now) {
        return validate(identity, chain, trust, now, RevocationFetcher.NONE);
    }

    /// Judges the certificates of a peer, as above.
    ///
    /// @param fetcher gets revocation lists and statuses where `trust` says that they are to be fetched
    @SuppressWarnings("CatchingUnchecked")
    public static CertificateVerdict validate(
            Identity identity,
            List<Octets> chain,
            RemoteAuthentication.Signature trust,
            Instant now,
            RevocationFetcher fetcher) {
        try {
            X509Certificate own =
                    new CertificateValidation(trust, now, fetcher).judge(identity, chain);
            return new CertificateVerdict.Trusted(
                    own.getPublicKey(), CertificateNames.subject(own));
        } catch (CertificateRefusal refusal) {
            return new CertificateVerdict.Refused(refusal.reason());
        } catch (RuntimeException malformed) {
            // The octets are a stranger's, and X.509 classes throw unchecked exceptions too at odd
            // DER.
            return new CertificateVerdict.Refused(
                    CertificateNames.printable("a certificate is malformed: " + malformed));
        }
    }

    private X509Certificate judge(Identity identity, List<Octets> chain) throws CertificateRefusal {
        List<X509Certificate> pinned = trusted(trust.pinned(), "certs");
        if (chain.isEmpty()) {
            return pinnedFor(identity, pinned);
        }
        List<X509Certificate> sent = sent(chain);
        X509Certificate own = sent.getFirst();
        requireGoodOnItsOwn(own);
        CertificateNames.requireIdentity(own, identity);
        if (!pinned.contains(own)) {
            requireChain(own, sent.subList(1, sent.size()));
        }
        return own;
    }

    /// A peer need not send a certificate that we have. If several are its own, the newest that is valid now counts.
    private X509Certificate pinnedFor(Identity identity, List<X509Certificate> pinned)
            throws CertificateRefusal {
        List<X509Certificate> named = new ArrayList<>();
        for (X509Certificate certificate : pinned) {
            if (CertificateNames.name(certificate, identity)) {
                named.add(certificate);
            }
        }
        X509Certificate own =
                named.stream()
                        .filter(this::isCurrent)
                        .max(Comparator.comparing(X509Certificate::getNotBefore))
                        .or(() -> named.stream().findFirst())
                        .orElseThrow(() ->
                                new CertificateRefusal(
                                        "it sent none, and none in `certs` names "
                                                + identity
                                                + ": let the peer send its certificate, or name it in"
                                                + " `certs`"));
        requireGoodOnItsOwn(own);
        return own;
    }

    private boolean isCurrent(X509Certificate certificate) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    private void requireGoodOnItsOwn(X509Certificate own) throws CertificateRefusal {
        CertificatePolicy.requireDates(own, now);
        CertificatePolicy.requireKey(own);
        CertificatePolicy.requirePurpose(own);
    }

    private void requireChain(X509Certificate own, List<X509Certificate> others)
            throws CertificateRefusal {
        List<X509Certificate> anchors = trusted(trust.anchors(), "ca-certs");
        RevocationCheck revocations =
                new RevocationCheck(configuredLists(), trust.revocation(), fetcher, now);
        CertificatePolicy.requireSignatureAlgorithm(own);
        CertificatePaths.search(
                own, others, anchors, (path, anchor) -> judgePath(path, anchor, revocations));
    }

    private void judgePath(
            List<X509Certificate> path, X509Certificate anchor, RevocationCheck revocations)
            throws CertificateRefusal {
        int below = 0;
        for (int i = 0; i < path.size(); i++) {
            boolean last = i == path.size() - 1;
            X509Certificate issuer = last ? anchor : path.get(i + 1);
            CertificatePolicy.requireDates(issuer, now);
            CertificatePolicy.requireKey(issuer);
            if (!last) {
                CertificatePolicy.requireSignatureAlgorithm(issuer);
            }
            CertificatePolicy.requireAuthority(issuer, below);
            below += isSelfIssued(issuer) ? 0 : 1;
        }
        requirePkix(path, anchor);
        // from the top: only who is not revoked can say who else is
        for (int i = path.size() - 1; i >= 0; i--) {
            X509Certificate issuer = i == path.size() - 1 ? anchor : path.get(i + 1);
            revocations.requireNotRevoked(path.get(i), issuer);
        }
    }

    /// The JDK takes only name and key of a trust anchor. So that the limits in a self-signed one hold too, it is
    /// judged as part of the path.
    private void requirePkix(List<X509Certificate> path, X509Certificate anchor)
            throws CertificateRefusal {
        List<X509Certificate> whole = new ArrayList<>(path);
        if (!whole.getLast().equals(anchor)) {
            if (isSelfIssued(anchor) && CertificatePaths.isSigned(anchor, anchor)) {
                whole.add(anchor);
            } else if (anchor.getExtensionValue(NAME_CONSTRAINTS) != null) {
                throw new CertificateRefusal(
                        CertificatePolicy.certificate(anchor)
                                + " has name constraints, which hold only below a self-signed authority: name that in"
                                + " `ca-certs` instead");
            }
        }
        try {
            TrustAnchor trusted =
                    new TrustAnchor(anchor.getSubjectX500Principal(), anchor.getPublicKey(), null);
            PKIXParameters parameters = new PKIXParameters(Set.of(trusted));
            parameters.setDate(Date.from(now));
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(x509().generateCertPath(whole), parameters);
        } catch (CertPathValidatorException e) {
            throw refusal(e, whole);
        } catch (GeneralSecurityException e) {
            throw new CertificateRefusal("its chain cannot be judged: " + e.getMessage());
        }
    }

    private static CertificateRefusal refusal(
            CertPathValidatorException e, List<X509Certificate> path) {
        String who =
                e.getIndex() < 0
                        ? "its chain"
                        : CertificatePolicy.certificate(path.get(e.getIndex()));
        Reason reason = e.getReason();
        if (reason == PKIXReason.INVALID_NAME) {
            return new CertificateRefusal(
                    who
                            + " has a name that an authority above it may not give (name constraints): use another"
                            + " name or another authority");
        }
        if (reason == PKIXReason.UNRECOGNIZED_CRIT_EXT) {
            return new CertificateRefusal(
                    who + " has a critical extension that is not understood: get one without it");
        }
        return new CertificateRefusal(who + " is refused: " + e.getMessage());
    }

    private static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static List<X509Certificate> sent(List<Octets> chain) throws CertificateRefusal {
        if (chain.size() > MAX_CERTIFICATES) {
            throw new CertificateRefusal(
                    "it came with "
                            + (chain.size() - 1)
                            + " others: at most "
                            + MAX_CERTIFICATES
                            + " certificates are accepted, send just its chain");
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (Octets der : chain) {
            if (der.size() > MAX_CERTIFICATE_OCTETS) {
                throw new CertificateRefusal(
                        "a certificate has "
                                + der.size()
                                + " octets: at most "
                                + MAX_CERTIFICATE_OCTETS
                                + " are accepted");
            }
            if (certificates.isEmpty()) {
                certificates.add(parse(der, "certificate 1 of its chain"));
            } else {
                // what cannot be read cannot be a part of the way, and harms nobody
                read(der).ifPresent(certificates::add);
            }
        }
        return certificates;
    }

    private static List<X509Certificate> trusted(List<Octets> configured, String key)
            throws CertificateRefusal {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Octets der : configured) {
            certificates.add(parse(der, "a certificate in our `" + key + "`"));
        }
        return certificates;
    }

    private static Optional<X509Certificate> read(Octets der) {
        try {
            return Optional.of(parse(der, "it"));
        } catch (CertificateRefusal _) {
            return Optional.empty();
        }
    }

    /// The JDK would also take PEM, PKCS #7 and trailing octets; IKE carries one certificate in DER.
    @SuppressWarnings("CatchingUnchecked") // as in validate
    private static X509Certificate parse(Octets der, String what) throws CertificateRefusal {
        try {
            if (x509().generateCertificate(new ByteArrayInputStream(der.toArray()))
                            instanceof X509Certificate certificate
                    && Octets.wrap(certificate.getEncoded()).equals(der)) {
                return certificate;
            }
            throw new CertificateRefusal(what + " is more or less than X.509 in DER");
        } catch (CertificateException | RuntimeException e) {
            throw new CertificateRefusal(what + " is no X.509 in DER: " + e.getMessage());
        }
    }

    private RevocationLists configuredLists() throws CertificateRefusal {
        List<X509CRL> lists = new ArrayList<>();
        for (Octets der : trust.revocations()) {
            try {
                lists.add((X509CRL) x509().generateCRL(new ByteArrayInputStream(der.toArray())));
            } catch (CRLException e) {
                throw new CertificateRefusal(
                        "a file in our `crls` is no X.509 revocation list: " + e.getMessage());
            }
        }
        return new RevocationLists(lists);
    }

    private static CertificateFactory x509() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException e) {
            throw new IllegalStateException("every Java has X.509", e);
        }
    }
}
