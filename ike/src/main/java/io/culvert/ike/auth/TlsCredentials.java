package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import java.security.PrivateKey;
import java.util.List;

/// What a TLS handshake inside of EAP needs, on either side.
///
/// @param chain our certificate in DER, then intermediates
/// @param key the private key of the first certificate
/// @param trust what the other side's certificate has to lead to
/// @param anyMasterSecret whether TLS 1.2 may go without the extended master secret, which binds the key to this very
///     handshake: a server that the client trusts can then pass the client off as its own to another server
public record TlsCredentials(
        List<Octets> chain,
        PrivateKey key,
        RemoteAuthentication.Signature trust,
        boolean anyMasterSecret) {
    /// With the extended master secret only.
    public TlsCredentials(
            List<Octets> chain, PrivateKey key, RemoteAuthentication.Signature trust) {
        this(chain, key, trust, false);
    }

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
