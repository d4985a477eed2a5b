package io.culvert.app.cli;

import io.culvert.app.control.ExitCode;
import io.culvert.app.relay.Relay;
import io.culvert.app.relay.RelayBounds;
import io.culvert.app.relay.RelayEndpoint;
import io.culvert.app.relay.RelaySettings;
import io.culvert.app.relay.RelayStatistics;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.runtime.clock.SystemTimekeeper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Runs a relay between TCP and UDP until it is told to end.
@Command(
        name = "relay",
        description = {
            "Carries IKE and ESP between TCP (RFC 9329, or raw IKE) and UDP, for gateways and clients",
            "that speak only UDP. Needs no keys and no root, and reads nothing but lengths and SPIs.",
            "Prints one line \"culvert relay ready\" when it listens, and logs to standard error.",
            "SIGTERM and SIGINT take no more clients, send what waits, and end."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  In front of a gateway that speaks only UDP:",
            "    culvert relay --listen tcp:0.0.0.0:4500 --to udp:gateway.example.org",
            "  Before a client that speaks only UDP, which names 192.0.2.1 as its gateway:",
            "    culvert relay --listen udp:192.0.2.1 --to tcp:gateway.example.org:4500"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended by a signal",
            "1:a port cannot be had, or a name has no address",
            "2:wrong usage"
        },
        mixinStandardHelpOptions = true)
final class RelayCommand implements Callable<Integer> {
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(5);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "ENDPOINT",
            description =
                    "Where clients come, tcp:ADDRESS:PORT or udp:ADDRESS[:PORT] (default port: both"
                            + " 500 and 4500); may be given several times.")
    private List<String> listen = List.of();

    @Option(
            names = "--to",
            required = true,
            paramLabel = "ENDPOINT",
            description =
                    "The gateway, udp:HOST[:PORT] or tcp:HOST[:PORT], the other way than the clients"
                            + " (default port: 4500, which carries ESP too; UDP 500 carries IKE"
                            + " alone).")
    private String to = "";

    @Option(
            names = "--framing",
            paramLabel = "FRAMING",
            defaultValue = "tcp-encapsulation",
            description =
                    "How messages go on connections to the gateway: tcp-encapsulation (RFC 9329) or"
                            + " ike-tcp (raw IKE, no ESP) (default: ${DEFAULT-VALUE}).")
    private String framing = "";

    @Option(
            names = "--clients",
            paramLabel = "COUNT",
            description = "Clients served at once (default: ${DEFAULT-VALUE}).")
    private int clients = RelayBounds.DEFAULT.clients();

    @Option(
            names = "--clients-per-source",
            paramLabel = "COUNT",
            description =
                    "Clients served at once from one IPv4 address or IPv6 /64 (default:"
                            + " ${DEFAULT-VALUE}).")
    private int clientsPerSource = RelayBounds.DEFAULT.clientsPerSource();

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description =
                    "How long a client stays that neither sends nor gets anything (default:"
                            + " ${DEFAULT-VALUE}).")
    private long idle = RelayBounds.DEFAULT.idle().toSeconds();

    @Option(
            names = "--stats-every",
            paramLabel = "SECONDS",
            description = "Print statistics so often; they are printed at the end in any case.")
    private long statisticsEvery;

    @Option(names = "--json", description = "Print statistics as JSON, one line each.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        RelaySettings settings = settings();
        PrintWriter out = spec.commandLine().getOut();
        // ended by the process only
        SystemTimekeeper timekeeper = new SystemTimekeeper();
        Relay relay;
        try {
            relay = Relay.start(settings, timekeeper);
        } catch (IOException e) {
            timekeeper.close();
            throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
        }
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(relay, out, ended), "shutdown"));
        out.println("culvert relay ready: " + where(relay.listening()) + " to " + settings.to());
        out.flush();
        if (statisticsEvery == 0) {
            ended.await();
        }
        while (!ended.await(statisticsEvery, TimeUnit.SECONDS)) {
            print(relay.statistics(), out);
        }
        return ExitCode.DONE.number();
    }

    private RelaySettings settings() {
        if (clients < 1 || clientsPerSource < 1 || idle < 1 || statisticsEvery < 0) {
            throw wrong("counts and times are at least 1");
        }
        try {
            RelayBounds usual = RelayBounds.DEFAULT;
            return RelaySettings.of(
                            listen.stream().map(RelayEndpoint::parse).toList(),
                            RelayEndpoint.parse(to))
                    .withFraming(framing())
                    .withBounds(
                            usual.withClients(clients, clientsPerSource)
                                    .withTimes(
                                            Duration.ofSeconds(idle),
                                            usual.linger(),
                                            usual.keepalive()));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private StreamFraming framing() {
        return switch (framing) {
            case "tcp-encapsulation" -> StreamFraming.TCP_ENCAPSULATION;
            case "ike-tcp" -> StreamFraming.IKE_TCP;
            default ->
                    throw new IllegalArgumentException(
                            "\"%s\" is no framing; write tcp-encapsulation or ike-tcp"
                                    .formatted(framing));
        };
    }

    /// Ends the process with 0, since ending is what was asked for.
    private void end(Relay relay, PrintWriter out, CountDownLatch ended) {
        Thread draining = Thread.ofPlatform().daemon().name("drain").start(relay::drain);
        try {
            draining.join(LONGEST_DRAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        print(relay.statistics(), out);
        relay.close();
        ended.countDown();
        Runtime.getRuntime().halt(ExitCode.DONE.number());
    }

    private void print(RelayStatistics statistics, PrintWriter out) {
        out.println(json ? statistics.json() : statistics.text());
        out.flush();
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private static String where(List<InetSocketAddress> addresses) {
        return addresses.stream()
                .map(a -> a.getAddress().getHostAddress() + " port " + a.getPort())
                .collect(Collectors.joining(", "));
    }
}
