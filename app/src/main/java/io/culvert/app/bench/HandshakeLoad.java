package io.culvert.app.bench;

import io.culvert.app.control.Json;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.runtime.embed.Remote;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// Calls a gateway elsewhere, Culvert or not, as often as it can, and tells how often that was.
///
/// What the gateway spends meanwhile is measured where it runs. Each IKE SA is deleted at once.
public final class HandshakeLoad {
    /// How to call.
    ///
    /// @param connection the connection of all calls
    /// @param keys the pre-shared keys
    /// @param gateway whom to call
    /// @param crypto the cryptography of this end
    /// @param time how long
    /// @param atOnce how many handshakes go on at one time
    public record Options(
            ConnectionConfig connection,
            SharedKeys keys,
            Remote gateway,
            CryptoProvider crypto,
            Duration time,
            int atOnce) {}

    /// What was found.
    ///
    /// @param options how it was called
    /// @param handshakes every IKE SA that was set up, from the first call to the last: there is no warm-up
    /// @param took how long that was
    public record Found(Options options, long handshakes, Duration took) implements Findings {
        /// Handshakes in a second.
        public double perSecond() {
            return handshakes / (took.toNanos() / 1e9);
        }

        @Override
        public ObjectNode json() {
            return Json.object()
                    .put("benchmark", "handshakes")
                    .put("machine", Findings.machine())
                    .put("gateway", options.gateway.address().getHostAddress())
                    .put("connection", options.connection.name())
                    .put("crypto", options.crypto.name())
                    .put("at-once", options.atOnce)
                    .put("handshakes", handshakes)
                    .put("seconds", took.toNanos() / 1e9)
                    .put("handshakes-per-second", perSecond());
        }

        @Override
        public List<String> lines() {
            return List.of(
                    "%.0f handshakes/s with %s, connection %s"
                            .formatted(
                                    perSecond(),
                                    options.gateway.address().getHostAddress(),
                                    options.connection.name()),
                    "  %d set up and deleted in %.1f s, %d at once, from a cold start"
                            .formatted(handshakes, took.toNanos() / 1e9, options.atOnce),
                    "  " + Findings.machine());
        }
    }

    private HandshakeLoad() {}

    /// Calls.
    ///
    /// @throws IOException if there is no way to the gateway, or a handshake failed
    public static Found measure(Options options, Progress progress)
            throws IOException, InterruptedException {
        try (Loopback client =
                Loopback.calling(options.crypto, options.keys, options.gateway.address())) {
            long start = System.nanoTime();
            Callers callers =
                    Callers.start(
                            client.endpoint(),
                            options.gateway,
                            _ -> options.connection,
                            options.atOnce);
            try {
                callers.letWork("calling", options.time, progress);
            } finally {
                callers.stop();
            }
            callers.check();
            return new Found(options, callers.done(), Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
