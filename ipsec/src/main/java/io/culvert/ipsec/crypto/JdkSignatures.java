package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.Octets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/// Signatures by [java.security.Signature].
final class JdkSignatures {
    private JdkSignatures() {}

    static Octets sign(SignatureScheme scheme, PrivateKey key, Octets message, SecureRandom random)
            throws GeneralSecurityException {
        if (!scheme.accepts(key)) {
            throw new InvalidKeyException(
                    scheme + " does not take this " + key.getAlgorithm() + " key");
        }
        Signature signature = signatureOf(scheme);
        signature.initSign(key, random);
        signature.update(message.toArray());
        return Octets.wrap(signature.sign());
    }

    @SuppressWarnings("CatchingUnchecked")
    static boolean verify(SignatureScheme scheme, PublicKey key, Octets message, Octets octets) {
        if (!scheme.accepts(key)) {
            return false;
        }
        try {
            Signature signature = signatureOf(scheme);
            signature.initVerify(key);
            signature.update(message.toArray());
            return signature.verify(octets.toArray());
        } catch (GeneralSecurityException | RuntimeException _) {
            // The octets are a stranger's, and JCA providers throw unchecked exceptions too at odd
            // DER.
            return false;
        }
    }

    private static Signature signatureOf(SignatureScheme scheme) throws GeneralSecurityException {
        return switch (scheme) {
            case RSA_PKCS1_SHA1 -> Signature.getInstance("SHA1withRSA");
            case RSA_PKCS1_SHA2_256 -> Signature.getInstance("SHA256withRSA");
            case RSA_PKCS1_SHA2_384 -> Signature.getInstance("SHA384withRSA");
            case RSA_PKCS1_SHA2_512 -> Signature.getInstance("SHA512withRSA");
            case RSA_PSS_SHA2_256 -> pss(MGF1ParameterSpec.SHA256, 32);
            case RSA_PSS_SHA2_384 -> pss(MGF1ParameterSpec.SHA384, 48);
            case RSA_PSS_SHA2_512 -> pss(MGF1ParameterSpec.SHA512, 64);
            case ECDSA_SHA2_256 -> Signature.getInstance("SHA256withECDSA");
            case ECDSA_SHA2_384 -> Signature.getInstance("SHA384withECDSA");
            case ECDSA_SHA2_512 -> Signature.getInstance("SHA512withECDSA");
            case ED25519 -> Signature.getInstance("Ed25519");
            case ED448 -> Signature.getInstance("Ed448");
        };
    }

    private static Signature pss(MGF1ParameterSpec hash, int saltOctets)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(
                new PSSParameterSpec(hash.getDigestAlgorithm(), "MGF1", hash, saltOctets, 1));
        return signature;
    }
}
