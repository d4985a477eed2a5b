package io.culvert.ike.auth;

import io.culvert.ipsec.crypto.SignatureScheme;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// What we demand of every single certificate, before asking who issued it: dates, keys, algorithms and purpose.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4945#section-5.1.3 RFC 4945 section 5.1.3
final class CertificatePolicy {
    private static final int RSA_MIN_BITS = 2048;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;
    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    /// anyExtendedKeyUsage, id-kp-ipsecIKE, id-kp-serverAuth, id-kp-clientAuth. RFC 4945 knows only the first two; the
    /// others are what most certification authorities put into the certificates of gateways.
    private static final Set<String> EXTENDED_USAGES =
            Set.of("2.5.29.37.0", "1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

    private static final String RSASSA_PSS = "1.2.840.113549.1.1.10";

    /// RSA PKCS #1 v1.5 and ECDSA with SHA-256, SHA-384, SHA-512; Ed25519; Ed448.
    private static final Set<String> SIGNATURES =
            Set.of(
                    "1.2.840.113549.1.1.11",
                    "1.2.840.113549.1.1.12",
                    "1.2.840.113549.1.1.13",
                    "1.2.840.10045.4.3.2",
                    "1.2.840.10045.4.3.3",
                    "1.2.840.10045.4.3.4",
                    "1.3.101.112",
                    "1.3.101.113");

    private static final Set<String> PSS_HASHES = Set.of("SHA-256", "SHA-384", "SHA-512");
    private static final List<ECParameterSpec> CURVES =
            List.of(curve("secp256r1"), curve("secp384r1"), curve("secp521r1"));

    private CertificatePolicy() {}

    /// Refuses a certificate outside its dates.
    static void requireDates(X509Certificate certificate, Instant now) throws CertificateRefusal {
        Instant start = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            throw new CertificateRefusal(
                    certificate(certificate) + " expired at " + end + ": renew it");
        }
        if (now.isBefore(start)) {
            throw new CertificateRefusal(
                    certificate(certificate)
                            + " is valid only from "
                            + start
                            + ", now it is "
                            + now
                            + ": check the clock, or wait");
        }
    }

    /// Refuses a public key that is weak, odd, or costs unbounded time.
    static void requireKey(X509Certificate certificate) throws CertificateRefusal {
        PublicKey key = certificate.getPublicKey();
        boolean good =
                switch (key) {
                    case RSAPublicKey rsa ->
                            rsa.getModulus().bitLength() >= RSA_MIN_BITS
                                    && SignatureScheme.RSA_PSS_SHA2_256.accepts(rsa);
                    case ECPublicKey ec ->
                            CURVES.stream().anyMatch(curve -> isSame(curve, ec.getParams()))
                                    && isOnCurve(ec);
                    case EdECPublicKey edwards ->
                            SignatureScheme.ED25519.accepts(edwards)
                                    || SignatureScheme.ED448.accepts(edwards);
                    default -> false;
                };
        if (!good) {
            throw new CertificateRefusal(
                    certificate(certificate)
                            + " has "
                            + kind(key)
                            + ": use RSA of 2048 to 16384 bits, ECDSA on P-256, P-384 or P-521, Ed25519 or Ed448");
        }
    }

    /// Refuses a certificate that was signed with an algorithm that can be forged.
    static void requireSignatureAlgorithm(X509Certificate certificate) throws CertificateRefusal {
        byte[] parameters = certificate.getSigAlgParams();
        if (!isStrong(certificate.getSigAlgOID(), parameters == null ? new byte[0] : parameters)) {
            throw new CertificateRefusal(
                    certificate(certificate)
                            + " was signed with "
                            + certificate.getSigAlgName()
                            + ", which is not accepted: get it issued again with SHA-256 or better");
        }
    }

    /// Whether forging a signature of this algorithm is out of reach.
    static boolean isStrong(String signatureAlgorithm, byte[] parameters) {
        if (!signatureAlgorithm.equals(RSASSA_PSS)) {
            return SIGNATURES.contains(signatureAlgorithm);
        }
        try {
            AlgorithmParameters parsed = AlgorithmParameters.getInstance("RSASSA-PSS");
            parsed.init(parameters);
            PSSParameterSpec pss = parsed.getParameterSpec(PSSParameterSpec.class);
            return PSS_HASHES.contains(pss.getDigestAlgorithm())
                    && pss.getMGFParameters() instanceof MGF1ParameterSpec mask
                    && PSS_HASHES.contains(mask.getDigestAlgorithm());
        } catch (GeneralSecurityException | IOException _) {
            return false;
        }
    }

    /// Refuses a certificate that is not for authentication by signature.
    static void requirePurpose(X509Certificate certificate) throws CertificateRefusal {
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
            throw new CertificateRefusal(
                    certificate(certificate)
                            + " is not for signatures: get one with key usage digitalSignature, or without key usage");
        }
        List<String> extended = extendedUsage(certificate);
        if (!extended.isEmpty() && extended.stream().noneMatch(EXTENDED_USAGES::contains)) {
            throw new CertificateRefusal(
                    certificate(certificate)
                            + " is for "
                            + String.join(", ", extended)
                            + ": get one with extended key usage ipsecIKE, serverAuth, clientAuth or any, or without");
        }
    }

    /// Refuses the certificate of an issuer that may not issue.
    ///
    /// @param below how many certification authorities are between it and the end, itself not counted
    static void requireAuthority(X509Certificate issuer, int below) throws CertificateRefusal {
        int pathLength = issuer.getBasicConstraints();
        if (pathLength < 0) {
            throw new CertificateRefusal(
                    certificate(issuer)
                            + " is not that of a certification authority: get one from an authority, or name the"
                            + " peer's own certificate in `certs` to trust just that");
        }
        if (below > pathLength) {
            throw new CertificateRefusal(
                    certificate(issuer)
                            + " allows "
                            + pathLength
                            + " authorities below it, here are "
                            + below
                            + ": get a certificate from an authority higher up");
        }
        boolean[] usage = issuer.getKeyUsage();
        if (usage != null && !usage[KEY_CERT_SIGN]) {
            throw new CertificateRefusal(
                    certificate(issuer)
                            + " is not for issuing certificates: its key usage lacks keyCertSign");
        }
    }

    /// Whether the issuer's key may sign revocation lists.
    static boolean maySignRevocations(X509Certificate issuer) {
        boolean[] usage = issuer.getKeyUsage();
        return usage == null || usage[CRL_SIGN];
    }

    /// A certificate with its subject, for people.
    static String certificate(X509Certificate certificate) {
        return "the certificate of " + CertificateNames.subject(certificate);
    }

    private static List<String> extendedUsage(X509Certificate certificate)
            throws CertificateRefusal {
        try {
            List<String> usages = certificate.getExtendedKeyUsage();
            return usages == null ? List.of() : usages;
        } catch (CertificateParsingException e) {
            throw new CertificateRefusal(
                    certificate(certificate) + " has a malformed extended key usage: get another");
        }
    }

    private static String kind(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa ->
                    "an RSA key of "
                            + rsa.getModulus().bitLength()
                            + " bits with exponent of "
                            + rsa.getPublicExponent().bitLength()
                            + " bits";
            case ECPublicKey ec when !isOnCurve(ec) -> "a key that is no point of its curve";
            case ECPublicKey ec ->
                    "a key on a curve of "
                            + ec.getParams().getCurve().getField().getFieldSize()
                            + " bits";
            default -> "a key of algorithm " + key.getAlgorithm();
        };
    }

    /// Whether y² = x³ + ax + b, for a curve over a prime field; the curves that we know have no points of small order.
    private static boolean isOnCurve(ECPublicKey key) {
        ECPoint point = key.getW();
        EllipticCurve curve = key.getParams().getCurve();
        if (point.equals(ECPoint.POINT_INFINITY)
                || !(curve.getField() instanceof ECFieldFp field)
                || !isBelow(field.getP(), point.getAffineX())
                || !isBelow(field.getP(), point.getAffineY())) {
            return false;
        }
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB());
        return y.pow(2).subtract(right).mod(field.getP()).signum() == 0;
    }

    private static boolean isBelow(BigInteger p, BigInteger coordinate) {
        return coordinate.signum() >= 0 && coordinate.compareTo(p) < 0;
    }

    private static boolean isSame(ECParameterSpec curve, ECParameterSpec other) {
        return curve.getCurve().equals(other.getCurve())
                && curve.getGenerator().equals(other.getGenerator())
                && curve.getOrder().equals(other.getOrder())
                && curve.getCofactor() == other.getCofactor();
    }

    private static ECParameterSpec curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + name, e);
        }
    }
}
