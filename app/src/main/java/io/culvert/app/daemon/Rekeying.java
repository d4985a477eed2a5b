package io.culvert.app.daemon;

import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Reply;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.runtime.embed.IkeEndpoint;
import io.culvert.runtime.embed.SessionEvent;
import io.culvert.runtime.embed.SessionView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Replaces SAs of a connection on an operator's wish, and waits until that is done.
final class Rekeying {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final IkeEndpoint endpoint;
    private final Watchers watchers;

    Rekeying(IkeEndpoint endpoint, Watchers watchers) {
        this.endpoint = endpoint;
        this.watchers = watchers;
    }

    /// Replaces the IKE SAs of these sessions.
    Reply ikeSas(String name, List<SessionView> sessions) throws InterruptedException {
        Set<Object> awaited = ConcurrentHashMap.newKeySet();
        sessions.forEach(session -> awaited.add(session.id()));
        return replace(name, "IKE SA", sessions, awaited, new Command.RekeyIkeSa());
    }

    /// Replaces the Child SAs of these sessions.
    ///
    /// @param child those of this configured child only
    Reply childSas(String name, List<SessionView> sessions, Optional<String> child)
            throws InterruptedException {
        Set<Object> awaited = ConcurrentHashMap.newKeySet();
        for (SessionView session : sessions) {
            session.status().children().stream()
                    .filter(c -> child.isEmpty() || c.name().equals(child.get()))
                    .forEach(c -> awaited.add(c.id()));
        }
        return replace(name, "Child SA", sessions, awaited, new Command.RekeyChildSas(child));
    }

    /// @param awaited the ids of sessions, or of Child SAs, that are not done
    private Reply replace(
            String name,
            String what,
            List<SessionView> sessions,
            Set<Object> awaited,
            Command command)
            throws InterruptedException {
        int count = awaited.size();
        if (count == 0) {
            return Reply.of(
                    ExitCode.FAILED, name + " has no " + what, "  next step: culvert up " + name);
        }
        CountDownLatch done = new CountDownLatch(count);
        var failure = new AtomicReference<Optional<SessionFailure>>(Optional.empty());
        try (var _ =
                watchers.watch(event -> {
                    if (replaced(event).filter(awaited::remove).isPresent()) {
                        done.countDown();
                    }
                    if (event.connection().filter(name::equals).isPresent()
                            && event.event() instanceof IkeEvent.RekeyingFailed(var _, var why)) {
                        failure.set(Optional.of(why));
                        while (done.getCount() > 0) {
                            done.countDown();
                        }
                    }
                })) {
            sessions.forEach(session -> endpoint.command(session.id(), command));
            done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
        if (awaited.isEmpty()) {
            return Reply.of(ExitCode.DONE, "%s: %d %s rekeyed".formatted(name, count, what));
        }
        List<String> lines = new ArrayList<>();
        lines.add("%s: %d of %d %s not rekeyed".formatted(name, awaited.size(), count, what));
        failure.get().ifPresent(why -> lines.add("  cause: " + FailureText.line(why)));
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
