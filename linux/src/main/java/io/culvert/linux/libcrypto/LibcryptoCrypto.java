package io.culvert.linux.libcrypto;

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
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// The fast provider: OpenSSL's libcrypto, version 3, in native memory, where it is quicker than the JDK.
///
/// Nothing is drawn from libcrypto's own randomness: key pairs come from the caller's source, and so do the
/// signatures that need any. What libcrypto lacks (ML-KEM before version 3.5), what it is slower at (the prf, RSA) or what it cannot be given (a
/// private key that lives in a token), the JDK does.
public final class LibcryptoCrypto implements CryptoProvider {
    private final JdkCrypto fallback = new JdkCrypto();
    private final String name;

    private LibcryptoCrypto(String version) {
        name = "libcrypto " + version;
    }

    /// Whether this system has what we need, and if not, why.
    public sealed interface Availability {
        /// It does.
        ///
        /// @param provider ready for use
        record Available(CryptoProvider provider) implements Availability {}

        /// It does not.
        ///
        /// @param reason for people, such as `there is no libcrypto.so.3 on this system`
        record Missing(String reason) implements Availability {}
    }

    /// Looks for libcrypto. Never throws; the answer is the same for the life of the process.
    public static Availability availability() {
        return Probe.RESULT;
    }

    /// The provider, if this system has what it needs; [#availability] knows why not.
    public static Optional<CryptoProvider> load() {
        return switch (availability()) {
            case Availability.Available(CryptoProvider provider) -> Optional.of(provider);
            case Availability.Missing _ -> Optional.empty();
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isReplayable() {
        return true;
    }

    @Override
    public Aead aead(EncryptionAlgorithm algorithm, KeyMaterial key) {
        require(algorithm.isAead() && algorithm.takesKeyOctets(key.size()), algorithm, key);
        return CipherContext.of(algorithm, key)
                .<Aead>map(context -> new LibcryptoAead(algorithm, context))
                .orElseGet(() -> fallback.aead(algorithm, key));
    }

    @Override
    public UnauthenticatedCipher cipher(EncryptionAlgorithm algorithm, KeyMaterial key) {
        require(!algorithm.isAead() && algorithm.takesKeyOctets(key.size()), algorithm, key);
        return CipherContext.of(algorithm, key)
                .<UnauthenticatedCipher>map(context -> new LibcryptoCipher(algorithm, context))
                .orElseGet(() -> fallback.cipher(algorithm, key));
    }

    @Override
    public Integrity integrity(IntegrityAlgorithm algorithm, KeyMaterial key) {
        require(key.size() == algorithm.keyOctets(), algorithm, key);
        byte[] octets = key.expose();
        try {
            return HmacContext.of(hash(algorithm), octets)
                    .<Integrity>map(context -> new LibcryptoIntegrity(algorithm, context))
                    .orElseGet(() -> fallback.integrity(algorithm, key));
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    @Override
    public PseudoRandomFunction prf(PrfAlgorithm algorithm) {
        return fallback.prf(algorithm);
    }

    @Override
    public KeyExchange initiate(KeyExchangeMethod method, SecureRandom random) {
        return switch (method) {
            case MODP_2048, MODP_3072, MODP_4096, MODP_6144, MODP_8192 ->
                    ModpKeyExchange.generate(method, random);
            case ECP_256, ECP_384, ECP_521 -> EcpKeyExchange.generate(method, random);
            case CURVE25519, CURVE448 -> XdhKeyExchange.generate(method, random);
            case ML_KEM_512, ML_KEM_768, ML_KEM_1024 -> fallback.initiate(method, random);
        };
    }

    @Override
    public KeyExchangeResponse respond(
            KeyExchangeMethod method, Octets peerValue, SecureRandom random)
            throws InvalidPublicValueException {
        return switch (method) {
            case CURVE25519, CURVE448 -> XdhKeyExchange.respond(method, peerValue, random);
            case ML_KEM_512, ML_KEM_768, ML_KEM_1024 -> fallback.respond(method, peerValue, random);
            case MODP_2048,
                    MODP_3072,
                    MODP_4096,
                    MODP_6144,
                    MODP_8192,
                    ECP_256,
                    ECP_384,
                    ECP_521 -> {
                try (KeyExchange ours = initiate(method, random)) {
                    yield new KeyExchangeResponse(ours.publicValue(), ours.agree(peerValue));
                }
            }
        };
    }

    @Override
    public Octets sign(SignatureScheme scheme, PrivateKey key, Octets message, SecureRandom random)
            throws GeneralSecurityException {
        if (!scheme.accepts(key)) {
            throw new InvalidKeyException(
                    scheme + " does not take this " + key.getAlgorithm() + " key");
        }
        Optional<NativeKey> ours = LibcryptoSignatures.signs(scheme) ? read(key) : Optional.empty();
        if (ours.isEmpty()) {
            return fallback.sign(scheme, key, message, random);
        }
        try (NativeKey nativeKey = ours.get()) {
            return LibcryptoSignatures.sign(nativeKey, message);
        }
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, Octets message, Octets signature) {
        if (!scheme.accepts(key)) {
            return false;
        }
        Optional<NativeKey> theirs =
                LibcryptoSignatures.verifies(scheme)
                        ? Optional.ofNullable(key.getEncoded())
                                .flatMap(NativeKey::ofSubjectPublicKeyInfo)
                        : Optional.empty();
        if (theirs.isEmpty()) {
            return fallback.verify(scheme, key, message, signature);
        }
        try (NativeKey nativeKey = theirs.get()) {
            return LibcryptoSignatures.verify(scheme, nativeKey, message, signature);
        }
    }

    /// A key exchange whose key pair is not fresh, for vectors that fix it.
    static KeyExchange withPrivateKey(KeyExchangeMethod method, byte[] privateKey) {
        return switch (method) {
            case MODP_2048, MODP_3072, MODP_4096, MODP_6144, MODP_8192 ->
                    ModpKeyExchange.of(method, privateKey);
            case ECP_256, ECP_384, ECP_521 -> EcpKeyExchange.of(method, privateKey);
            case CURVE25519, CURVE448 -> XdhKeyExchange.of(method, privateKey);
            case ML_KEM_512, ML_KEM_768, ML_KEM_1024 ->
                    throw new IllegalArgumentException(method + " is the JDK's");
        };
    }

    /// The key in libcrypto's form; nothing if it stays in a token or is of a kind that libcrypto cannot read.
    private static Optional<NativeKey> read(PrivateKey key) {
        return "PKCS#8".equals(key.getFormat())
                ? Optional.ofNullable(key.getEncoded()).flatMap(NativeKey::ofPkcs8)
                : Optional.empty();
    }

    private static void require(boolean fits, Enum<?> algorithm, KeyMaterial key) {
        if (!fits) {
            throw new IllegalArgumentException(
                    algorithm + " does not take a key of " + key.size() + " octets here");
        }
    }

    private static String hash(IntegrityAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_SHA1_96 -> "SHA1";
            case HMAC_SHA2_256_128 -> "SHA256";
            case HMAC_SHA2_384_192 -> "SHA384";
            case HMAC_SHA2_512_256 -> "SHA512";
            case NONE -> throw new IllegalArgumentException("no integrity algorithm");
        };
    }

    private static final class Probe {
        static final Availability RESULT =
                Libcrypto.obstacle()
                        .<Availability>map(Availability.Missing::new)
                        .orElseGet(() ->
                                new Availability.Available(
                                        new LibcryptoCrypto(Libcrypto.version())));
    }
}
