package io.culvert.sim.network;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/// How often each [Fault] really happened, so that one that never does is seen. For one thread.
public final class Tally {
    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);

    /// Of nothing yet.
    public Tally() {}

    /// It happened.
    public void count(Fault fault) {
        counts.merge(fault, 1L, Long::sum);
    }

    /// Adds what another has counted.
    public void add(Tally other) {
        other.counts.forEach((fault, count) -> counts.merge(fault, count, Long::sum));
    }

    /// How often it happened.
    public long of(Fault fault) {
        return counts.getOrDefault(fault, 0L);
    }

    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey().word() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
