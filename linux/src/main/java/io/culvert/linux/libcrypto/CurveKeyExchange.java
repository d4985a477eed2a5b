package io.culvert.linux.libcrypto;

import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.util.Arrays;

/// Diffie-Hellman on a curve: the NIST curves and X25519, X448.
///
/// The private key is drawn from the caller's source, not from libcrypto's own.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5903#section-7 RFC 5903 section 7
/// @spec https://www.rfc-editor.org/rfc/rfc8031#section-2 RFC 8031 section 2
final class CurveKeyExchange implements KeyExchange {
    private final KeyExchangeMethod method;
    private final Curve curve;
    private final KeyMaterial privateKey;
    private final Octets publicValue;
    private boolean closed;

    private CurveKeyExchange(
            KeyExchangeMethod method, Curve curve, KeyMaterial privateKey, Octets publicValue) {
        this.method = method;
        this.curve = curve;
        this.privateKey = privateKey;
        this.publicValue = publicValue;
    }

    static CurveKeyExchange generate(KeyExchangeMethod method, Curve curve, SecureRandom random) {
        return of(method, curve, curve.drawPrivate(random));
    }

    /// Takes over the private key.
    static CurveKeyExchange of(KeyExchangeMethod method, Curve curve, byte[] privateKey) {
        try (NativeKey key = curve.privateKey(privateKey)) {
            return new CurveKeyExchange(
                    method,
                    curve,
                    KeyMaterial.wrap("key exchange private key", privateKey),
                    Octets.wrap(curve.publicValue(key)));
        }
    }

    @Override
    public KeyExchangeMethod method() {
        return method;
    }

    @Override
    public Octets publicValue() {
        return publicValue;
    }

    /// Libcrypto refuses a point that is not on the curve, and a secret of zeros.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc6989#section-2.3 RFC 6989 section 2.3
    /// @spec https://www.rfc-editor.org/rfc/rfc8031#section-3.2 RFC 8031 section 3.2
    @Override
    public KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException {
        if (closed) {
            throw new IllegalStateException("the private key was forgotten");
        }
        if (peerValue.size() != method.initiatorOctets()) {
            throw new InvalidPublicValueException(
                    method + " value of " + peerValue.size() + " octets");
        }
        byte[] octets = privateKey.expose();
        try (NativeKey ours = curve.privateKey(octets);
                NativeKey theirs =
                        curve.publicKey(peerValue.toArray())
                                .orElseThrow(() -> refused("not on the curve"))) {
            byte[] secret =
                    ours.agree(theirs, method.secretOctets())
                            .orElseThrow(() -> refused("of small order"));
            return KeyMaterial.wrap("g^ir", secret);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    @Override
    public void close() {
        closed = true;
        privateKey.close();
    }

    private InvalidPublicValueException refused(String why) {
        return new InvalidPublicValueException(method + " value " + why);
    }
}
