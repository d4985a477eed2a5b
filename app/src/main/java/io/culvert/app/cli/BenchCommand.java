package io.culvert.app.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Measures what this machine does.
@Command(
        name = "bench",
        description = "Measures handshakes, memory and throughput on this machine; needs no root.",
        mixinStandardHelpOptions = true,
        subcommands = {
            BenchHandshakesCommand.class,
            BenchMemoryCommand.class,
            BenchDataplaneCommand.class,
            CommandLine.HelpCommand.class
        })
final class BenchCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    /// Without a subcommand there is nothing to do but help.
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a benchmark is missing");
    }
}
