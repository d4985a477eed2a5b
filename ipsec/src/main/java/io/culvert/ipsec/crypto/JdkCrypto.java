package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;

/// The provider that needs the JDK alone.
///
/// It runs everywhere and in every test, and a run can be replayed from a seed. What it cannot do is wipe: JCA keeps
/// copies of keys in its own objects, so `close` here drops references and leaves the rest to the garbage collector.
public final class JdkCrypto implements CryptoProvider {
    /// A provider; one is enough for a program.
    public JdkCrypto() {}

    @Override
    public String name() {
        return "jdk";
    }

    @Override
    public boolean isReplayable() {
        return true;
    }

    @Override
    public Aead aead(EncryptionAlgorithm algorithm, KeyMaterial key) {
        if (!algorithm.isAead()) {
            throw new IllegalArgumentException(algorithm + " is not an AEAD");
        }
        requireKeyFits(algorithm, key);
        return new JdkAead(algorithm, key);
    }

    @Override
    public UnauthenticatedCipher cipher(EncryptionAlgorithm algorithm, KeyMaterial key) {
        if (algorithm.isAead()) {
            throw new IllegalArgumentException(algorithm + " is an AEAD");
        }
        requireKeyFits(algorithm, key);
        return new JdkCipher(algorithm, key);
    }

    @Override
    public Integrity integrity(IntegrityAlgorithm algorithm, KeyMaterial key) {
        if (algorithm == IntegrityAlgorithm.NONE || key.size() != algorithm.keyOctets()) {
            throw new IllegalArgumentException(
                    algorithm + " does not take a key of " + key.size() + " octets");
        }
        return new JdkIntegrity(algorithm, key);
    }

    @Override
    public PseudoRandomFunction prf(PrfAlgorithm algorithm) {
        return new JdkPrf(algorithm);
    }

    @Override
    public KeyExchange initiate(KeyExchangeMethod method, SecureRandom random) {
        return switch (method) {
            case MODP_2048, MODP_3072, MODP_4096, MODP_6144, MODP_8192 ->
                    ModpKeyExchange.generate(method, random);
            case ECP_256, ECP_384, ECP_521 -> EcpKeyExchange.generate(method, random);
            case CURVE25519, CURVE448 -> XdhKeyExchange.generate(method, random);
            case ML_KEM_512, ML_KEM_768, ML_KEM_1024 -> MlKemKeyExchange.generate(method, random);
        };
    }

    @Override
    public KeyExchangeResponse respond(
            KeyExchangeMethod method, Octets peerValue, SecureRandom random)
            throws InvalidPublicValueException {
        if (method.isPostQuantum()) {
            return MlKemKeyExchange.respond(method, peerValue, random);
        }
        try (KeyExchange ours = initiate(method, random)) {
            return new KeyExchangeResponse(ours.publicValue(), ours.agree(peerValue));
        }
    }

    @Override
    public Octets sign(SignatureScheme scheme, PrivateKey key, Octets message, SecureRandom random)
            throws GeneralSecurityException {
        return JdkSignatures.sign(scheme, key, message, random);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, Octets message, Octets signature) {
        return JdkSignatures.verify(scheme, key, message, signature);
    }

    /// A key exchange whose key pair is not fresh, for vectors that fix it.
    ///
    /// @param privateKey the scalar or exponent, in the byte order of the method
    static KeyExchange withKeyPair(
            KeyExchangeMethod method, Octets privateKey, Octets publicValue) {
        return switch (method) {
            case MODP_2048, MODP_3072, MODP_4096, MODP_6144, MODP_8192 ->
                    ModpKeyExchange.of(method, privateKey);
            case ECP_256, ECP_384, ECP_521 -> EcpKeyExchange.of(method, privateKey, publicValue);
            case CURVE25519, CURVE448 -> XdhKeyExchange.of(method, privateKey, publicValue);
            case ML_KEM_512, ML_KEM_768, ML_KEM_1024 ->
                    MlKemKeyExchange.of(method, privateKey, publicValue);
        };
    }

    private static void requireKeyFits(EncryptionAlgorithm algorithm, KeyMaterial key) {
        if (!algorithm.takesKeyOctets(key.size())) {
            throw new IllegalArgumentException(
                    algorithm + " does not take a key of " + key.size() + " octets");
        }
    }
}
