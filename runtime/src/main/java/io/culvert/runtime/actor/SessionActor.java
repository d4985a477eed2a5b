package io.culvert.runtime.actor;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Session;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.clock.Timekeeper;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Sole owner of a session: its mailbox, its alarm, and the thread that serves them one after another.
///
/// There is a thread only while there is mail, so that an idle session costs no more than its objects. Messages are
/// bounded; everything else in the mailbox answers to something that the session itself asked for.
public final class SessionActor {
    private static final System.Logger LOG = System.getLogger(SessionActor.class.getName());

    private final long id;
    private final Session session;
    private final Sessions house;
    private final ActionPerformer performer;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    // guarded by this
    private final ArrayDeque<Mail> mailbox = new ArrayDeque<>(1);
    private final List<ConnectionId> connections = new ArrayList<>(0);
    private int messages;
    private boolean running;
    private boolean over;

    // the running thread's alone
    private Optional<Armed> alarm = Optional.empty();

    private record Armed(MonoTime due, Timekeeper.Alarm alarm) {}

    /// @param connectTime how long opening a TCP connection may take
    SessionActor(long id, Session session, Sessions house, Duration connectTime) {
        this.id = id;
        this.session = session;
        this.house = house;
        this.performer = new ActionPerformer(this, house, connectTime);
    }

    /// Its number, unique in the endpoint.
    public long id() {
        return id;
    }

    /// Completes when the session is over.
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    /// Puts an input in the mailbox. Nothing happens if the session is over.
    ///
    /// @return whether the session will see it
    public boolean post(Input input) {
        return put(new Mail.Happened(input));
    }

    /// How the session stands; completes exceptionally if it is over.
    public CompletableFuture<SessionStatus> status() {
        CompletableFuture<SessionStatus> reply = new CompletableFuture<>();
        if (!put(new Mail.StatusWanted(reply))) {
            reply.completeExceptionally(new IllegalStateException("the session is over"));
        }
        return reply;
    }

    /// Puts a message in the mailbox.
    ///
    /// @param waits whether to wait for room, rather than to drop the message
    /// @return false if it was dropped
    boolean deliver(Input.MessageReceived message, boolean waits) {
        synchronized (this) {
            while (messages >= house.limits().mailboxMessages() && !over) {
                if (!waits) {
                    return false;
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            if (over) {
                return true;
            }
            messages++;
            return put(new Mail.Happened(message));
        }
    }

    /// It answers a stranger, before its first message.
    void halfOpen(IkeSpi ours) {
        performer.halfOpen(ours);
    }

    /// It uses a connection, see [ConnectionUsers#attach].
    synchronized void uses(ConnectionId connection) {
        connections.add(connection);
    }

    /// It no longer uses a connection.
    void leave(ConnectionId connection) {
        synchronized (this) {
            connections.remove(connection);
        }
        house.users().detach(connection, this);
    }

    boolean isOver() {
        synchronized (this) {
            return over;
        }
    }

    @Override
    public String toString() {
        return "session " + id;
    }

    private synchronized boolean put(Mail mail) {
        if (over) {
            return false;
        }
        mailbox.add(mail);
        if (!running) {
            running = true;
            Thread.ofVirtual().name("session-" + id).start(this::serve);
        }
        return true;
    }

    private void serve() {
        for (Optional<Mail> next = take(); next.isPresent(); next = take()) {
            try {
                open(next.get());
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                fail(e);
            }
        }
    }

    private synchronized Optional<Mail> take() {
        Optional<Mail> next = Optional.ofNullable(mailbox.poll());
        next.ifPresent(mail -> {
            if (mail instanceof Mail.Happened(Input.MessageReceived _)) {
                messages--;
                notifyAll();
            }
        });
        running = next.isPresent();
        return next;
    }

    private void open(Mail mail) {
        if (isOver()) {
            if (mail instanceof Mail.StatusWanted(CompletableFuture<SessionStatus> reply)) {
                reply.completeExceptionally(new IllegalStateException("the session is over"));
            }
            return;
        }
        switch (mail) {
            case Mail.Happened(Input input) -> handle(input);
            case Mail.StatusWanted(CompletableFuture<SessionStatus> reply) ->
                    reply.complete(session.status());
            case Mail.Rang() -> {
                alarm = Optional.empty();
                MonoTime now = house.timekeeper().now();
                if (session.nextDeadline().filter(now::hasReached).isPresent()) {
                    handle(new Input.DeadlineReached());
                } else {
                    arm();
                }
            }
        }
    }

    private void handle(Input first) {
        if (first instanceof Input.ConnectionLost(TransportPath.Tcp path, _)) {
            synchronized (this) {
                connections.remove(path.connection());
            }
        } else if (first instanceof Input.ConnectionOpened(_, TransportPath.Tcp path)) {
            performer.connectionOpened(path.connection());
        }
        ArrayDeque<Input> inputs = new ArrayDeque<>(2);
        inputs.add(first);
        boolean end = false;
        while (!inputs.isEmpty() && !end) {
            Input input = inputs.remove();
            MonoTime now = house.timekeeper().now();
            List<Action> actions = session.handle(now, input);
            if (input instanceof Input.MessageReceived(TransportPath.Tcp path, _)) {
                confirm(path, actions);
            }
            for (Action action : actions) {
                inputs.addAll(performer.perform(now, action));
            }
            end = session.isOver();
        }
        if (end) {
            end();
        } else {
            arm();
        }
    }

    /// A message that an established session took for good makes its connection one of a known peer (IT-009).
    private void confirm(TransportPath.Tcp path, List<Action> actions) {
        boolean authentic =
                actions.stream()
                        .anyMatch(a ->
                                a instanceof Action.Publish(IkeEvent.MessagePassed passed)
                                        && !passed.sent()
                                        && passed.path().equals(path)
                                        && !passed.exchange().equals("IKE_SA_INIT"));
        if (authentic && session.status().establishedAt().isPresent()) {
            house.network().confirm(path.connection());
        }
    }

    /// Sees to it that the alarm rings at the session's deadline, or before.
    private void arm() {
        Optional<MonoTime> due = session.nextDeadline();
        if (due.isEmpty() || alarm.filter(armed -> !due.get().isBefore(armed.due())).isPresent()) {
            return;
        }
        alarm.ifPresent(armed -> armed.alarm().cancel());
        Timekeeper.Alarm set = house.timekeeper().schedule(due.get(), () -> put(new Mail.Rang()));
        alarm = Optional.of(new Armed(due.get(), set));
    }

    /// Our own mistake ends this session and no other.
    private void fail(Throwable mistake) {
        LOG.log(Level.ERROR, this + " stumbled over an error of ours and is over", mistake);
        house.counters().count("INTERNAL_ERROR");
        SessionFailure failure =
                new SessionFailure.LocalProblem(
                        "an error of ours ended the session: " + mistake,
                        "report it, with the log around this line");
        try {
            house.surroundings()
                    .published(
                            id,
                            house.timekeeper().now(),
                            new IkeEvent.IkeSaClosed("an error of ours", Optional.of(failure)));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "telling of the end of " + this + " failed", e);
        }
        end();
    }

    private void end() {
        List<ConnectionId> left;
        List<Mail> unread;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            left = List.copyOf(connections);
            unread = List.copyOf(mailbox);
            notifyAll();
        }
        alarm.ifPresent(armed -> armed.alarm().cancel());
        alarm = Optional.empty();
        performer.cleanUp();
        left.forEach(c -> house.users().detach(c, this));
        for (Mail mail : unread) {
            if (mail instanceof Mail.StatusWanted(CompletableFuture<SessionStatus> reply)) {
                reply.completeExceptionally(new IllegalStateException("the session is over"));
            }
        }
        house.ended(this);
        ended.complete(null);
    }
}
