package io.culvert.linux.libcrypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// Diffie-Hellman on a NIST curve: the value sent is x then y, the secret is x alone.
///
/// Only points and their multiples are libcrypto's, in constant time; its keys (`EVP_PKEY`) would cost more to read
/// and to write than the multiplication itself.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5903#section-7 RFC 5903 section 7
final class EcpKeyExchange implements KeyExchange {
    private static final MemorySegment NULL = MemorySegment.NULL;
    private static final byte UNCOMPRESSED = 4;

    private final KeyExchangeMethod method;
    private final KeyMaterial privateKey;
    private final Octets publicValue;
    private boolean closed;

    private EcpKeyExchange(KeyExchangeMethod method, KeyMaterial privateKey, Octets publicValue) {
        this.method = method;
        this.privateKey = privateKey;
        this.publicValue = publicValue;
    }

    /// Draws numbers until one is below the order of the curve, so that each is as likely.
    static EcpKeyExchange generate(KeyExchangeMethod method, SecureRandom random) {
        NistCurve curve = NistCurve.of(method);
        byte[] scalar = new byte[method.secretOctets()];
        do {
            random.nextBytes(scalar);
            scalar[0] &= curve.topMask();
        } while (!curve.isScalar(Octets.of(scalar)));
        return of(method, scalar);
    }

    /// Takes over the scalar, which is known to be one of this curve.
    static EcpKeyExchange of(KeyExchangeMethod method, byte[] scalar) {
        NistCurve curve = NistCurve.of(method);
        byte[] point = multiplyBase(curve, scalar);
        return new EcpKeyExchange(
                method,
                KeyMaterial.wrap("key exchange private key", scalar),
                Octets.copyOf(point, 1, point.length - 1));
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public Octets publicValue() {
        return publicValue;
    }

    /// Libcrypto refuses x and y that are out of range or not on the curve.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc6989#section-2.3 RFC 6989 section 2.3
    @Override
    public KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException {
        if (closed) {
            throw new IllegalStateException("the private key was forgotten");
        }
        if (peerValue.size() != method.initiatorOctets()) {
            throw new InvalidPublicValueException(
                    method + " value of " + peerValue.size() + " octets");
        }
        byte[] scalar = privateKey.expose();
        try {
            byte[] point =
                    multiply(NistCurve.of(method), scalar, peerValue)
                            .orElseThrow(() ->
                                    new InvalidPublicValueException(
                                            method + " value not on the curve"));
            KeyMaterial secret = KeyMaterial.copyOf("g^ir", point, 1, method.secretOctets());
            Arrays.fill(point, (byte) 0);
            return secret;
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }

    @Override
    public void close() {
        closed = true;
        privateKey.close();
    }

    /// A multiple of the base point: the octet 4, then x, then y.
    private static byte[] multiplyBase(NistCurve curve, byte[] scalar) {
        MemorySegment group = curve.group();
        MemorySegment number = BigNumber.of(scalar);
        MemorySegment result = Libcrypto.require(PointCalls.newPoint(group), "EC_POINT_new");
        try {
            Libcrypto.require(
                    PointCalls.multiply(group, result, number, NULL, NULL, NULL), "EC_POINT_mul");
            return octets(group, result, 1 + 2 * scalar.length);
        } finally {
            PointCalls.free(result);
            NumberCalls.free(number);
        }
    }

    /// A multiple of the point of these x and y in the same form, or nothing if they are no point of the curve.
    private static Optional<byte[]> multiply(NistCurve curve, byte[] scalar, Octets value) {
        MemorySegment group = curve.group();
        MemorySegment number = BigNumber.of(scalar);
        MemorySegment point = Libcrypto.require(PointCalls.newPoint(group), "EC_POINT_new");
        try (Arena arena = Arena.ofConfined()) {
            int width = 1 + value.size();
            MemorySegment place = arena.allocate(width);
            place.set(JAVA_BYTE, 0, UNCOMPRESSED);
            MemorySegment.copy(value.toArray(), 0, place, JAVA_BYTE, 1, value.size());
            if (PointCalls.read(group, point, place, width, NULL) != 1) {
                return Optional.empty();
            }
            Libcrypto.require(
                    PointCalls.multiply(group, point, NULL, point, number, NULL), "EC_POINT_mul");
            return Optional.of(octets(group, point, width));
        } finally {
            PointCalls.free(point);
            NumberCalls.free(number);
        }
    }

    private static byte[] octets(MemorySegment group, MemorySegment point, int width) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment place = arena.allocate(width);
            // infinity, which no scalar below the order gives, would be shorter
            if (PointCalls.write(group, point, UNCOMPRESSED, place, width, NULL) != width) {
                throw new IllegalStateException("EC_POINT_point2oct failed");
            }
            byte[] octets = place.toArray(JAVA_BYTE);
            place.fill((byte) 0);
            return octets;
        }
    }
}
