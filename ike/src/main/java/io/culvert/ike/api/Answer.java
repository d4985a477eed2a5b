package io.culvert.ike.api;

import io.culvert.ike.eap.EapStep;
import java.net.InetAddress;
import java.security.PublicKey;
import java.util.List;

/// The answer to a [Question].
public sealed interface Answer {
    /// The chain is good.
    ///
    /// @param key the public key of the peer's own certificate
    /// @param subject its subject, for people
    record CertificateAccepted(PublicKey key, String subject) implements Answer {}

    /// The chain is not good.
    ///
    /// @param reason why, and what would be right, for people
    record CertificateRefused(String reason) implements Answer {}

    /// The peer may have these addresses until they are released ([Action.ReleaseAddresses]).
    ///
    /// @param addresses one per family at most
    /// @param dns DNS servers to announce
    record AddressesLeased(List<InetAddress> addresses, List<InetAddress> dns) implements Answer {
        /// Copies the lists.
        public AddressesLeased {
            addresses = List.copyOf(addresses);
            dns = List.copyOf(dns);
        }
    }

    /// No address can be had.
    ///
    /// @param reason why, for people
    record AddressesRefused(String reason) implements Answer {}

    /// How far the EAP conversation has come.
    record EapContinued(EapStep step) implements Answer {}
}
