package io.culvert.linux.libcrypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.value.Octets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SignatureException;

/// Signatures by `EVP_DigestSign` and `EVP_DigestVerify`: those where libcrypto is quicker, keys and all.
///
/// Its keys are slow to decode. So it signs with Edwards keys alone, which need no decoder, and verifies what the JDK
/// is slow to verify.
final class LibcryptoSignatures {
    private static final MemorySegment NULL = MemorySegment.NULL;

    private LibcryptoSignatures() {}

    /// Whether [#sign] is for this scheme.
    static boolean signs(SignatureScheme scheme) {
        return switch (scheme) {
            case ED25519, ED448 -> true;
            case RSA_PKCS1_SHA1,
                    RSA_PKCS1_SHA2_256,
                    RSA_PKCS1_SHA2_384,
                    RSA_PKCS1_SHA2_512,
                    RSA_PSS_SHA2_256,
                    RSA_PSS_SHA2_384,
                    RSA_PSS_SHA2_512,
                    ECDSA_SHA2_256,
                    ECDSA_SHA2_384,
                    ECDSA_SHA2_512 ->
                    false;
        };
    }

    /// Whether [#verify] is for this scheme.
    static boolean verifies(SignatureScheme scheme) {
        return switch (scheme) {
            case ED25519, ED448, ECDSA_SHA2_256, ECDSA_SHA2_384, ECDSA_SHA2_512 -> true;
            case RSA_PKCS1_SHA1,
                    RSA_PKCS1_SHA2_256,
                    RSA_PKCS1_SHA2_384,
                    RSA_PKCS1_SHA2_512,
                    RSA_PSS_SHA2_256,
                    RSA_PSS_SHA2_384,
                    RSA_PSS_SHA2_512 ->
                    false;
        };
    }

    /// Signs with an Edwards key, which needs no randomness.
    ///
    /// @throws SignatureException if libcrypto does not sign with this key
    static Octets sign(NativeKey key, Octets message) throws SignatureException {
        MemorySegment context = Libcrypto.require(KeyCalls.newDigest(), "EVP_MD_CTX_new");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment octets = copy(arena, message);
            MemorySegment length = arena.allocate(JAVA_LONG);
            if (KeyCalls.signInit(context, NULL, NULL, NULL, key.pointer()) != 1
                    || KeyCalls.sign(context, NULL, length, octets, message.size()) != 1) {
                throw new SignatureException("libcrypto does not take this key");
            }
            // what it asks for is the most it may write
            MemorySegment out = arena.allocate(length.get(JAVA_LONG, 0));
            if (KeyCalls.sign(context, out, length, octets, message.size()) != 1) {
                throw new SignatureException("libcrypto cannot sign with this key");
            }
            return Octets.wrap(out.asSlice(0, length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE));
        } finally {
            KeyCalls.freeDigest(context);
        }
    }

    static boolean verify(SignatureScheme scheme, NativeKey key, Octets message, Octets signature) {
        MemorySegment context = Libcrypto.require(KeyCalls.newDigest(), "EVP_MD_CTX_new");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment hash = hash(arena, scheme);
            return KeyCalls.verifyInit(context, NULL, hash, NULL, key.pointer()) == 1
                    && KeyCalls.verify(
                                    context,
                                    copy(arena, signature),
                                    signature.size(),
                                    copy(arena, message),
                                    message.size())
                            == 1;
        } finally {
            KeyCalls.freeDigest(context);
        }
    }

    private static MemorySegment hash(Arena arena, SignatureScheme scheme) {
        return switch (scheme) {
            case ECDSA_SHA2_256 -> named(arena, "SHA256");
            case ECDSA_SHA2_384 -> named(arena, "SHA384");
            case ECDSA_SHA2_512 -> named(arena, "SHA512");
            // EdDSA hashes by itself
            case ED25519, ED448 -> NULL;
            case RSA_PKCS1_SHA1,
                    RSA_PKCS1_SHA2_256,
                    RSA_PKCS1_SHA2_384,
                    RSA_PKCS1_SHA2_512,
                    RSA_PSS_SHA2_256,
                    RSA_PSS_SHA2_384,
                    RSA_PSS_SHA2_512 ->
                    throw new IllegalArgumentException(scheme + " is not for libcrypto");
        };
    }

    private static MemorySegment named(Arena arena, String name) {
        return Libcrypto.require(KeyCalls.digest(arena.allocateFrom(name)), "EVP_get_digestbyname");
    }

    private static MemorySegment copy(Arena arena, Octets octets) {
        MemorySegment place = arena.allocate(Math.max(1, octets.size()));
        MemorySegment.copy(octets.toArray(), 0, place, JAVA_BYTE, 0, octets.size());
        return place;
    }
}
