package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;
import org.jspecify.annotations.Nullable;

/// X25519 or X448: values and secret are little-endian u coordinates.
///
/// @spec https://www.rfc-editor.org/rfc/rfc8031#section-2 RFC 8031 section 2
/// @spec https://www.rfc-editor.org/rfc/rfc7748#section-5 RFC 7748 section 5
final class XdhKeyExchange implements KeyExchange {
    private final KeyExchangeMethod method;
    private final Octets publicValue;
    private @Nullable PrivateKey privateKey;

    private XdhKeyExchange(KeyExchangeMethod method, Octets publicValue, PrivateKey privateKey) {
        this.method = method;
        this.publicValue = publicValue;
        this.privateKey = privateKey;
    }

    static XdhKeyExchange generate(KeyExchangeMethod method, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("XDH");
            generator.initialize(curve(method), random);
            KeyPair pair = generator.generateKeyPair();
            BigInteger u = ((XECPublicKey) pair.getPublic()).getU();
            Octets value = Octets.wrap(FixedWidth.littleEndian(u, method.initiatorOctets()));
            return new XdhKeyExchange(method, value, pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(method, e);
        }
    }

    static XdhKeyExchange of(KeyExchangeMethod method, Octets scalar, Octets publicValue) {
        try {
            PrivateKey key =
                    KeyFactory.getInstance("XDH")
                            .generatePrivate(
                                    new XECPrivateKeySpec(curve(method), scalar.toArray()));
            return new XdhKeyExchange(method, publicValue, key);
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
        return publicValue;
    }

    /// RFC 8031 wants every string of the right length taken, in no canonical form, and a secret of zeros refused,
    /// which is what the points of small order give. JCA refuses those points by itself.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc8031#section-3.2 RFC 8031 section 3.2
    @Override
    public KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException {
        if (peerValue.size() != method.initiatorOctets()) {
            throw new InvalidPublicValueException(
                    method + " value of " + peerValue.size() + " octets");
        }
        PrivateKey ours = privateKey;
        if (ours == null) {
            throw new IllegalStateException("the private key was forgotten");
        }
        byte[] u = peerValue.toArray();
        if (method == KeyExchangeMethod.CURVE25519) {
            u[u.length - 1] &= 0x7f; // RFC 7748 section 5: the unused bit is masked
        }
        try {
            PublicKey theirs =
                    KeyFactory.getInstance("XDH")
                            .generatePublic(
                                    new XECPublicKeySpec(
                                            curve(method), FixedWidth.ofLittleEndian(u)));
            KeyAgreement agreement = KeyAgreement.getInstance("XDH");
            agreement.init(ours);
            agreement.doPhase(theirs, true);
            return KeyMaterial.wrap("g^ir", agreement.generateSecret());
        } catch (GeneralSecurityException _) {
            throw new InvalidPublicValueException(method + " value of small order");
        }
    }

    @Override
    public void close() {
        privateKey = null;
    }

    private static NamedParameterSpec curve(KeyExchangeMethod method) {
        return switch (method) {
            case CURVE25519 -> NamedParameterSpec.X25519;
            case CURVE448 -> NamedParameterSpec.X448;
            case MODP_2048,
                    MODP_3072,
                    MODP_4096,
                    MODP_6144,
                    MODP_8192,
                    ECP_256,
                    ECP_384,
                    ECP_521,
                    ML_KEM_512,
                    ML_KEM_768,
                    ML_KEM_1024 ->
                    throw new IllegalArgumentException(method + " is not a Montgomery curve");
        };
    }
}
