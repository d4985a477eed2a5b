package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;

/// All the cryptography that IKE and ESP ask for, behind one contract.
///
/// A provider supports every constant of the enums of this package. It is safe for use by many threads; what it
/// returns ([Aead], [UnauthenticatedCipher], [Integrity], [PseudoRandomFunction], [KeyExchange]) is not, unless said.
/// Where an operation draws randomness it takes it from the argument alone, as far as the provider can: see
/// [#isReplayable].
public interface CryptoProvider {
    /// A short name for `status`, such as `jdk` or `libcrypto 3.0.19`.
    String name();

    /// Whether all randomness comes from the arguments, so that a run can be replayed from a seed.
    boolean isReplayable();

    /// An AEAD cipher for one direction.
    ///
    /// @param key the bare key, without salt
    /// @throws IllegalArgumentException if the algorithm is not an AEAD or the key has a wrong size
    Aead aead(EncryptionAlgorithm algorithm, KeyMaterial key);

    /// A cipher without integrity, for one direction.
    ///
    /// @param key the bare key, without the nonce of AES-CTR
    /// @throws IllegalArgumentException if the algorithm is an AEAD or the key has a wrong size
    UnauthenticatedCipher cipher(EncryptionAlgorithm algorithm, KeyMaterial key);

    /// An integrity algorithm keyed with `key`.
    ///
    /// @throws IllegalArgumentException if the algorithm is [IntegrityAlgorithm#NONE] or the key has a wrong size
    Integrity integrity(IntegrityAlgorithm algorithm, KeyMaterial key);

    /// The pseudorandom function; what is returned may be shared by threads.
    PseudoRandomFunction prf(PrfAlgorithm algorithm);

    /// Begins a key exchange as its initiator: makes a fresh key pair.
    KeyExchange initiate(KeyExchangeMethod method, SecureRandom random);

    /// Does the responder's whole part of a key exchange.
    ///
    /// @param peerValue the key exchange data of the initiator, unchecked
    /// @throws InvalidPublicValueException if the peer's value has a wrong length or must not be used (RFC 6989, RFC 8031)
    KeyExchangeResponse respond(KeyExchangeMethod method, Octets peerValue, SecureRandom random)
            throws InvalidPublicValueException;

    /// Signs `message`.
    ///
    /// @throws GeneralSecurityException if the key does not fit the scheme or cannot be used
    Octets sign(SignatureScheme scheme, PrivateKey key, Octets message, SecureRandom random)
            throws GeneralSecurityException;

    /// Whether `signature` over `message` is the key's. Any octets give an answer; a key that does not fit the scheme
    /// gives false.
    boolean verify(SignatureScheme scheme, PublicKey key, Octets message, Octets signature);

    /// What a responder sends and what both then share.
    ///
    /// @param value the key exchange data to send
    /// @param secret the shared secret
    record KeyExchangeResponse(Octets value, KeyMaterial secret) {}
}
