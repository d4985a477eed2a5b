package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The Online Certificate Status Protocol: what to ask a responder about a certificate, and what its response says.
///
/// The response is judged by the JDK: who signed it, for which certificate, and when it is good. The JDK is given the
/// response and has nothing left to fetch. Here, before that, the algorithms and keys are held to the same policy as
/// those of certificates, of which the JDK knows nothing.
///
/// @spec https://www.rfc-editor.org/rfc/rfc6960#section-4 RFC 6960 section 4
final class OnlineStatus {
    private static final Octets SHA1 =
            Der.sequence(Der.oid("1.3.14.3.2.26"), Octets.of((byte) 5, (byte) 0));
    private static final int ENUMERATED = 0x0a;
    private static final int EXPLICIT_0 = 0xa0;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SERIAL_NUMBER = 3;
    private static final int MOST_CERTIFICATES = 5;
    private static final List<String> REFUSALS =
            List.of(
                    "",
                    "malformedRequest",
                    "internalError",
                    "tryLater",
                    "",
                    "sigRequired",
                    "unauthorized");

    private OnlineStatus() {}

    /// An OCSPRequest for one certificate, without nonce or signature: that is what responders answer from what they
    /// have ready.
    static Octets request(X509Certificate certificate, X509Certificate issuer) {
        Octets id =
                Der.sequence(
                        SHA1,
                        Der.octetString(sha1(issuer.getSubjectX500Principal().getEncoded())),
                        Der.octetString(sha1(keyBits(issuer))),
                        Der.integer(certificate.getSerialNumber()));
        return Der.sequence(Der.sequence(Der.sequence(Der.sequence(id))));
    }

    /// What a response says of `certificate`. Any octets give a finding.
    @SuppressWarnings(
            "CatchingUnchecked") // X.509 classes throw unchecked exceptions too at odd DER
    static RevocationFinding judge(
            Octets response, X509Certificate certificate, X509Certificate issuer, Instant now) {
        try {
            Optional<String> refusal = refusal(response);
            if (refusal.isPresent()) {
                return new RevocationFinding.Unusable(refusal.get());
            }
            List<Der.Node> basic = basic(response);
            requireStrong(basic);
            judgeByJdk(response, certificate, issuer, now);
            return new RevocationFinding.NotRevoked(
                    nextUpdate(basic, certificate.getSerialNumber()).orElse(now));
        } catch (CertPathValidatorException e) {
            return e.getReason() == BasicReason.REVOKED
                            && e.getCause() instanceof CertificateRevokedException revoked
                    ? new RevocationFinding.Revoked(revoked.getRevocationDate().toInstant())
                    : new RevocationFinding.Unusable("gave no good answer: " + e.getMessage());
        } catch (CertificateRefusal e) {
            return new RevocationFinding.Unusable(
                    "gave an answer that does not count: " + e.reason());
        } catch (GeneralSecurityException | RuntimeException e) {
            return new RevocationFinding.Unusable("gave a malformed answer: " + e.getMessage());
        }
    }

    /// What it says if it is no answer at all.
    private static Optional<String> refusal(Octets response) {
        Optional<Octets> status =
                Der.only(response, Der.SEQUENCE)
                        .flatMap(Der::read)
                        .filter(fields ->
                                !fields.isEmpty() && fields.getFirst().tag() == ENUMERATED)
                        .map(fields -> fields.getFirst().content())
                        .filter(number -> number.size() == 1);
        if (status.isEmpty()) {
            return Optional.of("gave no OCSP response");
        }
        int number = status.get().u8(0);
        if (number == 0) {
            return Optional.empty();
        }
        String name = number < REFUSALS.size() ? REFUSALS.get(number) : "";
        return Optional.of("refused to answer: " + (name.isEmpty() ? "status " + number : name));
    }

    /// The fields of the BasicOCSPResponse: tbsResponseData, signatureAlgorithm, signature, and perhaps certificates.
    private static List<Der.Node> basic(Octets response) throws CertificateRefusal {
        return Der.only(response, Der.SEQUENCE)
                .flatMap(Der::read)
                .filter(fields -> fields.size() == 2 && fields.get(1).tag() == EXPLICIT_0)
                .flatMap(fields -> Der.only(fields.get(1).content(), Der.SEQUENCE))
                .flatMap(Der::read)
                .filter(fields -> fields.size() == 2)
                .flatMap(fields -> Der.only(fields.get(1).content(), Der.SEQUENCE))
                .flatMap(Der::read)
                .filter(fields -> fields.size() == 3 || fields.size() == 4)
                .orElseThrow(() -> new CertificateRefusal("it is no basic OCSP response"));
    }

    private static void requireStrong(List<Der.Node> basic)
            throws CertificateRefusal, GeneralSecurityException {
        List<Der.Node> algorithm = basic.get(1).children().orElse(List.of());
        String name =
                algorithm.isEmpty()
                        ? "nothing"
                        : Der.dotted(algorithm.getFirst().content()).orElse("nothing");
        Octets parameters =
                algorithm.size() < 2
                        ? Octets.EMPTY
                        : Der.value(algorithm.get(1).tag(), algorithm.get(1).content());
        if (!CertificatePolicy.isStrong(name, parameters.toArray())) {
            throw new CertificateRefusal("it was signed with " + name);
        }
        if (basic.size() == 4) {
            requireStrongSigners(
                    Der.only(basic.get(3).content(), Der.SEQUENCE)
                            .flatMap(Der::read)
                            .orElse(List.of()));
        }
    }

    private static void requireStrongSigners(List<Der.Node> certificates)
            throws CertificateRefusal, GeneralSecurityException {
        if (certificates.size() > MOST_CERTIFICATES) {
            throw new CertificateRefusal(
                    "it came with more than " + MOST_CERTIFICATES + " certificates");
        }
        for (Der.Node node : certificates) {
            byte[] der = Der.value(node.tag(), node.content()).toArray();
            if (CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der))
                    instanceof X509Certificate signer) {
                CertificatePolicy.requireKey(signer);
                CertificatePolicy.requireSignatureAlgorithm(signer);
            }
        }
    }

    private static void judgeByJdk(
            Octets response, X509Certificate certificate, X509Certificate issuer, Instant now)
            throws GeneralSecurityException {
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        if (!(validator.getRevocationChecker() instanceof PKIXRevocationChecker checker)) {
            throw new IllegalStateException("PKIX has a revocation checker");
        }
        checker.setOcspResponses(Map.of(certificate, response.toArray()));
        checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.NO_FALLBACK));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(issuer, null)));
        parameters.setDate(Date.from(now));
        parameters.addCertPathChecker(checker);
        CertificateFactory x509 = CertificateFactory.getInstance("X.509");
        validator.validate(x509.generateCertPath(List.of(certificate)), parameters);
    }

    /// When the responder will know more, if it says so.
    private static Optional<Instant> nextUpdate(List<Der.Node> basic, BigInteger serial) {
        Octets number = Octets.wrap(serial.toByteArray());
        return basic.getFirst().children().orElse(List.of()).stream()
                .filter(field -> field.tag() == Der.SEQUENCE)
                .flatMap(responses -> responses.children().orElse(List.of()).stream())
                .map(single -> single.children().orElse(List.of()))
                .filter(single -> !single.isEmpty() && isFor(number, single.getFirst()))
                .flatMap(single ->
                        single.stream()
                                .filter(field -> field.tag() == EXPLICIT_0)
                                .flatMap(field ->
                                        Der.only(field.content(), GENERALIZED_TIME).stream()))
                .flatMap(time -> time(time).stream())
                .findFirst();
    }

    private static boolean isFor(Octets serial, Der.Node certificateId) {
        List<Der.Node> fields = certificateId.children().orElse(List.of());
        return fields.size() > SERIAL_NUMBER && fields.get(SERIAL_NUMBER).content().equals(serial);
    }

    private static Optional<Instant> time(Octets text) {
        try {
            return Optional.of(
                    LocalDateTime.parse(
                                    new String(text.toArray(), StandardCharsets.US_ASCII),
                                    DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT))
                            .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /// What the BIT STRING in the SubjectPublicKeyInfo holds, without the number of unused bits.
    private static byte[] keyBits(X509Certificate issuer) {
        return Der.only(Octets.wrap(issuer.getPublicKey().getEncoded()), Der.SEQUENCE)
                .flatMap(Der::read)
                .map(fields -> fields.getLast().content().slice(1).toArray())
                .orElseThrow(() -> new IllegalStateException("a public key is DER"));
    }

    private static Octets sha1(byte[] octets) {
        try {
            return Octets.wrap(MessageDigest.getInstance("SHA-1").digest(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
