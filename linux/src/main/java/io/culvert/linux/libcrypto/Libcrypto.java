package io.culvert.linux.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/// The library itself: found, linked and asked for its version.
///
/// The functions are in [CipherCalls], [MacCalls], [KeyCalls], [NumberCalls] and [PointCalls], each with its C prototype, each linked
/// at its first use. An `EVP_..._CTX` or `BIGNUM` is a segment of size zero: only libcrypto looks inside.
final class Libcrypto {
    /// The only name we try: the functions and their rules are those of OpenSSL 3.
    static final String LIBRARY = "libcrypto.so.3";

    private static final int OPENSSL_VERSION_STRING = 6;
    private static final int VERSION_MAX_OCTETS = 64;

    private Libcrypto() {}

    /// Why the library cannot be used, or nothing if it can.
    static Optional<String> obstacle() {
        try {
            SymbolLookup symbols = lookUp();
            List<String> lacking = NAMES.stream().filter(n -> symbols.find(n).isEmpty()).toList();
            return lacking.isEmpty()
                    ? Optional.empty()
                    : Optional.of(LIBRARY + " lacks " + String.join(", ", lacking));
        } catch (IllegalCallerException _) {
            return Optional.of(
                    "native access is off (java --enable-native-access=io.culvert.linux)");
        } catch (IllegalArgumentException _) {
            return Optional.of("there is no " + LIBRARY + " on this system");
        }
    }

    /// The version, such as `3.0.19`.
    @SuppressWarnings("restricted") // a C string of the library's own, in its static memory
    static String version() {
        try {
            MemorySegment text = (MemorySegment) Version.CALL.invokeExact(OPENSSL_VERSION_STRING);
            return text.reinterpret(VERSION_MAX_OCTETS).getString(0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// A handle for one function.
    ///
    /// Restricted because a wrong shape crashes the process; the shapes stand beside their C prototypes.
    @SuppressWarnings("restricted")
    static MethodHandle link(String name, FunctionDescriptor shape) {
        return Linker.nativeLinker().downcallHandle(Loaded.SYMBOLS.findOrThrow(name), shape);
    }

    /// Checks a result that is 1 for success.
    ///
    /// @throws IllegalStateException if it is not; used where only a bug or lack of memory can be the reason
    static void require(int result, String function) {
        if (result != 1) {
            throw new IllegalStateException(function + " failed");
        }
    }

    /// Checks a result that is NULL on failure, as [#require] does.
    static MemorySegment require(MemorySegment result, String function) {
        if (isNull(result)) {
            throw new IllegalStateException(function + " failed");
        }
        return result;
    }

    static boolean isNull(MemorySegment result) {
        return result.address() == 0;
    }

    static RuntimeException unexpected(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException("a downcall has no checked exceptions", e);
        };
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup lookUp() {
        // never unloaded: handles of classes hold addresses in it
        return SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    }

    private static final class Loaded {
        static final SymbolLookup SYMBOLS = lookUp();
    }

    private static final class Version {
        // const char *OpenSSL_version(int type)
        static final MethodHandle CALL =
                link(
                        "OpenSSL_version",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }

    /// Every function that is called, so that a library without one is refused before the first call.
    private static final List<String> NAMES =
            List.of(
                    "OpenSSL_version",
                    "EVP_CIPHER_fetch",
                    "EVP_CIPHER_CTX_new",
                    "EVP_CIPHER_CTX_free",
                    "EVP_CIPHER_CTX_reset",
                    "EVP_CIPHER_CTX_ctrl",
                    "EVP_CIPHER_CTX_set_padding",
                    "EVP_CipherInit_ex",
                    "EVP_CipherUpdate",
                    "EVP_CipherFinal_ex",
                    "EVP_MAC_fetch",
                    "EVP_MAC_CTX_new",
                    "EVP_MAC_CTX_free",
                    "EVP_MAC_init",
                    "EVP_MAC_update",
                    "EVP_MAC_final",
                    "EVP_PKEY_new_raw_private_key",
                    "EVP_PKEY_new_raw_public_key",
                    "EVP_PKEY_get_raw_public_key",
                    "EVP_PKEY_free",
                    "EVP_PKEY_CTX_new",
                    "EVP_PKEY_CTX_free",
                    "EVP_PKEY_derive_init",
                    "EVP_PKEY_derive_set_peer",
                    "EVP_PKEY_derive",
                    "EVP_MD_CTX_new",
                    "EVP_MD_CTX_free",
                    "EVP_get_digestbyname",
                    "EVP_DigestSignInit",
                    "EVP_DigestSign",
                    "EVP_DigestVerifyInit",
                    "EVP_DigestVerify",
                    "d2i_PUBKEY",
                    "BN_get_rfc3526_prime_2048",
                    "BN_get_rfc3526_prime_3072",
                    "BN_get_rfc3526_prime_4096",
                    "BN_get_rfc3526_prime_6144",
                    "BN_get_rfc3526_prime_8192",
                    "BN_bin2bn",
                    "BN_bn2binpad",
                    "BN_mod_exp_mont_consttime",
                    "BN_clear_free",
                    "BN_CTX_new",
                    "BN_CTX_free",
                    "EC_GROUP_new_by_curve_name",
                    "EC_POINT_new",
                    "EC_POINT_clear_free",
                    "EC_POINT_oct2point",
                    "EC_POINT_point2oct",
                    "EC_POINT_mul");
}
