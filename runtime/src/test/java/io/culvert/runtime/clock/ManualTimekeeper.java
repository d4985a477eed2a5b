package io.culvert.runtime.clock;

import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A clock that stands still until a test moves it.
public final class ManualTimekeeper implements Timekeeper {
    private final List<Entry> entries = new ArrayList<>();
    private MonoTime now = MonoTime.ZERO;

    private static final class Entry {
        final MonoTime due;
        final Runnable task;

        Entry(MonoTime due, Runnable task) {
            this.due = due;
            this.task = task;
        }
    }

    @Override
    public synchronized MonoTime now() {
        return now;
    }

    @Override
    public synchronized Alarm schedule(MonoTime due, Runnable task) {
        Entry entry = new Entry(due, task);
        entries.add(entry);
        return () -> cancel(entry);
    }

    /// Moves the time on and runs what is due meanwhile.
    public void advance(Duration duration) {
        MonoTime target = now().plus(duration);
        for (Optional<Entry> next = next(target); next.isPresent(); next = next(target)) {
            next.get().task.run();
        }
        synchronized (this) {
            now = target;
        }
    }

    /// How many alarms are set.
    public synchronized int alarms() {
        return entries.size();
    }

    private synchronized Optional<Entry> next(MonoTime target) {
        Optional<Entry> next =
                entries.stream()
                        .filter(e -> target.hasReached(e.due))
                        .min(Comparator.comparing(e -> e.due));
        next.ifPresent(e -> {
            entries.remove(e);
            now = now.isBefore(e.due) ? e.due : now;
        });
        return next;
    }

    private synchronized void cancel(Entry entry) {
        entries.remove(entry);
    }
}
