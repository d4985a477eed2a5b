package io.culvert.runtime.net;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts by name what was dropped or refused. Safe for use by many threads.
public final class Counters {
    private final ConcurrentHashMap<String, LongAdder> counts = new ConcurrentHashMap<>();

    /// All zero.
    public Counters() {}

    /// Counts one.
    ///
    /// @param reason a fixed name, never text from a peer: `MAILBOX_FULL`
    public void count(String reason) {
        add(reason, 1);
    }

    /// Counts several.
    public void add(String reason, long count) {
        counts.computeIfAbsent(reason, _ -> new LongAdder()).add(count);
    }

    /// How often a reason was counted.
    public long of(String reason) {
        LongAdder count = counts.get(reason);
        return count == null ? 0 : count.sum();
    }

    /// All counts, by name.
    public Map<String, Long> all() {
        Map<String, Long> sums = new TreeMap<>();
        counts.forEach((reason, count) -> sums.put(reason, count.sum()));
        return sums;
    }
}
