package io.culvert.app.cli;

import io.culvert.app.bench.HandshakeLoad;
import io.culvert.app.bench.HandshakeSpeed;
import io.culvert.app.bench.Parties;
import io.culvert.app.config.Settings;
import io.culvert.app.config.Settings.ConnectionSettings;
import io.culvert.app.control.ExitCode;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.transport.TransportKind;
import io.culvert.runtime.embed.Remote;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
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
        description = {
            "Counts the IKE SAs that two endpoints in this process set up in a second,",
            "or those that this one sets up with a gateway elsewhere (--config)."
        },
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

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Call the peer of a connection in this configuration, with nothing else of it.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--connection",
            paramLabel = "NAME",
            description = "Which connection (default: the first of the configuration).")
    private Optional<String> connection = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        Duration time = Duration.ofSeconds(Math.max(1, seconds));
        int callers = Math.clamp(atOnce, 1, HandshakeSpeed.MOST_AT_ONCE);
        try {
            if (config.isPresent()) {
                options.print(HandshakeLoad.measure(load(time, callers), options.progress()));
            } else {
                Parties parties = new Parties(kind(), checkedProposal(), !childless);
                options.print(
                        HandshakeSpeed.measure(
                                new HandshakeSpeed.Options(
                                        parties, options.provider(), time, callers),
                                options.progress()));
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "the benchmark failed: " + e.getMessage());
        }
        return ExitCode.DONE.number();
    }

    private HandshakeLoad.Options load(Duration time, int callers) throws IOException {
        Settings settings =
                ConfigurationFile.read(config.orElseThrow(), spec.commandLine().getErr());
        ConnectionSettings chosen =
                settings.connections().stream()
                        .filter(c ->
                                connection.isEmpty() || c.config().name().equals(connection.get()))
                        .findFirst()
                        .orElseThrow(() -> wrong("there is no such connection"));
        if (chosen.remoteHosts().isEmpty()) {
            throw wrong(chosen.config().name() + " names no single peer to call");
        }
        var ports = chosen.ports();
        Remote gateway =
                new Remote(
                        InetAddress.getByName(chosen.remoteHosts().getFirst()),
                        ports.udp(),
                        ports.natTraversal(),
                        ports.ikeTcp(),
                        ports.tcpEncapsulation());
        return new HandshakeLoad.Options(
                chosen.config(), settings.sharedKeys(), gateway, options.provider(), time, callers);
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
