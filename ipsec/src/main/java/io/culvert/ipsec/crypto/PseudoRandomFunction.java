package io.culvert.ipsec.crypto;

/// The negotiated prf of an IKE SA. May be shared by threads.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-2.13 RFC 7296 section 2.13
public interface PseudoRandomFunction {
    /// The algorithm.
    PrfAlgorithm algorithm();

    /// `prf(key, data1 | data2 | …)`.
    ///
    /// @param key of any length, also none
    byte[] apply(byte[] key, byte[]... data);
}
