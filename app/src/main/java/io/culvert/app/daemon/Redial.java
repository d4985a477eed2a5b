package io.culvert.app.daemon;

import io.culvert.app.config.Settings.RestartSettings;
import io.culvert.app.control.ExitCode;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.clock.Timekeeper;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// Calls connections again that went down without being told to: soon at first, then ever more seldom.
///
/// The pause doubles from one attempt to the next, up to a limit, and each is shortened by up to half at random, so
/// that the clients of a gateway that comes back do not all call it in the same moment. What only a person can mend,
/// such as a wrong secret, is tried again after the longest pause only.
///
/// Safe for use by many threads.
final class Redial implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Redial.class.getName());

    private final Map<String, RestartSettings> settings;
    private final Timekeeper clock;
    private final RandomGenerator random;
    private final Executor threads;
    private final Caller caller;

    // guarded by this
    private final Map<String, Line> lines = new HashMap<>();
    private boolean closed;

    /// Sets a connection up.
    @FunctionalInterface
    interface Caller {
        /// Tries once, and waits for the result; nothing is to be done if it is up already.
        ExitCode call(String connection) throws InterruptedException;
    }

    /// A connection that is to be up.
    private static final class Line {
        private Duration pause = Duration.ZERO;
        private Optional<Timekeeper.Alarm> alarm = Optional.empty();
        private MonoTime due = new MonoTime(0);

        void cancel() {
            alarm.ifPresent(Timekeeper.Alarm::cancel);
            alarm = Optional.empty();
        }
    }

    /// @param settings of every connection that has a peer to call, by its name
    /// @param threads run the calls, which wait for peers
    Redial(
            Map<String, RestartSettings> settings,
            Timekeeper clock,
            RandomGenerator random,
            Executor threads,
            Caller caller) {
        this.settings = Map.copyOf(settings);
        this.clock = clock;
        this.random = random;
        this.threads = threads;
        this.caller = caller;
    }

    /// The connection is to be up from now on.
    synchronized void wanted(String connection) {
        if (settings.containsKey(connection)) {
            lines.computeIfAbsent(connection, _ -> new Line());
        }
    }

    /// The connection is up: the next loss is the first of a series.
    synchronized void reached(String connection) {
        Line line = lines.get(connection);
        if (line != null) {
            line.cancel();
            line.pause = Duration.ZERO;
        }
    }

    /// The connection is to stay down.
    synchronized void unwanted(String connection) {
        Line line = lines.remove(connection);
        if (line != null) {
            line.cancel();
        }
    }

    /// The peer was lost: it no longer answers, or broke the protocol.
    void lost(String connection) {
        if (restarts(connection).map(RestartSettings::afterLoss).orElse(false)) {
            again(connection, false, false);
        }
    }

    /// The peer was lost and is there again, which it has proved: nothing has to be waited for. Its clients do not all
    /// learn of it in the same moment.
    void restarted(String connection) {
        if (restarts(connection).map(RestartSettings::afterLoss).orElse(false)) {
            again(connection, false, true);
        }
    }

    /// The peer closed the connection.
    void closed(String connection) {
        if (restarts(connection).map(RestartSettings::afterClose).orElse(false)) {
            again(connection, false, false);
        }
    }

    /// An attempt failed.
    void failed(String connection, ExitCode why) {
        if (restarts(connection).map(RestartSettings::afterLoss).orElse(false)) {
            again(connection, why != ExitCode.UNREACHABLE, false);
        }
    }

    /// How long until a connection is called again; empty if nothing is planned.
    synchronized Optional<Duration> next(String connection) {
        return Optional.ofNullable(lines.get(connection))
                .filter(line -> line.alarm.isPresent())
                .map(line -> line.due.since(clock.now()))
                .map(left -> left.isNegative() ? Duration.ZERO : left);
    }

    private Optional<RestartSettings> restarts(String connection) {
        return Optional.ofNullable(settings.get(connection));
    }

    /// @param hopeless whether only a person can mend it
    /// @param there whether the peer is known to be there
    private synchronized void again(String connection, boolean hopeless, boolean there) {
        Line line = lines.get(connection);
        RestartSettings limits = settings.get(connection);
        if (closed || line == null || limits == null || line.alarm.isPresent()) {
            return;
        }
        Duration longer = line.pause.isZero() ? limits.delay() : line.pause.multipliedBy(2);
        line.pause = hopeless || longer.compareTo(limits.limit()) > 0 ? limits.limit() : longer;
        long half = line.pause.toNanos() / 2;
        boolean first = line.pause.equals(limits.delay());
        Duration pause =
                there && first ? Duration.ZERO : line.pause.minusNanos(random.nextLong(half + 1));
        LOG.log(Level.INFO, connection + ": calling again in " + text(pause));
        line.due = clock.now().plus(pause);
        line.alarm =
                Optional.of(
                        clock.schedule(line.due, () -> threads.execute(() -> call(connection))));
    }

    private void call(String connection) {
        synchronized (this) {
            Line line = lines.get(connection);
            if (closed || line == null) {
                return;
            }
            line.alarm = Optional.empty();
        }
        try {
            ExitCode result = caller.call(connection);
            if (result == ExitCode.DONE) {
                rest(connection);
            } else {
                failed(connection, result);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// After a call that reached somebody, unless that one was lost already.
    private synchronized void rest(String connection) {
        Line line = lines.get(connection);
        if (line != null && line.alarm.isEmpty()) {
            line.pause = Duration.ZERO;
        }
    }

    /// A pause for people: seconds, or milliseconds where it is shorter.
    static String text(Duration pause) {
        return pause.compareTo(Duration.ofSeconds(1)) < 0
                ? pause.toMillis() + " ms"
                : pause.toSeconds() + " s";
    }

    /// Calls nobody any more.
    @Override
    public synchronized void close() {
        closed = true;
        lines.values().forEach(Line::cancel);
        lines.clear();
    }
}
