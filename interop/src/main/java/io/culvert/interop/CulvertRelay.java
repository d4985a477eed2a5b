package io.culvert.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `./culvert relay` on one host, run as a user runs it.
public final class CulvertRelay implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private final RunningProcess process;

    private CulvertRelay(RunningProcess process) {
        this.process = process;
    }

    /// Starts a relay and waits until it listens.
    ///
    /// @param listen where clients come, such as `tcp:0.0.0.0:4500`
    /// @param to the gateway, such as `udp:192.0.2.1`
    /// @param options further options
    public static CulvertRelay start(Host host, String listen, String to, String... options) {
        List<String> command = new ArrayList<>(List.of(CulvertDaemon.launcher().toString()));
        command.addAll(List.of("relay", "--listen", listen, "--to", to, "--json"));
        command.addAll(List.of(options));
        RunningProcess process =
                host.start("relay", Map.of("CULVERT_NO_BUILD", "1"), List.copyOf(command));
        process.awaitText("culvert relay ready", START_LIMIT);
        return new CulvertRelay(process);
    }

    /// Everything that it wrote so far.
    public String log() {
        return process.output() + process.errors();
    }

    /// SIGTERM; fails unless it ends with exit code 0. Gives the statistics that it prints at last.
    public JsonNode stop() {
        String output = process.terminate(STOP_LIMIT).orFail().output();
        return JsonMapper.shared().readTree(output.lines().toList().getLast());
    }

    @Override
    public void close() {
        process.close();
    }
}
