package io.culvert.app.relay;

import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.clock.Timekeeper;
import io.culvert.runtime.net.Counters;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A relay at work: carries IKE and ESP between TCP and UDP, without any keys. Safe for use by many threads.
///
///     client  ── TCP ──►  relay  ── UDP ──►  gateway
///     client  ── UDP ──►  relay  ── TCP ──►  gateway
public final class Relay implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());
    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final Surroundings around;
    private final List<Front> fronts = new ArrayList<>();

    // guarded by this
    private Optional<Timekeeper.Alarm> alarm = Optional.empty();
    private boolean closed;

    private Relay(Surroundings around) {
        this.around = around;
    }

    /// Takes all ports, or none, and begins to serve.
    ///
    /// @throws IOException if a port cannot be had, or a name has no address
    public static Relay start(RelaySettings settings, Timekeeper timekeeper) throws IOException {
        // a wrong name is better known now than when the first client comes
        settings.to().address();
        Counters dropped = new Counters();
        Relay relay =
                new Relay(
                        new Surroundings(
                                settings,
                                timekeeper,
                                new Datagrams(dropped),
                                new EspCopies(),
                                new Admission(settings.bounds(), timekeeper),
                                new Tally(dropped)));
        try {
            for (RelayEndpoint at : settings.listen()) {
                relay.fronts.add(
                        settings.listensByUdp()
                                ? DatagramFront.open(relay.around, at)
                                : StreamFront.open(relay.around, at));
            }
        } catch (IOException | RuntimeException e) {
            relay.close();
            throw e;
        }
        relay.arm();
        return relay;
    }

    /// Where it listens.
    public List<InetSocketAddress> listening() {
        return fronts.stream().flatMap(f -> f.listening().stream()).toList();
    }

    List<Front> fronts() {
        return List.copyOf(fronts);
    }

    /// What it has done so far.
    public RelayStatistics statistics() {
        return RelayStatistics.of(
                around.tally(),
                fronts.stream().mapToInt(Front::clients).sum(),
                fronts.stream().mapToInt(Front::lingering).sum(),
                around.copies().inUse());
    }

    /// Takes no new clients, sends what waits, and closes the connections; returns when that is done, or when it takes
    /// too long.
    public void drain() {
        fronts.forEach(Front::drain);
    }

    /// Ends at once.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            alarm.ifPresent(Timekeeper.Alarm::cancel);
        }
        fronts.forEach(Front::close);
        around.datagrams().close();
        around.copies().close();
    }

    private synchronized void arm() {
        if (!closed) {
            MonoTime due = around.timekeeper().now().plus(SWEEP);
            alarm = Optional.of(around.timekeeper().schedule(due, this::sweep));
        }
    }

    private void sweep() {
        try {
            fronts.forEach(Front::sweep);
            around.admission().sweep();
        } catch (RuntimeException | AssertionError e) {
            LOG.log(Level.ERROR, "looking after the clients made us stumble", e);
        }
        arm();
    }
}
