package io.culvert.esp.engine;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.KeyMaterial;

/// The negotiated algorithms, keyed for one direction of one SA: encrypts and protects packets in place. For one
/// thread.
sealed interface EspSuite extends AutoCloseable permits AeadSuite, CipherAndIntegritySuite {
    /// Keys the algorithms of `transform`.
    ///
    /// @throws IllegalArgumentException if a key has a wrong size
    static EspSuite of(CryptoProvider crypto, EspTransform transform, EspKeys keys) {
        EncryptionAlgorithm algorithm = transform.encryption();
        int keyOctets = algorithm.keyOctets(transform.keyLengthBits());
        KeyMaterial material = keys.encryption();
        if (material.size() != transform.encryptionKeyOctets()) {
            throw new IllegalArgumentException(
                    "%s with its salt has a key of %d octets, not %d"
                            .formatted(
                                    algorithm, transform.encryptionKeyOctets(), material.size()));
        }
        if (keys.integrity().size() != transform.integrity().keyOctets()) {
            throw new IllegalArgumentException(
                    "%s has a key of %d octets, not %d"
                            .formatted(
                                    transform.integrity(),
                                    transform.integrity().keyOctets(),
                                    keys.integrity().size()));
        }
        try (KeyMaterial key = material.slice(material.purpose(), 0, keyOctets);
                KeyMaterial saltPart = material.slice("salt", keyOctets, material.size())) {
            byte[] salt = saltPart.expose();
            return algorithm.isAead()
                    ? new AeadSuite(
                            crypto.aead(algorithm, key), salt, transform.extendedSequenceNumbers())
                    : new CipherAndIntegritySuite(
                            crypto.cipher(algorithm, key),
                            salt,
                            crypto.integrity(transform.integrity(), keys.integrity()),
                            transform.extendedSequenceNumbers());
        }
    }

    /// Encrypts what follows the IV and appends the ICV.
    ///
    /// @param packet from the SPI to the Next Header, with tailroom for the ICV
    /// @param sequenceHigh the upper half of the sequence number, which is protected but not sent
    void seal(PacketBuffer packet, int sequenceHigh);

    /// Checks the ICV and decrypts. The packet is then what lies between IV and ICV.
    ///
    /// @param packet a whole ESP packet that [EspLayout#admits]
    /// @return false if the ICV is wrong; the packet then holds nothing of use
    boolean open(PacketBuffer packet, int sequenceHigh);

    /// Forgets the keys.
    @Override
    void close();
}
