package io.culvert.esp.engine;

import static io.culvert.esp.engine.EspLayout.FIXED_HEADER_OCTETS;

import io.culvert.ipsec.crypto.Aead;
import io.culvert.ipsec.packet.PacketBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An AEAD in ESP: the nonce is salt and IV, the associated data is SPI and sequence number.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4106#section-5 RFC 4106 section 5
/// @spec https://www.rfc-editor.org/rfc/rfc7634#section-2.1 RFC 7634 section 2.1
final class AeadSuite implements EspSuite {
    private static final int ESN_AAD_OCTETS = 12;

    private final Aead aead;
    private final boolean extended;
    private final int ivOctets;
    private final int icvOctets;
    private final int saltOctets;
    private final byte[] nonce = new byte[Aead.NONCE_OCTETS];
    private final byte[] aad = new byte[ESN_AAD_OCTETS];

    AeadSuite(Aead aead, byte[] salt, boolean extended) {
        this.aead = aead;
        this.extended = extended;
        ivOctets = aead.algorithm().ivOctets();
        icvOctets = aead.algorithm().icvOctets();
        saltOctets = salt.length;
        System.arraycopy(salt, 0, nonce, 0, salt.length);
    }

    @Override
    public void seal(PacketBuffer packet, int sequenceHigh) {
        int aadLength = prepare(packet, sequenceHigh);
        MemorySegment segment = packet.segment();
        int plaintextAt = packet.start() + FIXED_HEADER_OCTETS + ivOctets;
        int length = packet.length() - FIXED_HEADER_OCTETS - ivOctets;
        packet.range(packet.start(), packet.length() + icvOctets);
        aead.seal(nonce, aad, aadLength, segment, plaintextAt, length, segment, plaintextAt);
    }

    @Override
    public boolean open(PacketBuffer packet, int sequenceHigh) {
        int aadLength = prepare(packet, sequenceHigh);
        MemorySegment segment = packet.segment();
        int header = FIXED_HEADER_OCTETS + ivOctets;
        int at = packet.start() + header;
        int length = packet.length() - header;
        if (!aead.open(nonce, aad, aadLength, segment, at, length, segment, at)) {
            return false;
        }
        packet.range(at, length - icvOctets);
        return true;
    }

    /// Fills nonce and associated data.
    ///
    /// @return how many octets of associated data there are
    private int prepare(PacketBuffer packet, int sequenceHigh) {
        MemorySegment segment = packet.segment();
        long start = packet.start();
        MemorySegment.copy(
                segment,
                ValueLayout.JAVA_BYTE,
                start + FIXED_HEADER_OCTETS,
                nonce,
                saltOctets,
                ivOctets);
        if (!extended) {
            MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, start, aad, 0, FIXED_HEADER_OCTETS);
            return FIXED_HEADER_OCTETS;
        }
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, start, aad, 0, 4);
        aad[4] = (byte) (sequenceHigh >>> 24);
        aad[5] = (byte) (sequenceHigh >>> 16);
        aad[6] = (byte) (sequenceHigh >>> 8);
        aad[7] = (byte) sequenceHigh;
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, start + 4, aad, 8, 4);
        return ESN_AAD_OCTETS;
    }

    @Override
    public void close() {
        aead.close();
    }
}
