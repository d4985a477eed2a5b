package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.security.PrivateKey;
import java.util.List;
import java.util.Optional;

/// How we prove who we are.
public sealed interface LocalAuthentication {
    /// Who we say we are.
    Identity identity();

    /// By a pre-shared key, found in [SharedKeys] by both identities.
    record PreSharedKey(Identity identity) implements LocalAuthentication {}

    /// By a signature.
    ///
    /// @param chain our certificate in DER, then intermediates; sent in this order
    /// @param key the private key of the first certificate
    /// @param publicKeyAlgorithm the algorithm of the key as JCA names it: `RSA`, `EC`, `Ed25519`, `Ed448`
    record Signature(
            Identity identity, List<Octets> chain, PrivateKey key, String publicKeyAlgorithm)
            implements LocalAuthentication {
        /// Copies the list.
        public Signature {
            chain = List.copyOf(chain);
        }

        /// Without the key.
        @Override
        public String toString() {
            return "Signature["
                    + identity
                    + ", "
                    + chain.size()
                    + " certificates, "
                    + publicKeyAlgorithm
                    + "]";
        }
    }

    /// By EAP: by what lies behind `backend`. As a responder only together with a peer that is content with EAP alone
    /// (RFC 5998).
    ///
    /// @param backend the name of who holds the conversation when we are the EAP peer: `eap-mschapv2`
    /// @param name who we say we are in EAP
    /// @param server whom the EAP server's certificate must name, if that is not the IKE responder
    /// @param tls what methods with TLS need
    /// @param keyless whether a method may do without a key; the end of IKE_AUTH then proves less
    record Eap(
            Identity identity,
            String backend,
            String name,
            Optional<Identity> server,
            Optional<TlsCredentials> tls,
            boolean keyless)
            implements LocalAuthentication {}

    /// By the keys of an IKE SA that is resumed: whoever has them has proved who it is before. Never configured.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc5723#section-4.3.3 RFC 5723 section 4.3.3
    record Resumed(Identity identity) implements LocalAuthentication {}

    /// Not at all: we stay anonymous.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc7619#section-2 RFC 7619 section 2
    record Null() implements LocalAuthentication {
        @Override
        public Identity identity() {
            return Identity.NULL;
        }
    }
}
