package io.culvert.app.cli;

import io.culvert.app.bench.HandshakeSpeed;
import io.culvert.app.bench.Parties;
import io.culvert.app.control.ExitCode;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.transport.TransportKind;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Measures handshakes.
@Command(
        name = "handshakes",
        description = "Counts the IKE SAs that two endpoints in this process set up in a second.",
        mixinStandardHelpOptions = true)
final class BenchHandshakesCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private BenchOptions options = new BenchOptions();

    @Option(
            names = "--transport",
            paramLabel = "TRANSPORT",
            defaultValue = "udp",
            completionCandidates = Transports.class,
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private String transport = "";

    @Option(
            names = "--proposal",
            paramLabel = "PROPOSAL",
            defaultValue = Parties.PROPOSAL,
            description = "The algorithms of the IKE SA (default: ${DEFAULT-VALUE}).")
    private String proposal = "";

    @Option(names = "--childless", description = "Set up no Child SA.")
    private boolean childless;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long to measure (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--at-once",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many handshakes go on at one time (default: ${DEFAULT-VALUE}).")
    private int atOnce;

    @Override
    public Integer call() throws InterruptedException {
        Parties parties = new Parties(kind(), checkedProposal(), !childless);
        try {
            options.print(
                    HandshakeSpeed.measure(
                            new HandshakeSpeed.Options(
                                    parties,
                                    options.provider(),
                                    Duration.ofSeconds(Math.max(1, seconds)),
                                    Math.clamp(atOnce, 1, HandshakeSpeed.MOST_AT_ONCE)),
                            options.progress()));
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "the benchmark failed: " + e.getMessage());
        }
        return ExitCode.DONE.number();
    }

    private TransportKind kind() {
        return Arrays.stream(TransportKind.values())
                .filter(k -> k.word().equals(transport))
                .findFirst()
                .orElseThrow(() ->
                        wrong("--transport is one of " + String.join(", ", new Transports())));
    }

    private String checkedProposal() {
        try {
            ProposalParser.ike(proposal);
            return proposal;
        } catch (IllegalArgumentException e) {
            throw wrong("--proposal: " + e.getMessage());
        }
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    /// The words for transports.
    static final class Transports implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(TransportKind.values()).map(TransportKind::word).iterator();
        }
    }
}
