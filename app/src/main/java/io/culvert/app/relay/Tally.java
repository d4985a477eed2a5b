package io.culvert.app.relay;

import io.culvert.runtime.net.Counters;
import java.util.concurrent.atomic.LongAdder;

/// What a relay has carried and what not. Safe for use by many threads.
final class Tally {
    final Flow towardsTcp = new Flow();
    final Flow towardsUdp = new Flow();
    private final Counters dropped;
    final LongAdder served = new LongAdder();
    final LongAdder connectionsLost = new LongAdder();
    final LongAdder connectionsResumed = new LongAdder();

    /// Counts of what was not carried, by reason.
    Counters dropped() {
        return dropped;
    }

    Tally(Counters dropped) {
        this.dropped = dropped;
    }

    /// One direction.
    static final class Flow {
        final LongAdder ikeMessages = new LongAdder();
        final LongAdder espPackets = new LongAdder();
        final LongAdder octets = new LongAdder();

        void ike(int size) {
            octets.add(size);
            ikeMessages.increment();
        }

        void esp(long packets, long size) {
            octets.add(size);
            espPackets.add(packets);
        }
    }
}
