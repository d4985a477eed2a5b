package io.culvert.ike.auth;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import javax.security.auth.x500.X500Principal;

/// Whose certificate it is: the names in it, compared with an [Identity].
///
/// Our choice: a domain name or e-mail address must be there in full, so `*.example.com` names nobody. The common name
/// of the subject is no domain name.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4945#section-3.1 RFC 4945 section 3.1
final class CertificateNames {
    private static final int RFC822_NAME = 1;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final int SHOWN_CHARACTERS = 400;

    private final X509Certificate certificate;

    private CertificateNames(X509Certificate certificate) {
        this.certificate = certificate;
    }

    /// Refuses a certificate that is not `identity`'s (IK-086).
    static void requireIdentity(X509Certificate certificate, Identity identity)
            throws CertificateRefusal {
        CertificateNames names = new CertificateNames(certificate);
        if (!names.include(identity)) {
            throw new CertificateRefusal(
                    "it does not name "
                            + identity
                            + " but "
                            + String.join(", ", names.all())
                            + ": let the peer use one of these as its id, or get a certificate that names "
                            + identity);
        }
    }

    /// Whether `certificate` is `identity`'s.
    static boolean name(X509Certificate certificate, Identity identity) throws CertificateRefusal {
        return new CertificateNames(certificate).include(identity);
    }

    /// The subject for people, or the serial number if it is empty.
    static String subject(X509Certificate certificate) {
        String name = shown(certificate.getSubjectX500Principal());
        return name.isEmpty() ? "serial number " + certificate.getSerialNumber() : name;
    }

    /// A distinguished name for people.
    static String shown(X500Principal name) {
        return printable(name.getName(X500Principal.RFC2253));
    }

    /// `text` without control characters or marks that change how the rest is read, and not too long for a line.
    static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(SHOWN_CHARACTERS).forEach(c -> shown.appendCodePoint(safe(c)));
        return text.codePointCount(0, text.length()) > SHOWN_CHARACTERS
                ? shown.append('…').toString()
                : shown.toString();
    }

    private static int safe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED ->
                    '?';
            default -> codePoint;
        };
    }

    private boolean include(Identity identity) throws CertificateRefusal {
        return switch (identity.type()) {
            case Identity.ID_FQDN -> alternativeNames(DNS_NAME).stream().anyMatch(same(identity));
            case Identity.ID_RFC822_ADDR ->
                    alternativeNames(RFC822_NAME).stream().anyMatch(same(identity));
            case Identity.ID_IPV4_ADDR, Identity.ID_IPV6_ADDR ->
                    alternativeNames(IP_ADDRESS).stream()
                            .map(CertificateNames::address)
                            .anyMatch(identity.data()::equals);
            case Identity.ID_DER_ASN1_DN -> isSubject(identity.data());
            case Identity.ID_KEY_ID -> keyIdentifier().filter(identity.data()::equals).isPresent();
            default -> false;
        };
    }

    /// Letters of ASCII are compared without regard to case, other octets exactly.
    private static Predicate<String> same(Identity identity) {
        String wanted = lowerCase(new String(identity.data().toArray(), StandardCharsets.UTF_8));
        return name -> lowerCase(name).equals(wanted);
    }

    private static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder(text);
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                lower.setCharAt(i, (char) (c + ('a' - 'A')));
            }
        }
        return lower.toString();
    }

    private static Octets address(String literal) {
        return Octets.wrap(IpPrefix.parseAddress(literal).getAddress());
    }

    private boolean isSubject(Octets der) {
        try {
            return new X500Principal(der.toArray()).equals(certificate.getSubjectX500Principal());
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// The content of the extension is an OCTET STRING in an OCTET STRING; a key identifier is short.
    private Optional<Octets> keyIdentifier() {
        byte[] extension = certificate.getExtensionValue(SUBJECT_KEY_IDENTIFIER);
        if (extension == null) {
            return Optional.empty();
        }
        return shortOctetString(Octets.wrap(extension)).flatMap(CertificateNames::shortOctetString);
    }

    private static Optional<Octets> shortOctetString(Octets der) {
        boolean whole = der.size() >= 2 && der.u8(0) == 0x04 && der.u8(1) == der.size() - 2;
        return whole && der.u8(1) < 0x80 ? Optional.of(der.slice(2)) : Optional.empty();
    }

    private List<String> alternativeNames(int type) throws CertificateRefusal {
        List<String> found = new ArrayList<>();
        for (List<?> name : alternativeNames()) {
            if (name.get(0).equals(type) && name.get(1) instanceof String text) {
                found.add(text);
            }
        }
        return found;
    }

    private Collection<List<?>> alternativeNames() throws CertificateRefusal {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            throw new CertificateRefusal(
                    "its subject alternative names are malformed: get it issued again");
        }
    }

    private List<String> all() throws CertificateRefusal {
        List<String> all = new ArrayList<>();
        for (int type : new int[] {DNS_NAME, RFC822_NAME, IP_ADDRESS}) {
            all.addAll(alternativeNames(type));
        }
        if (!certificate.getSubjectX500Principal().getName().isEmpty()) {
            all.add(subject(certificate));
        }
        keyIdentifier().ifPresent(id -> all.add("@#" + id.toHex().toLowerCase(Locale.ROOT)));
        return all.isEmpty() ? List.of("nobody") : all;
    }
}
