package io.culvert.ike.auth;

import java.util.Locale;
import java.util.Optional;

/// Which identities a connection accepts from its peer.
///
/// `%any` accepts all. A domain name or e-mail address may start with `*`, which stands for any text without a
/// further meaning of dots. Anything else accepts exactly that identity; names are compared without regard to case.
///
/// @param text as configured
public record IdentityPattern(String text) {
    /// Accepts every identity.
    public static final IdentityPattern ANY = new IdentityPattern("%any");

    /// Whether `identity` is accepted.
    public boolean accepts(Identity identity) {
        return specificity(identity) > 0;
    }

    /// How closely this fits `identity`: 0 not at all, 1 as `%any`, 2 by a wildcard, 3 exactly. Of several
    /// connections the closest is chosen.
    public int specificity(Identity identity) {
        if (text.equals("%any")) {
            return 1;
        }
        if (text.startsWith("*")) {
            boolean named =
                    identity.type() == Identity.ID_FQDN
                            || identity.type() == Identity.ID_RFC822_ADDR;
            String end = text.substring(1).toLowerCase(Locale.ROOT);
            return named && identity.toString().toLowerCase(Locale.ROOT).endsWith(end) ? 2 : 0;
        }
        Identity wanted = Identity.parse(text);
        boolean same =
                wanted.type() == identity.type()
                        && (wanted.equals(identity)
                                || wanted.toString().equalsIgnoreCase(identity.toString()));
        return same ? 3 : 0;
    }

    /// The only identity that is accepted, if there is only one.
    public Optional<Identity> exact() {
        return text.equals("%any") || text.startsWith("*")
                ? Optional.empty()
                : Optional.of(Identity.parse(text));
    }

    @Override
    public String toString() {
        return text;
    }
}
