package io.culvert.app.config;

/// One mistake in a configuration, or one thing to think about.
///
/// @param severity whether the configuration can be used in spite of it
/// @param file the file, as it was named
/// @param line the line, from 1
/// @param column the column, from 1
/// @param key the full key, such as `connections.home.dpd-delay`; empty for a mistake in the TOML itself
/// @param what what is wrong
/// @param right what would be right
public record Problem(
        Severity severity,
        String file,
        int line,
        int column,
        String key,
        String what,
        String right) {
    /// How bad it is.
    public enum Severity {
        /// The configuration cannot be used.
        ERROR,
        /// It can be used, but somebody should look.
        WARNING
    }

    /// `file:line:column: key: what; right`.
    @Override
    public String toString() {
        return "%s:%d:%d: %s%s%s; %s"
                .formatted(
                        file,
                        line,
                        column,
                        severity == Severity.WARNING ? "warning: " : "",
                        key.isEmpty() ? "" : key + ": ",
                        what,
                        right);
    }
}
