package io.culvert.ipsec.crypto;

import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.math.BigInteger;
import java.security.SecureRandom;

/// Diffie-Hellman in a MODP group.
///
/// `BigInteger.modPow`, which JCA uses too, does not take constant time. Each exponent is used for one public value
/// and one secret, so there is no second measurement to compare with.
final class ModpKeyExchange implements KeyExchange {
    private final KeyExchangeMethod method;
    private final ModpGroup group;
    private final Octets publicValue;
    private BigInteger exponent;

    private ModpKeyExchange(KeyExchangeMethod method, BigInteger exponent) {
        this.method = method;
        this.group = ModpGroup.of(method);
        this.exponent = exponent;
        this.publicValue = Octets.wrap(powerOf(BigInteger.TWO));
    }

    static ModpKeyExchange generate(KeyExchangeMethod method, SecureRandom random) {
        int bits = ModpGroup.of(method).exponentBits();
        // the top bit is set, so that the exponent is never 0 and always of full size
        return new ModpKeyExchange(method, new BigInteger(bits - 1, random).setBit(bits - 1));
    }

    static ModpKeyExchange of(KeyExchangeMethod method, Octets exponent) {
        return new ModpKeyExchange(method, new BigInteger(1, exponent.toArray()));
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public Octets publicValue() {
        return publicValue;
    }

    /// The secret has the size of the prime, leading zeros included.
    ///
    /// Beside 1 < y < p-1 nothing needs a check: in a safe prime group every other value generates a large subgroup,
    /// and RFC 6989 asks no more where exponents are not reused.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc6989#section-2.1 RFC 6989 section 2.1
    /// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.4 RFC 7296 section 3.4
    @Override
    public KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException {
        if (peerValue.size() != group.octets()) {
            throw new InvalidPublicValueException(
                    method + " value of " + peerValue.size() + " octets");
        }
        BigInteger y = new BigInteger(1, peerValue.toArray());
        if (y.compareTo(BigInteger.ONE) <= 0
                || y.compareTo(group.prime().subtract(BigInteger.ONE)) >= 0) {
            throw new InvalidPublicValueException(method + " value out of range");
        }
        if (exponent.signum() == 0) {
            throw new IllegalStateException("the private key was forgotten");
        }
        return KeyMaterial.wrap("g^ir", powerOf(y));
    }

    @Override
    public void close() {
        exponent = BigInteger.ZERO;
    }

    private byte[] powerOf(BigInteger base) {
        return FixedWidth.bigEndian(base.modPow(exponent, group.prime()), group.octets());
    }
}
