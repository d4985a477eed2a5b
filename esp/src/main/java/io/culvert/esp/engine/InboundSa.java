package io.culvert.esp.engine;

import static io.culvert.esp.engine.EspLayout.SEQUENCE_AT;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.packet.PacketBuffer;
import java.util.concurrent.locks.ReentrantLock;

/// The receiving half of a Child SA: finds the payloads in ESP packets, in place.
///
/// Safe for use by many threads: a lock guards cipher and replay window.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-3.4 RFC 4303 section 3.4
public final class InboundSa implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final EspLayout layout;
    private final EspSuite suite;
    private final ReplayWindow window;
    private final boolean checkPadding;
    private boolean closed;

    /// Keys an SA. The key material stays the caller's.
    ///
    /// @param replayWindow the anti-replay window in packets, 32 to 4096
    /// @throws IllegalArgumentException if a key or the window has a wrong size
    public InboundSa(
            CryptoProvider crypto, EspTransform transform, EspKeys keys, int replayWindow) {
        this(
                crypto,
                transform,
                keys,
                new ReplayWindow(replayWindow, transform.extendedSequenceNumbers()));
    }

    InboundSa(CryptoProvider crypto, EspTransform transform, EspKeys keys, ReplayWindow window) {
        this.window = window;
        layout = EspLayout.of(transform);
        // an AEAD's ICV already covers the padding, and its peers are free to fill it otherwise
        checkPadding = !transform.encryption().isAead();
        suite = EspSuite.of(crypto, transform, keys);
    }

    /// Checks and decrypts an ESP packet of this SA. Unless the result is [OpenResult#OPENED] the buffer holds nothing
    /// of use.
    ///
    /// Ownership: the buffer stays the caller's.
    ///
    /// @param packet any octets, presumed to start with this SA's SPI
    /// @param opened filled in if the packet was opened
    public OpenResult open(PacketBuffer packet, OpenedPacket opened) {
        if (!layout.admits(packet.length())) {
            return OpenResult.MALFORMED;
        }
        lock.lock();
        try {
            if (closed) {
                return OpenResult.CLOSED;
            }
            long sequence = window.infer(packet.u32(SEQUENCE_AT));
            if (!window.admits(sequence)) {
                return OpenResult.REPLAYED;
            }
            if (!suite.open(packet, (int) (sequence >>> 32))) {
                return OpenResult.FORGED;
            }
            boolean newest = window.accept(sequence);
            int nextHeader = EspTrailer.strip(packet, checkPadding);
            if (nextHeader < 0) {
                return OpenResult.BAD_TRAILER;
            }
            opened.set(nextHeader, newest);
            return OpenResult.OPENED;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets the keys; nothing is opened afterwards.
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
