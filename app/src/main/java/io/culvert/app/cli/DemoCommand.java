package io.culvert.app.cli;

import io.culvert.app.control.ExitCode;
import io.culvert.app.demo.Demo;
import io.culvert.app.demo.DemoJson;
import io.culvert.app.demo.DemoText;
import io.culvert.app.demo.DemoView;
import io.culvert.app.pki.KeyKind;
import io.culvert.ike.transport.TransportKind;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Shows a whole tunnel in one process.
@Command(
        name = "demo",
        description = {
            "Sets up a tunnel between a gateway and a client in this process, over real loopback",
            "sockets and with ESP in user space, and pings through it. Needs no root and no file.",
            "Exit code 0 only if all pings came back."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final String SHARED_KEY = "psk";
    private static final int USUAL_COLUMNS = 100;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--transport",
            paramLabel = "TRANSPORT",
            defaultValue = "ike-tcp",
            completionCandidates = Transports.class,
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private String transport = "";

    @Option(
            names = "--auth",
            paramLabel = "AUTH",
            defaultValue = SHARED_KEY,
            completionCandidates = Authentications.class,
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private String authentication = "";

    @Option(
            names = "--pings",
            paramLabel = "COUNT",
            defaultValue = "4",
            description = "How many pings (default: ${DEFAULT-VALUE}).")
    private int pings;

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Demo.Options options =
                new Demo.Options(
                        chosen(
                                "--transport",
                                transport,
                                TransportKind.values(),
                                TransportKind::word),
                        authentication.equals(SHARED_KEY)
                                ? Optional.empty()
                                : Optional.of(
                                        chosen(
                                                "--auth",
                                                authentication,
                                                KeyKind.values(),
                                                DemoCommand::word)),
                        Math.max(1, pings));
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            return run(options, new DemoText(out, style())).number();
        }
        DemoJson view = new DemoJson();
        ExitCode exit = run(options, view);
        out.println(view.text(exit));
        out.flush();
        return exit.number();
    }

    private static ExitCode run(Demo.Options options, DemoView view) throws InterruptedException {
        try {
            return Demo.run(options, view);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, "the loopback interface cannot be used: " + e.getMessage());
        }
    }

    private static DemoText.Style style() {
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        Charset charset = Charset.forName(System.getProperty("stdout.encoding", "US-ASCII"));
        int columns = USUAL_COLUMNS;
        try {
            columns = Integer.parseInt(System.getenv().getOrDefault("COLUMNS", ""));
        } catch (NumberFormatException notGiven) {
            // the usual width
        }
        return new DemoText.Style(
                columns,
                terminal && System.getenv("NO_COLOR") == null,
                charset.equals(StandardCharsets.UTF_8));
    }

    private <T> T chosen(String option, String word, T[] values, Function<T, String> words) {
        return Arrays.stream(values)
                .filter(v -> words.apply(v).equals(word))
                .findFirst()
                .orElseThrow(() ->
                        new CommandLine.ParameterException(
                                spec.commandLine(),
                                "\""
                                        + word
                                        + "\" is not a value of "
                                        + option
                                        + "; write one of "
                                        + String.join(
                                                ", ", Arrays.stream(values).map(words).toList())));
    }

    private static String word(KeyKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The words for transports.
    static final class Transports implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(TransportKind.values()).map(TransportKind::word).iterator();
        }
    }

    /// The words for authentications.
    static final class Authentications implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(
                            Stream.of(SHARED_KEY),
                            Arrays.stream(KeyKind.values()).map(DemoCommand::word))
                    .iterator();
        }
    }
}
