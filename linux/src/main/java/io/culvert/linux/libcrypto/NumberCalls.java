package io.culvert.linux.libcrypto;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Large numbers: `BIGNUM`.
final class NumberCalls {
    private NumberCalls() {}

    /// The prime of group 14; into NULL a new number.
    static MemorySegment prime2048(MemorySegment reuse) {
        try {
            return (MemorySegment) Prime2048.CALL.invokeExact(reuse);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// The prime of group 15.
    static MemorySegment prime3072(MemorySegment reuse) {
        try {
            return (MemorySegment) Prime3072.CALL.invokeExact(reuse);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// The prime of group 16.
    static MemorySegment prime4096(MemorySegment reuse) {
        try {
            return (MemorySegment) Prime4096.CALL.invokeExact(reuse);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// The prime of group 17.
    static MemorySegment prime6144(MemorySegment reuse) {
        try {
            return (MemorySegment) Prime6144.CALL.invokeExact(reuse);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// The prime of group 18.
    static MemorySegment prime8192(MemorySegment reuse) {
        try {
            return (MemorySegment) Prime8192.CALL.invokeExact(reuse);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A number from octets; into NULL a new number.
    static MemorySegment read(MemorySegment octets, int length, MemorySegment reuse) {
        try {
            return (MemorySegment) Read.CALL.invokeExact(octets, length, reuse);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Writes a number in a fixed width; -1 if it is too large.
    static int write(MemorySegment number, MemorySegment out, int width) {
        try {
            return (int) Write.CALL.invokeExact(number, out, width);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A power modulo an odd number, in constant time.
    static int power(
            MemorySegment result,
            MemorySegment base,
            MemorySegment exponent,
            MemorySegment modulus,
            MemorySegment context,
            MemorySegment montgomery) {
        try {
            return (int)
                    Power.CALL.invokeExact(result, base, exponent, modulus, context, montgomery);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Overwrites and frees a number.
    static void free(MemorySegment number) {
        try {
            Free.CALL.invokeExact(number);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Room for intermediate results.
    static MemorySegment newContext() {
        try {
            return (MemorySegment) NewContext.CALL.invokeExact();
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Frees such room.
    static void freeContext(MemorySegment context) {
        try {
            FreeContext.CALL.invokeExact(context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    // One class per function, so that it is linked at its first use and its handle is a constant.

    private static final class Prime2048 {
        // BIGNUM *BN_get_rfc3526_prime_2048(BIGNUM *bn)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "BN_get_rfc3526_prime_2048",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Prime3072 {
        // BIGNUM *BN_get_rfc3526_prime_3072(BIGNUM *bn)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "BN_get_rfc3526_prime_3072",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Prime4096 {
        // BIGNUM *BN_get_rfc3526_prime_4096(BIGNUM *bn)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "BN_get_rfc3526_prime_4096",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Prime6144 {
        // BIGNUM *BN_get_rfc3526_prime_6144(BIGNUM *bn)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "BN_get_rfc3526_prime_6144",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Prime8192 {
        // BIGNUM *BN_get_rfc3526_prime_8192(BIGNUM *bn)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "BN_get_rfc3526_prime_8192",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Read {
        // BIGNUM *BN_bin2bn(const unsigned char *s, int len, BIGNUM *ret)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "BN_bin2bn",
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS));
    }

    private static final class Write {
        // int BN_bn2binpad(const BIGNUM *a, unsigned char *to, int tolen)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "BN_bn2binpad",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT));
    }

    private static final class Power {
        // int BN_mod_exp_mont_consttime(BIGNUM *rr, const BIGNUM *a, const BIGNUM *p,
        //     const BIGNUM *m, BN_CTX *ctx, BN_MONT_CTX *in_mont)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "BN_mod_exp_mont_consttime",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }

    private static final class Free {
        // void BN_clear_free(BIGNUM *a)
        static final MethodHandle CALL =
                Libcrypto.link("BN_clear_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    private static final class NewContext {
        // BN_CTX *BN_CTX_new(void)
        static final MethodHandle CALL =
                Libcrypto.link("BN_CTX_new", FunctionDescriptor.of(ValueLayout.ADDRESS));
    }

    private static final class FreeContext {
        // void BN_CTX_free(BN_CTX *c)
        static final MethodHandle CALL =
                Libcrypto.link("BN_CTX_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }
}
