package io.culvert.linux.libcrypto;

import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Arrays;

/// Diffie-Hellman in a MODP group, in constant time.
///
/// Only the power is libcrypto's. Its own Diffie-Hellman would also refuse a value outside the subgroup of 2, at the
/// price of a second power; RFC 6989 does not ask for that where exponents are used once.
///
/// @spec https://www.rfc-editor.org/rfc/rfc6989#section-2.1 RFC 6989 section 2.1
/// @spec https://www.rfc-editor.org/rfc/rfc3526#section-2 RFC 3526 section 2
final class ModpKeyExchange implements KeyExchange {
    private static final MemorySegment NULL = MemorySegment.NULL;

    private final KeyExchangeMethod method;
    private final KeyMaterial exponent;
    private final Octets publicValue;
    private boolean closed;

    private ModpKeyExchange(KeyExchangeMethod method, byte[] exponent) {
        this.method = method;
        this.publicValue = Octets.wrap(power(method, new byte[] {2}, exponent));
        this.exponent = KeyMaterial.wrap("key exchange private key", exponent);
    }

    static ModpKeyExchange generate(KeyExchangeMethod method, SecureRandom random) {
        int bits = exponentBits(method);
        byte[] exponent = new byte[(bits + 7) / 8];
        random.nextBytes(exponent);
        // what is above the size is cut and the top bit set, so that the exponent is always of full
        // size
        int top = 1 << (bits - 1) % 8;
        exponent[0] = (byte) ((exponent[0] & (top - 1)) | top);
        return new ModpKeyExchange(method, exponent);
    }

    /// Takes over the exponent.
    static ModpKeyExchange of(KeyExchangeMethod method, byte[] exponent) {
        return new ModpKeyExchange(method, exponent);
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public Octets publicValue() {
        return publicValue;
    }

    @Override
    public KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException {
        if (closed) {
            throw new IllegalStateException("the private key was forgotten");
        }
        if (peerValue.size() != method.initiatorOctets()) {
            throw new InvalidPublicValueException(
                    method + " value of " + peerValue.size() + " octets");
        }
        if (!isInRange(peerValue)) {
            throw new InvalidPublicValueException(method + " value out of range");
        }
        byte[] octets = exponent.expose();
        try {
            return KeyMaterial.wrap("g^ir", power(method, peerValue.toArray(), octets));
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    @Override
    public void close() {
        closed = true;
        exponent.close();
    }

    /// Whether 1 < y < p-1. Both have the size of the prime, so octets compare as numbers do.
    private boolean isInRange(Octets y) {
        byte[] one = new byte[method.initiatorOctets()];
        one[one.length - 1] = 1;
        byte[] primeMinusOne = primeOctets();
        primeMinusOne[primeMinusOne.length - 1] &= (byte) 0xfe; // p is odd
        return y.compareTo(Octets.wrap(one)) > 0 && y.compareTo(Octets.wrap(primeMinusOne)) < 0;
    }

    private byte[] primeOctets() {
        MemorySegment prime = prime(method);
        try {
            return BigNumber.octets(prime, method.initiatorOctets());
        } finally {
            NumberCalls.free(prime);
        }
    }

    private static byte[] power(KeyExchangeMethod method, byte[] base, byte[] exponent) {
        MemorySegment context = Libcrypto.require(NumberCalls.newContext(), "BN_CTX_new");
        MemorySegment prime = prime(method);
        MemorySegment x = BigNumber.of(exponent);
        // the number of the base takes the result as well
        MemorySegment number = BigNumber.of(base);
        try {
            Libcrypto.require(
                    NumberCalls.power(number, number, x, prime, context, NULL),
                    "BN_mod_exp_mont_consttime");
            return BigNumber.octets(number, method.secretOctets());
        } finally {
            NumberCalls.free(number);
            NumberCalls.free(x);
            NumberCalls.free(prime);
            NumberCalls.freeContext(context);
        }
    }

    private static MemorySegment prime(KeyExchangeMethod method) {
        MemorySegment prime =
                switch (method) {
                    case MODP_2048 -> NumberCalls.prime2048(NULL);
                    case MODP_3072 -> NumberCalls.prime3072(NULL);
                    case MODP_4096 -> NumberCalls.prime4096(NULL);
                    case MODP_6144 -> NumberCalls.prime6144(NULL);
                    case MODP_8192 -> NumberCalls.prime8192(NULL);
                    case ECP_256,
                            ECP_384,
                            ECP_521,
                            CURVE25519,
                            CURVE448,
                            ML_KEM_512,
                            ML_KEM_768,
                            ML_KEM_1024 ->
                            throw new IllegalArgumentException(method + " is not a MODP group");
                };
        return Libcrypto.require(prime, "BN_get_rfc3526_prime");
    }

    /// The larger of the two estimates that the RFC gives for each group.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc3526#section-8 RFC 3526 section 8
    private static int exponentBits(KeyExchangeMethod method) {
        return switch (method) {
            case MODP_2048 -> 320;
            case MODP_3072 -> 420;
            case MODP_4096 -> 480;
            case MODP_6144 -> 540;
            case MODP_8192 -> 620;
            case ECP_256,
                    ECP_384,
                    ECP_521,
                    CURVE25519,
                    CURVE448,
                    ML_KEM_512,
                    ML_KEM_768,
                    ML_KEM_1024 ->
                    throw new IllegalArgumentException(method + " is not a MODP group");
        };
    }
}
