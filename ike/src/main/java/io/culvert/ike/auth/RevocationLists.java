package io.culvert.ike.auth;

import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Certificate revocation lists, configured or fetched.
///
/// Our choice: of several lists of an issuer that are complete and valid now the newest counts. A list for those
/// certificates that name one distribution point is complete for them. Delta lists, and other lists for a part of the
/// certificates, are not used.
///
/// The JDK's own revocation checker is not used for lists: it demands those of all issuers or of none, and fetches them
/// itself.
///
/// @param lists of any issuers, complete or not, current or not
/// @spec https://www.rfc-editor.org/rfc/rfc5280#section-6.3 RFC 5280 section 6.3
record RevocationLists(List<X509CRL> lists) {
    /// Whether there is any list of `issuer`, usable or not.
    boolean haveAnyOf(X509Certificate issuer) {
        return lists.stream().anyMatch(list -> isOf(list, issuer));
    }

    /// What the lists of `issuer` say of `certificate`.
    ///
    /// Who is on a list that has ended is revoked all the same; who is not may have been revoked since.
    RevocationFinding look(X509Certificate certificate, X509Certificate issuer, Instant now) {
        List<X509CRL> genuine = new ArrayList<>();
        Optional<String> firstFault = Optional.empty();
        for (X509CRL list : lists) {
            if (isOf(list, issuer)) {
                Optional<String> fault = fault(list, certificate, issuer, now);
                if (fault.isEmpty()) {
                    genuine.add(list);
                } else if (firstFault.isEmpty()) {
                    firstFault = fault;
                }
            }
        }
        String why = firstFault.orElse("is not there");
        return genuine.stream()
                .max(
                        Comparator.comparing(RevocationLists::start)
                                .thenComparing(RevocationLists::end))
                .map(list -> look(certificate, list, now))
                .orElseGet(() -> new RevocationFinding.Unusable(why));
    }

    private static RevocationFinding look(X509Certificate certificate, X509CRL list, Instant now) {
        X509CRLEntry entry = list.getRevokedCertificate(certificate.getSerialNumber());
        if (entry != null) {
            return new RevocationFinding.Revoked(entry.getRevocationDate().toInstant());
        }
        return now.isAfter(end(list))
                ? new RevocationFinding.Unusable(
                        list.getNextUpdate() == null
                                ? "does not say when it ends"
                                : "ended at " + end(list))
                : new RevocationFinding.NotRevoked(end(list));
    }

    private static Instant start(X509CRL list) {
        return list.getThisUpdate().toInstant();
    }

    /// A list that does not say when it ends has ended.
    private static Instant end(X509CRL list) {
        return list.getNextUpdate() == null ? Instant.EPOCH : list.getNextUpdate().toInstant();
    }

    private static boolean isOf(X509CRL list, X509Certificate issuer) {
        return list.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
    }

    private static boolean isComplete(X509CRL list, X509Certificate certificate) {
        Set<String> critical = list.getCriticalExtensionOIDs();
        return critical == null
                || critical.isEmpty()
                || (critical.equals(Set.of(RevocationPlaces.ISSUING_DISTRIBUTION_POINT))
                        && RevocationPlaces.isInScope(certificate, list));
    }

    private static Optional<String> fault(
            X509CRL list, X509Certificate certificate, X509Certificate issuer, Instant now) {
        if (now.isBefore(start(list))) {
            return Optional.of("is valid only from " + start(list));
        }
        if (!isComplete(list, certificate)) {
            return Optional.of("is for a part of the certificates, or a delta");
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
        } catch (GeneralSecurityException _) {
            return Optional.of("was not signed with its key");
        }
    }
}
