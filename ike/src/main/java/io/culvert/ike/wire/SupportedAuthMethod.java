package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// An authentication method that the sender of SUPPORTED_AUTH_METHODS accepts.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9593#section-3.2 RFC 9593 section 3.2
public sealed interface SupportedAuthMethod {
    /// The method.
    AuthenticationMethod method();

    /// A method that needs no certificate.
    ///
    /// @param method the method
    record Plain(AuthenticationMethod method) implements SupportedAuthMethod {}

    /// A method that is linked to one certification authority, or to none.
    ///
    /// @param method the method
    /// @param certificateLink the number of the authority among all in the sender's CERTREQ payloads, from 1; 0 for any
    record Linked(AuthenticationMethod method, int certificateLink) implements SupportedAuthMethod {
        /// Checks the range.
        public Linked {
            Wire.requireU8(certificateLink, "certificate link");
        }
    }

    /// A digital signature with its algorithm.
    ///
    /// @param method the method
    /// @param certificateLink as in [Linked]
    /// @param algorithm an AlgorithmIdentifier in DER, 1 to 252 octets
    record WithAlgorithm(AuthenticationMethod method, int certificateLink, Octets algorithm)
            implements SupportedAuthMethod {
        /// Checks sizes.
        public WithAlgorithm {
            Wire.requireU8(certificateLink, "certificate link");
            Wire.requireSize(algorithm, 1, 252, "AlgorithmIdentifier");
        }
    }

    /// The length on the wire, in octets.
    default int lengthOctets() {
        return switch (this) {
            case Plain _ -> 2;
            case Linked _ -> 3;
            case WithAlgorithm with -> 3 + with.algorithm().size();
        };
    }
}
