package io.culvert.app.pki;

import io.culvert.ike.auth.Der;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;

/// The kinds of key that test certificates can have.
public enum KeyKind {
    /// RSA with 3072 bits.
    RSA("RSA", "SHA256withRSA", "1.2.840.113549.1.1.11"),
    /// ECDSA on P-256.
    ECDSA("EC", "SHA256withECDSA", "1.2.840.10045.4.3.2"),
    /// ECDSA on P-384.
    ECDSA_384("EC", "SHA384withECDSA", "1.2.840.10045.4.3.3"),
    /// Ed25519.
    ED25519("Ed25519", "Ed25519", "1.3.101.112"),
    /// Ed448.
    ED448("Ed448", "Ed448", "1.3.101.113");

    private static final int RSA_BITS = 3072;
    private static final Octets NULL = Octets.of((byte) 5, (byte) 0);

    private final String algorithm;
    private final String signature;
    private final String signatureOid;

    KeyKind(String algorithm, String signature, String signatureOid) {
        this.algorithm = algorithm;
        this.signature = signature;
        this.signatureOid = signatureOid;
    }

    /// A fresh key pair.
    public KeyPair generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            switch (this) {
                case RSA -> generator.initialize(RSA_BITS, random);
                case ECDSA -> generator.initialize(new ECGenParameterSpec("secp256r1"), random);
                case ECDSA_384 -> generator.initialize(new ECGenParameterSpec("secp384r1"), random);
                case ED25519, ED448 ->
                        generator.initialize(
                                new java.security.spec.NamedParameterSpec(algorithm), random);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks " + algorithm, e);
        }
    }

    /// The AlgorithmIdentifier of signatures made with such a key.
    Octets signatureAlgorithm() {
        return this == RSA
                ? Der.sequence(Der.oid(signatureOid), NULL)
                : Der.sequence(Der.oid(signatureOid));
    }

    Octets sign(PrivateKey key, Octets message) {
        try {
            Signature signer = Signature.getInstance(signature);
            signer.initSign(key);
            signer.update(message.toArray());
            return Octets.wrap(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key of our own cannot sign", e);
        }
    }
}
