package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.util.List;
import java.util.Optional;

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
    /// @param revocation what must be known about revocation
    record Signature(
            IdentityPattern identity,
            List<Octets> anchors,
            List<Octets> pinned,
            List<Octets> revocations,
            RevocationPolicy revocation)
            implements RemoteAuthentication {
        /// With [RevocationPolicy#DEFAULT].
        public Signature(
                IdentityPattern identity,
                List<Octets> anchors,
                List<Octets> pinned,
                List<Octets> revocations) {
            this(identity, anchors, pinned, revocations, RevocationPolicy.DEFAULT);
        }

        /// Copies the lists.
        public Signature {
            anchors = List.copyOf(anchors);
            pinned = List.copyOf(pinned);
            revocations = List.copyOf(revocations);
        }
    }

    /// By EAP: by what lies behind `backend`. For a responder of IKE that expects EAP alone (RFC 5998), as an initiator,
    /// only together with EAP on our side.
    ///
    /// @param backend the name of who holds the conversation when we are the EAP server: `eap-radius`
    /// @param eapIdentity who may be authenticated. Empty: it is whom IKE names. One identity: nobody else, and it is
    ///     not asked for. A pattern: the peer is asked, and what it says has to fit
    /// @param tls what methods with TLS need
    /// @param keyless whether a method may do without a key; the end of IKE_AUTH then proves less
    record Eap(
            IdentityPattern identity,
            String backend,
            Optional<IdentityPattern> eapIdentity,
            Optional<TlsCredentials> tls,
            boolean keyless)
            implements RemoteAuthentication {}

    /// By the keys of an IKE SA that is resumed. Never configured.
    ///
    /// @param peer who it was, and has to be again
    /// @spec https://www.rfc-editor.org/rfc/rfc5723#section-4.3.3 RFC 5723 section 4.3.3
    record Resumed(Identity peer) implements RemoteAuthentication {
        /// Any: a pattern is text, and not every identity has one that means it alone.
        @Override
        public IdentityPattern identity() {
            return IdentityPattern.ANY;
        }
    }

    /// Not at all: the peer stays anonymous, and whatever it says to be is not believed.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc7619#section-2 RFC 7619 section 2
    record Null() implements RemoteAuthentication {
        @Override
        public IdentityPattern identity() {
            return IdentityPattern.ANY;
        }
    }
}
