package io.culvert.app.daemon;

import io.culvert.app.control.ExitCode;
import io.culvert.ike.api.SessionFailure;
import java.util.ArrayList;
import java.util.List;

/// Explains why a session failed: the cause, our offer beside the peer's, the next step, the exit code.
public final class FailureText {
    private FailureText() {}

    /// The exit code that stands for this sort of failure.
    public static ExitCode exit(SessionFailure failure) {
        return switch (failure) {
            case SessionFailure.Unreachable _ -> ExitCode.UNREACHABLE;
            case SessionFailure.AuthenticationFailed _ -> ExitCode.AUTHENTICATION;
            case SessionFailure.Incompatible _ -> ExitCode.INCOMPATIBLE;
            case SessionFailure.PeerMisbehaved _, SessionFailure.LocalProblem _ -> ExitCode.FAILED;
        };
    }

    /// All of it, for a person.
    ///
    /// @param connection the configured connection
    public static List<String> lines(String connection, SessionFailure failure) {
        List<String> lines = new ArrayList<>();
        lines.add(connection + ": " + sort(failure) + ": " + failure.what());
        if (failure instanceof SessionFailure.Incompatible(_, String ours, String theirs, _)) {
            lines.add("  ours:      " + ours);
            lines.add("  theirs:    " + theirs);
        }
        if (!failure.nextStep().isEmpty()) {
            lines.add("  next step: " + failure.nextStep());
        }
        return lines;
    }

    /// The cause alone, for a log.
    static String line(SessionFailure failure) {
        return failure
                        instanceof
                        SessionFailure.Incompatible(String what, String ours, String theirs, _)
                ? sort(failure) + ": " + what + "; ours " + ours + ", theirs " + theirs
                : sort(failure) + ": " + failure.what();
    }

    private static String sort(SessionFailure failure) {
        return switch (failure) {
            case SessionFailure.Unreachable _ -> "peer unreachable";
            case SessionFailure.AuthenticationFailed _ -> "authentication failed";
            case SessionFailure.Incompatible _ -> "nothing in common";
            case SessionFailure.PeerMisbehaved _ -> "the peer broke the protocol";
            case SessionFailure.LocalProblem _ -> "failed on our side";
        };
    }
}
