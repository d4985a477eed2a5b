package io.culvert.app.cli;

import io.culvert.app.control.ControlClient;
import io.culvert.app.control.ControlException;
import io.culvert.app.control.ExitCode;
import io.culvert.app.control.Reply;
import io.culvert.app.control.Request;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// Which daemon a command talks to.
final class DaemonOption {
    @Option(
            names = "--control",
            paramLabel = "SOCKET",
            description = "The control socket of the daemon (default: ${DEFAULT-VALUE}).",
            defaultValue = "${env:CULVERT_CONTROL:-/run/culvert/control.sock}")
    private Path control = Path.of("/run/culvert/control.sock");

    /// Asks the daemon.
    ///
    /// @throws CommandFailure if there is no daemon, or it does not answer
    Reply ask(Request request, Consumer<String> progress) {
        try {
            return new ControlClient(control).ask(request, progress);
        } catch (ControlException e) {
            throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
        }
    }
}
