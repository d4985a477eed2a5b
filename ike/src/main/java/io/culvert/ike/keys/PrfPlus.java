package io.culvert.ike.keys;

import io.culvert.ipsec.crypto.PseudoRandomFunction;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.util.Arrays;

/// `prf+`: makes any number of secret octets out of a key and a seed.
///
/// ```
/// prf+(K,S) = T1 | T2 | T3 | …     T1 = prf(K, S | 0x01)     Tn = prf(K, Tn-1 | S | n)
/// ```
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.13 RFC 7296 section 2.13
public final class PrfPlus {
    /// How often the function can be applied: the counter is one octet.
    public static final int MAX_BLOCKS = 255;

    private PrfPlus() {}

    /// The first `length` octets of `prf+(key, seed)`.
    ///
    /// @param purpose what the octets are for
    /// @throws IllegalArgumentException if more than 255 blocks would be needed
    public static KeyMaterial expand(
            PseudoRandomFunction prf, KeyMaterial key, Octets seed, int length, String purpose) {
        return expand(prf, key.expose(), seed.toArray(), length, purpose);
    }

    static KeyMaterial expand(
            PseudoRandomFunction prf, byte[] key, byte[] seed, int length, String purpose) {
        int block = prf.algorithm().outputOctets();
        if (length < 0 || length > MAX_BLOCKS * block) {
            throw new IllegalArgumentException(
                    "prf+ of "
                            + prf.algorithm()
                            + " gives at most "
                            + MAX_BLOCKS * block
                            + " octets, not "
                            + length);
        }
        byte[] out = new byte[length];
        byte[] previous = {};
        for (int at = 0, n = 1; at < length; at += block, n++) {
            byte[] next = prf.apply(key, previous, seed, new byte[] {(byte) n});
            System.arraycopy(next, 0, out, at, Math.min(block, length - at));
            Arrays.fill(previous, (byte) 0);
            previous = next;
        }
        Arrays.fill(previous, (byte) 0);
        Arrays.fill(key, (byte) 0);
        return KeyMaterial.wrap(purpose, out);
    }
}
