package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// Checks of the ranges that fields of a message have; what passes them can be encoded.
final class Wire {
    /// Octets of the IKE header.
    static final int HEADER_OCTETS = 28;

    /// Octets of the generic payload header.
    static final int PAYLOAD_HEADER_OCTETS = 4;

    /// The most octets behind a generic payload header, whose length has 16 bits.
    static final int MAX_BODY_OCTETS = 0xffff - PAYLOAD_HEADER_OCTETS;

    private Wire() {}

    static void requireU8(int value, String what) {
        requireRange(value, 0, 0xff, what);
    }

    static void requireU16(int value, String what) {
        requireRange(value, 0, 0xffff, what);
    }

    static void requireU32(long value, String what) {
        if (value < 0 || value > 0xffff_ffffL) {
            throw new IllegalArgumentException(what + " " + value + " does not fit 32 bits");
        }
    }

    static void requireRange(int value, int low, int high, String what) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(
                    what + " " + value + " is not in " + low + ".." + high);
        }
    }

    static void requireSize(Octets octets, int low, int high, String what) {
        if (octets.size() < low || octets.size() > high) {
            throw new IllegalArgumentException(
                    what
                            + " has "
                            + octets.size()
                            + " octets, not "
                            + (low == high ? low : low + " to " + high));
        }
    }

    static void requireBody(int octets, String payload) {
        if (octets > MAX_BODY_OCTETS) {
            throw new IllegalArgumentException(
                    payload + " payload of " + octets + " octets is longer than 65531");
        }
    }
}
