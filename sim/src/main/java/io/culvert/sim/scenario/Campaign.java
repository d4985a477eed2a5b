package io.culvert.sim.scenario;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.sim.endpoint.World;
import io.culvert.sim.network.Dice;
import io.culvert.sim.network.Story;
import io.culvert.sim.network.Tally;
import io.culvert.sim.network.Violation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Many runs with seeds from one seed, on all processors.
///
/// Each run is a function of its scenario and its own seed alone, whatever the others do.
public final class Campaign {
    private static final int STORY_LINES = 400;
    private static final int BUFFERS = 8;
    private static final int BUFFER_OCTETS = 66_000;
    private static final int HEADROOM = 64;

    /// A run that broke a rule.
    ///
    /// @param scenario its scenario
    /// @param seed its seed
    /// @param cause the rule, or what else went wrong
    /// @param story the last of what happened, line by line
    public record Failure(Scenario scenario, long seed, Throwable cause, List<String> story) {
        /// How to see it again.
        public String replay() {
            return "bin/sim --scenario " + scenario.word() + " --replay " + seed;
        }
    }

    /// What came of a run.
    ///
    /// @param sessions how many sessions were started
    /// @param messages how many IKE messages were sent
    /// @param pings how many packets came through tunnels
    /// @param events how many things happened
    /// @param faults what went wrong, by design
    /// @param failure present if a rule was broken
    public record Result(
            int sessions,
            long messages,
            long pings,
            long events,
            Tally faults,
            Optional<Failure> failure) {}

    private final CryptoProvider crypto;
    private final List<Scenario> scenarios;
    private final long seed;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong sessions = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong pings = new AtomicLong();
    private final Queue<Throwable> trouble = new ConcurrentLinkedQueue<>();
    private final List<Failure> failures = new ArrayList<>();
    private final Map<Scenario, Summary> summaries = new EnumMap<>(Scenario.class);

    /// @param scenarios taken in turns
    /// @param seed decides all runs
    public Campaign(CryptoProvider crypto, List<Scenario> scenarios, long seed) {
        this.crypto = crypto;
        this.scenarios = List.copyOf(scenarios);
        this.seed = seed;
    }

    /// How many sessions were started.
    public long sessions() {
        return sessions.get();
    }

    /// How many runs were begun.
    public long runs() {
        return next.get();
    }

    /// How many IKE messages were sent.
    public long messages() {
        return messages.get();
    }

    /// How many packets came through tunnels.
    public long pings() {
        return pings.get();
    }

    /// What came of the runs of each scenario; only when they are over.
    public Map<Scenario, Summary> summaries() {
        synchronized (summaries) {
            return Map.copyOf(summaries);
        }
    }

    /// The runs that broke a rule.
    public List<Failure> failures() {
        synchronized (failures) {
            return List.copyOf(failures);
        }
    }

    /// Begins runs until so many sessions were started, or so many runs have failed.
    ///
    /// @param threads how many at a time
    /// @param afterEach called after each run, on its thread
    public void run(long wantedSessions, int mostFailures, int threads, Runnable afterEach)
            throws InterruptedException {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(
                    Thread.ofPlatform()
                            .name("simulator-" + i)
                            .start(() -> workOrTell(wantedSessions, mostFailures, afterEach)));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        if (!trouble.isEmpty()) {
            throw new IllegalStateException("the simulator stumbled", trouble.element());
        }
    }

    private void workOrTell(long wantedSessions, int mostFailures, Runnable afterEach) {
        try {
            work(wantedSessions, mostFailures, afterEach);
        } catch (RuntimeException | Error e) {
            trouble.add(e);
        }
    }

    private void work(long wantedSessions, int mostFailures, Runnable afterEach) {
        try (PacketPool pool = new PacketPool(BUFFERS, BUFFER_OCTETS, HEADROOM)) {
            while (sessions.get() < wantedSessions && failures().size() < mostFailures) {
                long number = next.getAndIncrement();
                Scenario scenario = scenarios.get((int) (number % scenarios.size()));
                Result result =
                        once(crypto, pool, scenario, Dice.seedOf(seed, number), new Story(0));
                sessions.addAndGet(result.sessions());
                messages.addAndGet(result.messages());
                pings.addAndGet(result.pings());
                summarize(scenario, result);
                result.failure().ifPresent(failure -> add(pool, failure));
                afterEach.run();
            }
        }
    }

    private void summarize(Scenario scenario, Result result) {
        synchronized (summaries) {
            summaries.computeIfAbsent(scenario, _ -> new Summary()).add(result);
        }
    }

    private void add(PacketPool pool, Failure failure) {
        // the same once more, now with somebody who listens
        Result told = once(crypto, pool, failure.scenario, failure.seed, new Story(STORY_LINES));
        synchronized (failures) {
            failures.add(told.failure().orElse(failure));
        }
    }

    private static Result once(
            CryptoProvider crypto, PacketPool pool, Scenario scenario, long seed, Story story) {
        World world = new World(seed, crypto, pool, story);
        Run run = new Run(scenario, world);
        Optional<Failure> failure = Optional.empty();
        try {
            run.execute();
            if (pool.inUse() > 0) {
                throw new Violation(pool.inUse() + " packet buffers are not given back");
            }
        } catch (RuntimeException | Error e) {
            failure = Optional.of(new Failure(scenario, seed, e, story.lines()));
        }
        return new Result(
                run.started(),
                world.inspector().messages(),
                run.traffic().arrived(),
                world.agenda().happened(),
                world.network().tally(),
                failure);
    }

    /// One run.
    ///
    /// @param story told what happens
    public static Result once(CryptoProvider crypto, Scenario scenario, long seed, Story story) {
        try (PacketPool pool = new PacketPool(BUFFERS, BUFFER_OCTETS, HEADROOM)) {
            return once(crypto, pool, scenario, seed, story);
        }
    }
}
