package io.culvert.ike.keys;

import io.culvert.ike.proposal.Encryption;
import io.culvert.ipsec.value.KeyMaterial;

/// SK_e cut into the cipher's key and its salt.
final class SaltedKey {
    private final KeyMaterial key;
    private final byte[] salt;

    private SaltedKey(KeyMaterial key, byte[] salt) {
        this.key = key;
        this.salt = salt;
    }

    static SaltedKey split(Encryption encryption, KeyMaterial skE) {
        int octets = encryption.algorithm().keyOctets(encryption.keyLengthBits());
        int total = octets + encryption.algorithm().saltOctets();
        if (skE.size() != total) {
            throw new IllegalArgumentException(
                    skE + " should have " + total + " octets for " + encryption);
        }
        KeyMaterial key = skE.slice(skE.purpose(), 0, octets);
        KeyMaterial salt = skE.slice(skE.purpose() + " salt", octets, total);
        return new SaltedKey(key, salt.expose());
    }

    KeyMaterial key() {
        return key;
    }

    byte[] salt() {
        return salt;
    }
}
