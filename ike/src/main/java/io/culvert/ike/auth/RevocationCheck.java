package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Asks whether a certificate is revoked: first the configured lists, then, where the policy says so, responders, then
/// lists at the places that the certificate names.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5280#section-6.3 RFC 5280 section 6.3
final class RevocationCheck {
    private final RevocationLists configured;
    private final RevocationPolicy policy;
    private final RevocationFetcher fetcher;
    private final Instant now;

    RevocationCheck(
            RevocationLists configured,
            RevocationPolicy policy,
            RevocationFetcher fetcher,
            Instant now) {
        this.configured = configured;
        this.policy = policy;
        this.fetcher = fetcher;
        this.now = now;
    }

    /// Refuses `certificate` if `issuer` has revoked it, or if less is known than the policy demands.
    ///
    /// @param certificate issued by `issuer`, whose own certificate is good
    void requireNotRevoked(X509Certificate certificate, X509Certificate issuer)
            throws CertificateRefusal {
        List<String> faults = new ArrayList<>();
        if (isGoodByConfiguredList(certificate, issuer, faults)) {
            return;
        }
        boolean listed = !faults.isEmpty();
        RevocationPlaces places = RevocationPlaces.of(certificate);
        if (policy.fetch()) {
            for (String uri : places.responders()) {
                if (isGoodByResponder(uri, certificate, issuer, faults)) {
                    return;
                }
            }
            for (String uri : places.lists()) {
                if (isGoodByList(uri, certificate, issuer, faults)) {
                    return;
                }
            }
        }
        requireLittle(certificate, listed, places, faults);
    }

    private boolean isGoodByConfiguredList(
            X509Certificate certificate, X509Certificate issuer, List<String> faults)
            throws CertificateRefusal {
        if (!configured.haveAnyOf(issuer)) {
            return false;
        }
        return isGood(
                configured.look(certificate, issuer, now),
                certificate,
                "the revocation list of " + CertificateNames.subject(issuer),
                faults);
    }

    private boolean isGoodByResponder(
            String uri, X509Certificate certificate, X509Certificate issuer, List<String> faults)
            throws CertificateRefusal {
        var query =
                new RevocationFetcher.Query.CertificateStatus(
                        uri, OnlineStatus.request(certificate, issuer));
        return switch (fetcher.fetch(query)) {
            case RevocationFetcher.Answer.Received(Octets response) -> {
                var finding = OnlineStatus.judge(response, certificate, issuer, now);
                keep(query, response, finding);
                yield isGood(finding, certificate, "the responder " + uri, faults);
            }
            case RevocationFetcher.Answer.Failed(String reason) -> {
                faults.add("the responder " + uri + " " + reason);
                yield false;
            }
        };
    }

    private boolean isGoodByList(
            String uri, X509Certificate certificate, X509Certificate issuer, List<String> faults)
            throws CertificateRefusal {
        var query = new RevocationFetcher.Query.RevocationList(uri);
        return switch (fetcher.fetch(query)) {
            case RevocationFetcher.Answer.Received(Octets octets) -> {
                var finding = look(octets, certificate, issuer);
                keep(query, octets, finding);
                yield isGood(finding, certificate, "the revocation list " + uri, faults);
            }
            case RevocationFetcher.Answer.Failed(String reason) -> {
                faults.add("the revocation list " + uri + " " + reason);
                yield false;
            }
        };
    }

    private RevocationFinding look(
            Octets octets, X509Certificate certificate, X509Certificate issuer) {
        try {
            X509CRL list =
                    (X509CRL)
                            CertificateFactory.getInstance("X.509")
                                    .generateCRL(new ByteArrayInputStream(octets.toArray()));
            RevocationLists fetched = new RevocationLists(List.of(list));
            return fetched.haveAnyOf(issuer)
                    ? fetched.look(certificate, issuer, now)
                    : new RevocationFinding.Unusable("is that of another authority");
        } catch (GeneralSecurityException | RuntimeException e) {
            return new RevocationFinding.Unusable("is no X.509 revocation list");
        }
    }

    /// Only what is good and stays so is kept: an answer that revokes is rare, and one that does not count may be
    /// followed by one that does.
    private void keep(RevocationFetcher.Query query, Octets answer, RevocationFinding finding) {
        if (finding instanceof RevocationFinding.NotRevoked(Instant until) && until.isAfter(now)) {
            fetcher.keep(query, answer, until);
        }
    }

    private static boolean isGood(
            RevocationFinding finding,
            X509Certificate certificate,
            String source,
            List<String> faults)
            throws CertificateRefusal {
        return switch (finding) {
            case RevocationFinding.NotRevoked _ -> true;
            case RevocationFinding.Unusable(String why) -> {
                faults.add(source + " " + why);
                yield false;
            }
            case RevocationFinding.Revoked(Instant since) ->
                    throw new CertificateRefusal(
                            CertificatePolicy.certificate(certificate)
                                    + " was revoked at "
                                    + since
                                    + ": get a new one");
        };
    }

    private void requireLittle(
            X509Certificate certificate,
            boolean listed,
            RevocationPlaces places,
            List<String> faults)
            throws CertificateRefusal {
        boolean enough =
                switch (policy.demand()) {
                    case RELAXED -> true;
                    case LISTED -> !listed;
                    case IF_URI -> !listed && places.isEmpty();
                    case STRICT -> false;
                };
        if (enough) {
            return;
        }
        if (places.isEmpty() && !listed) {
            faults.add("it names no place to ask");
        } else if (!places.isEmpty() && !policy.fetch()) {
            faults.add("the places that it names are not asked");
        }
        throw new CertificateRefusal(
                "whether "
                        + CertificatePolicy.certificate(certificate)
                        + " is revoked is not known: "
                        + String.join("; ", faults)
                        + ": put a list of its issuer into `crls`, let the places that it names be reached, or demand"
                        + " less with `revocation`");
    }
}
