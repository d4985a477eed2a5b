package io.culvert.app.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program that writes a secret to its standard output: that of a key store, or of a quantum key distribution.
final class SecretCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_OCTETS = 4096;

    private SecretCommand() {}

    /// What the program has written, without an end of line.
    ///
    /// @throws IOException if it cannot be started, fails, takes longer than ten seconds or writes too much; the message
    ///     is for people and holds nothing of what was written
    static String run(List<String> command) throws IOException {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("it takes longer than " + PATIENCE.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException("it fails with exit code " + process.exitValue());
            }
            // what is there, not what may come: a child of the program may keep the pipe open
            InputStream output = process.getInputStream();
            if (output.available() > MOST_OCTETS) {
                throw new IOException("it writes more than " + MOST_OCTETS + " octets");
            }
            return new String(output.readNBytes(output.available()), StandardCharsets.UTF_8)
                    .replaceFirst("\\R\\z", "");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IOException("it was interrupted");
        }
    }
}
