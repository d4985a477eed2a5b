package io.culvert.linux.libcrypto;

import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.Octets;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// A NIST curve as libcrypto knows it.
enum NistCurve {
    P256(415, 0xff, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    P384(
            715,
            0xff,
            "ffffffffffffffffffffffffffffffffffffffffffffffff"
                    + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973"),
    P521(
            716,
            0x01,
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                    + "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409");

    // made once, read by all threads, kept for the life of the process
    private static final ConcurrentMap<NistCurve, MemorySegment> GROUPS = new ConcurrentHashMap<>();

    private final int nid;
    private final int topMask;
    private final String order;

    /// @param nid its number in libcrypto
    /// @param topMask the bits that the first octet of a scalar may have
    /// @param order how many points it has, in hexadecimal
    NistCurve(int nid, int topMask, String order) {
        this.nid = nid;
        this.topMask = topMask;
        this.order = order;
    }

    static NistCurve of(KeyExchangeMethod method) {
        return switch (method) {
            case ECP_256 -> P256;
            case ECP_384 -> P384;
            case ECP_521 -> P521;
            case MODP_2048,
                    MODP_3072,
                    MODP_4096,
                    MODP_6144,
                    MODP_8192,
                    CURVE25519,
                    CURVE448,
                    ML_KEM_512,
                    ML_KEM_768,
                    ML_KEM_1024 ->
                    throw new IllegalArgumentException(method + " is not an ECP group");
        };
    }

    /// The `EC_GROUP`.
    MemorySegment group() {
        return GROUPS.computeIfAbsent(
                this,
                curve ->
                        Libcrypto.require(
                                PointCalls.group(curve.nid), "EC_GROUP_new_by_curve_name"));
    }

    byte topMask() {
        return (byte) topMask;
    }

    /// Whether a number of the curve's width is between 0 and the order.
    boolean isScalar(Octets number) {
        Octets zero = Octets.wrap(new byte[number.size()]);
        return number.compareTo(zero) > 0 && number.compareTo(Octets.ofHex(order)) < 0;
    }
}
