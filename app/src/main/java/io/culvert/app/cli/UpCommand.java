package io.culvert.app.cli;

import io.culvert.app.control.Reply;
import io.culvert.app.control.Request;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Sets up a configured connection, and waits until it carries packets or has failed.
@Command(
        name = "up",
        description =
                "Sets up a configured connection; returns when its first Child SA carries packets.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the connection is up",
            "1:failed on our side, or the peer broke the protocol",
            "2:no such connection, or nobody to call",
            "3:peer unreachable",
            "4:authentication failed",
            "5:no common proposal or traffic selectors"
        },
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private DaemonOption daemon = new DaemonOption();

    @Parameters(paramLabel = "NAME", description = "The connection: [connections.NAME].")
    private String name = "";

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Reply reply =
                daemon.ask(
                        new Request(Request.Verb.UP, Optional.of(name)),
                        line -> {
                            out.println(line);
                            out.flush();
                        });
        PrintWriter target = reply.exit().number() == 0 ? out : err;
        reply.lines().forEach(target::println);
        target.flush();
        return reply.exit().number();
    }
}
