package io.culvert.ike.api;

/// Why a session could not do what it was for.
///
/// Each carries what a person needs: what happened, what the peer said, what to do next.
public sealed interface SessionFailure {
    /// What happened, in one sentence without a full stop.
    String what();

    /// The next step for the person.
    String nextStep();

    /// No answer on the transport, or no connection.
    record Unreachable(String what, String nextStep) implements SessionFailure {}

    /// The peer refused our proof, or we refused its.
    record AuthenticationFailed(String what, String nextStep) implements SessionFailure {}

    /// Nothing in common: algorithms or traffic selectors.
    ///
    /// @param ours our offer, in the notation of the configuration
    /// @param theirs what the peer offered or said
    record Incompatible(String what, String ours, String theirs, String nextStep)
            implements SessionFailure {}

    /// The peer broke the protocol.
    record PeerMisbehaved(String what, String nextStep) implements SessionFailure {}

    /// Something on our side: no address left, no permission, a device that failed.
    record LocalProblem(String what, String nextStep) implements SessionFailure {}
}
