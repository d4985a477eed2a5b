package io.culvert.ike.keys;

import io.culvert.ipsec.value.KeyMaterial;

/// Cuts key material into keys, from left to right.
final class Cutter {
    private final KeyMaterial whole;
    private int at;

    Cutter(KeyMaterial whole) {
        this.whole = whole;
    }

    KeyMaterial next(String purpose, int octets) {
        KeyMaterial key = whole.slice(purpose, at, at + octets);
        at += octets;
        return key;
    }
}
