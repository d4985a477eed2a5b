package io.culvert.linux.libcrypto;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.culvert.ipsec.crypto.SignatureScheme;
import io.culvert.ipsec.value.Octets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SignatureException;

/// Signatures by `EVP_DigestSign` and `EVP_DigestVerify`.
final class LibcryptoSignatures {
    private static final MemorySegment NULL = MemorySegment.NULL;

    private LibcryptoSignatures() {}

    /// @throws SignatureException if libcrypto does not sign with this key
    static Octets sign(SignatureScheme scheme, NativeKey key, Octets message)
            throws SignatureException {
        MemorySegment context = Libcrypto.require(KeyCalls.newDigest(), "EVP_MD_CTX_new");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment octets = copy(arena, message);
            MemorySegment keyContext = arena.allocate(ADDRESS);
            MemorySegment length = arena.allocate(JAVA_LONG);
            if (KeyCalls.signInit(context, keyContext, hash(arena, scheme), NULL, key.pointer())
                            != 1
                    || !isPadded(arena, scheme, keyContext)
                    || KeyCalls.sign(context, NULL, length, octets, message.size()) != 1) {
                throw new SignatureException(scheme + " does not take this key");
            }
            // what it asks for is the most it may write
            MemorySegment out = arena.allocate(length.get(JAVA_LONG, 0));
            if (KeyCalls.sign(context, out, length, octets, message.size()) != 1) {
                throw new SignatureException(scheme + " cannot sign with this key");
            }
            return Octets.wrap(out.asSlice(0, length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE));
        } finally {
            KeyCalls.freeDigest(context);
        }
    }

    static boolean verify(SignatureScheme scheme, NativeKey key, Octets message, Octets signature) {
        MemorySegment context = Libcrypto.require(KeyCalls.newDigest(), "EVP_MD_CTX_new");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keyContext = arena.allocate(ADDRESS);
            return KeyCalls.verifyInit(
                                    context, keyContext, hash(arena, scheme), NULL, key.pointer())
                            == 1
                    && isPadded(arena, scheme, keyContext)
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

    /// Asks for PSS where the scheme is PSS. The hash of MGF1 is that of the message unless said otherwise.
    private static boolean isPadded(Arena arena, SignatureScheme scheme, MemorySegment place) {
        return switch (scheme) {
            case RSA_PSS_SHA2_256, RSA_PSS_SHA2_384, RSA_PSS_SHA2_512 -> {
                MemorySegment keyContext = place.get(ADDRESS, 0);
                yield control(arena, keyContext, "rsa_padding_mode", "pss")
                        && control(arena, keyContext, "rsa_pss_saltlen", "digest");
            }
            case RSA_PKCS1_SHA1,
                    RSA_PKCS1_SHA2_256,
                    RSA_PKCS1_SHA2_384,
                    RSA_PKCS1_SHA2_512,
                    ECDSA_SHA2_256,
                    ECDSA_SHA2_384,
                    ECDSA_SHA2_512,
                    ED25519,
                    ED448 ->
                    true;
        };
    }

    private static boolean control(
            Arena arena, MemorySegment keyContext, String name, String value) {
        return KeyCalls.control(keyContext, arena.allocateFrom(name), arena.allocateFrom(value))
                == 1;
    }

    private static MemorySegment hash(Arena arena, SignatureScheme scheme) {
        return switch (scheme) {
            case RSA_PKCS1_SHA1 -> named(arena, "SHA1");
            case RSA_PKCS1_SHA2_256, RSA_PSS_SHA2_256, ECDSA_SHA2_256 -> named(arena, "SHA256");
            case RSA_PKCS1_SHA2_384, RSA_PSS_SHA2_384, ECDSA_SHA2_384 -> named(arena, "SHA384");
            case RSA_PKCS1_SHA2_512, RSA_PSS_SHA2_512, ECDSA_SHA2_512 -> named(arena, "SHA512");
            // EdDSA hashes by itself
            case ED25519, ED448 -> NULL;
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
