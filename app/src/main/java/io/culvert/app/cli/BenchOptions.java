package io.culvert.app.cli;

import io.culvert.app.bench.Findings;
import io.culvert.app.bench.Progress;
import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Json;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.linux.libcrypto.LibcryptoCrypto;
import io.culvert.linux.libcrypto.LibcryptoCrypto.Availability;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What all benchmarks have in common: the cryptography, the way of telling, and how far it is.
final class BenchOptions {
    private static final String BACK_TO_START = "\r\u001b[K";
    private static final long BETWEEN_SHOWS_NANOS = 100_000_000;

    /// The two providers.
    enum Crypto {
        /// The JDK's.
        JDK,
        /// The system's.
        LIBCRYPTO
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--crypto",
            paramLabel = "PROVIDER",
            description =
                    "jdk or libcrypto (default: libcrypto where this system has it, else jdk).")
    private Optional<Crypto> crypto = Optional.empty();

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    private long shown;

    /// The cryptography that was chosen.
    CryptoProvider provider() {
        Availability system = LibcryptoCrypto.availability();
        if (crypto.isEmpty()) {
            return system instanceof Availability.Available(CryptoProvider provider)
                    ? provider
                    : new JdkCrypto();
        }
        return switch (crypto.get()) {
            case JDK -> new JdkCrypto();
            case LIBCRYPTO ->
                    switch (system) {
                        case Availability.Available(CryptoProvider provider) -> provider;
                        case Availability.Missing(String reason) ->
                                throw new CommandFailure(
                                        ExitCode.FAILED,
                                        "libcrypto cannot be used: " + reason,
                                        "leave --crypto away, or use --crypto jdk");
                    };
        };
    }

    /// Shows on a terminal how far it is; programs are left alone.
    Progress progress() {
        boolean terminal =
                Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
        return terminal ? this::show : Progress.NONE;
    }

    void print(Findings findings) {
        clear();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.pretty(findings.json()));
        } else {
            findings.lines().forEach(out::println);
        }
        out.flush();
    }

    private void show(String what, long done, long whole) {
        long now = System.nanoTime();
        if (shown != 0 && now - shown < BETWEEN_SHOWS_NANOS) {
            return;
        }
        shown = now;
        PrintWriter err = spec.commandLine().getErr();
        err.print(BACK_TO_START + what + ": " + done * 100 / Math.max(1, whole) + " %");
        err.flush();
    }

    private void clear() {
        if (shown != 0) {
            spec.commandLine().getErr().print(BACK_TO_START);
            spec.commandLine().getErr().flush();
        }
    }
}
