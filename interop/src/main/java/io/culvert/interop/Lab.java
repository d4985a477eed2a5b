package io.culvert.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A network of its own for one test: hosts and the cables between them.
///
/// Namespaces are named `culv-<pid>-<n>` after the JVM that made them. [#close()] ends every program and removes
/// every namespace, also after a failure; namespaces of JVMs that were killed are removed by the next lab.
/// A lab belongs to the thread of its test; labs of different threads do not meet.
public final class Lab implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("culv-(\\d+)-\\d+");
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final Duration TOOL_LIMIT = Duration.ofSeconds(30);

    private final Path folder;
    private final List<Host> hosts = new ArrayList<>();

    private Lab(Path folder) {
        this.folder = folder;
    }

    /// An empty lab.
    public static Lab open() {
        try {
            Lab lab = new Lab(Files.createTempDirectory("culvert-lab-"));
            lab.removeStale();
            return lab;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The folder of this lab, outside all hosts' folders' way; removed at the end.
    public Path folder() {
        return folder;
    }

    /// The hosts made so far.
    public List<Host> hosts() {
        return List.copyOf(hosts);
    }

    /// A new host, with nothing but a loopback.
    public Host host(String name) {
        String namespace =
                "culv-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
        Path home = folder.resolve(name);
        try {
            Files.createDirectory(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("ip", "netns", "add", namespace).orFail();
        Host host = new Host(name, namespace, home);
        hosts.add(host);
        run("ip", "-n", namespace, "link", "set", "lo", "up").orFail();
        return host;
    }

    /// Connects two hosts with a cable. The interface is named after the host at its other end, `to-<name>`.
    ///
    /// @param firstAddress address and prefix length of the first host, such as `192.0.2.1/24`
    public void cable(Host first, String firstAddress, Host second, String secondAddress) {
        String firstName = "to-" + second.name();
        String secondName = "to-" + first.name();
        run(
                        "ip",
                        "link",
                        "add",
                        firstName,
                        "netns",
                        first.namespace(),
                        "type",
                        "veth",
                        "peer",
                        "name",
                        secondName,
                        "netns",
                        second.namespace())
                .orFail();
        plug(first, firstName, firstAddress);
        plug(second, secondName, secondAddress);
    }

    /// Gives both ends of a cable another address, such as one of IPv6.
    ///
    /// @param firstAddress address and prefix length of the first host
    public void number(Host first, String firstAddress, Host second, String secondAddress) {
        address(first, "to-" + second.name(), firstAddress);
        address(second, "to-" + first.name(), secondAddress);
    }

    /// Runs a program outside all namespaces, for at most half a minute.
    public Finished run(String... command) {
        return RunningProcess.start(folder, "run", Map.of(), List.of(command)).await(TOOL_LIMIT);
    }

    /// The namespaces of this JVM or of dead ones which exist on this machine now.
    public List<String> namespaces() {
        return run("ip", "netns", "list")
                .orFail()
                .output()
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .filter(name -> NAME.matcher(name).matches())
                .toList();
    }

    private static void plug(Host host, String device, String address) {
        address(host, device, address);
        host.run("ip", "link", "set", device, "up").orFail();
    }

    /// Nobody else has an IPv6 address here, so it need not wait until that is proved.
    private static void address(Host host, String device, String address) {
        host.run("ip", "address", "add", address, "dev", device, "nodad").orFail();
    }

    private void removeStale() {
        for (String name : namespaces()) {
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                removeNamespace(name);
            }
        }
    }

    private void removeNamespace(String name) {
        for (long pid : Host.processesIn(name, folder)) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
        run("ip", "netns", "delete", name);
    }

    /// Ends all programs, newest first, and removes all namespaces and files.
    @Override
    public void close() {
        for (Host host : hosts.reversed()) {
            host.stopAll();
        }
        for (Host host : hosts.reversed()) {
            removeNamespace(host.namespace());
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
