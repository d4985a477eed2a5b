package io.culvert.runtime.embed;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.SessionStatus;
import io.culvert.runtime.actor.SessionActor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A session that we started, for those who wait for it. Safe for use by many threads.
public final class SessionHandle {
    private final long id;
    private final String connection;
    private final boolean wantsChild;
    private final CompletableFuture<SessionOutcome> outcome = new CompletableFuture<>();
    private volatile boolean closed;
    private final CompletableFuture<SessionActor> actor = new CompletableFuture<>();

    SessionHandle(long id, String connection, boolean wantsChild) {
        this.id = id;
        this.connection = connection;
        this.wantsChild = wantsChild;
    }

    /// The session's number, as in [SessionEvent].
    public long id() {
        return id;
    }

    /// The configured connection.
    public String connection() {
        return connection;
    }

    /// Completes when it is established, or will not be.
    public CompletableFuture<SessionOutcome> outcome() {
        return outcome.copy();
    }

    /// Waits until it is established, or will not be.
    ///
    /// @return empty if neither came in time
    public Optional<SessionOutcome> await(Duration patience) throws InterruptedException {
        return within(patience, outcome);
    }

    /// Waits until it is over.
    ///
    /// @return whether it is
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return within(patience, actor.thenCompose(a -> a.ended().thenApply(_ -> true))).isPresent();
    }

    /// How it stands; empty if it is over.
    ///
    /// @param patience how long to wait for it to tell
    public Optional<SessionStatus> status(Duration patience) throws InterruptedException {
        return within(patience, actor.thenCompose(SessionActor::status));
    }

    /// Deletes the IKE SA and its Child SAs, telling the peer. Does not wait.
    ///
    /// @param cause why, for people
    public void terminate(String cause) {
        command(new Command.Terminate(cause));
    }

    /// Tells the session something. Does nothing if it is over.
    public void command(Command command) {
        var _ = actor.thenAccept(a -> a.post(new Input.Commanded(command)));
    }

    void runBy(SessionActor session) {
        actor.complete(session);
    }

    void happened(IkeEvent event) {
        switch (event) {
            case IkeEvent.IkeSaEstablished _ -> {
                if (!wantsChild) {
                    outcome.complete(new SessionOutcome.Established());
                }
            }
            case IkeEvent.ChildSaEstablished _ ->
                    outcome.complete(new SessionOutcome.Established());
            case IkeEvent.ChildSaFailed(_, SessionFailure failure) ->
                    outcome.complete(new SessionOutcome.Failed(failure));
            case IkeEvent.IkeSaClosed(String cause, Optional<SessionFailure> failure) ->
                    outcome.complete(
                            new SessionOutcome.Failed(
                                    failure.orElseGet(() ->
                                            new SessionFailure.LocalProblem(
                                                    cause, "start it again"))));
            case IkeEvent.MessagePassed _,
                    IkeEvent.TransportChosen _,
                    IkeEvent.AttemptSucceeded _,
                    IkeEvent.NatDetected _,
                    IkeEvent.PeerAddresses _,
                    IkeEvent.PathChanged _,
                    IkeEvent.ChildSaClosed _,
                    IkeEvent.ChildSaRekeyed _,
                    IkeEvent.IkeSaRekeyed _,
                    IkeEvent.RekeyingFailed _,
                    IkeEvent.PeerRestarted _,
                    IkeEvent.AddressesAssigned _,
                    IkeEvent.MessageDropped _ -> {}
        }
    }

    /// Its IKE SA is gone, or did not come about.
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    void over() {
        outcome.complete(
                new SessionOutcome.Failed(
                        new SessionFailure.LocalProblem(
                                "the session ended before it was established", "start it again")));
    }

    private static <T> Optional<T> within(Duration patience, CompletableFuture<T> future)
            throws InterruptedException {
        try {
            return Optional.of(future.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException | ExecutionException notToBeHad) {
            return Optional.empty();
        }
    }
}
