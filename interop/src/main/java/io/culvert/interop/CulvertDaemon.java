package io.culvert.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `./culvert daemon` on one host, and its commands over the control socket.
///
/// It runs as a user runs it: the launcher of this checkout, a file, a socket. Nothing here knows its classes.
public final class CulvertDaemon implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(90);

    /// The reactor has built the image before these tests run, so the launcher need not look.
    private static final Map<String, String> LONG_LIVED = Map.of("CULVERT_NO_BUILD", "1");

    /// A command is over before the second compiler would pay.
    private static final Map<String, String> SHORT_LIVED =
            Map.of("CULVERT_NO_BUILD", "1", "CULVERT_JAVA_OPTS", "-XX:TieredStopAtLevel=1");

    private final Host host;
    private final Path socket;
    private final Path keyLog;
    private final String networkBefore;
    private final List<String> devicesBefore;
    private final RunningProcess process;

    private CulvertDaemon(Host host, Path configuration) {
        this.host = host;
        this.socket = host.folder().resolve("control.sock");
        this.keyLog = host.folder().resolve("keys");
        this.networkBefore = host.settledNetworkState();
        this.devicesBefore = host.devices();
        this.process =
                host.start(
                        "culvert",
                        LONG_LIVED,
                        List.of(
                                launcher().toString(),
                                "daemon",
                                "--config",
                                configuration.toString(),
                                "--control",
                                socket.toString(),
                                "--keylog",
                                keyLog.toString()));
    }

    /// Starts a daemon for one side of a scenario and waits until it listens.
    public static CulvertDaemon start(Host host, String toml, Side side) {
        return start(host, toml, CulvertConf.files(side));
    }

    /// Starts a daemon and waits until it listens.
    ///
    /// @param files what the configuration names; they are put beside it
    public static CulvertDaemon start(Host host, String toml, List<Path> files) {
        files.forEach(file -> TextFiles.copy(file, host.folder()));
        CulvertDaemon daemon = new CulvertDaemon(host, host.write("culvert.toml", toml));
        daemon.process.awaitText("culvert ready", START_LIMIT);
        return daemon;
    }

    /// Runs any command of the program on a host, without a daemon being needed.
    public static Finished command(Host host, List<String> arguments) {
        return launch(host, List.of(), arguments);
    }

    /// Runs any command of the program as another user, who has no capabilities.
    public static Finished commandAs(Host host, String user, List<String> arguments) {
        return launch(host, List.of("runuser", "-u", user, "--"), arguments);
    }

    private static Finished launch(Host host, List<String> as, List<String> arguments) {
        List<String> command = new ArrayList<>(as);
        command.add(launcher().toString());
        command.addAll(arguments);
        return host.run(SHORT_LIVED, COMMAND_LIMIT, command);
    }

    /// The launcher of the checkout this test runs in.
    public static Path launcher() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder.getParent() != null && !Files.isExecutable(folder.resolve("culvert"))) {
            folder = folder.getParent();
        }
        return folder.resolve("culvert");
    }

    /// `culvert up NAME`: returns when the Child SA works, or with the cause.
    public Finished up(String connection) {
        return control("up", connection);
    }

    /// `culvert down NAME`.
    public Finished down(String connection) {
        return control("down", connection);
    }

    /// `culvert rekey NAME`, with options such as `--ike`.
    public Finished rekey(String connection, String... options) {
        List<String> arguments = new ArrayList<>(List.of("rekey", connection));
        arguments.addAll(List.of(options));
        return control(arguments.toArray(String[]::new));
    }

    /// `culvert status --json`, parsed.
    public CulvertStatus status() {
        return CulvertStatus.parse(control("status", "--json").orFail().output());
    }

    /// Waits until this many IKE SAs exist.
    public void awaitIkeSas(int count, Duration limit) {
        Await.until(
                count + " IKE SAs on " + host,
                limit,
                () -> status() + "\n" + log(),
                () -> status().ikeSas().size() == count);
    }

    /// The folder with the key log that tshark reads.
    public Path keyLog() {
        return keyLog;
    }

    /// Everything the daemon wrote so far.
    public String log() {
        return process.output() + process.errors();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// SIGSTOP, until [#thaw].
    public void freeze() {
        process.freeze();
    }

    public void thaw() {
        process.thaw();
    }

    /// Waits until so many lines of the log have the text.
    public void awaitLog(String text, int count, Duration limit) {
        Await.until(
                count + " times \"" + text + "\" in the log of " + host,
                limit,
                this::log,
                () -> log().lines().filter(line -> line.contains(text)).count() >= count);
    }

    /// SIGKILL: nothing can be cleaned up.
    public void kill() {
        process.kill();
    }

    /// SIGTERM; fails unless the daemon ends by itself with exit code 0 and leaves the host as it found it.
    public void stop() {
        process.terminate(STOP_LIMIT).orFail();
        List<String> left = new ArrayList<>(host.devices());
        left.removeAll(devicesBefore);
        if (!left.isEmpty()) {
            throw new AssertionError("devices left on " + host + ": " + left);
        }
        if (Files.exists(socket)) {
            throw new AssertionError("control socket left: " + socket);
        }
        String networkAfter = host.networkState();
        if (!networkAfter.equals(networkBefore)) {
            throw new AssertionError(
                    "network of "
                            + host
                            + " before:\n"
                            + networkBefore
                            + "\nafter:\n"
                            + networkAfter);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    private Finished control(String... arguments) {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(List.of("--control", socket.toString()));
        return command(host, command);
    }
}
