package io.culvert.runtime.actor;

import io.culvert.ike.api.HeldTicket;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.Optional;

/// Holds the tickets that gateways have given us, one of each connection. Safe for use by many threads; nobody waits
/// for it long.
public interface TicketWallet {
    /// The ticket of a connection, unless it is too old.
    Optional<HeldTicket> find(String connection);

    /// Holds a ticket, in place of an earlier one of the connection.
    ///
    /// @param lifetime from now on
    void keep(String connection, HeldTicket ticket, Duration lifetime);

    /// Forgets a ticket, if it is still the one that is held.
    void forget(String connection, Octets ticket);
}
