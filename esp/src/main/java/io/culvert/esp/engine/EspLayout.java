package io.culvert.esp.engine;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.dataplane.EspTransform;

/// Where things are in an ESP packet of one transform, and how long they are.
///
///     SPI(4) Sequence(4) IV | payload, padding, Pad Length(1), Next Header(1) | ICV
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-2 RFC 4303 section 2
/// @param ivOctets the explicit IV
/// @param blockOctets the block of the cipher, of which the ciphertext is a multiple; 1 for stream modes
/// @param icvOctets the ICV
public record EspLayout(int ivOctets, int blockOctets, int icvOctets) {
    /// SPI and Sequence Number.
    static final int FIXED_HEADER_OCTETS = 8;

    /// Where the Sequence Number starts.
    static final int SEQUENCE_AT = 4;

    /// Pad Length and Next Header.
    static final int FIXED_TRAILER_OCTETS = 2;

    private static final int WORD_OCTETS = 4;

    /// The layout of a transform's packets.
    public static EspLayout of(EspTransform transform) {
        EncryptionAlgorithm encryption = transform.encryption();
        return new EspLayout(
                encryption.ivOctets(), encryption.blockOctets(), transform.icvOctets());
    }

    /// What comes before the ciphertext.
    public int headerOctets() {
        return FIXED_HEADER_OCTETS + ivOctets;
    }

    /// The padding that makes the ciphertext end on a word, and on a block of the cipher.
    public int paddingOctets(int payloadOctets) {
        return Math.floorMod(-(payloadOctets + FIXED_TRAILER_OCTETS), alignment());
    }

    /// The whole ESP packet around a payload.
    public int packetOctets(int payloadOctets) {
        return headerOctets()
                + payloadOctets
                + paddingOctets(payloadOctets)
                + FIXED_TRAILER_OCTETS
                + icvOctets;
    }

    /// The largest payload whose ESP packet does not exceed `packetOctets`; 0 or less if there is none.
    public int largestPayloadOctets(int packetOctets) {
        int ciphertext = packetOctets - headerOctets() - icvOctets;
        return Math.floorDiv(ciphertext, alignment()) * alignment() - FIXED_TRAILER_OCTETS;
    }

    /// Whether a received packet of this size can hold a trailer and whole blocks.
    boolean admits(int packetOctets) {
        int ciphertext = packetOctets - headerOctets() - icvOctets;
        return ciphertext >= FIXED_TRAILER_OCTETS && ciphertext % blockOctets == 0;
    }

    private int alignment() {
        return Math.max(WORD_OCTETS, blockOctets);
    }
}
