package io.culvert.sim.network;

import io.culvert.ipsec.value.MonoTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/// What happened, line by line, for people. Told only where somebody wants to read it.
public final class Story {
    private final int most;
    private final Deque<String> lines = new ArrayDeque<>();

    /// @param most how many lines are kept, the latest; 0 to listen to nothing
    public Story(int most) {
        this.most = most;
    }

    /// Adds a line.
    public void tell(MonoTime now, Supplier<String> line) {
        if (most == 0) {
            return;
        }
        if (lines.size() == most) {
            lines.removeFirst();
        }
        lines.add("%11.6f  %s".formatted(now.nanos() / 1e9, line.get()));
    }

    /// The lines.
    public List<String> lines() {
        return List.copyOf(lines);
    }
}
