package io.culvert.ipsec.value;

import java.security.MessageDigest;
import java.util.Arrays;

/// Secret octets: a key, a shared secret, a pre-shared key.
///
/// Never a record and never in a log: [#toString] tells the purpose and the length alone, equality takes
/// constant time, and [#close] overwrites the octets.
public final class KeyMaterial implements AutoCloseable {
    private final String purpose;
    private final byte[] octets;

    private KeyMaterial(String purpose, byte[] octets) {
        this.purpose = purpose;
        this.octets = octets;
    }

    /// Takes over `owned`; the caller promises not to touch the array again.
    ///
    /// @param purpose what the key is for, in the RFC's word, such as `SK_ei`
    public static KeyMaterial wrap(String purpose, byte[] owned) {
        return new KeyMaterial(purpose, owned);
    }

    /// Copies `length` octets of `source` from `offset`.
    public static KeyMaterial copyOf(String purpose, byte[] source, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, source.length);
        return new KeyMaterial(purpose, Arrays.copyOfRange(source, offset, offset + length));
    }

    /// What the key is for.
    public String purpose() {
        return purpose;
    }

    /// The number of octets.
    public int size() {
        return octets.length;
    }

    /// A fresh copy of the secret. The caller overwrites it when done, where that is possible.
    public byte[] expose() {
        return octets.clone();
    }

    /// The octets from `start` to `end` as key material of their own.
    public KeyMaterial slice(String newPurpose, int start, int end) {
        java.util.Objects.checkFromToIndex(start, end, octets.length);
        return new KeyMaterial(newPurpose, Arrays.copyOfRange(octets, start, end));
    }

    /// Overwrites the secret with zeros.
    @Override
    public void close() {
        Arrays.fill(octets, (byte) 0);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof KeyMaterial other && MessageDigest.isEqual(octets, other.octets);
    }

    /// Constant on purpose: a hash of the octets would leak them.
    @Override
    public int hashCode() {
        return octets.length;
    }

    @Override
    public String toString() {
        return purpose + " (" + octets.length + " secret octets)";
    }
}
