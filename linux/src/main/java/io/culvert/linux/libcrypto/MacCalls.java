package io.culvert.linux.libcrypto;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Message authentication codes: `EVP_MAC` and its contexts.
final class MacCalls {
    private MacCalls() {}

    /// The implementation of an algorithm, NULL if there is none. Kept for the life of the process.
    static MemorySegment fetch(
            MemorySegment library, MemorySegment algorithm, MemorySegment properties) {
        try {
            return (MemorySegment) Fetch.CALL.invokeExact(library, algorithm, properties);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A context, NULL if there is no memory.
    static MemorySegment newContext(MemorySegment mac) {
        try {
            return (MemorySegment) NewContext.CALL.invokeExact(mac);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Overwrites and frees a context.
    static void free(MemorySegment context) {
        try {
            Free.CALL.invokeExact(context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Begins a message; a NULL key is the one before.
    static int init(
            MemorySegment context, MemorySegment key, long keyLength, MemorySegment parameters) {
        try {
            return (int) Init.CALL.invokeExact(context, key, keyLength, parameters);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Takes in octets.
    static int update(MemorySegment context, MemorySegment octets, long length) {
        try {
            return (int) Update.CALL.invokeExact(context, octets, length);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Ends a message.
    static int finish(
            MemorySegment context, MemorySegment out, MemorySegment outLength, long outSize) {
        try {
            return (int) Finish.CALL.invokeExact(context, out, outLength, outSize);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    // One class per function, so that it is linked at its first use and its handle is a constant.

    private static final class Fetch {
        // EVP_MAC *EVP_MAC_fetch(OSSL_LIB_CTX *libctx, const char *algorithm, const char
        // *properties)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_MAC_fetch",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }

    private static final class NewContext {
        // EVP_MAC_CTX *EVP_MAC_CTX_new(EVP_MAC *mac)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_MAC_CTX_new",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Free {
        // void EVP_MAC_CTX_free(EVP_MAC_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link("EVP_MAC_CTX_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    private static final class Init {
        // int EVP_MAC_init(EVP_MAC_CTX *ctx, const unsigned char *key, size_t keylen,
        //     const OSSL_PARAM params[])
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_MAC_init",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS));
    }

    private static final class Update {
        // int EVP_MAC_update(EVP_MAC_CTX *ctx, const unsigned char *data, size_t datalen)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_MAC_update",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));
    }

    private static final class Finish {
        // int EVP_MAC_final(EVP_MAC_CTX *ctx, unsigned char *out, size_t *outl, size_t outsize)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_MAC_final",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));
    }
}
