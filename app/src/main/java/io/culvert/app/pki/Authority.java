package io.culvert.app.pki;

import io.culvert.ike.auth.Der;
import io.culvert.ike.auth.Identity;
import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A certification authority for tests and small trials. It knows nothing of policies, and keeps no record of what it
/// issued.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5280#section-4 RFC 5280 section 4
public final class Authority {
    private static final Octets CERTIFICATE_SIGN_AND_CRL_SIGN =
            Der.bitString(1, Octets.of((byte) 6));
    private static final Octets DIGITAL_SIGNATURE = Der.bitString(7, Octets.of((byte) 0x80));
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String OCSP = "1.3.6.1.5.5.7.48.1";
    private static final int SERIAL_BITS = 120;
    // room for clocks that are behind
    private static final Duration SLACK = Duration.ofHours(1);

    private final KeyKind kind;
    private final PrivateKey key;
    private final X509Certificate certificate;
    private final SecureRandom random;

    /// @param certificate the authority's own certificate
    /// @param key its private key
    /// @throws IllegalArgumentException if the key is not the certificate's
    public Authority(X509Certificate certificate, PrivateKeys.Loaded key, SecureRandom random) {
        if (!PrivateKeys.match(key, certificate.getPublicKey())) {
            throw new IllegalArgumentException("the key does not belong to the certificate");
        }
        this.kind = kindOf(key);
        this.key = key.key();
        this.certificate = certificate;
        this.random = random;
    }

    private Authority(
            KeyKind kind, PrivateKey key, X509Certificate certificate, SecureRandom random) {
        this.kind = kind;
        this.key = key;
        this.certificate = certificate;
        this.random = random;
    }

    /// A certificate and its private key.
    public record Issued(X509Certificate certificate, PrivateKey key) {
        /// Without the key.
        @Override
        public String toString() {
            return "certificate of " + certificate.getSubjectX500Principal();
        }
    }

    /// Where the status of a certificate can be asked for.
    ///
    /// @param responders URIs of OCSP responders
    /// @param lists URIs of revocation lists
    public record Places(List<String> responders, List<String> lists) {
        /// Nowhere.
        public static final Places NONE = new Places(List.of(), List.of());

        /// Copies the lists.
        public Places {
            responders = List.copyOf(responders);
            lists = List.copyOf(lists);
        }

        private List<Octets> extensions() {
            List<Octets> extensions = new ArrayList<>();
            if (!responders.isEmpty()) {
                Octets[] access =
                        responders.stream()
                                .map(uri -> Der.sequence(Der.oid(OCSP), uri(uri)))
                                .toArray(Octets[]::new);
                extensions.add(extension("1.3.6.1.5.5.7.1.1", Der.sequence(access)));
            }
            if (!lists.isEmpty()) {
                Octets[] points =
                        lists.stream()
                                .map(uri ->
                                        Der.sequence(Der.explicit(0, Der.explicit(0, uri(uri)))))
                                .toArray(Octets[]::new);
                extensions.add(extension("2.5.29.31", Der.sequence(points)));
            }
            return extensions;
        }

        private static Octets uri(String uri) {
            return Der.implicit(6, Der.ia5(uri));
        }
    }

    /// Makes a new authority that signs for itself.
    ///
    /// @param name its common name
    /// @param now the time of day
    /// @param validity how long its certificate is good
    public static Authority create(
            String name, KeyKind kind, Instant now, Duration validity, SecureRandom random) {
        KeyPair pair = kind.generate(random);
        Octets subject = commonName(name);
        Octets tbs =
                body(
                        kind,
                        serial(random),
                        subject,
                        now.minus(SLACK),
                        now.plus(validity),
                        subject,
                        Octets.wrap(pair.getPublic().getEncoded()),
                        authorityExtensions(pair, List.of()));
        return new Authority(
                kind, pair.getPrivate(), parse(signed(kind, pair.getPrivate(), tbs)), random);
    }

    /// Makes a new authority whose certificate this one signs.
    ///
    /// @param name its common name
    /// @param places where its status can be asked for
    public Authority below(
            String name, KeyKind belowKind, Instant now, Duration validity, Places places) {
        KeyPair pair = belowKind.generate(random);
        List<Octets> more = new ArrayList<>(places.extensions());
        more.add(extension("2.5.29.35", authorityKeyId()));
        Octets tbs =
                body(
                        kind,
                        serial(random),
                        issuer(),
                        now.minus(SLACK),
                        now.plus(validity),
                        commonName(name),
                        Octets.wrap(pair.getPublic().getEncoded()),
                        authorityExtensions(pair, more));
        return new Authority(belowKind, pair.getPrivate(), parse(signed(kind, key, tbs)), random);
    }

    private static Octets authorityExtensions(KeyPair pair, List<Octets> more) {
        List<Octets> extensions = new ArrayList<>(more);
        extensions.add(critical("2.5.29.19", Der.sequence(Der.bool(true))));
        extensions.add(critical("2.5.29.15", CERTIFICATE_SIGN_AND_CRL_SIGN));
        Octets publicKey = Octets.wrap(pair.getPublic().getEncoded());
        extensions.add(extension("2.5.29.14", Der.octetString(keyId(publicKey))));
        return Der.sequence(extensions.toArray(Octets[]::new));
    }

    /// The authority's own certificate.
    public X509Certificate certificate() {
        return certificate;
    }

    /// The authority's private key.
    public PrivateKey key() {
        return key;
    }

    /// Issues a certificate for `identities`, with a fresh key.
    ///
    /// Addresses, domain names and e-mail addresses become subject alternative names; the first identity also becomes
    /// the common name, unless it is a distinguished name, which then is the subject.
    ///
    /// @param identities at least one
    /// @param from the start of its validity
    /// @param until the end
    public Issued issue(
            List<Identity> identities, KeyKind subjectKind, Instant from, Instant until) {
        return issue(identities, subjectKind, from, until, Places.NONE);
    }

    /// Issues a certificate as above, whose status can be asked for.
    public Issued issue(
            List<Identity> identities,
            KeyKind subjectKind,
            Instant from,
            Instant until,
            Places places) {
        KeyPair pair = subjectKind.generate(random);
        Octets publicKey = Octets.wrap(pair.getPublic().getEncoded());
        List<Octets> extensions = new ArrayList<>(places.extensions());
        extensions.add(critical("2.5.29.19", Der.sequence()));
        extensions.add(critical("2.5.29.15", DIGITAL_SIGNATURE));
        extensions.add(
                extension("2.5.29.37", Der.sequence(Der.oid(SERVER_AUTH), Der.oid(CLIENT_AUTH))));
        extensions.add(extension("2.5.29.14", Der.octetString(keyId(publicKey))));
        extensions.add(extension("2.5.29.35", authorityKeyId()));
        Octets[] names =
                identities.stream()
                        .flatMap(i -> alternativeName(i).stream())
                        .toArray(Octets[]::new);
        if (names.length > 0) {
            extensions.add(extension("2.5.29.17", Der.sequence(names)));
        }
        Octets tbs =
                body(
                        kind,
                        serial(random),
                        issuer(),
                        from,
                        until,
                        subject(identities.getFirst()),
                        publicKey,
                        Der.sequence(extensions.toArray(Octets[]::new)));
        return new Issued(parse(signed(kind, key, tbs)), pair.getPrivate());
    }

    /// A revocation list in DER.
    ///
    /// @param revoked the serial numbers of certificates that are not good any more
    /// @param number the number of the list, higher than that of any earlier one
    /// @spec https://www.rfc-editor.org/rfc/rfc5280#section-5 RFC 5280 section 5
    public Octets revocationList(
            List<BigInteger> revoked, BigInteger number, Instant now, Instant nextUpdate) {
        List<Octets> parts = new ArrayList<>();
        parts.add(Der.integer(1));
        parts.add(kind.signatureAlgorithm());
        parts.add(issuer());
        parts.add(Der.time(now.minus(SLACK)));
        parts.add(Der.time(nextUpdate));
        if (!revoked.isEmpty()) {
            parts.add(
                    Der.sequence(
                            revoked.stream()
                                    .map(s ->
                                            Der.sequence(
                                                    Der.integer(s), Der.time(now.minus(SLACK))))
                                    .toArray(Octets[]::new)));
        }
        Octets extensions =
                Der.sequence(
                        extension("2.5.29.35", authorityKeyId()),
                        extension("2.5.29.20", Der.integer(number)));
        parts.add(Der.explicit(0, extensions));
        return signed(kind, key, Der.sequence(parts.toArray(Octets[]::new)));
    }

    private static Octets body(
            KeyKind signer,
            BigInteger serial,
            Octets issuer,
            Instant from,
            Instant until,
            Octets subject,
            Octets publicKey,
            Octets extensions) {
        return Der.sequence(
                Der.explicit(0, Der.integer(2)),
                Der.integer(serial),
                signer.signatureAlgorithm(),
                issuer,
                Der.sequence(Der.time(from), Der.time(until)),
                subject,
                publicKey,
                Der.explicit(3, extensions));
    }

    private static Octets signed(KeyKind kind, PrivateKey key, Octets body) {
        return Der.sequence(body, kind.signatureAlgorithm(), Der.bitString(kind.sign(key, body)));
    }

    private static Octets extension(String oid, Octets content) {
        return Der.sequence(Der.oid(oid), Der.octetString(content));
    }

    private static Octets critical(String oid, Octets content) {
        return Der.sequence(Der.oid(oid), Der.bool(true), Der.octetString(content));
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE);
    }

    private Octets issuer() {
        return Octets.wrap(certificate.getSubjectX500Principal().getEncoded());
    }

    private Octets authorityKeyId() {
        Octets publicKey = Octets.wrap(certificate.getPublicKey().getEncoded());
        return Der.sequence(Der.implicit(0, keyId(publicKey)));
    }

    private static Octets subject(Identity identity) {
        return identity.type() == Identity.ID_DER_ASN1_DN
                ? identity.data()
                : commonName(identity.toString());
    }

    private static Octets commonName(String name) {
        Octets text = Der.value(0x0c, Octets.wrap(name.getBytes(StandardCharsets.UTF_8)));
        return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), text)));
    }

    private static List<Octets> alternativeName(Identity identity) {
        return switch (identity.type()) {
            case Identity.ID_RFC822_ADDR -> List.of(Der.implicit(1, identity.data()));
            case Identity.ID_FQDN -> List.of(Der.implicit(2, identity.data()));
            case Identity.ID_IPV4_ADDR, Identity.ID_IPV6_ADDR ->
                    List.of(Der.implicit(7, identity.data()));
            default -> List.of();
        };
    }

    /// The SHA-1 of the subject public key's bits (RFC 5280 section 4.2.1.2, method 1): a name, not a protection.
    private static Octets keyId(Octets subjectPublicKeyInfo) {
        Octets bits =
                Der.read(subjectPublicKeyInfo)
                        .flatMap(nodes -> nodes.getFirst().children())
                        .map(fields -> fields.getLast().content().slice(1))
                        .orElseThrow(() -> new IllegalStateException("a public key is DER"));
        try {
            return Octets.wrap(MessageDigest.getInstance("SHA-1").digest(bits.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    private static X509Certificate parse(Octets der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der.toArray()));
        } catch (CertificateException e) {
            throw new IllegalStateException("wrote a certificate that cannot be read", e);
        }
    }

    private static KeyKind kindOf(PrivateKeys.Loaded key) {
        return switch (key.algorithm()) {
            case "RSA" -> KeyKind.RSA;
            case "Ed25519" -> KeyKind.ED25519;
            case "Ed448" -> KeyKind.ED448;
            default ->
                    key.key() instanceof ECKey ec && ec.getParams().getOrder().bitLength() > 256
                            ? KeyKind.ECDSA_384
                            : KeyKind.ECDSA;
        };
    }
}
