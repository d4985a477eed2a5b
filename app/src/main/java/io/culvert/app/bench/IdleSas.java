package io.culvert.app.bench;

import io.culvert.app.control.Json;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ipsec.crypto.CryptoProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// What an idle IKE SA costs a gateway in memory, and whether the last SA takes longer to set up than the first.
///
/// A gateway is set up with all that it has in a daemon: sockets, actors, timers, data plane. Clients come one after
/// another over UDP and forget their side at once, so that what remains is the gateway's.
public final class IdleSas {
    /// SAs that are set up before the measurement, so that code and tables that do not grow are not counted.
    private static final int LONGEST_WARM_UP = 1000;

    /// How many of the first and of the last SAs are timed.
    private static final int TIMED = 500;

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    /// What to measure.
    ///
    /// @param sas how many SAs
    /// @param child whether each has a Child SA
    public record Options(int sas, boolean child, CryptoProvider crypto) {}

    /// What was found.
    ///
    /// @param options what was measured
    /// @param heapOctets how much the heap grew in all
    /// @param residentOctets how much the process grew, garbage included; empty if the system does not tell
    /// @param firstNanos the median time of setting up one of the first SAs, both sides together
    /// @param lastNanos the same of the last
    public record Found(
            Options options,
            long heapOctets,
            OptionalLong residentOctets,
            long firstNanos,
            long lastNanos)
            implements Findings {
        /// The heap of one SA, in octets.
        public long heapOctetsEach() {
            return heapOctets / options.sas;
        }

        @Override
        public ObjectNode json() {
            ObjectNode node =
                    Json.object()
                            .put("benchmark", "memory")
                            .put("machine", Findings.machine())
                            .put("sas", options.sas)
                            .put("child", options.child)
                            .put("crypto", options.crypto.name())
                            .put("heap-octets-per-sa", heapOctetsEach())
                            .put("first-microseconds", firstNanos / 1000)
                            .put("last-microseconds", lastNanos / 1000);
            residentOctets.ifPresent(r -> node.put("resident-octets-per-sa", r / options.sas));
            return node;
        }

        @Override
        public List<String> lines() {
            String resident =
                    residentOctets.isPresent()
                            ? "%.1f MiB".formatted(residentOctets.getAsLong() / 1048576.0)
                            : "unknown";
            return List.of(
                    "%d octets of heap per idle IKE SA %s, %s"
                            .formatted(
                                    heapOctetsEach(),
                                    options.child ? "with a Child SA" : "without Child SA",
                                    options.crypto.name()),
                    "  %d SAs: heap %.1f MiB more, resident memory %s more with garbage"
                            .formatted(options.sas, heapOctets / 1048576.0, resident),
                    "  setting up one of the first: %d us, one of the last: %d us (medians, both sides)"
                            .formatted(firstNanos / 1000, lastNanos / 1000),
                    "  " + Findings.machine());
        }
    }

    private IdleSas() {}

    /// Measures.
    ///
    /// @throws IOException if the loopback interface cannot be used, or an SA could not be set up
    public static Found measure(Options options, Progress progress) throws IOException {
        Parties parties = new Parties(TransportKind.UDP, Parties.PROPOSAL, options.child);
        try (Loopback gateway =
                        Loopback.open(
                                options.crypto,
                                parties.keys(),
                                List.of(parties.gateway()),
                                UnaryOperator.identity());
                UdpClient client = new UdpClient(context(options, parties), gateway.asRemote())) {
            int warmUp = Math.min(LONGEST_WARM_UP, options.sas);
            for (int i = 0; i < warmUp; i++) {
                client.establish(parties.client(i));
                progress.at("warming up", i, warmUp);
            }
            long[] nanos = new long[options.sas];
            long heapBefore = Heap.used();
            OptionalLong residentBefore = resident();
            for (int i = 0; i < options.sas; i++) {
                long start = System.nanoTime();
                client.establish(parties.client(warmUp + i));
                nanos[i] = System.nanoTime() - start;
                progress.at("setting up SAs", i, options.sas);
            }
            long heap = Heap.used() - heapBefore;
            OptionalLong resident = resident();
            int timed = Math.min(TIMED, options.sas);
            return new Found(
                    options,
                    heap,
                    residentBefore.isPresent() && resident.isPresent()
                            ? OptionalLong.of(resident.getAsLong() - residentBefore.getAsLong())
                            : OptionalLong.empty(),
                    median(nanos, 0, timed),
                    median(nanos, options.sas - timed, options.sas));
        }
    }

    private static SessionContext context(Options options, Parties parties) {
        return new SessionContext(
                options.crypto, new SecureRandom(), parties.keys(), false, OptionalInt.empty(), 0);
    }

    private static long median(long[] nanos, int from, int to) {
        long[] sorted = Arrays.copyOfRange(nanos, from, to);
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /// The resident memory of this process in octets, as Linux tells it.
    private static OptionalLong resident() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(RESIDENT))
                .map(line -> line.substring(RESIDENT.length()).replace("kB", "").strip())
                .mapToLong(kib -> Long.parseLong(kib) * 1024)
                .findFirst();
    }
}
