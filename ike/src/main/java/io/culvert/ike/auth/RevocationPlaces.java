package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.cert.X509Extension;
import java.util.ArrayList;
import java.util.List;

/// Where a certificate says that its status can be asked for. What is malformed is not there.
///
/// @param responders URIs of OCSP responders
/// @param lists URIs of revocation lists for all reasons, signed by the certificate's issuer
/// @spec https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.13 RFC 5280 section 4.2.1.13
/// @spec https://www.rfc-editor.org/rfc/rfc5280#section-4.2.2.1 RFC 5280 section 4.2.2.1
record RevocationPlaces(List<String> responders, List<String> lists) {
    /// The extension in a list that names its scope.
    static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";

    private static final String AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";
    private static final String DISTRIBUTION_POINTS = "2.5.29.31";
    private static final Octets OCSP = Der.oid("1.3.6.1.5.5.7.48.1");
    private static final int DISTRIBUTION_POINT_NAME = 0xa0;
    private static final int FULL_NAME = 0xa0;
    private static final int URI = 0x86;
    private static final int MOST_OF_A_KIND = 3;
    private static final int LONGEST_URI = 1024;

    /// The places that `certificate` names, at most three of a kind.
    static RevocationPlaces of(X509Certificate certificate) {
        List<String> responders = new ArrayList<>();
        for (Der.Node description : items(certificate, AUTHORITY_INFORMATION_ACCESS)) {
            List<Der.Node> fields = description.children().orElse(List.of());
            if (fields.size() == 2
                    && Der.value(Der.OBJECT_IDENTIFIER, fields.getFirst().content()).equals(OCSP)) {
                responders.addAll(uris(List.of(fields.get(1))));
            }
        }
        List<String> lists = new ArrayList<>();
        for (Der.Node point : items(certificate, DISTRIBUTION_POINTS)) {
            lists.addAll(wholeScope(point.children().orElse(List.of())));
        }
        return new RevocationPlaces(first(responders), first(lists));
    }

    boolean isEmpty() {
        return responders.isEmpty() && lists.isEmpty();
    }

    /// Whether `list` is for all certificates that name the same distribution point, of which `certificate` is one.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc5280#section-6.3.3 RFC 5280 section 6.3.3
    static boolean isInScope(X509Certificate certificate, X509CRL list) {
        List<String> scope = wholeScope(items(list, ISSUING_DISTRIBUTION_POINT));
        return of(certificate).lists.stream().anyMatch(scope::contains);
    }

    /// The URIs of a distribution point, unless it is for some reasons only, some kinds of certificates only, or
    /// another issuer's.
    private static List<String> wholeScope(List<Der.Node> fields) {
        if (fields.size() != 1 || fields.getFirst().tag() != DISTRIBUTION_POINT_NAME) {
            return List.of();
        }
        List<Der.Node> name = fields.getFirst().children().orElse(List.of());
        return name.size() == 1 && name.getFirst().tag() == FULL_NAME
                ? uris(name.getFirst().children().orElse(List.of()))
                : List.of();
    }

    private static List<String> uris(List<Der.Node> generalNames) {
        return generalNames.stream()
                .filter(name -> name.tag() == URI && name.content().size() <= LONGEST_URI)
                .map(name -> new String(name.content().toArray(), StandardCharsets.US_ASCII))
                .filter(uri -> uri.chars().allMatch(c -> c > ' ' && c < 0x7f))
                .toList();
    }

    private static List<String> first(List<String> uris) {
        return uris.stream().distinct().limit(MOST_OF_A_KIND).toList();
    }

    /// What is in the SEQUENCE that an extension is.
    private static List<Der.Node> items(X509Extension holder, String extension) {
        byte[] value = holder.getExtensionValue(extension);
        return value == null
                ? List.of()
                : Der.only(Octets.wrap(value), Der.OCTET_STRING)
                        .flatMap(inner -> Der.only(inner, Der.SEQUENCE))
                        .flatMap(Der::read)
                        .orElse(List.of());
    }
}
