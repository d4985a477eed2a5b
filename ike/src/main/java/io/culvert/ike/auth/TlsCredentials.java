package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.security.PrivateKey;
import java.util.List;

/// What a TLS handshake inside of EAP needs, on either side.
///
/// @param chain our certificate in DER, then intermediates
/// @param key the private key of the first certificate
/// @param trust what the other side's certificate has to lead to
public record TlsCredentials(
        List<Octets> chain, PrivateKey key, RemoteAuthentication.Signature trust) {
    /// Copies the list.
    public TlsCredentials {
        chain = List.copyOf(chain);
    }

    /// Without the key.
    @Override
    public String toString() {
        return "TlsCredentials[" + chain.size() + " certificates]";
    }
}
