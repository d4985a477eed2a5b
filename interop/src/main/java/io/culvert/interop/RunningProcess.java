package io.culvert.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program started by a lab; both its outputs go to files, so that no thread has to read them.
public final class RunningProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path folder;
    private final List<String> command;
    private final Path output;
    private final Path errors;
    private final Process process;

    private RunningProcess(
            Path folder, List<String> command, Path output, Path errors, Process process) {
        this.folder = folder;
        this.command = command;
        this.output = output;
        this.errors = errors;
        this.process = process;
    }

    /// Starts a program whose outputs go to new files in the folder.
    static RunningProcess start(
            Path folder, String label, Map<String, String> environment, List<String> command) {
        try {
            Path output = Files.createTempFile(folder, label + "-", ".out");
            Path errors = Files.createTempFile(folder, label + "-", ".err");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.redirectOutput(output.toFile());
            builder.redirectError(errors.toFile());
            return new RunningProcess(
                    folder, List.copyOf(command), output, errors, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
        }
    }

    /// Standard output so far.
    public String output() {
        return TextFiles.read(output);
    }

    /// Standard error so far.
    public String errors() {
        return TextFiles.read(errors);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /// Waits until either output holds the text; fails when the program ends or the time is over before.
    public void awaitText(String text, Duration limit) {
        Await.until(
                "\"" + text + "\" from " + String.join(" ", command),
                limit,
                this::evidence,
                () -> {
                    boolean alive = isAlive();
                    if (output().contains(text) || errors().contains(text)) {
                        return true;
                    }
                    if (!alive) {
                        throw new AssertionError("ended before \"" + text + "\": " + evidence());
                    }
                    return false;
                });
    }

    /// Waits for the end; kills the program and fails when the time is over.
    public Finished await(Duration limit) {
        if (!ended(limit)) {
            kill();
            throw new AssertionError("did not end within " + limit + ": " + evidence());
        }
        return finished();
    }

    /// Sends SIGTERM and waits; fails, after SIGKILL, if the program does not go by itself.
    public Finished terminate(Duration limit) {
        process.destroy();
        return await(limit);
    }

    /// SIGSTOP: the program stands still until [#thaw], and the system goes on to speak TCP for it.
    public void freeze() {
        signal("STOP");
    }

    /// SIGCONT.
    public void thaw() {
        signal("CONT");
    }

    /// SIGINT, as Ctrl-C sends it, and waits for the end.
    public Finished interrupt(Duration limit) {
        signal("INT");
        return await(limit);
    }

    private void signal(String name) {
        start(folder, "signal", Map.of(), List.of("kill", "-" + name, Long.toString(pid())))
                .await(PATIENCE)
                .orFail();
    }

    /// SIGKILL, and waits until the process is gone.
    public Finished kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        if (!ended(PATIENCE)) {
            throw new AssertionError("survived SIGKILL: " + evidence());
        }
        return finished();
    }

    /// Ends the program by any means; for cleaning up.
    @Override
    public void close() {
        process.destroy();
        if (!ended(PATIENCE)) {
            kill();
        }
    }

    private boolean ended(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IllegalStateException("interrupted while waiting for " + command, e);
        }
    }

    private Finished finished() {
        return new Finished(command, process.exitValue(), output(), errors());
    }

    private String evidence() {
        return String.join(" ", command)
                + (isAlive() ? " (running)" : " (exit code " + process.exitValue() + ")")
                + "\n"
                + output()
                + "\n-- standard error --\n"
                + errors();
    }
}
