package io.culvert.app.cli;

import io.culvert.app.bench.IdleSas;
import io.culvert.app.control.ExitCode;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures memory.
@Command(
        name = "memory",
        description = "Tells how much memory of a gateway idle IKE SAs take.",
        mixinStandardHelpOptions = true)
final class BenchMemoryCommand implements Callable<Integer> {
    private static final int MOST = 1_000_000;

    @Mixin private BenchOptions options = new BenchOptions();

    @Option(
            names = "--sas",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private int sas;

    @Override
    public Integer call() {
        try {
            for (boolean child : new boolean[] {false, true}) {
                options.print(
                        IdleSas.measure(
                                new IdleSas.Options(
                                        Math.clamp(sas, 1, MOST), child, options.provider()),
                                options.progress()));
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "the benchmark failed: " + e.getMessage());
        }
        return ExitCode.DONE.number();
    }
}
