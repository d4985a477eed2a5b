package io.culvert.app.cli;

import io.culvert.app.config.Settings;
import io.culvert.app.control.ControlException;
import io.culvert.app.control.ExitCode;
import io.culvert.app.daemon.Daemon;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Runs the daemon in the foreground until it is told to end.
@Command(
        name = "daemon",
        description = {
            "Runs the daemon in the foreground, initiator and responder.",
            "Prints one line \"culvert ready\" when it listens, and logs to standard error.",
            "SIGTERM and SIGINT delete all SAs and leave nothing behind."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended by a signal, or --check found nothing",
            "1:a port, the device or the control socket cannot be had",
            "2:wrong usage or configuration"
        },
        mixinStandardHelpOptions = true)
final class DaemonCommand implements Callable<Integer> {
    private static final Duration LONGEST_START = Duration.ofSeconds(10);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The configuration.")
    private Path config = Path.of("");

    @Option(
            names = "--control",
            paramLabel = "SOCKET",
            description = "The control socket (default: as configured).")
    private Optional<Path> control = Optional.empty();

    @Option(names = "--check", description = "Check the configuration, and do nothing else.")
    private boolean check;

    @Option(
            names = "--keylog",
            paramLabel = "FOLDER",
            description =
                    "Write all keys to files that Wireshark reads. Whoever reads them can read all"
                            + " traffic: for finding faults only.")
    private Optional<Path> keyLog = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = ConfigurationFile.read(config, spec.commandLine().getErr());
        PrintWriter out = spec.commandLine().getOut();
        if (check) {
            out.println(config + " is right; connections: " + settings.connections().size());
            out.flush();
            return ExitCode.DONE.number();
        }
        // read by logback.xml, before the first logger is made
        System.setProperty("culvert.log-level", levelWord(settings.daemon().logLevel()));
        start(settings);
        out.println("culvert ready");
        out.flush();
        new CountDownLatch(1).await();
        return ExitCode.DONE.number();
    }

    private void start(Settings settings) {
        CompletableFuture<Daemon> daemon = new CompletableFuture<>();
        // before the start, so that a signal in its middle leaves nothing behind either
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(daemon), "shutdown"));
        Path socket = control.orElse(settings.daemon().control());
        try {
            daemon.complete(
                    Daemon.start(
                            settings, new Daemon.Options(Main.Version.text(), socket, keyLog)));
        } catch (ControlException | IOException e) {
            throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
        } finally {
            daemon.cancel(false);
        }
    }

    /// Ends the process with 0 after SIGTERM, since ending is what was asked for; with the code of the failure if the
    /// start failed.
    private static void end(CompletableFuture<Daemon> daemon) {
        try {
            daemon.get(LONGEST_START.toSeconds(), TimeUnit.SECONDS).close();
            Runtime.getRuntime().halt(ExitCode.DONE.number());
        } catch (CancellationException | ExecutionException | TimeoutException neverStarted) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String levelWord(System.Logger.Level level) {
        return level == System.Logger.Level.WARNING ? "WARN" : level.name();
    }
}
