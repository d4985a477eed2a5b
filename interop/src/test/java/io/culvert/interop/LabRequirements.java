package io.culvert.interop;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// What the machine must have for a lab; the first thing missing is printed and skips the tests.
final class LabRequirements implements ExecutionCondition {
    private static final List<String> PROGRAMS =
            List.of(
                    "ip",
                    "nft",
                    "sysctl",
                    "runuser",
                    "ping",
                    "openssl",
                    "charon-systemd",
                    "swanctl",
                    "pki",
                    "freeradius",
                    "iperf3",
                    "tcpdump",
                    "tshark");

    private static final class Machine {
        static final Optional<String> LACK = lack();
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isPresent() || Machine.LACK.isEmpty()) {
            return ConditionEvaluationResult.enabled("the machine can hold a lab");
        }
        String reason = Machine.LACK.get();
        System.out.println("interop: " + context.getDisplayName() + " skipped: " + reason);
        return ConditionEvaluationResult.disabled(reason);
    }

    private static Optional<String> lack() {
        for (String program : PROGRAMS) {
            if (!isInstalled(program)) {
                return Optional.of("no program " + program + " (see docs/interop.md)");
            }
        }
        if (!Files.isWritable(Path.of("/dev/net/tun"))) {
            return Optional.of("/dev/net/tun is missing or not ours to open");
        }
        try (Lab lab = Lab.open()) {
            if (!lab.run("id", "-u").output().strip().equals("0")) {
                return Optional.of("not root");
            }
            new Router(lab.host("probe")).masquerade("lo", true);
            return Optional.empty();
        } catch (AssertionError e) {
            return Optional.of("namespaces or nftables do not work here: " + e.getMessage());
        }
    }

    private static boolean isInstalled(String program) {
        return List.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(File.pathSeparator))
                .stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
