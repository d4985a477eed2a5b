package io.culvert.ipsec.dataplane;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;

/// The negotiated algorithms of a Child SA.
///
/// @param encryption the encryption algorithm
/// @param keyLengthBits its Key Length attribute, 0 if it has none
/// @param integrity the integrity algorithm; [IntegrityAlgorithm#NONE] exactly if the encryption is an AEAD
/// @param extendedSequenceNumbers whether sequence numbers have 64 bits
public record EspTransform(
        EncryptionAlgorithm encryption,
        int keyLengthBits,
        IntegrityAlgorithm integrity,
        boolean extendedSequenceNumbers) {
    /// Checks that the parts go together.
    public EspTransform {
        encryption.keyOctets(keyLengthBits);
        if (encryption.isAead() != (integrity == IntegrityAlgorithm.NONE)) {
            throw new IllegalArgumentException(encryption + " does not go with " + integrity);
        }
    }

    /// The encryption key with its salt, in octets.
    public int encryptionKeyOctets() {
        return encryption.keyOctets(keyLengthBits) + encryption.saltOctets();
    }

    /// The ICV of a packet, in octets.
    public int icvOctets() {
        return encryption.isAead() ? encryption.icvOctets() : integrity.icvOctets();
    }
}
