package io.culvert.app.config;

import io.culvert.app.config.Section.Item;
import io.culvert.app.pki.PrivateKeys;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.RevocationPolicy;
import io.culvert.ike.auth.RevocationPolicy.Demand;
import io.culvert.ipsec.value.Octets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads `local` and `remote` of a connection: how each side proves who it is.
///
/// @param files where certificates and keys come from
/// @param now the time of day, for the validity of our own certificate
record AuthenticationReader(CredentialFiles files, Instant now) {
    private static final String IDENTITY_RIGHT =
            "write an address, a domain name, user@domain or a distinguished name such as"
                    + " \"CN=gate, O=Example\"";
    private static final Map<String, Method> METHODS =
            Map.of("psk", Method.PSK, "pubkey", Method.PUBKEY);

    private static final Map<String, Demand> DEMANDS =
            Map.of(
                    "relaxed", Demand.RELAXED,
                    "ifuri", Demand.IF_URI,
                    "strict", Demand.STRICT);
    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(25);

    private enum Method {
        PSK,
        PUBKEY
    }

    /// How we prove who we are, unless it is wrong.
    Optional<LocalAuthentication> local(Section section) {
        Optional<Method> method = method(section);
        Optional<Identity> identity = section.parsed("id", Identity::parse, IDENTITY_RIGHT);
        Optional<LocalAuthentication> read =
                switch (method.orElse(Method.PSK)) {
                    case PSK -> {
                        if (method.isPresent() && !section.has("id")) {
                            section.missing("id", "is missing", IDENTITY_RIGHT);
                        }
                        yield identity.map(LocalAuthentication.PreSharedKey::new);
                    }
                    case PUBKEY -> signature(section, identity);
                };
        section.complainOfUnknownKeys();
        return method.isEmpty() ? Optional.empty() : read;
    }

    /// How the peer must prove who it is, unless that is wrong.
    Optional<RemoteAuthentication> remote(Section section) {
        Optional<Method> method = method(section);
        IdentityPattern identity =
                section.parsed("id", AuthenticationReader::pattern, IDENTITY_RIGHT)
                        .orElse(IdentityPattern.ANY);
        Optional<RemoteAuthentication> read =
                method.map(m ->
                        switch (m) {
                            case PSK -> new RemoteAuthentication.PreSharedKey(identity);
                            case PUBKEY -> trust(section, identity);
                        });
        section.complainOfUnknownKeys();
        return read;
    }

    private static Optional<Method> method(Section section) {
        if (!section.has("auth")) {
            section.missing("auth", "is missing", "write auth = \"psk\" or auth = \"pubkey\"");
        }
        return section.choice("auth", METHODS);
    }

    private static IdentityPattern pattern(String text) {
        if (!text.equals("%any") && !text.startsWith("*")) {
            Identity.parse(text);
        }
        return new IdentityPattern(text);
    }

    private RemoteAuthentication trust(Section section, IdentityPattern identity) {
        List<X509Certificate> anchors = files.certificates(section, "ca-certs");
        List<X509Certificate> pinned = files.certificates(section, "certs");
        List<Octets> revocations = files.revocations(section, "crls");
        if (!section.has("ca-certs") && !section.has("certs")) {
            section.missing(
                    "ca-certs",
                    "nothing is trusted: there are neither CA certificates nor certificates",
                    "write ca-certs = [\"ca.pem\"], or certs = [\"peer.pem\"] to trust just that one");
        }
        return new RemoteAuthentication.Signature(
                identity, encoded(anchors), encoded(pinned), revocations, revocation(section));
    }

    /// Fetching is part of what `ifuri` and `strict` mean; `relaxed` asks nobody unless told to.
    private static RevocationPolicy revocation(Section section) {
        RevocationPolicy usual = RevocationPolicy.DEFAULT;
        Demand demand = section.choice("revocation", DEMANDS).orElse(usual.demand());
        boolean fetch =
                section.flag(
                        "revocation-fetch", demand == Demand.IF_URI || demand == Demand.STRICT);
        Duration patience =
                section.parsed("revocation-timeout", Notation::duration, "write \"5s\"")
                        .orElse(usual.patience());
        if (patience.compareTo(LONGEST_PATIENCE) > 0 || patience.isZero()) {
            section.error(
                    "revocation-timeout",
                    "is not between nothing and " + LONGEST_PATIENCE.toSeconds() + "s",
                    "write \"5s\": a peer does not wait long");
        }
        return new RevocationPolicy(demand, fetch, patience);
    }

    private Optional<LocalAuthentication> signature(Section section, Optional<Identity> identity) {
        Optional<CredentialFiles.OwnKey> opened = files.ownKey(section, "key");
        Optional<PrivateKeys.Loaded> key = opened.map(CredentialFiles.OwnKey::key);
        List<X509Certificate> chain =
                section.has("certs")
                        ? files.certificates(section, "certs")
                        : opened.map(CredentialFiles.OwnKey::chain).orElse(List.of());
        if (!section.has("certs") && opened.isPresent() && chain.isEmpty()) {
            section.missing(
                    "certs",
                    "is missing",
                    "write certs = [\"mine.pem\"], or name a PKCS #12 file with key and certificates as"
                            + " key");
        }
        if (!section.has("key")) {
            section.missing("key", "is missing", "write key = \"mine.key\"");
        }
        if (chain.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        X509Certificate own = chain.getFirst();
        section.items(section.has("certs") ? "certs" : "key").stream()
                .findFirst()
                .ifPresent(item -> warnOfDates(section, item, own));
        if (!PrivateKeys.match(key.get(), own.getPublicKey())) {
            section.error(
                    "key",
                    "the key does not belong to the certificate of "
                            + own.getSubjectX500Principal(),
                    "name the key that the certificate was issued for");
            return Optional.empty();
        }
        Identity subject =
                new Identity(
                        Identity.ID_DER_ASN1_DN,
                        Octets.of(own.getSubjectX500Principal().getEncoded()));
        return Optional.of(
                new LocalAuthentication.Signature(
                        identity.orElse(subject),
                        encoded(chain),
                        key.get().key(),
                        key.get().algorithm()));
    }

    private void warnOfDates(Section section, Item item, X509Certificate own) {
        Instant start = own.getNotBefore().toInstant();
        Instant end = own.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            section.warning(
                    item,
                    "the certificate expired at " + end,
                    "get a new one: the peer will refuse this one");
        } else if (now.isBefore(start)) {
            section.warning(
                    item,
                    "the certificate is valid only from " + start,
                    "check the clock: the peer will refuse it until then");
        }
    }

    private static List<Octets> encoded(List<X509Certificate> certificates) {
        return certificates.stream().map(AuthenticationReader::encoded).toList();
    }

    private static Octets encoded(X509Certificate certificate) {
        try {
            return Octets.wrap(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }
}
