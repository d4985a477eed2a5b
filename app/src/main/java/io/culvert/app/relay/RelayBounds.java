package io.culvert.app.relay;

import java.time.Duration;

/// What a relay gives at most to those whom it serves; it knows none of them.
///
/// A source is an IPv4 address, or an IPv6 /64.
///
/// @param clients clients served at once
/// @param clientsPerSource of them from one source; many people may share an address
/// @param newPerSecond new clients in a second; for a moment twice as many
/// @param newPerSecondPerSource of them from one source
/// @param idle how long a client stays that neither sends nor gets anything
/// @param linger how long the UDP port of a client waits for the client to come back after its connection was lost
/// @param stuck how long a connection stays whose peer does not read
/// @param keepalive after how long a silence the UDP path to a gateway gets a NAT keepalive
public record RelayBounds(
        int clients,
        int clientsPerSource,
        int newPerSecond,
        int newPerSecondPerSource,
        Duration idle,
        Duration linger,
        Duration stuck,
        Duration keepalive) {
    /// What a relay has that is not told otherwise.
    public static final RelayBounds DEFAULT =
            new RelayBounds(
                    4096,
                    256,
                    200,
                    20,
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(20));

    /// These with other caps on the clients served at once.
    public RelayBounds withClients(int total, int perSource) {
        return new RelayBounds(
                total,
                perSource,
                newPerSecond,
                newPerSecondPerSource,
                idle,
                linger,
                stuck,
                keepalive);
    }

    /// These with other rates of new clients.
    public RelayBounds withRates(int total, int perSource) {
        return new RelayBounds(
                clients, clientsPerSource, total, perSource, idle, linger, stuck, keepalive);
    }

    /// These with other times.
    public RelayBounds withTimes(Duration newIdle, Duration newLinger, Duration newKeepalive) {
        return new RelayBounds(
                clients,
                clientsPerSource,
                newPerSecond,
                newPerSecondPerSource,
                newIdle,
                newLinger,
                stuck,
                newKeepalive);
    }
}
