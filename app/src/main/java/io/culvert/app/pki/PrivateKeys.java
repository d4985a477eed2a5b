package io.culvert.app.pki;

import io.culvert.ike.auth.Der;
import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;

/// Private keys as files hold them.
public final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519", "Ed448");
    private static final Octets RSA_ALGORITHM =
            Der.sequence(Der.oid("1.2.840.113549.1.1.1"), Octets.of((byte) 5, (byte) 0));
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
            throw new IllegalArgumentException("the key is encrypted with a passphrase");
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
