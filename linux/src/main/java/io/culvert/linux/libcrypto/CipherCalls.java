package io.culvert.linux.libcrypto;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Symmetric ciphers: `EVP_CIPHER` and its contexts.
final class CipherCalls {
    private CipherCalls() {}

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
    static MemorySegment newContext() {
        try {
            return (MemorySegment) NewContext.CALL.invokeExact();
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

    /// Overwrites what a context knows.
    static int reset(MemorySegment context) {
        try {
            return (int) Reset.CALL.invokeExact(context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Gets or sets the ICV.
    static int control(MemorySegment context, int command, int number, MemorySegment pointer) {
        try {
            return (int) Control.CALL.invokeExact(context, command, number, pointer);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Whether a block mode pads.
    static int setPadding(MemorySegment context, int padding) {
        try {
            return (int) SetPadding.CALL.invokeExact(context, padding);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Begins a message. What is NULL stays as it is.
    static int init(
            MemorySegment context,
            MemorySegment type,
            MemorySegment engine,
            MemorySegment key,
            MemorySegment iv,
            int encrypt) {
        try {
            return (int) Init.CALL.invokeExact(context, type, engine, key, iv, encrypt);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Takes in octets and gives out as many; into a NULL `out` goes additional data.
    static int update(
            MemorySegment context,
            MemorySegment out,
            MemorySegment outLength,
            MemorySegment in,
            int inLength) {
        try {
            return (int) Update.CALL.invokeExact(context, out, outLength, in, inLength);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Ends a message; 0 if the ICV is wrong.
    static int finish(MemorySegment context, MemorySegment out, MemorySegment outLength) {
        try {
            return (int) Finish.CALL.invokeExact(context, out, outLength);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    // One class per function, so that it is linked at its first use and its handle is a constant.

    private static final class Fetch {
        // EVP_CIPHER *EVP_CIPHER_fetch(OSSL_LIB_CTX *ctx, const char *algorithm, const char
        // *properties)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_CIPHER_fetch",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }

    private static final class NewContext {
        // EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void)
        static final MethodHandle CALL =
                Libcrypto.link("EVP_CIPHER_CTX_new", FunctionDescriptor.of(ValueLayout.ADDRESS));
    }

    private static final class Free {
        // void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    private static final class Reset {
        // int EVP_CIPHER_CTX_reset(EVP_CIPHER_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_CIPHER_CTX_reset",
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }

    private static final class Control {
        // int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *ctx, int cmd, int p1, void *p2)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_CIPHER_CTX_ctrl",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS));
    }

    private static final class SetPadding {
        // int EVP_CIPHER_CTX_set_padding(EVP_CIPHER_CTX *ctx, int padding)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_CIPHER_CTX_set_padding",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }

    private static final class Init {
        // int EVP_CipherInit_ex(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *type, ENGINE *impl,
        //     const unsigned char *key, const unsigned char *iv, int enc)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_CipherInit_ex",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT));
    }

    private static final class Update {
        // int EVP_CipherUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl,
        //     const unsigned char *in, int inl)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_CipherUpdate",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT));
    }

    private static final class Finish {
        // int EVP_CipherFinal_ex(EVP_CIPHER_CTX *ctx, unsigned char *outm, int *outl)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EVP_CipherFinal_ex",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }
}
