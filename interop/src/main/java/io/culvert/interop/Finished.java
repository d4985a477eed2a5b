package io.culvert.interop;

import java.util.List;

/// A program that has ended: what was asked, its exit code, its standard output and its standard error.
public record Finished(List<String> command, int exitCode, String output, String errors) {

    /// Copies the command.
    public Finished {
        command = List.copyOf(command);
    }

    /// This, if the program ended with exit code 0; else fails with everything it said.
    public Finished orFail() {
        if (exitCode != 0) {
            throw new AssertionError(toString());
        }
        return this;
    }

    @Override
    public String toString() {
        return String.join(" ", command)
                + "\n-> exit code "
                + exitCode
                + "\n"
                + output
                + (errors.isBlank() ? "" : "\n-- standard error --\n" + errors);
    }
}
