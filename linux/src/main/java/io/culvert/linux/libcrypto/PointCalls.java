package io.culvert.linux.libcrypto;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Points of elliptic curves: `EC_GROUP` and `EC_POINT`.
final class PointCalls {
    private PointCalls() {}

    /// A curve, NULL if this libcrypto does not have it.
    static MemorySegment group(int nid) {
        try {
            return (MemorySegment) Group.CALL.invokeExact(nid);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A point at infinity.
    static MemorySegment newPoint(MemorySegment group) {
        try {
            return (MemorySegment) NewPoint.CALL.invokeExact(group);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Overwrites and frees a point.
    static void free(MemorySegment point) {
        try {
            Free.CALL.invokeExact(point);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Reads a point; 0 if it is not on the curve.
    static int read(
            MemorySegment group,
            MemorySegment point,
            MemorySegment octets,
            long length,
            MemorySegment context) {
        try {
            return (int) Read.CALL.invokeExact(group, point, octets, length, context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// Writes a point and returns its length; 0 if it is at infinity or does not fit.
    static long write(
            MemorySegment group,
            MemorySegment point,
            int form,
            MemorySegment out,
            long size,
            MemorySegment context) {
        try {
            return (long) Write.CALL.invokeExact(group, point, form, out, size, context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    /// A multiple of the base point, or of `point`; NULL for what is not wanted.
    static int multiply(
            MemorySegment group,
            MemorySegment result,
            MemorySegment baseScalar,
            MemorySegment point,
            MemorySegment scalar,
            MemorySegment context) {
        try {
            return (int)
                    Multiply.CALL.invokeExact(group, result, baseScalar, point, scalar, context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }

    // One class per function, so that it is linked at its first use and its handle is a constant.

    private static final class Group {
        // EC_GROUP *EC_GROUP_new_by_curve_name(int nid)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EC_GROUP_new_by_curve_name",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }

    private static final class NewPoint {
        // EC_POINT *EC_POINT_new(const EC_GROUP *group)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EC_POINT_new",
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static final class Free {
        // void EC_POINT_clear_free(EC_POINT *point)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EC_POINT_clear_free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    private static final class Read {
        // int EC_POINT_oct2point(const EC_GROUP *group, EC_POINT *p, const unsigned char *buf,
        //     size_t len, BN_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EC_POINT_oct2point",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS));
    }

    private static final class Write {
        // size_t EC_POINT_point2oct(const EC_GROUP *group, const EC_POINT *p,
        //     point_conversion_form_t form, unsigned char *buf, size_t len, BN_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EC_POINT_point2oct",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS));
    }

    private static final class Multiply {
        // int EC_POINT_mul(const EC_GROUP *group, EC_POINT *r, const BIGNUM *n,
        //     const EC_POINT *q, const BIGNUM *m, BN_CTX *ctx)
        static final MethodHandle CALL =
                Libcrypto.link(
                        "EC_POINT_mul",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS));
    }
}
