package io.culvert.app.config;

import io.culvert.app.config.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tomlj.TomlPosition;

/// Gathers the problems of one file, so that all are told at once.
final class Problems {
    private final String file;
    private final boolean syntaxIsBroken;
    private final List<Problem> found = new ArrayList<>();

    /// @param syntaxIsBroken whether parts of the file may have been skipped, so that nothing can be called missing
    Problems(String file, boolean syntaxIsBroken) {
        this.file = file;
        this.syntaxIsBroken = syntaxIsBroken;
    }

    void error(TomlPosition at, String key, String what, String right) {
        found.add(new Problem(Severity.ERROR, file, at.line(), at.column(), key, what, right));
    }

    void warning(TomlPosition at, String key, String what, String right) {
        found.add(new Problem(Severity.WARNING, file, at.line(), at.column(), key, what, right));
    }

    /// Something that ought to be there is not.
    void missing(TomlPosition at, String key, String what, String right) {
        if (!syntaxIsBroken) {
            error(at, key, what, right);
        }
    }

    boolean hasErrors() {
        return found.stream().anyMatch(p -> p.severity() == Severity.ERROR);
    }

    /// All problems in the order of the file.
    List<Problem> inOrder() {
        return found.stream()
                .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
                .toList();
    }
}
