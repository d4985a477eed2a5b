package io.culvert.sim.network;

/// Something happened that must never happen. A defect of what is simulated, or of the simulation.
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    /// @param what the rule that was broken, and by what
    public Violation(String what) {
        super(what);
    }
}
