package io.culvert.app.relay;

import io.culvert.app.relay.RelayEndpoint.Kind;
import io.culvert.runtime.net.Limits;
import java.util.List;

/// What a relay is to do.
///
/// @param listen where clients come, by TCP
/// @param to where their packets go, by UDP
/// @param bounds what clients get at most
/// @param limits bounds of the connections
public record RelaySettings(
        List<RelayEndpoint> listen, RelayEndpoint to, RelayBounds bounds, Limits limits) {
    /// A stuck connection shall not have all buffers.
    private static final int ESP_BACKLOG_PACKETS = 128;

    /// Checks both sides.
    ///
    /// @throws IllegalArgumentException if one is wrong; the message says what would be right
    public RelaySettings {
        listen = List.copyOf(listen);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("a relay listens somewhere");
        }
        for (RelayEndpoint each : listen) {
            if (each.kind() != Kind.TCP) {
                throw new IllegalArgumentException(
                        "%s: a relay listens by TCP, as in tcp:0.0.0.0:4500".formatted(each));
            }
            if (each.port().isEmpty()) {
                throw new IllegalArgumentException(
                        "%s: write the port too, as in %s:4500".formatted(each, each));
            }
        }
        if (to.kind() != Kind.UDP) {
            throw new IllegalArgumentException(
                    "%s: a relay goes on by UDP, as in udp:%s".formatted(to, to.host()));
        }
    }

    /// With what is usual.
    public static RelaySettings of(List<RelayEndpoint> listen, RelayEndpoint to) {
        return new RelaySettings(
                listen,
                to,
                RelayBounds.DEFAULT,
                Limits.DEFAULT.withEspBacklog(
                        ESP_BACKLOG_PACKETS, Limits.DEFAULT.espBacklogTime()));
    }

    /// With other bounds.
    public RelaySettings withBounds(RelayBounds other) {
        return new RelaySettings(listen, to, other, limits);
    }

    /// With other limits of connections.
    public RelaySettings withLimits(Limits other) {
        return new RelaySettings(listen, to, bounds, other);
    }
}
