package io.culvert.app.pki;

import io.culvert.ike.auth.Der;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// Private keys as files hold them.
public final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519", "Ed448");
    private static final Octets RSA_ALGORITHM =
            Der.sequence(Der.oid("1.2.840.113549.1.1.1"), Octets.of((byte) 5, (byte) 0));
    private static final String SEALED = "the key is encrypted with a passphrase";
    private static final String EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    private static final int EC_PARAMETERS_TAG = 0xa0;

    private PrivateKeys() {}

    /// A key and what JCA calls its algorithm.
    ///
    /// @param algorithm `RSA`, `EC`, `Ed25519` or `Ed448`
    public record Loaded(PrivateKey key, String algorithm) {
        /// Without the key.
        @Override
        public String toString() {
            return algorithm + " private key";
        }
    }

    /// Reads a key from a PEM block (PKCS #8, or the older forms `RSA PRIVATE KEY` and `EC PRIVATE KEY`).
    ///
    /// @throws IllegalArgumentException if the block holds no usable private key; the message says why
    public static Loaded of(Pem block) {
        if (block.isEncrypted()) {
            throw new IllegalArgumentException(SEALED);
        }
        Octets content = Octets.wrap(block.der());
        return switch (block.label()) {
            case "PRIVATE KEY" -> ofPkcs8(content);
            case "RSA PRIVATE KEY" -> ofPkcs8(pkcs8(RSA_ALGORITHM, content));
            case "EC PRIVATE KEY" -> ofPkcs8(pkcs8(ecAlgorithm(content), content));
            default ->
                    throw new IllegalArgumentException("a " + block.label() + " is no private key");
        };
    }

    /// Opens a sealed key in a PEM block `ENCRYPTED PRIVATE KEY`.
    ///
    /// @throws IllegalArgumentException if it does not open, or is sealed in the old way with headers, which is weak;
    ///     the message says why
    /// @spec https://www.rfc-editor.org/rfc/rfc8018#section-6.2 RFC 8018 section 6.2
    public static Loaded open(Pem block, char[] passphrase) {
        if (!block.headers().isEmpty()) {
            throw new IllegalArgumentException(
                    SEALED + " in the old way, which is weak and not read");
        }
        return openPkcs8(Octets.wrap(block.der()), passphrase);
    }

    /// Opens a sealed key in PKCS #8.
    private static Loaded openPkcs8(Octets der, char[] passphrase) {
        PBEKeySpec spec = new PBEKeySpec(passphrase);
        try {
            EncryptedPrivateKeyInfo sealed = new EncryptedPrivateKeyInfo(der.toArray());
            SecretKey key = SecretKeyFactory.getInstance(algorithm(sealed)).generateSecret(spec);
            return ofPkcs8(Octets.wrap(sealed.getKeySpec(key, "SunJCE").getEncoded()));
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException("the passphrase does not open it", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the sealed key is malformed", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the key is sealed in a way that is not known here: " + e.getMessage(), e);
        } finally {
            spec.clearPassword();
        }
    }

    /// PBES2 has the two algorithms that it is made of in its parameters.
    private static String algorithm(EncryptedPrivateKeyInfo sealed) {
        AlgorithmParameters parameters = sealed.getAlgParameters();
        return parameters == null || !parameters.getAlgorithm().equals("PBES2")
                ? sealed.getAlgName()
                : parameters.toString();
    }

    /// Reads a key from PKCS #8 in DER.
    ///
    /// @throws IllegalArgumentException if it is none that we can use
    public static Loaded ofPkcs8(Octets der) {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der.toArray());
        return ALGORITHMS.stream()
                .flatMap(algorithm -> attempt(algorithm, spec).stream())
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "not an RSA, ECDSA, Ed25519 or Ed448 key in PKCS #8"));
    }

    private static Optional<Loaded> attempt(String algorithm, PKCS8EncodedKeySpec spec) {
        try {
            PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(spec);
            return Optional.of(new Loaded(key, algorithm));
        } catch (GeneralSecurityException notOfThisKind) {
            return Optional.empty();
        }
    }

    /// Whether `privateKey` is the other half of `publicKey`: signs and verifies a test message.
    public static boolean match(Loaded privateKey, PublicKey publicKey) {
        String scheme =
                switch (privateKey.algorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> privateKey.algorithm();
                };
        try {
            byte[] message = {1, 2, 3};
            Signature signature = Signature.getInstance(scheme);
            signature.initSign(privateKey.key());
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException differentKinds) {
            return false;
        }
    }

    private static Octets pkcs8(Octets algorithm, Octets key) {
        return Der.sequence(Der.integer(0), algorithm, Der.octetString(key));
    }

    // ECPrivateKey ::= SEQUENCE { version, privateKey, [0] parameters OPTIONAL, [1] publicKey
    // OPTIONAL }, RFC 5915.
    private static Octets ecAlgorithm(Octets ecPrivateKey) {
        Optional<Octets> curve =
                Der.read(ecPrivateKey)
                        .filter(nodes -> nodes.size() == 1)
                        .flatMap(nodes -> nodes.getFirst().children())
                        .flatMap(fields ->
                                fields.stream()
                                        .filter(f -> f.tag() == EC_PARAMETERS_TAG)
                                        .map(Der.Node::content)
                                        .findFirst());
        return Der.sequence(
                Der.oid(EC_PUBLIC_KEY),
                curve.orElseThrow(
                        () -> new IllegalArgumentException("the EC key does not name its curve")));
    }
}
