package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.security.PrivateKey;
import java.util.List;

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
}
