package io.culvert.ipsec.crypto;

import java.math.BigInteger;

/// Numbers as octet strings of a fixed width, leading zeros included.
final class FixedWidth {
    private FixedWidth() {}

    /// `number` as `width` octets, the most significant first.
    ///
    /// @param number not negative, and small enough for the width
    static byte[] bigEndian(BigInteger number, int width) {
        byte[] signed = number.toByteArray();
        int sign = signed.length > width ? 1 : 0;
        byte[] octets = new byte[width];
        System.arraycopy(signed, sign, octets, width - signed.length + sign, signed.length - sign);
        return octets;
    }

    /// `number` as `width` octets, the least significant first.
    static byte[] littleEndian(BigInteger number, int width) {
        return reversed(bigEndian(number, width));
    }

    /// The number whose octets are given with the least significant first.
    static BigInteger ofLittleEndian(byte[] octets) {
        return new BigInteger(1, reversed(octets));
    }

    private static byte[] reversed(byte[] octets) {
        byte[] turned = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            turned[i] = octets[octets.length - 1 - i];
        }
        return turned;
    }
}
