package io.culvert.app.cli;

import io.culvert.app.control.Reply;
import io.culvert.app.control.Request;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Replaces SAs of a connection by new ones.
@Command(
        name = "rekey",
        description = {
            "Replaces the Child SAs of a connection by new ones with fresh keys, or its IKE SA.",
            "No packet is lost: the new one carries packets before the old one is deleted."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:rekeyed",
            "1:not rekeyed, or there is no daemon",
            "2:no such connection or child"
        },
        mixinStandardHelpOptions = true)
final class RekeyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private DaemonOption daemon = new DaemonOption();

    @Parameters(paramLabel = "NAME", description = "The connection: [connections.NAME].")
    private String name = "";

    @ArgGroup private What what = new What();

    static final class What {
        @Option(names = "--ike", description = "Replace the IKE SA; its Child SAs go on.")
        boolean ike;

        @Option(
                names = "--child",
                paramLabel = "CHILD",
                description = "Replace the Child SAs of [connections.NAME.children.CHILD] only.")
        Optional<String> child = Optional.empty();
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Request.Verb verb = what.ike ? Request.Verb.REKEY_IKE : Request.Verb.REKEY_CHILD;
        Reply reply =
                daemon.ask(
                        new Request(verb, Optional.of(name), what.child),
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
