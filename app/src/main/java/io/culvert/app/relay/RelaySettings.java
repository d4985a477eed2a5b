package io.culvert.app.relay;

import io.culvert.app.relay.RelayEndpoint.Kind;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.runtime.net.Limits;
import java.util.List;

/// What a relay is to do.
///
/// @param listen where clients come, all by TCP or all by UDP
/// @param to where their packets go, by the other one
/// @param framing how messages are told apart on connections that the relay opens; on those that it accepts the first
///     octets tell
/// @param bounds what clients get at most
/// @param limits bounds of the connections
public record RelaySettings(
        List<RelayEndpoint> listen,
        RelayEndpoint to,
        StreamFraming framing,
        RelayBounds bounds,
        Limits limits) {
    /// A stuck connection shall not have all buffers.
    private static final int ESP_BACKLOG_PACKETS = 128;

    /// Checks that the two sides differ.
    ///
    /// @throws IllegalArgumentException if they do not; the message says what would be right
    public RelaySettings {
        listen = List.copyOf(listen);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("a relay listens somewhere");
        }
        boolean fromUdp = listen.getFirst().kind() == Kind.UDP;
        for (RelayEndpoint each : listen) {
            if ((each.kind() == Kind.UDP) != fromUdp) {
                throw new IllegalArgumentException(
                        "%s and %s: one relay listens either by TCP or by UDP; start another for the other way"
                                .formatted(listen.getFirst(), each));
            }
            if (each.kind() == Kind.TCP && each.port().isEmpty()) {
                throw new IllegalArgumentException(
                        "%s: write the port too, as in %s:4500".formatted(each, each));
            }
        }
        if ((to.kind() == Kind.UDP) == fromUdp) {
            throw new IllegalArgumentException(
                    "%s to %s: a relay carries packets between TCP and UDP, so one of the two is udp:… and the other not"
                            .formatted(listen.getFirst(), to));
        }
    }

    /// With what is usual.
    public static RelaySettings of(List<RelayEndpoint> listen, RelayEndpoint to) {
        return new RelaySettings(
                listen,
                to,
                StreamFraming.TCP_ENCAPSULATION,
                RelayBounds.DEFAULT,
                Limits.DEFAULT.withEspBacklog(
                        ESP_BACKLOG_PACKETS, Limits.DEFAULT.espBacklogTime()));
    }

    /// With another framing on connections that the relay opens.
    public RelaySettings withFraming(StreamFraming other) {
        return new RelaySettings(listen, to, other, bounds, limits);
    }

    /// With other bounds.
    public RelaySettings withBounds(RelayBounds other) {
        return new RelaySettings(listen, to, framing, other, limits);
    }

    /// With other limits of connections.
    public RelaySettings withLimits(Limits other) {
        return new RelaySettings(listen, to, framing, bounds, other);
    }

    /// Whether clients come by UDP.
    boolean listensByUdp() {
        return listen.getFirst().kind() == Kind.UDP;
    }
}
