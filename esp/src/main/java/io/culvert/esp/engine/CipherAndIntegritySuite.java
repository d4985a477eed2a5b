package io.culvert.esp.engine;

import static io.culvert.esp.engine.EspLayout.FIXED_HEADER_OCTETS;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.Integrity;
import io.culvert.ipsec.crypto.UnauthenticatedCipher;
import io.culvert.ipsec.packet.PacketBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.Arrays;

/// Encryption, then a MAC over the whole packet: AES-CBC or AES-CTR beside an HMAC.
///
/// The upper half of an extended sequence number is covered by the MAC as if it followed the Next Header.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-2.2.1 RFC 4303 section 2.2.1
final class CipherAndIntegritySuite implements EspSuite {
    private static final int CIPHER_BLOCK_OCTETS = 16;

    private final UnauthenticatedCipher cipher;
    private final Integrity integrity;
    private final boolean extended;
    private final boolean counterMode;
    private final int ivOctets;
    private final int ivAt;
    private final int icvOctets;
    private final byte[] block = new byte[CIPHER_BLOCK_OCTETS];
    private final byte[] high = new byte[4];
    private final byte[] computed;
    private final byte[] received;

    CipherAndIntegritySuite(
            UnauthenticatedCipher cipher, byte[] salt, Integrity integrity, boolean extended) {
        this.cipher = cipher;
        this.integrity = integrity;
        this.extended = extended;
        counterMode = cipher.algorithm() == EncryptionAlgorithm.AES_CTR;
        ivOctets = cipher.algorithm().ivOctets();
        ivAt = salt.length;
        System.arraycopy(salt, 0, block, 0, salt.length);
        icvOctets = integrity.algorithm().icvOctets();
        computed = new byte[icvOctets];
        received = new byte[icvOctets];
    }

    @Override
    public void seal(PacketBuffer packet, int sequenceHigh) {
        fillBlock(packet);
        MemorySegment segment = packet.segment();
        int at = packet.start() + FIXED_HEADER_OCTETS + ivOctets;
        int length = packet.length() - FIXED_HEADER_OCTETS - ivOctets;
        cipher.encrypt(block, segment, at, length, segment, at);
        computeIcv(packet, packet.length(), sequenceHigh);
        int icvAt = packet.start() + packet.length();
        packet.range(packet.start(), packet.length() + icvOctets);
        MemorySegment.copy(computed, 0, segment, ValueLayout.JAVA_BYTE, icvAt, icvOctets);
    }

    @Override
    public boolean open(PacketBuffer packet, int sequenceHigh) {
        MemorySegment segment = packet.segment();
        int covered = packet.length() - icvOctets;
        computeIcv(packet, covered, sequenceHigh);
        MemorySegment.copy(
                segment,
                ValueLayout.JAVA_BYTE,
                (long) packet.start() + covered,
                received,
                0,
                icvOctets);
        if (!MessageDigest.isEqual(computed, received)) {
            return false;
        }
        fillBlock(packet);
        int at = packet.start() + FIXED_HEADER_OCTETS + ivOctets;
        int length = covered - FIXED_HEADER_OCTETS - ivOctets;
        cipher.decrypt(block, segment, at, length, segment, at);
        packet.range(at, length);
        return true;
    }

    /// Makes the IV of CBC, or the first counter block of CTR: nonce, IV, one.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc3686#section-4 RFC 3686 section 4
    private void fillBlock(PacketBuffer packet) {
        MemorySegment.copy(
                packet.segment(),
                ValueLayout.JAVA_BYTE,
                (long) packet.start() + FIXED_HEADER_OCTETS,
                block,
                ivAt,
                ivOctets);
        if (counterMode) {
            Arrays.fill(block, ivAt + ivOctets, CIPHER_BLOCK_OCTETS - 1, (byte) 0);
            block[CIPHER_BLOCK_OCTETS - 1] = 1;
        }
    }

    private void computeIcv(PacketBuffer packet, int covered, int sequenceHigh) {
        integrity.update(packet.segment(), packet.start(), covered);
        if (extended) {
            high[0] = (byte) (sequenceHigh >>> 24);
            high[1] = (byte) (sequenceHigh >>> 16);
            high[2] = (byte) (sequenceHigh >>> 8);
            high[3] = (byte) sequenceHigh;
            integrity.update(high);
        }
        integrity.finish(computed);
    }

    @Override
    public void close() {
        cipher.close();
        integrity.close();
    }
}
