package io.culvert.runtime.embed;

import io.culvert.ike.api.SessionFailure;

/// What became of the attempt to establish a session.
public sealed interface SessionOutcome {
    /// The first Child SA carries packets, or the IKE SA stands if the connection has no children.
    record Established() implements SessionOutcome {}

    /// It did not come about.
    record Failed(SessionFailure failure) implements SessionOutcome {}
}
