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

/// Deletes the SAs of a connection.
@Command(
        name = "down",
        description = "Deletes the SAs of a connection, telling the peer.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the connection is down",
            "1:its SAs did not end, or there is no daemon",
            "2:no such connection"
        },
        mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
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
                        new Request(Request.Verb.DOWN, Optional.of(name)),
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
