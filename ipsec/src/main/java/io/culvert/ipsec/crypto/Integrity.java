package io.culvert.ipsec.crypto;

import java.lang.foreign.MemorySegment;

/// A keyed integrity algorithm of one direction of one SA. For one thread.
public interface Integrity extends AutoCloseable {
    /// The algorithm.
    IntegrityAlgorithm algorithm();

    /// Takes in `length` octets of `source`.
    void update(MemorySegment source, long offset, int length);

    /// Writes the ICV to the start of `icv` and begins anew.
    ///
    /// @param icv at least [IntegrityAlgorithm#icvOctets] long
    void finish(byte[] icv);

    /// Takes in a whole array.
    default void update(byte[] octets) {
        update(MemorySegment.ofArray(octets), 0, octets.length);
    }

    /// The ICV of one whole array.
    default byte[] icvOf(byte[] octets) {
        byte[] icv = new byte[algorithm().icvOctets()];
        update(octets);
        finish(icv);
        return icv;
    }

    /// Forgets the key.
    @Override
    void close();
}
