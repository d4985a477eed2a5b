package io.culvert.ike.auth;

import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Authentication by signature: method 14 of RFC 7427 where the peer announced hashes, else the older methods.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7427#section-3 RFC 7427 section 3
public final class SignatureAuth {
    /// The hash algorithms that we accept and announce, by number: SHA2-256, SHA2-384, SHA2-512, Identity. SHA-1 is
    /// not among them.
    public static final List<Integer> ANNOUNCED_HASHES = List.of(2, 3, 4, 5);

    private static final int SHA2_256 = 2;
    private static final int SHA2_384 = 3;
    private static final int SHA2_512 = 4;

    private SignatureAuth() {}

    /// The AUTH payload that proves possession of `key`.
    ///
    /// @param peerHashes the hashes that the peer announced; empty if it did not announce any
    /// @throws GeneralSecurityException if the peer supports no signature that the key can make, or the key fails;
    ///     the message is for people
    public static Authentication prove(
            CryptoProvider crypto,
            SecureRandom random,
            PrivateKey key,
            Set<Integer> peerHashes,
            Octets signedOctets)
            throws GeneralSecurityException {
        if (peerHashes.isEmpty()) {
            return proveOlder(crypto, random, key, signedOctets);
        }
        SignatureIdentifier identifier =
                candidates(key).stream()
                        .map(SignatureIdentifier::of)
                        .filter(candidate -> peerHashes.contains(candidate.hash()))
                        .findFirst()
                        .orElseThrow(() ->
                                new GeneralSecurityException(
                                        "the peer announced no hash that our "
                                                + key.getAlgorithm()
                                                + " key can sign with"));
        Octets signature = crypto.sign(identifier.scheme(), key, signedOctets, random);
        Octets der = identifier.der();
        return new Authentication(
                AuthenticationMethod.DIGITAL_SIGNATURE,
                new OctetsBuilder().u8(der.size()).octets(der).octets(signature).build());
    }

    /// Checks that `authentication` was made by the owner of `key`.
    ///
    /// @return nothing if so, else what is wrong, for people
    public static Optional<String> verify(
            CryptoProvider crypto,
            PublicKey key,
            Octets signedOctets,
            Authentication authentication) {
        AuthenticationMethod method = authentication.method();
        if (method.equals(AuthenticationMethod.DIGITAL_SIGNATURE)) {
            return verifyNamed(crypto, key, signedOctets, authentication.data());
        }
        Optional<OlderMethod> older = OlderMethod.of(method);
        if (older.isEmpty()) {
            return Optional.of(
                    "the peer authenticates with " + method + ", a signature was expected");
        }
        return older.get().verify(crypto, key, signedOctets, authentication.data())
                ? Optional.empty()
                : Optional.of("the peer's " + method + " signature is wrong");
    }

    private static Optional<String> verifyNamed(
            CryptoProvider crypto, PublicKey key, Octets signedOctets, Octets data) {
        if (data.isEmpty() || data.size() < 1 + data.u8(0)) {
            return Optional.of("the peer's AUTH payload is too short for its AlgorithmIdentifier");
        }
        Octets der = data.slice(1, 1 + data.u8(0));
        Optional<SignatureIdentifier> identifier = SignatureIdentifier.ofDer(der);
        if (identifier.isEmpty()) {
            return Optional.of("the peer signed with an algorithm that is not supported: " + der);
        }
        if (!ANNOUNCED_HASHES.contains(identifier.get().hash())) {
            return Optional.of(
                    "the peer signed with "
                            + identifier.get().scheme()
                            + ", whose hash we did not announce");
        }
        return crypto.verify(
                        identifier.get().scheme(), key, signedOctets, data.slice(1 + der.size()))
                ? Optional.empty()
                : Optional.of("the peer's " + identifier.get().scheme() + " signature is wrong");
    }

    private static Authentication proveOlder(
            CryptoProvider crypto, SecureRandom random, PrivateKey key, Octets signedOctets)
            throws GeneralSecurityException {
        OlderMethod method =
                OlderMethod.forKey(key)
                        .orElseThrow(() ->
                                new GeneralSecurityException(
                                        "the peer does not support RFC 7427, which a "
                                                + key.getAlgorithm()
                                                + " key needs; use an ECDSA key on P-256, P-384 or P-521, or a pre-shared key"));
        Octets der = crypto.sign(method.scheme, key, signedOctets, random);
        Octets fixed =
                EcdsaSignature.toFixed(der, method.fieldOctets)
                        .orElseThrow(() ->
                                new GeneralSecurityException(
                                        "the signature has no place in " + method.method()));
        return new Authentication(method.method(), fixed);
    }

    private static List<SignatureScheme> candidates(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA", "RSASSA-PSS" ->
                    List.of(
                            SignatureScheme.RSA_PSS_SHA2_256,
                            SignatureScheme.RSA_PSS_SHA2_384,
                            SignatureScheme.RSA_PSS_SHA2_512);
            case "EC" ->
                    switch (strength(key)) {
                        case SHA2_256 ->
                                List.of(
                                        SignatureScheme.ECDSA_SHA2_256,
                                        SignatureScheme.ECDSA_SHA2_384,
                                        SignatureScheme.ECDSA_SHA2_512);
                        case SHA2_384 ->
                                List.of(
                                        SignatureScheme.ECDSA_SHA2_384,
                                        SignatureScheme.ECDSA_SHA2_512);
                        default -> List.of(SignatureScheme.ECDSA_SHA2_512);
                    };
            case "Ed25519", "Ed448", "EdDSA" ->
                    List.of(
                            SignatureScheme.ED25519.accepts(key)
                                    ? SignatureScheme.ED25519
                                    : SignatureScheme.ED448);
            default -> List.of();
        };
    }

    private static int strength(Key key) {
        int bits =
                key instanceof ECKey ec ? ec.getParams().getCurve().getField().getFieldSize() : 0;
        if (bits <= 256) {
            return SHA2_256;
        }
        return bits <= 384 ? SHA2_384 : SHA2_512;
    }

    /// The methods that have a number of their own and no AlgorithmIdentifier. RSA (1) is not among them: it means
    /// SHA-1.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc4754#section-7 RFC 4754 section 7
    private enum OlderMethod {
        ECDSA_256(9, SignatureScheme.ECDSA_SHA2_256, 256, 32),
        ECDSA_384(10, SignatureScheme.ECDSA_SHA2_384, 384, 48),
        ECDSA_521(11, SignatureScheme.ECDSA_SHA2_512, 521, 66);

        private final int number;
        private final SignatureScheme scheme;
        private final int fieldBits;
        private final int fieldOctets;

        OlderMethod(int number, SignatureScheme scheme, int fieldBits, int fieldOctets) {
            this.number = number;
            this.scheme = scheme;
            this.fieldBits = fieldBits;
            this.fieldOctets = fieldOctets;
        }

        AuthenticationMethod method() {
            return new AuthenticationMethod(number);
        }

        static Optional<OlderMethod> of(AuthenticationMethod method) {
            return List.of(values()).stream()
                    .filter(candidate -> candidate.method().equals(method))
                    .findFirst();
        }

        static Optional<OlderMethod> forKey(Key key) {
            return List.of(values()).stream().filter(candidate -> candidate.fits(key)).findFirst();
        }

        boolean verify(CryptoProvider crypto, PublicKey key, Octets signedOctets, Octets data) {
            return fits(key)
                    && data.size() == 2 * fieldOctets
                    && crypto.verify(scheme, key, signedOctets, EcdsaSignature.toDer(data));
        }

        private boolean fits(Key key) {
            return key instanceof ECKey ec
                    && ec.getParams().getCurve().getField().getFieldSize() == fieldBits;
        }
    }
}
