package io.culvert.sim;

import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.sim.network.Story;
import io.culvert.sim.scenario.Campaign;
import io.culvert.sim.scenario.Scenario;
import io.culvert.sim.table.TableProgram;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// The simulator as a program, run by `bin/sim`.
///
///     bin/sim --sessions 100000 --seed 7 --scenario mixed
///     bin/sim --scenario mixed --replay SEED
///     bin/sim table --runs 1000
///
/// Exits with 0 if no rule was broken, 1 if one was, 2 if it was called wrongly.
public final class Simulator {
    private static final int MOST_FAILURES = 3;
    private static final long PROGRESS_NANOS = 5_000_000_000L;
    private static final int REPLAY_LINES = 100_000;

    private long sessions = 2000;
    private long seed = new Random().nextInt(1_000_000);
    private List<Scenario> scenarios = List.of(Scenario.values());
    private int threads = Runtime.getRuntime().availableProcessors();
    private List<Long> replay = List.of();

    private Simulator() {}

    /// Runs it.
    public static void main(String[] arguments) throws InterruptedException {
        Simulator simulator = new Simulator();
        try {
            if (arguments.length > 0 && arguments[0].equals("table")) {
                TableProgram.run(List.of(arguments).subList(1, arguments.length), System.out);
                return;
            }
            simulator.read(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("sim: " + e.getMessage());
            System.err.println(usage());
            System.exit(2);
        }
        System.exit(simulator.run(System.out) ? 0 : 1);
    }

    private static String usage() {
        String words =
                Arrays.stream(Scenario.values())
                        .map(Scenario::word)
                        .collect(Collectors.joining(", "));
        return """
        usage: bin/sim [--sessions N] [--seed S] [--scenario NAME] [--threads T]
               bin/sim --scenario NAME --replay SEED
        scenarios: %s
        """
                        .formatted(words)
                + TableProgram.usage();
    }

    private void read(String[] arguments) {
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " needs a value");
            }
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--sessions" -> sessions = Long.parseLong(value);
                case "--seed" -> seed = Long.parseLong(value);
                case "--threads" -> threads = Integer.parseInt(value);
                case "--replay" -> replay = List.of(Long.parseLong(value));
                case "--scenario" -> scenarios = List.of(scenario(value));
                default -> throw new IllegalArgumentException("unknown: " + arguments[i]);
            }
        }
        if (!replay.isEmpty() && scenarios.size() != 1) {
            throw new IllegalArgumentException("--replay needs --scenario");
        }
    }

    private static Scenario scenario(String word) {
        return Arrays.stream(Scenario.values())
                .filter(s -> s.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no scenario " + word));
    }

    private boolean run(PrintStream out) throws InterruptedException {
        if (!replay.isEmpty()) {
            Story story = new Story(REPLAY_LINES);
            var result =
                    Campaign.once(new JdkCrypto(), scenarios.getFirst(), replay.getFirst(), story);
            story.lines().forEach(out::println);
            result.failure().ifPresent(f -> out.println("BROKEN: " + f.cause()));
            return result.failure().isEmpty();
        }
        out.println("seed " + seed);
        Campaign campaign = new Campaign(new JdkCrypto(), scenarios, seed);
        long began = System.nanoTime();
        campaign.run(sessions, MOST_FAILURES, threads, progress(campaign, out));
        double seconds = (System.nanoTime() - began) / 1e9;
        out.printf(
                "%d sessions in %d runs, %d IKE messages, %d packets through tunnels, %.1f s, seed %d%n",
                campaign.sessions(),
                campaign.runs(),
                campaign.messages(),
                campaign.pings(),
                seconds,
                seed);
        new TreeMap<>(campaign.summaries())
                .forEach((scenario, summary) ->
                        out.printf(
                                "  %-10s %6d sessions, %d runs failed; %s%n",
                                scenario.word(),
                                summary.sessions(),
                                summary.failures(),
                                summary.faults()));
        List<Campaign.Failure> failures = new ArrayList<>(campaign.failures());
        for (Campaign.Failure failure : failures) {
            failure.story().forEach(out::println);
            out.println("BROKEN: " + failure.cause());
            Arrays.stream(failure.cause().getStackTrace())
                    .limit(12)
                    .forEach(frame -> out.println("    at " + frame));
            out.println("see it again: " + failure.replay());
        }
        out.println(failures.isEmpty() ? "no rule was broken" : failures.size() + " runs failed");
        return failures.isEmpty();
    }

    /// Tells now and then how far it is.
    private static Runnable progress(Campaign campaign, PrintStream out) {
        AtomicLong told = new AtomicLong(System.nanoTime());
        return () -> {
            long now = System.nanoTime();
            long last = told.get();
            if (now - last > PROGRESS_NANOS && told.compareAndSet(last, now)) {
                out.printf(
                        "  %d sessions, %d runs, %d failures%n",
                        campaign.sessions(), campaign.runs(), campaign.failures().size());
            }
        };
    }
}
