package io.culvert.esp.engine;

import static io.culvert.esp.engine.EspLayout.FIXED_HEADER_OCTETS;
import static io.culvert.esp.engine.EspLayout.FIXED_TRAILER_OCTETS;
import static io.culvert.esp.engine.EspLayout.SEQUENCE_AT;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.Spi;
import java.util.concurrent.locks.ReentrantLock;

/// The sending half of a Child SA: makes ESP packets of payloads, in place.
///
/// Safe for use by many threads: a lock guards cipher and sequence number, which one loop takes without contention.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-3.3 RFC 4303 section 3.3
public final class OutboundSa implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final int spi;
    private final EspLayout layout;
    private final EspSuite suite;
    private final SequenceNumbers sequences;
    private final IvSource ivs;
    private final byte[] iv;
    private boolean closed;
    private volatile boolean nearlyExhausted;

    /// Keys an SA. The key material stays the caller's.
    ///
    /// @param ivs where IVs come from, usually [IvSource#of]
    /// @throws IllegalArgumentException if a key has a wrong size
    public OutboundSa(
            CryptoProvider crypto, EspTransform transform, Spi spi, EspKeys keys, IvSource ivs) {
        this(
                crypto,
                transform,
                spi,
                keys,
                ivs,
                new SequenceNumbers(transform.extendedSequenceNumbers()));
    }

    OutboundSa(
            CryptoProvider crypto,
            EspTransform transform,
            Spi spi,
            EspKeys keys,
            IvSource ivs,
            SequenceNumbers sequences) {
        this.spi = spi.value();
        this.ivs = ivs;
        this.sequences = sequences;
        layout = EspLayout.of(transform);
        iv = new byte[layout.ivOctets()];
        suite = EspSuite.of(crypto, transform, keys);
    }

    /// How its packets are laid out.
    public EspLayout layout() {
        return layout;
    }

    /// Makes an ESP packet of the payload in `packet`. If that is refused the packet is as before.
    ///
    /// Ownership: the buffer stays the caller's.
    ///
    /// @param nextHeader the IP protocol of the payload: 4 for IPv4, 41 for IPv6
    public SealResult seal(PacketBuffer packet, int nextHeader) {
        int padding = layout.paddingOctets(packet.length());
        if (packet.start() < layout.headerOctets()
                || packet.tailroom() < padding + FIXED_TRAILER_OCTETS + layout.icvOctets()) {
            return SealResult.NO_ROOM;
        }
        lock.lock();
        try {
            if (closed) {
                return SealResult.CLOSED;
            }
            long sequence = sequences.next();
            if (sequence == SequenceNumbers.EXHAUSTED) {
                return SealResult.SEQUENCE_EXHAUSTED;
            }
            EspTrailer.append(packet, padding, nextHeader);
            packet.growFront(layout.headerOctets());
            packet.putU32(0, spi);
            packet.putU32(SEQUENCE_AT, (int) sequence);
            ivs.fill(sequence, iv);
            for (int i = 0; i < iv.length; i++) {
                packet.putU8(FIXED_HEADER_OCTETS + i, iv[i]);
            }
            suite.seal(packet, (int) (sequence >>> 32));
            nearlyExhausted = sequences.isNearlyExhausted();
            return SealResult.SEALED;
        } finally {
            lock.unlock();
        }
    }

    /// Whether few sequence numbers are left, so that it is time to rekey.
    public boolean isNearlyExhausted() {
        return nearlyExhausted;
    }

    /// Forgets the keys; nothing is sealed afterwards.
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                suite.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
