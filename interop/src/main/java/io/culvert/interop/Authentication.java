package io.culvert.interop;

/// How the two peers of a scenario prove who they are.
public enum Authentication {
    PSK(KeyKind.ECDSA_P256),
    ECDSA(KeyKind.ECDSA_P256),
    RSA(KeyKind.RSA_3072),
    ED25519(KeyKind.ED25519);

    private final KeyKind keys;

    Authentication(KeyKind keys) {
        this.keys = keys;
    }

    /// The kind of the keys in certificates; without a meaning for [#PSK].
    public KeyKind keys() {
        return keys;
    }
}
