package io.culvert.app.relay;

import io.culvert.ipsec.value.Octets;
import java.util.LinkedHashSet;
import java.util.Set;

/// The SPIs that a client has used lately, by which it is known again without any key. Safe for use by many threads.
final class SpiMemory {
    /// Some IKE SAs in the middle of a rekey, with some Child SAs each.
    private static final int KEPT = 32;

    private static final int IKE_SPI_OCTETS = 8;

    private final Set<Octets> spis = new LinkedHashSet<>();
    private Octets latest = Octets.EMPTY;

    /// The initiator's SPI of an IKE message.
    static Octets ofIke(Octets message) {
        return message.slice(0, IKE_SPI_OCTETS);
    }

    /// Whether an IKE message begins an IKE SA: the responder has no SPI yet. So it is in all versions.
    static boolean beginsSa(Octets message) {
        return message.u64(IKE_SPI_OCTETS) == 0;
    }

    synchronized void add(Octets spi) {
        if (latest.equals(spi)) {
            return;
        }
        latest = spi;
        if (spis.add(spi) && spis.size() > KEPT) {
            spis.remove(spis.iterator().next());
        }
    }

    synchronized boolean contains(Octets spi) {
        return spis.contains(spi);
    }

    synchronized Set<Octets> all() {
        return Set.copyOf(spis);
    }
}
