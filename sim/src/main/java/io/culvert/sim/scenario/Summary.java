package io.culvert.sim.scenario;

import io.culvert.sim.network.Tally;

/// What came of all runs of a scenario.
public final class Summary {
    private final Tally faults = new Tally();
    private long runs;
    private long sessions;
    private long failures;

    Summary() {}

    void add(Campaign.Result result) {
        runs++;
        sessions += result.sessions();
        failures += result.failure().isPresent() ? 1 : 0;
        faults.add(result.faults());
    }

    /// How many runs there were.
    public long runs() {
        return runs;
    }

    /// How many sessions were started.
    public long sessions() {
        return sessions;
    }

    /// How many runs broke a rule.
    public long failures() {
        return failures;
    }

    /// What went wrong by design, so that it was a trial at all.
    public Tally faults() {
        return faults;
    }
}
