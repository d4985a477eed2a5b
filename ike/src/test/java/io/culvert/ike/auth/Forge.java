package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// An authority that issues whatever it is told to: certificates, lists and statuses, right or wrong.
///
/// @param name its distinguished name in DER
/// @param keys its key pair
/// @param certificate its own certificate in DER
record Forge(Octets name, KeyPair keys, Octets certificate) {
    static final Instant NOW = Instant.parse("2030-06-01T12:00:00Z");
    static final String SHA256_WITH_ECDSA = "1.2.840.10045.4.3.2";
    static final String SHA1_WITH_ECDSA = "1.2.840.10045.4.1";
    static final Octets CA = critical("2.5.29.19", Der.sequence(Der.bool(true)));
    static final Octets CERT_AND_CRL_SIGN =
            critical("2.5.29.15", Der.bitString(1, Octets.of((byte) 6)));
    static final Octets OCSP_SIGNING =
            extension("2.5.29.37", Der.sequence(Der.oid("1.3.6.1.5.5.7.3.9")));

    private static final Octets SHA1 =
            Der.sequence(Der.oid("1.3.14.3.2.26"), Octets.of((byte) 5, (byte) 0));
    private static final Duration AGE = Duration.ofDays(10);

    /// A root that signs for itself.
    static Forge root(String name) {
        KeyPair keys = p256();
        Octets subject = commonName(name);
        Octets tbs =
                body(
                        BigInteger.ONE,
                        subject,
                        NOW.minus(AGE),
                        NOW.plus(AGE),
                        subject,
                        Octets.wrap(keys.getPublic().getEncoded()),
                        List.of(CA, CERT_AND_CRL_SIGN));
        return new Forge(subject, keys, signed(tbs, keys.getPrivate(), SHA256_WITH_ECDSA));
    }

    /// An authority below this one.
    Forge authority(String name, Octets... extensions) {
        KeyPair keys = p256();
        return new Forge(
                commonName(name),
                keys,
                issue(name, keys, NOW.minus(AGE), NOW.plus(AGE), extensions));
    }

    /// An authority below this one that may issue and sign lists.
    Forge authority(String name) {
        return authority(name, CA, CERT_AND_CRL_SIGN);
    }

    /// A certificate for a domain name with a fresh key.
    Octets leaf(String name, Octets... more) {
        Octets[] extensions = Arrays.copyOf(more, more.length + 1);
        extensions[more.length] = domainName(name);
        return issue(name, p256(), NOW.minus(AGE), NOW.plus(AGE), extensions);
    }

    Octets issue(String name, KeyPair keys, Instant from, Instant until, Octets... extensions) {
        return issue(name, Octets.wrap(keys.getPublic().getEncoded()), from, until, extensions);
    }

    /// A certificate with any public key.
    ///
    /// @param publicKey the SubjectPublicKeyInfo
    Octets issue(String name, Octets publicKey, Instant from, Instant until, Octets... extensions) {
        BigInteger serial = new BigInteger(1, sha1(publicKey.toArray()).toArray());
        Octets tbs =
                body(
                        serial,
                        this.name,
                        from,
                        until,
                        commonName(name),
                        publicKey,
                        List.of(extensions));
        return signed(tbs, keys.getPrivate(), SHA256_WITH_ECDSA);
    }

    /// A revocation list.
    Octets list(Instant from, Instant until, List<Octets> extensions, X509Certificate... revoked) {
        Octets[] entries =
                Arrays.stream(revoked)
                        .map(c -> Der.sequence(Der.integer(c.getSerialNumber()), Der.time(from)))
                        .toArray(Octets[]::new);
        Octets tbs =
                Der.sequence(
                        Der.integer(1),
                        Der.sequence(Der.oid(SHA256_WITH_ECDSA)),
                        name,
                        Der.time(from),
                        Der.time(until),
                        entries.length == 0 ? Octets.EMPTY : Der.sequence(entries),
                        extensions.isEmpty()
                                ? Octets.EMPTY
                                : Der.explicit(0, Der.sequence(extensions.toArray(Octets[]::new))));
        return signed(tbs, keys.getPrivate(), SHA256_WITH_ECDSA);
    }

    /// A status of one certificate of this authority.
    ///
    /// @param status `good`, `revoked` or `unknown`
    /// @param signer whose key signs
    /// @param certificates what the responder sends along
    /// @param until the next update, if it tells
    Octets status(
            X509Certificate of,
            String status,
            Instant from,
            Optional<Instant> until,
            Forge signer,
            String algorithm,
            Octets... certificates) {
        Octets id =
                Der.sequence(
                        SHA1,
                        Der.octetString(sha1(name.toArray())),
                        Der.octetString(sha1(keyBits(keys))),
                        Der.integer(of.getSerialNumber()));
        Octets said =
                switch (status) {
                    case "good" -> Der.implicit(0, Octets.EMPTY);
                    case "revoked" -> Der.explicit(1, generalized(from));
                    default -> Der.implicit(2, Octets.EMPTY);
                };
        Octets single =
                Der.sequence(
                        id,
                        said,
                        generalized(from),
                        until.map(t -> Der.explicit(0, generalized(t))).orElse(Octets.EMPTY));
        Octets tbs =
                Der.sequence(
                        Der.explicit(2, Der.octetString(sha1(keyBits(signer.keys)))),
                        generalized(from),
                        Der.sequence(single));
        byte[] signature = sign(tbs, signer.keys.getPrivate(), algorithm);
        Octets basic =
                Der.sequence(
                        tbs,
                        Der.sequence(Der.oid(algorithm)),
                        Der.bitString(Octets.wrap(signature)),
                        certificates.length == 0
                                ? Octets.EMPTY
                                : Der.explicit(0, Der.sequence(certificates)));
        return Der.sequence(
                Der.value(0x0a, Octets.of((byte) 0)),
                Der.explicit(
                        0, Der.sequence(Der.oid("1.3.6.1.5.5.7.48.1.1"), Der.octetString(basic))));
    }

    /// Where the status of a certificate can be asked for.
    static Octets responder(String uri) {
        return extension(
                "1.3.6.1.5.5.7.1.1",
                Der.sequence(Der.sequence(Der.oid("1.3.6.1.5.5.7.48.1"), uri(uri))));
    }

    /// Where the list is on which a certificate would be.
    static Octets distributionPoint(String uri) {
        return extension("2.5.29.31", Der.sequence(Der.sequence(pointName(uri))));
    }

    /// In a list: that it is for those who name this distribution point.
    static Octets issuingDistributionPoint(String uri) {
        return critical("2.5.29.28", Der.sequence(pointName(uri)));
    }

    private static Octets pointName(String uri) {
        return Der.explicit(0, Der.explicit(0, uri(uri)));
    }

    private static Octets uri(String uri) {
        return Der.implicit(6, Der.ia5(uri));
    }

    static Octets domainName(String name) {
        return extension("2.5.29.17", Der.sequence(Der.implicit(2, Der.ia5(name))));
    }

    static Octets extension(String oid, Octets content) {
        return Der.sequence(Der.oid(oid), Der.octetString(content));
    }

    static Octets critical(String oid, Octets content) {
        return Der.sequence(Der.oid(oid), Der.bool(true), Der.octetString(content));
    }

    static Octets commonName(String name) {
        Octets text = Der.value(0x0c, Octets.wrap(name.getBytes(StandardCharsets.UTF_8)));
        return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), text)));
    }

    static X509Certificate parsed(Octets der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static KeyPair p256() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static Octets body(
            BigInteger serial,
            Octets issuer,
            Instant from,
            Instant until,
            Octets subject,
            Octets publicKey,
            List<Octets> extensions) {
        return body(
                Der.sequence(Der.oid(SHA256_WITH_ECDSA)),
                serial,
                issuer,
                from,
                until,
                subject,
                publicKey,
                extensions);
    }

    static Octets body(
            Octets algorithm,
            BigInteger serial,
            Octets issuer,
            Instant from,
            Instant until,
            Octets subject,
            Octets publicKey,
            List<Octets> extensions) {
        return Der.sequence(
                Der.explicit(0, Der.integer(2)),
                Der.integer(serial),
                algorithm,
                issuer,
                Der.sequence(Der.time(from), Der.time(until)),
                subject,
                publicKey,
                extensions.isEmpty()
                        ? Octets.EMPTY
                        : Der.explicit(3, Der.sequence(extensions.toArray(Octets[]::new))));
    }

    private static Octets signed(Octets tbs, PrivateKey key, String algorithm) {
        return Der.sequence(
                tbs,
                Der.sequence(Der.oid(algorithm)),
                Der.bitString(Octets.wrap(sign(tbs, key, algorithm))));
    }

    private static byte[] sign(Octets tbs, PrivateKey key, String algorithm) {
        try {
            Signature signature =
                    Signature.getInstance(
                            algorithm.equals(SHA1_WITH_ECDSA)
                                    ? "SHA1withECDSA"
                                    : "SHA256withECDSA");
            signature.initSign(key);
            signature.update(tbs.toArray());
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Octets generalized(Instant instant) {
        String text = instant.toString().replaceAll("[-:T]", "");
        return Der.value(0x18, Der.ia5(text));
    }

    private static byte[] keyBits(KeyPair keys) {
        return Der.only(Octets.wrap(keys.getPublic().getEncoded()), Der.SEQUENCE)
                .flatMap(Der::read)
                .orElseThrow()
                .getLast()
                .content()
                .slice(1)
                .toArray();
    }

    private static Octets sha1(byte[] octets) {
        try {
            return Octets.wrap(MessageDigest.getInstance("SHA-1").digest(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
