package io.culvert.ipsec.crypto;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Encryption algorithms (transform type 1) that we can use, for IKE and for ESP.
///
/// Sizes are in octets, key lengths in bits as the Key Length attribute gives them.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3.2 RFC 7296 section 3.3.2
public enum EncryptionAlgorithm {
    /// AES in CBC mode, RFC 3602.
    AES_CBC(12, 16, 16, 0, 0, true),
    /// AES in counter mode, RFC 3686 and RFC 5930. The key material ends in a 4-octet nonce.
    AES_CTR(13, 1, 8, 4, 0, true),
    /// AES in Galois/counter mode with a 16-octet ICV, RFC 4106 and RFC 5282.
    AES_GCM_16(20, 1, 8, 4, 16, true),
    /// ChaCha20 with Poly1305, RFC 7634. Its 256-bit key is implied, no Key Length attribute is sent.
    CHACHA20_POLY1305(28, 1, 8, 4, 16, false);

    private static final List<Integer> KEY_LENGTHS = List.of(128, 192, 256);

    private final int transformId;
    private final int blockOctets;
    private final int ivOctets;
    private final int saltOctets;
    private final int icvOctets;
    private final boolean hasKeyLength;

    EncryptionAlgorithm(
            int transformId,
            int blockOctets,
            int ivOctets,
            int saltOctets,
            int icvOctets,
            boolean hasKeyLength) {
        this.transformId = transformId;
        this.blockOctets = blockOctets;
        this.ivOctets = ivOctets;
        this.saltOctets = saltOctets;
        this.icvOctets = icvOctets;
        this.hasKeyLength = hasKeyLength;
    }

    /// The algorithm with this transform ID, if it is one of ours.
    public static Optional<EncryptionAlgorithm> ofTransformId(int id) {
        return Arrays.stream(values()).filter(a -> a.transformId == id).findFirst();
    }

    /// The transform ID on the wire.
    public int transformId() {
        return transformId;
    }

    /// The block to which plaintext is padded; 1 for stream modes.
    public int blockOctets() {
        return blockOctets;
    }

    /// The explicit IV that travels in each packet.
    public int ivOctets() {
        return ivOctets;
    }

    /// The salt that is cut from the end of the key material and starts each nonce.
    public int saltOctets() {
        return saltOctets;
    }

    /// The ICV that the algorithm makes by itself; 0 if it needs an integrity algorithm beside it.
    public int icvOctets() {
        return icvOctets;
    }

    /// Whether the algorithm protects integrity by itself.
    public boolean isAead() {
        return icvOctets > 0;
    }

    /// The lengths that the Key Length attribute may give, in bits; empty if there must be no such attribute.
    public List<Integer> keyLengths() {
        return hasKeyLength ? KEY_LENGTHS : List.of();
    }

    /// Whether a bare key, without salt, may have this size.
    public boolean takesKeyOctets(int octets) {
        return hasKeyLength ? KEY_LENGTHS.contains(octets * 8) : octets == keyOctets(0);
    }

    /// The octets of the bare key, without salt.
    ///
    /// @param keyLengthBits the negotiated Key Length attribute, 0 if there was none
    /// @throws IllegalArgumentException if the algorithm has no such key length
    public int keyOctets(int keyLengthBits) {
        if (!hasKeyLength && keyLengthBits == 0) {
            return 32;
        }
        if (!keyLengths().contains(keyLengthBits)) {
            throw new IllegalArgumentException(this + " has no key of " + keyLengthBits + " bits");
        }
        return keyLengthBits / 8;
    }
}
