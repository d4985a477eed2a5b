package io.culvert.app.cli;

import io.culvert.app.control.Json;
import io.culvert.app.control.Reply;
import io.culvert.app.control.Request;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/// Shows every SA and every connection that is down.
@Command(
        name = "status",
        description =
                "Shows every IKE SA and Child SA, their transports, and what is down and why.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private DaemonOption daemon = new DaemonOption();

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Reply reply = daemon.ask(new Request(Request.Verb.STATUS, Optional.empty()), line -> {});
        Optional<ObjectNode> status = reply.status();
        if (status.isEmpty()) {
            throw new CommandFailure(reply.exit(), reply.lines());
        }
        if (json) {
            out.println(Json.pretty(status.get()));
        } else {
            new StatusText(ZoneId.systemDefault()).lines(status.get()).forEach(out::println);
        }
        out.flush();
        return reply.exit().number();
    }
}
