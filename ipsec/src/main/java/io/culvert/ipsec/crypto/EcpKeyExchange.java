package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import javax.crypto.KeyAgreement;
import org.jspecify.annotations.Nullable;

/// Diffie-Hellman on a NIST curve: the value sent is x then y, the secret is x alone, all of fixed width.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5903#section-7 RFC 5903 section 7
final class EcpKeyExchange implements KeyExchange {
    private final KeyExchangeMethod method;
    private final ECParameterSpec domain;
    private final Octets publicValue;
    private @Nullable PrivateKey privateKey;

    private EcpKeyExchange(
            KeyExchangeMethod method,
            ECParameterSpec domain,
            Octets publicValue,
            PrivateKey privateKey) {
        this.method = method;
        this.domain = domain;
        this.publicValue = publicValue;
        this.privateKey = privateKey;
    }

    static EcpKeyExchange generate(KeyExchangeMethod method, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curveName(method)), random);
            KeyPair pair = generator.generateKeyPair();
            ECPublicKey ours = (ECPublicKey) pair.getPublic();
            return new EcpKeyExchange(
                    method, ours.getParams(), valueOf(ours.getW(), method), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw JdkKeys.lacking(method, e);
        }
    }

    static EcpKeyExchange of(KeyExchangeMethod method, Octets scalar, Octets publicValue) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(curveName(method)));
            ECParameterSpec domain = parameters.getParameterSpec(ECParameterSpec.class);
            PrivateKey key =
                    KeyFactory.getInstance("EC")
                            .generatePrivate(
                                    new ECPrivateKeySpec(
                                            new BigInteger(1, scalar.toArray()), domain));
            return new EcpKeyExchange(method, domain, publicValue, key);
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

    @Override
    public KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException {
        ECPoint point = pointOf(peerValue);
        PrivateKey ours = privateKey;
        if (ours == null) {
            throw new IllegalStateException("the private key was forgotten");
        }
        try {
            PublicKey theirs =
                    KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, domain));
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(ours);
            agreement.doPhase(theirs, true);
            return KeyMaterial.wrap("g^ir", agreement.generateSecret());
        } catch (GeneralSecurityException _) {
            // the checks of pointOf leave nothing to refuse, but JCA has the last word
            throw new InvalidPublicValueException(method + " value refused");
        }
    }

    @Override
    public void close() {
        privateKey = null;
    }

    /// Reads and checks a point. The point at infinity has no such form, and 0, 0 is on none of these curves. All
    /// have cofactor 1, so a point on the curve is in the group.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc6989#section-2.3 RFC 6989 section 2.3
    private ECPoint pointOf(Octets value) throws InvalidPublicValueException {
        if (value.size() != method.initiatorOctets()) {
            throw new InvalidPublicValueException(method + " value of " + value.size() + " octets");
        }
        int width = value.size() / 2;
        BigInteger x = new BigInteger(1, value.slice(0, width).toArray());
        BigInteger y = new BigInteger(1, value.slice(width).toArray());
        EllipticCurve curve = domain.getCurve();
        BigInteger p = ((ECFieldFp) curve.getField()).getP();
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
            throw new InvalidPublicValueException(method + " value out of range");
        }
        BigInteger right = x.multiply(x).add(curve.getA()).multiply(x).add(curve.getB()).mod(p);
        if (!y.multiply(y).mod(p).equals(right)) {
            throw new InvalidPublicValueException(method + " value not on the curve");
        }
        return new ECPoint(x, y);
    }

    private static Octets valueOf(ECPoint point, KeyExchangeMethod method) {
        int width = method.initiatorOctets() / 2;
        return Octets.concat(
                Octets.wrap(FixedWidth.bigEndian(point.getAffineX(), width)),
                Octets.wrap(FixedWidth.bigEndian(point.getAffineY(), width)));
    }

    private static String curveName(KeyExchangeMethod method) {
        return switch (method) {
            case ECP_256 -> "secp256r1";
            case ECP_384 -> "secp384r1";
            case ECP_521 -> "secp521r1";
            case MODP_2048,
                    MODP_3072,
                    MODP_4096,
                    MODP_6144,
                    MODP_8192,
                    CURVE25519,
                    CURVE448,
                    ML_KEM_512,
                    ML_KEM_768,
                    ML_KEM_1024 ->
                    throw new IllegalArgumentException(method + " is not an ECP group");
        };
    }
}
