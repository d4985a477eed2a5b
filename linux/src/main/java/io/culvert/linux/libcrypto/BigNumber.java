package io.culvert.linux.libcrypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A `BIGNUM` to and from octets.
final class BigNumber {
    private BigNumber() {}

    /// The number of these octets, the most significant first. The caller frees it.
    static MemorySegment of(byte[] octets) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment place = arena.allocate(octets.length);
            MemorySegment.copy(octets, 0, place, JAVA_BYTE, 0, octets.length);
            MemorySegment number = NumberCalls.read(place, octets.length, MemorySegment.NULL);
            place.fill((byte) 0);
            return Libcrypto.require(number, "BN_bin2bn");
        }
    }

    /// The octets of a number, as many as `width`.
    static byte[] octets(MemorySegment number, int width) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(width);
            if (NumberCalls.write(number, out, width) != width) {
                throw new IllegalStateException("BN_bn2binpad failed");
            }
            byte[] octets = out.toArray(JAVA_BYTE);
            out.fill((byte) 0);
            return octets;
        }
    }
}
