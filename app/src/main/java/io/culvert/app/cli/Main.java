package io.culvert.app.cli;

import io.culvert.app.control.ExitCode;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The program `culvert`.
@Command(
        name = "culvert",
        description = "An IKEv2 and IPsec endpoint whose tunnels also go over TCP.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            BenchCommand.class,
            DaemonCommand.class,
            DemoCommand.class,
            DownCommand.class,
            PkiCommand.class,
            RekeyCommand.class,
            RelayCommand.class,
            StatusCommand.class,
            UpCommand.class,
            CommandLine.HelpCommand.class
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 peer unreachable,",
            "4 authentication failed, 5 no common proposal or traffic selectors.",
            "",
            "Begin with: culvert demo"
        })
public final class Main implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    /// The entrance.
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /// The whole command line, for running or for testing.
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(Main::explain);
        line.setParameterExceptionHandler(Main::correct);
        return line;
    }

    /// Without a command there is nothing to do but help.
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int correct(CommandLine.ParameterException e, String... arguments) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println("culvert: " + e.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("For help: " + line.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCode.USAGE.number();
    }

    private static int explain(Exception e, CommandLine line, CommandLine.ParseResult parsed)
            throws Exception {
        if (e instanceof CommandFailure failure) {
            PrintWriter err = line.getErr();
            err.println("culvert: " + String.join("\n", failure.lines()));
            return failure.exit().number();
        }
        throw e;
    }

    /// The version of this build.
    static final class Version implements CommandLine.IVersionProvider {
        static String text() {
            return Optional.ofNullable(Main.class.getModule().getDescriptor())
                    .flatMap(ModuleDescriptor::rawVersion)
                    .orElse("development");
        }

        @Override
        public String[] getVersion() {
            return new String[] {
                "culvert " + text(),
                "Java " + Runtime.version() + ", " + System.getProperty("os.name")
            };
        }
    }
}
