package io.culvert.ike.auth;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The search for a way from the peer's certificate to a trusted authority.
///
/// Not done by `CertPathBuilder`, because the peer chooses what is searched before it is authenticated: certificates
/// that all issue each other have more ways than can be tried. Here each pair is verified at most once, and the number
/// of steps and of ways is bounded.
final class CertificatePaths {
    private static final int MAX_STEPS = 256;
    private static final int MAX_WAYS = 16;

    private final List<X509Certificate> sent;
    private final List<X509Certificate> anchors;
    private final Judge judge;
    private final Map<Link, Boolean> signatures = new HashMap<>();
    private int steps;
    private int ways;
    private int deepest;
    private Optional<CertificateRefusal> obstacle = Optional.empty();
    private Optional<CertificateRefusal> refusal = Optional.empty();

    /// Judges one way.
    @FunctionalInterface
    interface Judge {
        /// Refuses the way by throwing why.
        ///
        /// @param path the peer's certificate first, the one that `anchor` issued last
        void judge(List<X509Certificate> path, X509Certificate anchor) throws CertificateRefusal;
    }

    private record Link(X509Certificate issuer, X509Certificate issued) {}

    private CertificatePaths(
            Set<X509Certificate> sent, List<X509Certificate> anchors, Judge judge) {
        this.sent = List.copyOf(sent);
        this.anchors = anchors;
        this.judge = judge;
    }

    /// Finds a way that `judge` does not refuse.
    ///
    /// @param own the peer's certificate
    /// @param others what else the peer sent, in any order
    /// @throws CertificateRefusal why the first way was refused, or why there is none
    static void search(
            X509Certificate own,
            List<X509Certificate> others,
            List<X509Certificate> anchors,
            Judge judge)
            throws CertificateRefusal {
        Set<X509Certificate> sent = new LinkedHashSet<>(others);
        sent.remove(own);
        anchors.forEach(sent::remove);
        CertificatePaths paths = new CertificatePaths(sent, anchors, judge);
        if (!paths.extend(new ArrayList<>(List.of(own)))) {
            throw paths.refusal
                    .or(() -> paths.obstacle)
                    .orElseThrow(() -> new IllegalStateException("no way and no reason"));
        }
    }

    private boolean extend(List<X509Certificate> path) {
        steps++;
        X509Certificate last = path.getLast();
        boolean named = false;
        boolean circle = false;
        boolean issuerFound = false;
        for (X509Certificate anchor : anchors) {
            named |= isNamed(anchor, last);
            if (issued(anchor, last, path.size())) {
                issuerFound = true;
                if (accepted(path, anchor)) {
                    return true;
                }
            }
        }
        for (X509Certificate candidate : sent) {
            named |= isNamed(candidate, last);
            boolean known = path.contains(candidate);
            circle |= known && isNamed(candidate, last);
            if (!known && steps < MAX_STEPS && issued(candidate, last, path.size())) {
                issuerFound = true;
                path.add(candidate);
                boolean found = extend(path);
                path.removeLast();
                if (found) {
                    return true;
                }
            }
        }
        if (!issuerFound) {
            note(path.size(), deadEnd(last, named, circle));
        }
        return false;
    }

    private boolean accepted(List<X509Certificate> path, X509Certificate anchor) {
        if (ways >= MAX_WAYS) {
            return false;
        }
        ways++;
        try {
            judge.judge(List.copyOf(path), anchor);
            return true;
        } catch (CertificateRefusal reason) {
            if (refusal.isEmpty()) {
                refusal = Optional.of(reason);
            }
            return false;
        }
    }

    private boolean issued(X509Certificate issuer, X509Certificate certificate, int depth) {
        return isNamed(issuer, certificate)
                && signatures.computeIfAbsent(
                        new Link(issuer, certificate), link -> isSigned(link, depth));
    }

    /// A weak key is not even asked: with it anybody could have signed, and an odd one may cost much time.
    private boolean isSigned(Link link, int depth) {
        try {
            CertificatePolicy.requireKey(link.issuer);
            return isSigned(link.issuer, link.issued);
        } catch (CertificateRefusal weak) {
            note(depth, weak);
            return false;
        }
    }

    /// Whether the key of `issuer` signed `certificate`.
    static boolean isSigned(X509Certificate issuer, X509Certificate certificate) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static boolean isNamed(X509Certificate issuer, X509Certificate certificate) {
        return issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    /// Keeps the reason where the search came furthest: there the chain is broken.
    private void note(int depth, CertificateRefusal reason) {
        if (depth > deepest) {
            deepest = depth;
            obstacle = Optional.of(reason);
        }
    }

    private static CertificateRefusal deadEnd(X509Certificate last, boolean named, boolean circle) {
        String who = CertificatePolicy.certificate(last);
        String issuer = CertificateNames.shown(last.getIssuerX500Principal());
        if (isNamed(last, last)) {
            return new CertificateRefusal(
                    who
                            + " is self-signed and not trusted: "
                            + (last.getBasicConstraints() < 0
                                    ? "to trust just it, name it in `certs` of the remote side"
                                    : "if that authority is right, add it to `ca-certs`"));
        }
        if (circle) {
            return new CertificateRefusal(
                    "the chain runs in a circle at "
                            + CertificateNames.subject(last)
                            + " and reaches no trusted authority: add the right one to `ca-certs`");
        }
        if (named) {
            return new CertificateRefusal(
                    who
                            + " was not signed with the known key of "
                            + issuer
                            + ": if that authority has a new key, add its new certificate to `ca-certs`");
        }
        return new CertificateRefusal(
                who
                        + " was issued by "
                        + issuer
                        + ", which is neither trusted nor was it sent: add it to `ca-certs`, or let the peer send"
                        + " its whole chain");
    }
}
