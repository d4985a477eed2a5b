package io.culvert.app.bench;

import io.culvert.app.control.Json;
import io.culvert.ipsec.crypto.CryptoProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// How many handshakes two endpoints do in a second, in one process, over sockets of the loopback interface.
///
/// Each is set up by a client of its own, from IKE_SA_INIT on, and deleted at once. Both ends share the processors, so
/// that a gateway alone does about twice as many.
public final class HandshakeSpeed {
    /// More would be asked for cookies.
    public static final int MOST_AT_ONCE = 64;

    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(5);

    /// What to measure.
    ///
    /// @param parties who takes part
    /// @param crypto the cryptography of both ends
    /// @param time how long, after a warm-up of as long or 5 seconds
    /// @param atOnce how many handshakes go on at one time
    public record Options(Parties parties, CryptoProvider crypto, Duration time, int atOnce) {}

    /// What was found.
    ///
    /// @param options what was measured
    /// @param handshakes how many were done
    /// @param took in how much time
    /// @param cpu the processor time of the whole process meanwhile, if the system tells
    /// @param responding how long the responder's sessions worked meanwhile, by the clock on the wall
    public record Found(
            Options options,
            long handshakes,
            Duration took,
            Optional<Duration> cpu,
            Duration responding)
            implements Findings {
        /// Handshakes in a second.
        public double perSecond() {
            return handshakes / seconds(took);
        }

        @Override
        public ObjectNode json() {
            ObjectNode node =
                    Json.object()
                            .put("benchmark", "handshakes")
                            .put("machine", Findings.machine())
                            .put("transport", options.parties.transport().word())
                            .put("proposal", options.parties.proposal())
                            .put("child", options.parties.child())
                            .put("crypto", options.crypto.name())
                            .put("at-once", options.atOnce)
                            .put("handshakes", handshakes)
                            .put("seconds", seconds(took))
                            .put("handshakes-per-second", perSecond())
                            .put("responder-session-microseconds", each(responding));
            cpu.ifPresent(c -> node.put("process-cpu-microseconds", each(c)));
            return node;
        }

        @Override
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(
                    "%.0f handshakes/s over %s: PSK, %s, %s, %s"
                            .formatted(
                                    perSecond(),
                                    options.parties.transport().word(),
                                    options.parties.proposal(),
                                    options.parties.child() ? "with a Child SA" : "childless",
                                    options.crypto.name()));
            lines.add(
                    "  %d set up and deleted in %.1f s, %d at once, both ends in this process"
                            .formatted(handshakes, seconds(took), options.atOnce));
            lines.add(
                    "  each: %.0f us in the responder's session".formatted(each(responding))
                            + cpu.map(c ->
                                            ", %.0f us of processor time of both ends"
                                                    .formatted(each(c)))
                                    .orElse(""));
            lines.add("  " + Findings.machine());
            return lines;
        }

        private double each(Duration whole) {
            return whole.toNanos() / 1000.0 / Math.max(1, handshakes);
        }

        private static double seconds(Duration duration) {
            return duration.toNanos() / 1e9;
        }
    }

    /// A moment of the measurement.
    private record Reading(
            long handshakes, long nanoTime, Optional<Duration> cpu, long responding) {}

    private final Options options;
    private final LongAdder responding = new LongAdder();

    private HandshakeSpeed(Options options) {
        this.options = options;
    }

    /// Measures.
    ///
    /// @throws IOException if the loopback interface cannot be used, or a handshake failed
    public static Found measure(Options options, Progress progress)
            throws IOException, InterruptedException {
        Parties parties = options.parties;
        HandshakeSpeed speed = new HandshakeSpeed(options);
        try (Loopback gateway =
                        Loopback.open(
                                options.crypto,
                                parties.keys(),
                                List.of(parties.gateway()),
                                sessions -> new TimedSessions(sessions, speed.responding));
                Loopback client =
                        Loopback.open(
                                options.crypto,
                                parties.keys(),
                                List.of(),
                                UnaryOperator.identity())) {
            return speed.between(client, gateway, progress);
        }
    }

    private Found between(Loopback client, Loopback gateway, Progress progress)
            throws IOException, InterruptedException {
        Callers callers =
                Callers.start(
                        client.endpoint(),
                        gateway.asRemote(),
                        options.parties::client,
                        options.atOnce);
        Reading before;
        Reading after;
        try {
            callers.letWork("warming up", shorter(LONGEST_WARM_UP, options.time), progress);
            before = read(callers);
            callers.letWork("measuring", options.time, progress);
            after = read(callers);
        } finally {
            callers.stop();
        }
        callers.check();
        return new Found(
                options,
                after.handshakes - before.handshakes,
                Duration.ofNanos(after.nanoTime - before.nanoTime),
                after.cpu.flatMap(end -> before.cpu.map(end::minus)),
                Duration.ofNanos(after.responding - before.responding));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private Reading read(Callers callers) {
        return new Reading(
                callers.done(),
                System.nanoTime(),
                ProcessHandle.current().info().totalCpuDuration(),
                responding.sum());
    }
}
