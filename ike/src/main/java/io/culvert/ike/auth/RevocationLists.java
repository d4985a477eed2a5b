package io.culvert.ike.auth;

import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/// The configured certificate revocation lists. Nothing is fetched from a network.
///
/// Our choice: an issuer without a list is not asked for one; an issuer with a list must have a complete one that is
/// valid now. Of several the newest counts. Delta lists, and lists for a part of the certificates, are not used.
///
/// The JDK's own revocation checker is not used: it demands lists of all issuers or of none, and fetches them from the
/// addresses that the peer's certificate names.
///
/// @param lists complete or not, current or not
/// @spec https://www.rfc-editor.org/rfc/rfc5280#section-6.3 RFC 5280 section 6.3
record RevocationLists(List<X509CRL> lists) {
    /// Refuses `certificate` if `issuer` has revoked it, or has lists none of which can be used now.
    void check(X509Certificate certificate, X509Certificate issuer, Instant now)
            throws CertificateRefusal {
        List<X509CRL> usable = new ArrayList<>();
        Optional<String> firstFault = Optional.empty();
        for (X509CRL list : lists) {
            if (list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                Optional<String> fault = fault(list, issuer, now);
                if (fault.isEmpty()) {
                    usable.add(list);
                } else if (firstFault.isEmpty()) {
                    firstFault = fault;
                }
            }
        }
        Optional<X509CRL> newest =
                usable.stream().max(Comparator.comparing(X509CRL::getThisUpdate));
        if (newest.isEmpty() && firstFault.isPresent()) {
            throw new CertificateRefusal(
                    "the revocation list of "
                            + CertificateNames.subject(issuer)
                            + " "
                            + firstFault.get());
        }
        if (newest.isPresent()) {
            requireUnrevoked(certificate, newest.get());
        }
    }

    private static void requireUnrevoked(X509Certificate certificate, X509CRL list)
            throws CertificateRefusal {
        X509CRLEntry entry = list.getRevokedCertificate(certificate.getSerialNumber());
        if (entry != null) {
            throw new CertificateRefusal(
                    CertificatePolicy.certificate(certificate)
                            + " was revoked at "
                            + entry.getRevocationDate().toInstant()
                            + ": get a new one");
        }
    }

    private static Optional<String> fault(X509CRL list, X509Certificate issuer, Instant now) {
        Date next = list.getNextUpdate();
        if (next == null) {
            return Optional.of("does not say when it ends: get one that does");
        }
        if (now.isAfter(next.toInstant())) {
            return Optional.of("ended at " + next.toInstant() + ": put a newer one into `crls`");
        }
        if (now.isBefore(list.getThisUpdate().toInstant())) {
            return Optional.of(
                    "is valid only from " + list.getThisUpdate().toInstant() + ": check the clock");
        }
        if (list.getCriticalExtensionOIDs() != null && !list.getCriticalExtensionOIDs().isEmpty()) {
            return Optional.of(
                    "is for a part of the certificates, or a delta: put a complete one into `crls`");
        }
        if (!CertificatePolicy.maySignRevocations(issuer)) {
            return Optional.of("may not be signed with that key: its key usage lacks cRLSign");
        }
        byte[] parameters = list.getSigAlgParams();
        if (!CertificatePolicy.isStrong(
                list.getSigAlgOID(), parameters == null ? new byte[0] : parameters)) {
            return Optional.of(
                    "was signed with " + list.getSigAlgName() + ", which is not accepted");
        }
        try {
            list.verify(issuer.getPublicKey());
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            return Optional.of("was not signed with its key: put the right one into `crls`");
        }
    }
}
