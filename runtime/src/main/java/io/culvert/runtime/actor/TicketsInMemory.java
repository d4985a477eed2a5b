package io.culvert.runtime.actor;

import io.culvert.ike.api.HeldTicket;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// A wallet that is empty after a restart.
public final class TicketsInMemory implements TicketWallet {
    private record Held(HeldTicket ticket, Instant until) {}

    private final InstantSource clock;
    private final ConcurrentHashMap<String, Held> held = new ConcurrentHashMap<>();

    /// @param clock the time of day: it goes on while the machine sleeps
    public TicketsInMemory(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Optional<HeldTicket> find(String connection) {
        return Optional.ofNullable(held.get(connection))
                .filter(h -> clock.instant().isBefore(h.until))
                .map(Held::ticket);
    }

    @Override
    public void keep(String connection, HeldTicket ticket, Duration lifetime) {
        held.put(connection, new Held(ticket, clock.instant().plus(lifetime)));
    }

    @Override
    public void forget(String connection, Octets ticket) {
        held.computeIfPresent(connection, (_, h) -> h.ticket.ticket().equals(ticket) ? null : h);
    }
}
