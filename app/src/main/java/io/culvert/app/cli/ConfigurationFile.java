package io.culvert.app.cli;

import io.culvert.app.config.Problem;
import io.culvert.app.config.Settings;
import io.culvert.app.config.SettingsFile;
import io.culvert.app.control.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The configuration file of a command.
final class ConfigurationFile {
    private ConfigurationFile() {}

    /// Reads it.
    ///
    /// @param warnings where to write what is odd but no mistake
    /// @throws CommandFailure with every mistake at once
    static Settings read(Path file, PrintWriter warnings) {
        SettingsFile reader =
                new SettingsFile(name -> Optional.ofNullable(System.getenv(name)), Instant.now());
        return switch (reader.read(file)) {
            case SettingsFile.Result.Refused(List<Problem> problems) -> throw refused(problems);
            case SettingsFile.Result.Accepted(Settings settings, List<Problem> odd) -> {
                odd.forEach(warnings::println);
                warnings.flush();
                yield settings;
            }
        };
    }

    /// One line for each problem, as editors take them.
    private static CommandFailure refused(List<Problem> problems) {
        List<String> lines = new ArrayList<>();
        lines.add("the configuration is not right:");
        problems.forEach(problem -> lines.add(problem.toString()));
        return new CommandFailure(ExitCode.USAGE, lines);
    }
}
