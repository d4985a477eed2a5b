package io.culvert.sim.network;

import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/// Virtual time: what will happen when. Things due at one moment happen in the order in which they were planned.
public final class Agenda {
    private static final int MOST_AT_ONE_MOMENT = 50_000;

    /// Something planned, which can be called off.
    public static final class Entry {
        private final MonoTime at;
        private final long number;
        private final Runnable event;
        private boolean off;

        private Entry(MonoTime at, long number, Runnable event) {
            this.at = at;
            this.number = number;
            this.event = event;
        }

        /// When.
        public MonoTime at() {
            return at;
        }

        /// It will not happen.
        public void callOff() {
            off = true;
        }
    }

    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(
                    Comparator.<Entry, MonoTime>comparing(e -> e.at)
                            .thenComparingLong(e -> e.number));
    private MonoTime now = MonoTime.ZERO.plus(Duration.ofSeconds(1));
    private long planned;
    private long happened;
    private int atThisMoment;

    /// The time.
    public MonoTime now() {
        return now;
    }

    /// How many things have happened.
    public long happened() {
        return happened;
    }

    /// Plans something; a time that is over means at once, after what is being done.
    public Entry at(MonoTime time, Runnable event) {
        Entry entry = new Entry(time.isBefore(now) ? now : time, planned++, event);
        entries.add(entry);
        return entry;
    }

    /// Plans something.
    public Entry after(Duration wait, Runnable event) {
        return at(now.plus(wait), event);
    }

    /// Lets everything happen that is due until `end`, and time pass until then.
    ///
    /// @throws Violation if so much happens at one moment that time stands still
    public void runUntil(MonoTime end) {
        while (!entries.isEmpty() && end.hasReached(entries.element().at)) {
            Entry next = entries.remove();
            if (next.off) {
                continue;
            }
            atThisMoment = next.at.equals(now) ? atThisMoment + 1 : 0;
            if (atThisMoment > MOST_AT_ONE_MOMENT) {
                throw new Violation("time stands still: something goes on for ever in no time");
            }
            now = next.at;
            happened++;
            next.event.run();
        }
        now = end;
    }
}
