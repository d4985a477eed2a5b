package io.culvert.ike.auth;

import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.Optional;

/// The two forms of an ECDSA signature: a DER sequence, and r and s in fixed width (RFC 4754).
final class EcdsaSignature {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;

    private EcdsaSignature() {}

    /// From fixed width to DER.
    static Octets toDer(Octets fixed) {
        int width = fixed.size() / 2;
        Octets content = Octets.concat(integer(fixed.slice(0, width)), integer(fixed.slice(width)));
        OctetsBuilder der = new OctetsBuilder().u8(SEQUENCE);
        if (content.size() >= 0x80) {
            der.u8(0x81);
        }
        return der.u8(content.size()).octets(content).build();
    }

    /// From DER to fixed width; nothing if the DER is malformed or a number does not fit.
    static Optional<Octets> toFixed(Octets der, int width) {
        int header = der.size() > 1 && der.u8(1) == 0x81 ? 3 : 2;
        if (der.size() < header
                || der.u8(0) != SEQUENCE
                || der.u8(header - 1) != der.size() - header) {
            return Optional.empty();
        }
        Optional<Octets> r = readInteger(der, header, width);
        if (r.isEmpty()) {
            return Optional.empty();
        }
        int next = header + 2 + der.u8(header + 1);
        Optional<Octets> s = readInteger(der, next, width);
        if (s.isEmpty() || next + 2 + der.u8(next + 1) != der.size()) {
            return Optional.empty();
        }
        return Optional.of(Octets.concat(r.get(), s.get()));
    }

    private static Octets integer(Octets unsigned) {
        int zeros = 0;
        while (zeros < unsigned.size() - 1 && unsigned.u8(zeros) == 0) {
            zeros++;
        }
        Octets digits = unsigned.slice(zeros);
        boolean padded = digits.u8(0) >= 0x80;
        OctetsBuilder der = new OctetsBuilder().u8(INTEGER).u8(digits.size() + (padded ? 1 : 0));
        if (padded) {
            der.u8(0);
        }
        return der.octets(digits).build();
    }

    private static Optional<Octets> readInteger(Octets der, int at, int width) {
        if (at + 2 > der.size() || der.u8(at) != INTEGER) {
            return Optional.empty();
        }
        int length = der.u8(at + 1);
        if (length == 0 || length > width + 1 || at + 2 + length > der.size()) {
            return Optional.empty();
        }
        Octets digits = der.slice(at + 2, at + 2 + length);
        if (length == width + 1) {
            if (digits.u8(0) != 0) {
                return Optional.empty();
            }
            digits = digits.slice(1);
        } else if (digits.u8(0) >= 0x80) {
            return Optional.empty(); // negative
        }
        return Optional.of(
                new OctetsBuilder(width).zeros(width - digits.size()).octets(digits).build());
    }
}
