package io.culvert.ipsec.crypto;

import java.math.BigInteger;
import java.security.Key;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;

/// A signature algorithm with its hash, as the AUTH payload names it.
///
/// ECDSA signatures are DER sequences here; the fixed-width form of RFC 4754 is a matter of the AUTH payload.
/// PSS has a salt as long as its hash and MGF1 of the same hash.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7427#appendix-A RFC 7427 appendix A
public enum SignatureScheme {
    /// RSASSA-PKCS1-v1_5 with SHA-1; only for old peers, off by default.
    RSA_PKCS1_SHA1,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RSA_PKCS1_SHA2_256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RSA_PKCS1_SHA2_384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RSA_PKCS1_SHA2_512,
    /// RSASSA-PSS with SHA-256.
    RSA_PSS_SHA2_256,
    /// RSASSA-PSS with SHA-384.
    RSA_PSS_SHA2_384,
    /// RSASSA-PSS with SHA-512.
    RSA_PSS_SHA2_512,
    /// ECDSA with SHA-256.
    ECDSA_SHA2_256,
    /// ECDSA with SHA-384.
    ECDSA_SHA2_384,
    /// ECDSA with SHA-512.
    ECDSA_SHA2_512,
    /// Ed25519, RFC 8420.
    ED25519,
    /// Ed448, RFC 8420.
    ED448;

    private static final int RSA_MIN_BITS = 1024;
    private static final int RSA_MAX_BITS = 16384;
    private static final int RSA_EXPONENT_MAX_BITS = 64;
    private static final int EC_MAX_BITS = 521;

    /// Whether `key` is of the kind that this scheme signs with, and of a size that costs bounded time.
    ///
    /// What is strong enough is not asked here: that is the policy of whoever trusts the key. An RSA exponent that is
    /// even or 1 is refused, because then anybody can make a "signature".
    public boolean accepts(Key key) {
        String kind = key.getAlgorithm();
        return switch (this) {
            case RSA_PKCS1_SHA1, RSA_PKCS1_SHA2_256, RSA_PKCS1_SHA2_384, RSA_PKCS1_SHA2_512 ->
                    kind.equals("RSA") && isReasonableRsa(key);
            case RSA_PSS_SHA2_256, RSA_PSS_SHA2_384, RSA_PSS_SHA2_512 ->
                    (kind.equals("RSA") || kind.equals("RSASSA-PSS")) && isReasonableRsa(key);
            case ECDSA_SHA2_256, ECDSA_SHA2_384, ECDSA_SHA2_512 ->
                    kind.equals("EC") && isReasonableEc(key);
            case ED25519 -> isEdwards(key, "Ed25519");
            case ED448 -> isEdwards(key, "Ed448");
        };
    }

    /// A key that shows no numbers lives in a token; it is the token's to judge.
    private static boolean isReasonableRsa(Key key) {
        if (key instanceof RSAPublicKey publicKey) {
            BigInteger exponent = publicKey.getPublicExponent();
            if (exponent.bitLength() < 2
                    || exponent.bitLength() > RSA_EXPONENT_MAX_BITS
                    || !exponent.testBit(0)) {
                return false;
            }
        }
        if (key instanceof RSAKey rsa) {
            int bits = rsa.getModulus().bitLength();
            return bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS;
        }
        return true;
    }

    private static boolean isReasonableEc(Key key) {
        return !(key instanceof ECKey ec)
                || ec.getParams().getCurve().getField().getFieldSize() <= EC_MAX_BITS;
    }

    private static boolean isEdwards(Key key, String curve) {
        return key instanceof EdECKey edwards
                ? edwards.getParams().getName().equals(curve)
                : key.getAlgorithm().equals(curve);
    }
}
