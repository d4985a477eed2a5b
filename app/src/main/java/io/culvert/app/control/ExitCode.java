package io.culvert.app.control;

import java.util.Arrays;
import java.util.stream.Collectors;

/// How a run of the program ends; the numbers are promised to scripts.
public enum ExitCode {
    /// Done.
    DONE(0, "done"),
    /// Failed for another reason than those below.
    FAILED(1, "failed"),
    /// The command line or the configuration is wrong.
    USAGE(2, "wrong usage or configuration"),
    /// The peer could not be reached.
    UNREACHABLE(3, "peer unreachable"),
    /// One side refused the other's proof of identity.
    AUTHENTICATION(4, "authentication failed"),
    /// No algorithms or traffic selectors in common.
    INCOMPATIBLE(5, "no common proposal or traffic selectors"),
    /// The tunnel works, but only over a fallback, where a direct one was asked for.
    FALLBACK_ONLY(6, "reached, but only over a fallback");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /// The number that the process ends with.
    public int number() {
        return number;
    }

    /// What it means, for people.
    public String meaning() {
        return meaning;
    }

    /// The code with this number; other numbers count as failed.
    public static ExitCode of(int number) {
        return Arrays.stream(values()).filter(c -> c.number == number).findFirst().orElse(FAILED);
    }

    /// All codes in a line.
    public static String legend() {
        return Arrays.stream(values())
                .map(c -> c.number + " " + c.meaning)
                .collect(Collectors.joining(" · "));
    }
}
