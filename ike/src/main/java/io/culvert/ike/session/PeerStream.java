package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/// The TCP connection between us and the peer: opened, lost, and opened again.
final class PeerStream {
    /// Our choice, IT-036.
    private static final Duration REST = Duration.ofMinutes(10);

    private final Outbox outbox;
    private final TimerTable timers;
    private final RetransmitSchedule schedule;
    private Optional<TransportPath.Tcp> path = Optional.empty();
    private OptionalInt opening = OptionalInt.empty();
    private Optional<MonoTime> restsUntil = Optional.empty();
    private int attempts;
    private int failures;
    private int opened;

    PeerStream(Outbox outbox, TimerTable timers, RetransmitSchedule schedule) {
        this.outbox = outbox;
        this.timers = timers;
        this.schedule = schedule;
    }

    /// The connection, while it is open.
    Optional<TransportPath.Tcp> path() {
        return path;
    }

    boolean isOpening() {
        return opening.isPresent();
    }

    /// How many connections were opened.
    int opened() {
        return opened;
    }

    /// How many connections in a row have led to nothing.
    int failures() {
        return failures;
    }

    /// The peer has answered.
    void succeeded() {
        failures = 0;
    }

    void failed() {
        failures++;
    }

    /// Whether a connection could not be opened a short while ago.
    boolean rests(MonoTime now) {
        return restsUntil.filter(until -> !now.hasReached(until)).isPresent();
    }

    /// Nobody tries to open one for a while.
    void rest(MonoTime now) {
        rest(now, REST);
    }

    void rest(MonoTime now, Duration time) {
        restsUntil = Optional.of(now.plus(time));
    }

    /// Asks for a connection, unless one is asked for already.
    ///
    /// @param how the action that asks for it, by our number for it
    void open(IntFunction<Action.OpenConnection> how) {
        if (opening.isPresent()) {
            return;
        }
        int attempt = ++attempts;
        opening = OptionalInt.of(attempt);
        outbox.add(how.apply(attempt));
    }

    /// Whether `attempt` is the connection that is being waited for; if so it is now open, in place of another.
    boolean opened(int attempt, TransportPath.Tcp now) {
        if (!ended(attempt)) {
            outbox.add(new Action.CloseConnection(now.connection()));
            return false;
        }
        opened++;
        path.filter(TransportPath.Tcp::weOpened)
                .ifPresent(old -> outbox.add(new Action.CloseConnection(old.connection())));
        path = Optional.of(now);
        timers.clear(TimerTable.Kind.RECONNECT);
        return true;
    }

    /// Whether `attempt` is the connection that is being waited for; if so it is waited for no longer.
    boolean ended(int attempt) {
        boolean awaited = opening.isPresent() && opening.getAsInt() == attempt;
        opening = awaited ? OptionalInt.empty() : opening;
        return awaited;
    }

    /// Whether `lost` is the connection in use; if so it is no longer.
    boolean lost(TransportPath.Tcp lost) {
        boolean used = path.equals(Optional.of(lost));
        path = used ? Optional.empty() : path;
        return used;
    }

    /// The peer was authenticated on this connection; gives whether it used another before.
    boolean moved(TransportPath.Tcp to) {
        boolean moved = !path.equals(Optional.of(to));
        path = Optional.of(to);
        failures = 0;
        return moved;
    }

    /// The first time at once, then with longer and longer waits until the peer was heard on a connection (TE-046).
    void reconnectLater(MonoTime now) {
        timers.set(TimerTable.Kind.RECONNECT, now, schedule.backOff(failures));
        failures++;
    }

    /// Closes the connection, if we opened it.
    void close() {
        path.filter(TransportPath.Tcp::weOpened)
                .ifPresent(mine -> outbox.add(new Action.CloseConnection(mine.connection())));
        path = Optional.empty();
        opening = OptionalInt.empty();
        timers.clear(TimerTable.Kind.RECONNECT);
    }
}
