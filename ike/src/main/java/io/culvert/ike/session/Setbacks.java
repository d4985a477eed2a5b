package io.culvert.ike.session;

import io.culvert.ike.api.SessionFailure;
import java.util.ArrayList;
import java.util.List;

/// What attempts at a peer have met, and what it comes to when all of them have failed.
final class Setbacks {
    private record Setback(String sentence, SessionFailure failure) {}

    private final List<Setback> all = new ArrayList<>(0);

    /// @param label where the attempt went
    /// @param trouble what it met
    /// @param failure what it would have failed with if it had been the only one
    void add(String label, String trouble, SessionFailure failure) {
        all.add(new Setback(label + ": " + trouble, failure));
    }

    /// One sentence for each, in the order in which they came.
    List<String> sentences() {
        return all.stream().map(Setback::sentence).toList();
    }

    /// One failure for all: that of a peer that did answer tells most.
    SessionFailure together() {
        String what = String.join("; ", sentences());
        return all.stream()
                .map(Setback::failure)
                .filter(failure -> !(failure instanceof SessionFailure.Unreachable))
                .findFirst()
                .map(failure -> describing(failure, what))
                .orElseGet(() ->
                        new SessionFailure.Unreachable(
                                "the peer cannot be reached: " + what,
                                "check the address, and which of these ports the firewalls on the way let through"));
    }

    private static SessionFailure describing(SessionFailure failure, String what) {
        return switch (failure) {
            case SessionFailure.Unreachable(_, String next) ->
                    new SessionFailure.Unreachable(what, next);
            case SessionFailure.AuthenticationFailed(_, String next) ->
                    new SessionFailure.AuthenticationFailed(what, next);
            case SessionFailure.Incompatible(_, String ours, String theirs, String next) ->
                    new SessionFailure.Incompatible(what, ours, theirs, next);
            case SessionFailure.PeerMisbehaved(_, String next) ->
                    new SessionFailure.PeerMisbehaved(what, next);
            case SessionFailure.LocalProblem(_, String next) ->
                    new SessionFailure.LocalProblem(what, next);
        };
    }
}
