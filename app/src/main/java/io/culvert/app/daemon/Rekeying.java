package io.culvert.app.daemon;

import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Reply;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.runtime.embed.SessionEvent;
import io.culvert.runtime.embed.SessionView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// Replaces SAs of a connection on an operator's wish, and waits until that is done.
final class Rekeying {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Sessions sessions;
    private final Watchers watchers;

    Rekeying(Sessions sessions, Watchers watchers) {
        this.sessions = sessions;
        this.watchers = watchers;
    }

    /// The sessions of a connection.
    interface Sessions {
        /// Those that are established now.
        List<SessionView> established(String connection) throws InterruptedException;

        /// Tells one of them what to do.
        void command(long session, Command command);
    }

    /// Replaces the IKE SAs of a connection.
    Reply ikeSas(String name) throws InterruptedException {
        return replace(name, "IKE SA", session -> List.of(session.id()), new Command.RekeyIkeSa());
    }

    /// Replaces the Child SAs of a connection.
    ///
    /// @param child those of this configured child only
    Reply childSas(String name, Optional<String> child) throws InterruptedException {
        return replace(
                name,
                "Child SA",
                session ->
                        session.status().children().stream()
                                .filter(c -> child.isEmpty() || c.name().equals(child.get()))
                                .map(SessionStatus.ChildSaStatus::id)
                                .toList(),
                new Command.RekeyChildSas(child));
    }

    /// @param ids the ids of what is to be replaced in a session: its own, or those of Child SAs
    private Reply replace(
            String name, String what, Function<SessionView, List<?>> ids, Command command)
            throws InterruptedException {
        Set<Object> done = ConcurrentHashMap.newKeySet();
        var failure = new AtomicReference<Optional<SessionFailure>>(Optional.empty());
        var news = new Semaphore(0);
        // the peer may be replacing them, too: what goes between the look and the order is not
        // waited for in vain
        try (var _ =
                watchers.watch(event -> {
                    replaced(event).ifPresent(done::add);
                    if (event.connection().filter(name::equals).isPresent()
                            && event.event() instanceof IkeEvent.RekeyingFailed(var _, var why)) {
                        failure.set(Optional.of(why));
                    }
                    news.release();
                })) {
            List<SessionView> present = sessions.established(name);
            Set<Object> wanted = new HashSet<>();
            present.forEach(session -> wanted.addAll(ids.apply(session)));
            if (wanted.isEmpty()) {
                return Reply.of(
                        ExitCode.FAILED,
                        name + " has no " + what,
                        "  next step: culvert up " + name);
            }
            present.forEach(session -> sessions.command(session.id(), command));
            long end = System.nanoTime() + PATIENCE.toNanos();
            boolean waiting = true;
            while (waiting && !done.containsAll(wanted) && failure.get().isEmpty()) {
                waiting = news.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            int count = wanted.size();
            wanted.removeAll(done);
            return reply(name, what, count, wanted.size(), failure.get());
        }
    }

    private static Reply reply(
            String name, String what, int count, int left, Optional<SessionFailure> failure) {
        if (left == 0) {
            return Reply.of(ExitCode.DONE, "%s: %d %s rekeyed".formatted(name, count, what));
        }
        List<String> lines = new ArrayList<>();
        lines.add("%s: %d of %d %s not rekeyed".formatted(name, left, count, what));
        failure.ifPresent(why -> lines.add("  cause: " + FailureText.line(why)));
        lines.add("  the old one is still in use; the daemon tries again by itself");
        return new Reply(ExitCode.FAILED, lines, Optional.empty());
    }

    private static Optional<Object> replaced(SessionEvent event) {
        if (event.event() instanceof IkeEvent.ChildSaRekeyed(var _, ChildSaId previous)) {
            return Optional.of(previous);
        }
        if (event.event() instanceof IkeEvent.ChildSaClosed(var child, var _)) {
            // it was on its way out already: the peer had rekeyed it in the same moment
            return Optional.of(child.id());
        }
        return event.event() instanceof IkeEvent.IkeSaRekeyed
                ? Optional.of(event.session())
                : Optional.empty();
    }
}
