package io.culvert.ike.api;

import io.culvert.ike.auth.CertificateValidation;
import io.culvert.ike.auth.CertificateVerdict;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.eap.EapOpening;
import io.culvert.ike.wire.Eap;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.security.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a session has to ask outside, because the answer takes time, a clock, or state shared with other sessions.
public sealed interface Question {
    /// Is this chain valid now, trusted, not revoked, and is it the identity's?
    ///
    /// Answered by [Answer.CertificateAccepted] or [Answer.CertificateRefused].
    ///
    /// @param identity whom the peer says to be
    /// @param chain the peer's certificates in DER, its own first; empty if it sent none
    /// @param trust what is trusted
    record ValidateCertificate(
            Identity identity, List<Octets> chain, RemoteAuthentication.Signature trust)
            implements Question {
        /// Copies the list.
        public ValidateCertificate {
            chain = List.copyOf(chain);
        }

        /// The answer at a time of day, by [CertificateValidation]. May take some milliseconds.
        public Answer answerAt(Instant now) {
            return switch (CertificateValidation.validate(identity, chain, trust, now)) {
                case CertificateVerdict.Trusted(PublicKey key, String subject) ->
                        new Answer.CertificateAccepted(key, subject);
                case CertificateVerdict.Refused(String reason) ->
                        new Answer.CertificateRefused(reason);
            };
        }
    }

    /// Which addresses may the peer have?
    ///
    /// Answered by [Answer.AddressesLeased] or [Answer.AddressesRefused].
    ///
    /// @param identity the authenticated peer
    /// @param pools the pools to try, in this order
    /// @param wanted what the peer asked for, one per family; any-address for "any"
    record LeaseAddresses(Identity identity, List<String> pools, List<InetAddress> wanted)
            implements Question {
        /// Copies the lists.
        public LeaseAddresses {
            pools = List.copyOf(pools);
            wanted = List.copyOf(wanted);
        }
    }

    /// What comes next in the EAP conversation of this session? There is one at most, and it is over when the session
    /// is.
    ///
    /// Answered by [Answer.EapContinued].
    ///
    /// @param opening who talks with whom; the same in all questions of a conversation
    /// @param packet what the other side said; empty if it is for us, the EAP server, to begin
    record ContinueEap(EapOpening opening, Optional<Eap> packet) implements Question {}
}
