package io.culvert.sim.table;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// What came of all runs of one sort.
///
/// @param obstacle what stood in the way
/// @param size how large the messages were
/// @param way how the road warrior was configured
/// @param runs how many were made
/// @param times how long those took that succeeded, shortest first
public record Cell(Obstacle obstacle, MessageSize size, Way way, int runs, List<Duration> times) {
    private static final double ALMOST_ALL = 0.95;
    private static final double NANOS = 1e9;

    /// Sorts a copy.
    public Cell {
        times = times.stream().sorted().toList();
    }

    /// The share of runs that succeeded, in per cent.
    public double success() {
        return 100.0 * times.size() / runs;
    }

    /// How long half of those that succeeded took at most, in seconds; 0 if none did.
    public double median() {
        return quantile(0.5);
    }

    /// How long 95 % of those that succeeded took at most, in seconds; 0 if none did.
    public double slow() {
        return quantile(ALMOST_ALL);
    }

    private double quantile(double share) {
        if (times.isEmpty()) {
            return 0;
        }
        int at = (int) Math.ceil(share * times.size()) - 1;
        return times.get(Math.max(0, at)).toNanos() / NANOS;
    }

    /// Success, then median and 95th percentile of the time, for people.
    String text() {
        if (times.isEmpty()) {
            return "never";
        }
        String share =
                times.size() == runs ? "100 %" : String.format(Locale.ROOT, "%.1f %%", success());
        return String.format(Locale.ROOT, "%s, %.2f s (%.2f s)", share, median(), slow());
    }

    /// For programs.
    String json() {
        return String.format(
                Locale.ROOT,
                "{\"network\": \"%s\", \"messages\": \"%s\", \"transport\": \"%s\", \"runs\": %d,"
                        + " \"succeeded\": %d, \"medianSeconds\": %.3f, \"slowSeconds\": %.3f}",
                obstacle.title(),
                size.title(),
                way.title(),
                runs,
                times.size(),
                median(),
                slow());
    }
}
