package io.culvert.ike.api;

/// What an operator, or another session, wants of a session.
public sealed interface Command {
    /// Start as original initiator; the first input of such a session.
    ///
    /// @param endpoints from where to where
    record Initiate(Endpoints endpoints) implements Command {}

    /// Delete the IKE SA and all its Child SAs, telling the peer.
    ///
    /// @param cause why, for people
    record Terminate(String cause) implements Command {}

    /// Forget everything without telling the peer.
    ///
    /// @param cause why, for people
    record Abandon(String cause) implements Command {}

    /// Check now whether the peer is alive.
    record CheckLiveness() implements Command {}
}
