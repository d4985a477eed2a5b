package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.util.List;

/// How the peer must prove who it is.
public sealed interface RemoteAuthentication {
    /// Whom we accept.
    IdentityPattern identity();

    /// By a pre-shared key, found in [SharedKeys] by both identities.
    record PreSharedKey(IdentityPattern identity) implements RemoteAuthentication {}

    /// By a signature with the key of an X.509 certificate.
    ///
    /// @param anchors trusted CA certificates in DER
    /// @param pinned end-entity certificates in DER that are trusted by themselves
    /// @param revocations certificate revocation lists in DER
    record Signature(
            IdentityPattern identity,
            List<Octets> anchors,
            List<Octets> pinned,
            List<Octets> revocations)
            implements RemoteAuthentication {
        /// Copies the lists.
        public Signature {
            anchors = List.copyOf(anchors);
            pinned = List.copyOf(pinned);
            revocations = List.copyOf(revocations);
        }
    }
}
