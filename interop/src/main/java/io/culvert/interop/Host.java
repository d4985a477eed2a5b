package io.culvert.interop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/// One machine of a lab: a network namespace, a folder for its files, and the programs that run in it.
///
/// A host belongs to its lab, which ends the programs and removes the namespace.
public final class Host {
    private static final Duration RUN_LIMIT = Duration.ofSeconds(60);
    private static final Duration SETTLING = Duration.ofSeconds(3);

    private final String name;
    private final String namespace;
    private final Path folder;
    private final List<RunningProcess> started = new CopyOnWriteArrayList<>();

    Host(String name, String namespace, Path folder) {
        this.name = name;
        this.namespace = namespace;
        this.folder = folder;
    }

    /// The name in this lab, such as `gateway`.
    public String name() {
        return name;
    }

    /// The name of the network namespace, unique on the machine.
    public String namespace() {
        return namespace;
    }

    /// The folder of this host's files, removed with the lab.
    public Path folder() {
        return folder;
    }

    /// Runs a program to its end, for at most a minute; any exit code is fine.
    public Finished run(String... command) {
        return run(Map.of(), RUN_LIMIT, List.of(command));
    }

    /// Runs a program to its end, with an environment and a limit.
    public Finished run(Map<String, String> environment, Duration limit, List<String> command) {
        return launch("run", environment, command).await(limit);
    }

    /// Starts a program which the lab ends, if nobody does it before.
    public RunningProcess start(
            String label, Map<String, String> environment, List<String> command) {
        RunningProcess process = launch(label, environment, command);
        started.add(process);
        return process;
    }

    /// Writes a text file of mode 0600 in this host's folder.
    public Path write(String file, String text) {
        return TextFiles.write(folder.resolve(file), text);
    }

    /// Names of all network devices, except the loopback.
    public List<String> devices() {
        return run("ip", "-br", "link", "show")
                .orFail()
                .output()
                .lines()
                .map(line -> line.split("[ @]", 2)[0])
                .filter(device -> !device.equals("lo"))
                .toList();
    }

    /// All routes and rules and addresses as text, with nothing that changes by itself: to compare before and after.
    public String networkState() {
        return run("ip", "-4", "route", "show", "table", "all").orFail().output()
                + run("ip", "-4", "rule", "show").orFail().output()
                + run("ip", "-6", "rule", "show").orFail().output()
                + run("ip", "-4", "-br", "address", "show").orFail().output()
                + lasting(run("ip", "-6", "route", "show", "table", "all").orFail())
                + lasting(run("ip", "-6", "-o", "address", "show").orFail());
    }

    /// The same once each IPv6 address is in use, which it is a moment after both ends of its link are up.
    String settledNetworkState() {
        Await.holds(SETTLING, this::areAddressesInUse);
        return networkState();
    }

    private boolean areAddressesInUse() {
        String routes = run("ip", "-6", "route", "show", "table", "local").orFail().output();
        return lasting(run("ip", "-6", "-o", "address", "show").orFail())
                .lines()
                .filter(line -> line.contains(" inet6 "))
                .map(line -> line.replaceAll(".* inet6 ([0-9a-f:]+)/.*", "$1"))
                .allMatch(address -> routes.contains("local " + address + " "));
    }

    /// Without link-local and multicast addresses, which come a while after a device.
    private static String lasting(Finished shown) {
        return shown.output()
                .lines()
                .filter(line -> !line.contains("fe80:") && !line.contains("ff00::/8"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /// The process IDs of everything that runs in this namespace.
    public List<Long> processes() {
        return processesIn(namespace, folder);
    }

    static List<Long> processesIn(String namespace, Path folder) {
        return RunningProcess.start(
                        folder, "pids", Map.of(), List.of("ip", "netns", "pids", namespace))
                .await(RUN_LIMIT)
                .output()
                .lines()
                .map(Long::valueOf)
                .toList();
    }

    void stopAll() {
        for (RunningProcess process : started.reversed()) {
            process.close();
        }
    }

    private RunningProcess launch(
            String label, Map<String, String> environment, List<String> command) {
        List<String> inNamespace = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        inNamespace.addAll(command);
        return RunningProcess.start(folder, label, environment, inNamespace);
    }

    @Override
    public String toString() {
        return name + " (" + namespace + ")";
    }
}
