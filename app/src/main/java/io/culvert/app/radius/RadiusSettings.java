package io.culvert.app.radius;

import io.culvert.ipsec.value.KeyMaterial;
import java.time.Duration;
import java.util.List;

/// The RADIUS servers that authenticate peers, and how they are asked.
///
/// @param servers in the order in which they are tried
/// @param secret what we share with all of them
/// @param timeout how long the first try waits; each further one waits twice as long as the one before
/// @param tries how often a request is sent to a server before the next server is asked
/// @param nasIdentifier what we call ourselves
public record RadiusSettings(
        List<Server> servers,
        KeyMaterial secret,
        Duration timeout,
        int tries,
        String nasIdentifier) {
    /// The port for authentication.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc2865#section-3 RFC 2865 section 3
    public static final int PORT = 1812;

    /// Where a server listens.
    ///
    /// @param host a name or an address; a name is looked up each time
    /// @param port UDP, 1 to 65535
    public record Server(String host, int port) {
        @Override
        public String toString() {
            return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
        }
    }

    /// Copies the list, which must not be empty.
    public RadiusSettings {
        servers = List.copyOf(servers);
        if (servers.isEmpty() || tries < 1 || !timeout.isPositive()) {
            throw new IllegalArgumentException("no server, no try or no time");
        }
    }
}
