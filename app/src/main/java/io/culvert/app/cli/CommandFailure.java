package io.culvert.app.cli;

import io.culvert.app.control.ExitCode;
import java.util.List;

/// A command could not do what it is for, in a way that is explained to the person.
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exit;
    private final transient List<String> lines;

    CommandFailure(ExitCode exit, List<String> lines) {
        super(String.join("\n", lines), null, false, false);
        this.exit = exit;
        this.lines = List.copyOf(lines);
    }

    CommandFailure(ExitCode exit, String... lines) {
        this(exit, List.of(lines));
    }

    ExitCode exit() {
        return exit;
    }

    List<String> lines() {
        return lines;
    }
}
