package io.culvert.interop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A running capture of everything on one device of a host.
public final class Capture implements AutoCloseable {
    private static final Duration SETTLE = Duration.ofSeconds(10);

    private final Path file;
    private final RunningProcess tcpdump;

    private Capture(Path file, RunningProcess tcpdump) {
        this.file = file;
        this.tcpdump = tcpdump;
    }

    /// Starts to capture, and waits until the capture runs.
    public static Capture start(Host host, String device) {
        Path file = host.folder().resolve("capture-" + device + ".pcap");
        RunningProcess tcpdump =
                host.start(
                        "tcpdump",
                        Map.of(),
                        List.of(
                                "tcpdump",
                                "-Z",
                                "root",
                                "-U",
                                "--immediate-mode",
                                "-B",
                                "16384",
                                "-i",
                                device,
                                "-w",
                                file.toString()));
        tcpdump.awaitText("listening on", SETTLE);
        return new Capture(file, tcpdump);
    }

    /// Ends the capture and gives its file.
    public Path stop() {
        close();
        return file;
    }

    @Override
    public void close() {
        if (tcpdump.isAlive()) {
            tcpdump.terminate(SETTLE);
        }
    }
}
