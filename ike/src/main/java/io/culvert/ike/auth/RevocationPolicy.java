package io.culvert.ike.auth;

import java.time.Duration;

/// How sure we must be that a peer's certificates are not revoked, and how hard we look.
///
/// Whatever is demanded, who is known to be revoked is refused.
///
/// @param demand what must be known
/// @param fetch whether the places that a certificate names are asked, once its chain is known to be good
/// @param patience how long all that asking may take for one peer
public record RevocationPolicy(Demand demand, boolean fetch, Duration patience) {
    /// The usual patience: shorter than the time after which a peer says its request again for the second time.
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /// A list that somebody configured must be usable; nothing is fetched.
    public static final RevocationPolicy DEFAULT =
            new RevocationPolicy(Demand.LISTED, false, PATIENCE);

    /// What must be known of a certificate. All but [#LISTED] are strongSwan's words.
    public enum Demand {
        /// Nothing.
        RELAXED,
        /// That it is not revoked, if lists of its issuer are configured.
        LISTED,
        /// That it is not revoked, if lists of its issuer are configured or it names a place to ask.
        IF_URI,
        /// That it is not revoked.
        STRICT
    }
}
