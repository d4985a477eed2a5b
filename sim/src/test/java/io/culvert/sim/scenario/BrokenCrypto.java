package io.culvert.sim.scenario;

import io.culvert.ipsec.crypto.Aead;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.Integrity;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.crypto.UnauthenticatedCipher;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;

/// Cryptography that stumbles over some of the public values that it is given: a defect that depends on the seed.
final class BrokenCrypto implements CryptoProvider {
    private final CryptoProvider sound = new JdkCrypto();

    @Override
    public String name() {
        return "broken";
    }

    @Override
    public boolean isReplayable() {
        return sound.isReplayable();
    }

    @Override
    public Aead aead(EncryptionAlgorithm algorithm, KeyMaterial key) {
        return sound.aead(algorithm, key);
    }

    @Override
    public UnauthenticatedCipher cipher(EncryptionAlgorithm algorithm, KeyMaterial key) {
        return sound.cipher(algorithm, key);
    }

    @Override
    public Integrity integrity(IntegrityAlgorithm algorithm, KeyMaterial key) {
        return sound.integrity(algorithm, key);
    }

    @Override
    public PseudoRandomFunction prf(PrfAlgorithm algorithm) {
        return sound.prf(algorithm);
    }

    @Override
    public KeyExchange initiate(KeyExchangeMethod method, SecureRandom random) {
        return sound.initiate(method, random);
    }

    @Override
    public KeyExchangeResponse respond(
            KeyExchangeMethod method, Octets peerValue, SecureRandom random)
            throws InvalidPublicValueException {
        if (peerValue.u8(0) % 4 == 0) {
            throw new IllegalStateException("a defect");
        }
        return sound.respond(method, peerValue, random);
    }

    @Override
    public Octets sign(SignatureScheme scheme, PrivateKey key, Octets message, SecureRandom random)
            throws GeneralSecurityException {
        return sound.sign(scheme, key, message, random);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, Octets message, Octets signature) {
        return sound.verify(scheme, key, message, signature);
    }
}
