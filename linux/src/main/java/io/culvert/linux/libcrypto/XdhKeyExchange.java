package io.culvert.linux.libcrypto;

import io.culvert.ipsec.crypto.CryptoProvider.KeyExchangeResponse;
import io.culvert.ipsec.crypto.InvalidPublicValueException;
import io.culvert.ipsec.crypto.KeyExchange;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.util.Arrays;

/// X25519 or X448.
///
/// Any octets are a private key, so it is drawn from the caller's source, not from libcrypto's own. Between calls it
/// is octets in Java; computing the public key again is the price, 30 microseconds.
///
/// @spec https://www.rfc-editor.org/rfc/rfc8031#section-2 RFC 8031 section 2
final class XdhKeyExchange implements KeyExchange {
    private final KeyExchangeMethod method;
    private final KeyMaterial privateKey;
    private final Octets publicValue;
    private boolean closed;

    private XdhKeyExchange(KeyExchangeMethod method, KeyMaterial privateKey, Octets publicValue) {
        this.method = method;
        this.privateKey = privateKey;
        this.publicValue = publicValue;
    }

    static XdhKeyExchange generate(KeyExchangeMethod method, SecureRandom random) {
        byte[] scalar = new byte[method.initiatorOctets()];
        random.nextBytes(scalar);
        return of(method, scalar);
    }

    /// Takes over the scalar.
    static XdhKeyExchange of(KeyExchangeMethod method, byte[] scalar) {
        try (NativeKey key = privateKey(method, scalar)) {
            return new XdhKeyExchange(
                    method,
                    KeyMaterial.wrap("key exchange private key", scalar),
                    Octets.wrap(key.rawPublic(method.initiatorOctets())));
        }
    }

    /// A responder's whole part: its key lives no longer than this call, so its public value is computed once.
    static KeyExchangeResponse respond(
            KeyExchangeMethod method, Octets peerValue, SecureRandom random)
            throws InvalidPublicValueException {
        byte[] scalar = new byte[method.initiatorOctets()];
        random.nextBytes(scalar);
        try (NativeKey ours = privateKey(method, scalar)) {
            KeyMaterial secret = agree(method, ours, peerValue);
            return new KeyExchangeResponse(
                    Octets.wrap(ours.rawPublic(method.initiatorOctets())), secret);
        } finally {
            Arrays.fill(scalar, (byte) 0);
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

    /// Libcrypto takes every string of the right length and refuses a secret of zeros, as RFC 8031 wants.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc8031#section-3.2 RFC 8031 section 3.2
    @Override
    public KeyMaterial agree(Octets peerValue) throws InvalidPublicValueException {
        if (closed) {
            throw new IllegalStateException("the private key was forgotten");
        }
        byte[] scalar = privateKey.expose();
        try (NativeKey ours = privateKey(method, scalar)) {
            return agree(method, ours, peerValue);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }

    @Override
    public void close() {
        closed = true;
        privateKey.close();
    }

    private static KeyMaterial agree(KeyExchangeMethod method, NativeKey ours, Octets peerValue)
            throws InvalidPublicValueException {
        if (peerValue.size() != method.initiatorOctets()) {
            throw new InvalidPublicValueException(
                    method + " value of " + peerValue.size() + " octets");
        }
        try (NativeKey theirs =
                NativeKey.ofRawPublic(type(method), peerValue.toArray())
                        .orElseThrow(
                                () -> new InvalidPublicValueException(method + " value refused"))) {
            byte[] secret =
                    ours.agree(theirs, method.secretOctets())
                            .orElseThrow(() ->
                                    new InvalidPublicValueException(
                                            method + " value of small order"));
            return KeyMaterial.wrap("g^ir", secret);
        }
    }

    private static NativeKey privateKey(KeyExchangeMethod method, byte[] scalar) {
        return NativeKey.ofRawPrivate(type(method), scalar)
                .orElseThrow(() -> new IllegalStateException("no private key of " + method));
    }

    private static int type(KeyExchangeMethod method) {
        return switch (method) {
            case CURVE25519 -> NativeKey.X25519;
            case CURVE448 -> NativeKey.X448;
            case MODP_2048,
                    MODP_3072,
                    MODP_4096,
                    MODP_6144,
                    MODP_8192,
                    ECP_256,
                    ECP_384,
                    ECP_521,
                    ML_KEM_512,
                    ML_KEM_768,
                    ML_KEM_1024 ->
                    throw new IllegalArgumentException(method + " is not a Montgomery curve");
        };
    }
}
