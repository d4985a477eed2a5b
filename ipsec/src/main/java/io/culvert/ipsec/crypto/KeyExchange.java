package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;

/// The initiator's half of one key exchange: a fresh key pair that is used once.
///
/// For one thread.
public interface KeyExchange extends AutoCloseable {
    /// The method.
    KeyExchangeMethod method();

    /// The key exchange data to send.
    Octets publicValue();

    /// Computes the shared secret from the responder's key exchange data.
    ///
    /// @throws InvalidPublicValueException if the peer's value has a wrong length or must not be used
    KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException;

    /// Forgets the private key.
    @Override
    void close();
}
