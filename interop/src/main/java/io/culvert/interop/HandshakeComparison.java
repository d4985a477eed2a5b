package io.culvert.interop;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What one IKE SA costs a responder in processor time: Culvert and strongSwan beside each other, called by the same
/// initiator in turns. `bin/bench-charon` runs it, as root.
///
/// Both daemons run all the time, each in a network namespace with a cable to the initiator's, with ESP in user space.
/// The initiator sets up IKE SAs as fast as it can and deletes each at once. What counts is the time that the kernel
/// tells of the responder's process, before and after: on a busy machine it says more than handshakes in a second.
public final class HandshakeComparison {
    private static final int WARM_UP_ROUNDS = 4;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Pattern HANDSHAKES = Pattern.compile("\"handshakes\" ?: ?(\\d+)");
    private static final Pattern PER_SECOND =
            Pattern.compile("\"handshakes-per-second\" ?: ?([0-9.]+)");

    /// Clock ticks in a second, in which the kernel counts: the same on every Linux.
    private static final double TICKS = 100;

    /// A way to set up IKE SAs.
    private record Kind(String name, Authentication authentication, String proposal) {}

    private static final List<Kind> KINDS =
            List.of(
                    new Kind("PSK, X25519", Authentication.PSK, "aes128gcm16-prfsha256-x25519"),
                    new Kind(
                            "ECDSA P-256, ECP 256",
                            Authentication.ECDSA,
                            "aes128gcm16-prfsha256-ecp256"));

    /// What one round with one responder found.
    private record Round(double milliseconds, double perSecond) {}

    /// A responder that runs.
    private record Responder(String name, String address, long pid) {}

    private final int rounds;
    private final int seconds;
    private final PrintStream out;

    private HandshakeComparison(int rounds, int seconds, PrintStream out) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.out = out;
    }

    /// Measures and prints a table.
    ///
    /// @param arguments how many rounds (5), and how many seconds each responder is called in a round (10)
    public static void main(String[] arguments) {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        HandshakeComparison comparison = new HandshakeComparison(rounds, seconds, System.out);
        System.out.println(
                "| IKE SA with a Child SA | responder | CPU ms per SA | from, to | handshakes/s |");
        System.out.println("|---|---|---|---|---|");
        for (Kind kind : KINDS) {
            comparison.compare(kind);
        }
    }

    private void compare(Kind kind) {
        try (Lab lab = Lab.open()) {
            Parties parties = Parties.of(lab, kind.authentication());
            Host client = lab.host("client");
            Host ours = gateway(lab, client, "culvert", 1);
            Host theirs = gateway(lab, client, "charon", 2);
            List<Responder> responders =
                    List.of(
                            culvert(ours, conf(kind).gateway(parties), parties),
                            charon(theirs, swanctl(kind).gateway(parties), parties));
            CulvertConf.files(parties.client())
                    .forEach(file -> TextFiles.copy(file, client.folder()));
            // first for nothing: code is compiled, tables grow
            for (int i = 0; i < WARM_UP_ROUNDS; i++) {
                responders.forEach(responder -> round(client, responder, kind, parties));
            }
            List<List<Round>> found = List.of(new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < rounds; i++) {
                for (int j = 0; j < responders.size(); j++) {
                    found.get(j).add(round(client, responders.get(j), kind, parties));
                }
            }
            print(kind, responders, found);
        }
    }

    private void print(Kind kind, List<Responder> responders, List<List<Round>> found) {
        List<Double> medians = new ArrayList<>();
        for (int i = 0; i < responders.size(); i++) {
            double[] costs = found.get(i).stream().mapToDouble(Round::milliseconds).toArray();
            double[] rates = found.get(i).stream().mapToDouble(Round::perSecond).toArray();
            medians.add(median(costs));
            out.printf(
                    "| %s | %s | %.2f | %.2f, %.2f | %.0f |%n",
                    kind.name(),
                    responders.get(i).name(),
                    median(costs),
                    Arrays.stream(costs).min().orElseThrow(),
                    Arrays.stream(costs).max().orElseThrow(),
                    median(rates));
        }
        out.printf(
                "| %s | Culvert / charon | %.2f | | |%n",
                kind.name(), medians.get(0) / medians.get(1));
    }

    /// Calls one responder for a while.
    private Round round(Host client, Responder responder, Kind kind, Parties parties) {
        String toml =
                conf(kind)
                        .client(parties)
                        .replace(Families.IPV4.gatewayAddress(), responder.address());
        Path file = client.write("to-" + responder.name() + ".toml", toml);
        long before = ticks(responder.pid());
        Finished called =
                client.run(
                                Map.of("CULVERT_NO_BUILD", "1"),
                                LIMIT,
                                List.of(
                                        CulvertDaemon.launcher().toString(),
                                        "bench",
                                        "handshakes",
                                        "--json",
                                        "--config",
                                        file.toString(),
                                        "--seconds",
                                        String.valueOf(seconds)))
                        .orFail();
        long spent = ticks(responder.pid()) - before;
        double handshakes = number(HANDSHAKES, called.output());
        if (handshakes < 1) {
            throw new AssertionError("nothing was set up: " + called);
        }
        return new Round(spent / TICKS * 1000 / handshakes, number(PER_SECOND, called.output()));
    }

    private static Host gateway(Lab lab, Host client, String name, int number) {
        Host gateway = lab.host(name);
        lab.cable(client, "192.0.2." + (16 * number + 1) + "/28", gateway, address(number) + "/28");
        gateway.run("ip", "address", "add", Road.PROTECTED_HOST + "/32", "dev", "lo").orFail();
        return gateway;
    }

    private static String address(int number) {
        return "192.0.2." + (16 * number + 2);
    }

    private static CulvertConf conf(Kind kind) {
        return CulvertConf.UDP
                .withIkeProposals(kind.proposal())
                .withEspProposals("aes128gcm16")
                .with("unique", "\"never\"");
    }

    private static SwanctlConf swanctl(Kind kind) {
        return SwanctlConf.USUAL
                .withIkeProposals(kind.proposal())
                .withEspProposals("aes128gcm16")
                .with("unique", "never");
    }

    private static Responder culvert(Host host, String toml, Parties parties) {
        CulvertConf.files(parties.gateway()).forEach(file -> TextFiles.copy(file, host.folder()));
        Path file = host.write("culvert.toml", toml + "\n[daemon]\nlog-level = \"warning\"\n");
        RunningProcess process =
                host.start(
                        "culvert",
                        Map.of("CULVERT_NO_BUILD", "1"),
                        List.of(
                                CulvertDaemon.launcher().toString(),
                                "daemon",
                                "--config",
                                file.toString(),
                                "--control",
                                host.folder().resolve("control.sock").toString()));
        process.awaitText("culvert ready", START_LIMIT);
        return new Responder("Culvert", address(1), process.pid());
    }

    private static Responder charon(Host host, String swanctlConf, Parties parties) {
        StrongSwan daemon = StrongSwan.startForLoad(host, swanctlConf, parties.gateway());
        return new Responder("charon", address(2), daemon.pid());
    }

    private static double number(Pattern pattern, String json) {
        Matcher matcher = pattern.matcher(json);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in " + json);
        }
        return Double.parseDouble(matcher.group(1));
    }

    /// The processor time of a process and of its children that have ended, user and system, in ticks.
    private static long ticks(long pid) {
        try {
            String stat =
                    Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.UTF_8);
            // the name of the program stands in parentheses and may hold anything
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long sum = 0;
            for (int i = 11; i <= 14; i++) {
                sum += Long.parseLong(fields[i]);
            }
            return sum;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
