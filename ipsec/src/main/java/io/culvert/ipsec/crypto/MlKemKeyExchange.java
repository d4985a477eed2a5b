package io.culvert.ipsec.crypto;

import io.culvert.ipsec.crypto.CryptoProvider.KeyExchangeResponse;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import javax.crypto.DecapsulateException;
import javax.crypto.KEM;
import org.jspecify.annotations.Nullable;

/// ML-KEM: the initiator sends an encapsulation key, the responder a ciphertext that holds the secret.
///
/// A ciphertext that was tampered with gives another secret and no error (implicit rejection), so it shows when the
/// keys that come of it do not fit.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.2 RFC 9370 section 2.2.2
final class MlKemKeyExchange implements KeyExchange {
    private static final String ALGORITHM = "ML-KEM";

    private final KeyExchangeMethod method;
    private final Octets encapsulationKey;
    private @Nullable PrivateKey decapsulationKey;

    private MlKemKeyExchange(
            KeyExchangeMethod method, Octets encapsulationKey, PrivateKey decapsulationKey) {
        this.method = method;
        this.encapsulationKey = encapsulationKey;
        this.decapsulationKey = decapsulationKey;
    }

    static MlKemKeyExchange generate(KeyExchangeMethod method, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(parameters(method), random);
            KeyPair pair = generator.generateKeyPair();
            Octets encoded = Octets.wrap(pair.getPublic().getEncoded());
            Octets value = encoded.slice(encoded.size() - method.initiatorOctets());
            return new MlKemKeyExchange(method, value, pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(method, e);
        }
    }

    /// With a key pair that is not fresh.
    ///
    /// @param decapsulationKey expanded, as in FIPS 203
    static MlKemKeyExchange of(
            KeyExchangeMethod method, Octets decapsulationKey, Octets encapsulationKey) {
        try {
            PrivateKey key =
                    KeyFactory.getInstance(ALGORITHM)
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(
                                            privateKeyInfo(method, decapsulationKey)));
            return new MlKemKeyExchange(method, encapsulationKey, key);
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(method, e);
        }
    }

    /// The responder's whole part: checks the key as FIPS 203 section 7.2 says, size and range of the coefficients, and
    /// makes a secret for it.
    static KeyExchangeResponse respond(
            KeyExchangeMethod method, Octets peerValue, SecureRandom random)
            throws InvalidPublicValueException {
        requireSize(method, peerValue, method.initiatorOctets());
        try {
            PublicKey theirs =
                    KeyFactory.getInstance(ALGORITHM)
                            .generatePublic(
                                    new X509EncodedKeySpec(
                                            subjectPublicKeyInfo(method, peerValue)));
            KEM.Encapsulated made =
                    KEM.getInstance(ALGORITHM).newEncapsulator(theirs, null, random).encapsulate();
            return new KeyExchangeResponse(
                    Octets.wrap(made.encapsulation()),
                    KeyMaterial.wrap("shared secret", made.key().getEncoded()));
        } catch (InvalidKeyException | InvalidKeySpecException _) {
            throw new InvalidPublicValueException(method + " key with coefficients out of range");
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(method, e);
        }
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public Octets publicValue() {
        return encapsulationKey;
    }

    /// Takes the secret out of the ciphertext, whose size is checked as FIPS 203 section 7.3 says.
    @Override
    public KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException {
        PrivateKey ours = decapsulationKey;
        if (ours == null) {
            throw new IllegalStateException("the private key was forgotten");
        }
        requireSize(method, peerValue, method.responderOctets());
        try {
            return KeyMaterial.wrap(
                    "shared secret",
                    KEM.getInstance(ALGORITHM)
                            .newDecapsulator(ours)
                            .decapsulate(peerValue.toArray())
                            .getEncoded());
        } catch (DecapsulateException _) {
            throw new InvalidPublicValueException(method + " ciphertext refused");
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(method, e);
        }
    }

    @Override
    public void close() {
        decapsulationKey = null;
    }

    private static void requireSize(KeyExchangeMethod method, Octets value, int size)
            throws InvalidPublicValueException {
        if (value.size() != size) {
            throw new InvalidPublicValueException(method + " value of " + value.size() + " octets");
        }
    }

    /// The key as JCA takes it: version, algorithm identifier, and an octet string in an octet string.
    private static byte[] privateKeyInfo(KeyExchangeMethod method, Octets key) {
        return new OctetsBuilder(28 + key.size())
                .u16(0x3082)
                .u16(3 + 13 + 4 + 4 + key.size())
                .octets(Octets.ofHex("020100"))
                .octets(algorithm(method))
                .u16(0x0482)
                .u16(4 + key.size())
                .u16(0x0482)
                .u16(key.size())
                .octets(key)
                .build()
                .toArray();
    }

    /// The key as JCA takes it: an algorithm identifier and a bit string in a sequence.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc5280#section-4.1 RFC 5280 section 4.1
    private static byte[] subjectPublicKeyInfo(KeyExchangeMethod method, Octets key) {
        int bits = 1 + key.size();
        return new OctetsBuilder(22 + key.size())
                .u16(0x3082)
                .u16(13 + 4 + bits)
                .octets(algorithm(method))
                .u16(0x0382)
                .u16(bits)
                .u8(0)
                .octets(key)
                .build()
                .toArray();
    }

    /// The algorithm identifier `id-alg-ml-kem-512`, `-768` or `-1024`.
    private static Octets algorithm(KeyExchangeMethod method) {
        int set = method.transformId() - KeyExchangeMethod.ML_KEM_512.transformId() + 1;
        return Octets.ofHex("300b060960864801650304040" + set);
    }

    private static NamedParameterSpec parameters(KeyExchangeMethod method) {
        return switch (method) {
            case ML_KEM_512 -> NamedParameterSpec.ML_KEM_512;
            case ML_KEM_768 -> NamedParameterSpec.ML_KEM_768;
            case ML_KEM_1024 -> NamedParameterSpec.ML_KEM_1024;
            case MODP_2048,
                    MODP_3072,
                    MODP_4096,
                    MODP_6144,
                    MODP_8192,
                    ECP_256,
                    ECP_384,
                    ECP_521,
                    CURVE25519,
                    CURVE448 ->
                    throw new IllegalArgumentException(method + " is not ML-KEM");
        };
    }
}
