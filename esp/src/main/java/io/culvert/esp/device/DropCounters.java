package io.culvert.esp.device;

import io.culvert.ipsec.packet.PacketBuffer;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts dropped packets by reason. Safe for use by many threads.
final class DropCounters {
    private final Map<DropReason, LongAdder> counters = new EnumMap<>(DropReason.class);

    DropCounters() {
        for (DropReason reason : DropReason.values()) {
            counters.put(reason, new LongAdder());
        }
    }

    void count(DropReason reason, int packets) {
        LongAdder counter = counters.get(reason);
        if (counter != null) {
            counter.add(packets);
        }
    }

    /// Releases and counts. Ownership: moves to the callee.
    void drop(PacketBuffer packet, DropReason reason) {
        packet.release();
        count(reason, 1);
    }

    Map<DropReason, Long> snapshot() {
        Map<DropReason, Long> sums = new EnumMap<>(DropReason.class);
        counters.forEach((reason, counter) -> sums.put(reason, counter.sum()));
        return Collections.unmodifiableMap(sums);
    }
}
