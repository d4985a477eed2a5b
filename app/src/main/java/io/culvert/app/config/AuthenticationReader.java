package io.culvert.app.config;

import io.culvert.app.config.Section.Item;
import io.culvert.app.pki.PrivateKeys;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.IdentityPattern;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.auth.RevocationPolicy;
import io.culvert.ike.auth.RevocationPolicy.Demand;
import io.culvert.ike.auth.TlsCredentials;
import io.culvert.ipsec.value.Octets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads `local` and `remote` of a connection: how each side proves who it is. The words are strongSwan's.
///
/// @param files where certificates and keys come from
/// @param now the time of day, for the validity of our own certificate
record AuthenticationReader(CredentialFiles files, Instant now) {
    private static final String IDENTITY_RIGHT =
            "write an address, a domain name, user@domain or a distinguished name such as"
                    + " \"CN=gate, O=Example\"";
    private static final Map<String, Method> OURS =
            Map.of(
                    "psk", Method.PSK,
                    "pubkey", Method.PUBKEY,
                    "eap", Method.EAP_ANY,
                    "eap-tls", Method.EAP_TLS,
                    "eap-mschapv2", Method.EAP_MSCHAPV2,
                    "null", Method.NULL);
    private static final Map<String, Method> THEIRS =
            Map.of(
                    "psk", Method.PSK,
                    "pubkey", Method.PUBKEY,
                    "eap-dynamic", Method.EAP_ANY,
                    "eap-radius", Method.EAP_RADIUS,
                    "eap-tls", Method.EAP_TLS,
                    "eap-mschapv2", Method.EAP_MSCHAPV2,
                    "null", Method.NULL);

    private static final Map<String, Demand> DEMANDS =
            Map.of(
                    "relaxed", Demand.RELAXED,
                    "ifuri", Demand.IF_URI,
                    "strict", Demand.STRICT);
    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(25);

    private static final String ANY_MASTER_SECRET = "eap-tls-without-extended-master-secret";

    private enum Method {
        PSK,
        PUBKEY,
        EAP_ANY,
        EAP_TLS,
        EAP_MSCHAPV2,
        EAP_RADIUS,
        NULL;

        boolean isEap() {
            return this == EAP_ANY || this == EAP_TLS || this == EAP_MSCHAPV2 || this == EAP_RADIUS;
        }
    }

    /// Who is who in a connection.
    record Parties(LocalAuthentication local, RemoteAuthentication remote) {}

    /// Both sides, unless something is wrong. They are read together: in EAP-TLS each needs what the other has.
    Optional<Parties> parties(Optional<Section> ourSection, Optional<Section> theirSection) {
        if (ourSection.isEmpty() || theirSection.isEmpty()) {
            return Optional.empty();
        }
        Section ours = ourSection.get();
        Section theirs = theirSection.get();
        Optional<Method> ourMethod = method(ours, OURS);
        Optional<Method> theirMethod = method(theirs, THEIRS);
        Optional<LocalAuthentication> local = Optional.empty();
        Optional<RemoteAuthentication> remote = Optional.empty();
        if (ourMethod.isPresent() && theirMethod.isPresent()) {
            complainOfCombination(ours, ourMethod.get(), theirs, theirMethod.get());
        }
        Optional<Identity> identity = ours.parsed("id", Identity::parse, IDENTITY_RIGHT);
        IdentityPattern whom =
                theirs.parsed("id", AuthenticationReader::pattern, IDENTITY_RIGHT)
                        .orElse(IdentityPattern.ANY);
        Optional<LocalAuthentication.Signature> key =
                ourMethod.filter(m -> wantsKey(m, ours)).flatMap(_ -> signature(ours, identity));
        Optional<RemoteAuthentication.Signature> trust =
                theirMethod.filter(m -> wantsTrust(m, theirs)).map(_ -> trust(theirs, whom));
        if (ourMethod.isPresent()) {
            local = local(ourMethod.get(), ours, identity, key, trust);
        }
        if (theirMethod.isPresent()) {
            remote = remote(theirMethod.get(), theirs, whom, key, trust);
        }
        ours.complainOfUnknownKeys();
        theirs.complainOfUnknownKeys();
        Optional<RemoteAuthentication> peer = remote;
        return local.flatMap(us -> peer.map(them -> new Parties(us, them)));
    }

    private static boolean wantsKey(Method method, Section ours) {
        return method == Method.PUBKEY
                || method == Method.EAP_TLS
                || (method == Method.EAP_ANY && (ours.has("certs") || ours.has("key")));
    }

    private static boolean wantsTrust(Method method, Section theirs) {
        return method == Method.PUBKEY
                || method == Method.EAP_TLS
                || (method == Method.EAP_ANY && (theirs.has("ca-certs") || theirs.has("certs")));
    }

    private static void complainOfCombination(
            Section ours, Method ourMethod, Section theirs, Method theirMethod) {
        if (ourMethod.isEap() && theirMethod.isEap()) {
            if (ourMethod != Method.EAP_TLS || theirMethod != Method.EAP_TLS) {
                theirs.error(
                        "auth",
                        "EAP alone proves both sides only with eap-tls",
                        "write auth = \"eap-tls\" on both sides, or auth = \"pubkey\" on one");
            }
        } else if (ourMethod.isEap() && theirMethod != Method.PUBKEY) {
            theirs.error(
                    "auth",
                    "a peer to whom we prove ourselves by EAP has to have a certificate",
                    "write auth = \"pubkey\"");
        } else if (theirMethod.isEap() && ourMethod != Method.PUBKEY) {
            ours.error(
                    "auth",
                    "who lets its peers authenticate by EAP has to have a certificate",
                    "write auth = \"pubkey\"");
        }
    }

    private Optional<LocalAuthentication> local(
            Method method,
            Section section,
            Optional<Identity> identity,
            Optional<LocalAuthentication.Signature> key,
            Optional<RemoteAuthentication.Signature> trust) {
        return switch (method) {
            case PSK -> {
                if (!section.has("id")) {
                    section.missing("id", "is missing", IDENTITY_RIGHT);
                }
                yield identity.map(LocalAuthentication.PreSharedKey::new);
            }
            case PUBKEY -> key.map(k -> k);
            case NULL -> Optional.of(new LocalAuthentication.Null());
            case EAP_ANY, EAP_TLS, EAP_MSCHAPV2, EAP_RADIUS ->
                    eapPeer(method, section, identity, key, trust);
        };
    }

    private Optional<LocalAuthentication> eapPeer(
            Method method,
            Section section,
            Optional<Identity> identity,
            Optional<LocalAuthentication.Signature> key,
            Optional<RemoteAuthentication.Signature> trust) {
        Optional<String> name = section.text("eap-id");
        Optional<Identity> server = section.parsed("aaa-id", Identity::parse, IDENTITY_RIGHT);
        boolean keyless = section.flag("eap-keyless", false);
        Optional<RemoteAuthentication.Signature> anchors =
                section.has("ca-certs")
                        ? Optional.of(
                                new RemoteAuthentication.Signature(
                                        IdentityPattern.ANY,
                                        encoded(files.certificates(section, "ca-certs")),
                                        List.of(),
                                        List.of()))
                        : trust;
        Optional<TlsCredentials> tls = key.flatMap(k -> anchors.map(a -> tls(section, k, a)));
        if (method == Method.EAP_TLS && tls.isEmpty()) {
            return Optional.empty();
        }
        Optional<Identity> us =
                identity.or(() -> key.map(LocalAuthentication.Signature::identity))
                        .or(() ->
                                section.has("eap-id")
                                        ? section.parsed("eap-id", Identity::parse, IDENTITY_RIGHT)
                                        : Optional.empty());
        if (us.isEmpty() && !section.has("id") && !section.has("eap-id")) {
            section.missing("id", "is missing", IDENTITY_RIGHT);
        }
        return us.map(whom ->
                new LocalAuthentication.Eap(
                        whom,
                        word(OURS, method),
                        name.orElse(whom.toString()),
                        server,
                        tls,
                        keyless));
    }

    private Optional<RemoteAuthentication> remote(
            Method method,
            Section section,
            IdentityPattern identity,
            Optional<LocalAuthentication.Signature> key,
            Optional<RemoteAuthentication.Signature> trust) {
        return switch (method) {
            case PSK -> Optional.of(new RemoteAuthentication.PreSharedKey(identity));
            case PUBKEY -> trust.map(t -> t);
            case NULL -> Optional.of(new RemoteAuthentication.Null());
            case EAP_ANY, EAP_TLS, EAP_MSCHAPV2, EAP_RADIUS -> {
                Optional<IdentityPattern> name =
                        section.parsed("eap-id", AuthenticationReader::pattern, IDENTITY_RIGHT);
                boolean keyless = section.flag("eap-keyless", false);
                Optional<TlsCredentials> tls = key.flatMap(k -> trust.map(t -> tls(section, k, t)));
                yield method == Method.EAP_TLS && tls.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new RemoteAuthentication.Eap(
                                        identity, word(THEIRS, method), name, tls, keyless));
            }
        };
    }

    private static TlsCredentials tls(
            Section section,
            LocalAuthentication.Signature key,
            RemoteAuthentication.Signature trust) {
        boolean any = section.flag(ANY_MASTER_SECRET, false);
        if (any) {
            section.warning(
                    ANY_MASTER_SECRET,
                    "whoever has a certificate that the client trusts in EAP-TLS can then pass"
                            + " itself off as that client",
                    "leave it out as soon as all peers know TLS 1.3 or RFC 7627");
        }
        return new TlsCredentials(key.chain(), key.key(), trust, any);
    }

    private static String word(Map<String, Method> words, Method method) {
        return words.entrySet().stream()
                .filter(entry -> entry.getValue() == method)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static Optional<Method> method(Section section, Map<String, Method> words) {
        if (!section.has("auth")) {
            section.missing("auth", "is missing", "write auth = \"psk\" or auth = \"pubkey\"");
        }
        return section.choice("auth", words);
    }

    private static IdentityPattern pattern(String text) {
        if (!text.equals("%any") && !text.startsWith("*")) {
            Identity.parse(text);
        }
        return new IdentityPattern(text);
    }

    private RemoteAuthentication.Signature trust(Section section, IdentityPattern identity) {
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

    private Optional<LocalAuthentication.Signature> signature(
            Section section, Optional<Identity> identity) {
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
