package io.culvert.runtime.actor;

import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionStatus;
import java.util.concurrent.CompletableFuture;

/// What lies in a mailbox.
sealed interface Mail {
    /// Something happened.
    record Happened(Input input) implements Mail {}

    /// Somebody wants to know how the session stands.
    record StatusWanted(CompletableFuture<SessionStatus> reply) implements Mail {}

    /// An alarm rang.
    record Rang() implements Mail {}
}
