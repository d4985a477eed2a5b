package io.culvert.ike.ticket;

import io.culvert.ipsec.value.Octets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// The tickets that are used up and not yet too old to be used. Safe for use by many threads.
final class UsedTickets {
    /// Our choice. Beyond it those are forgotten that would end first; only their own holders could use them again.
    private static final int MOST = 100_000;

    // guarded by this
    private final Map<Octets, Instant> used = new HashMap<>();

    synchronized boolean contains(Octets ticket) {
        return used.containsKey(ticket);
    }

    /// Notes that a ticket is used up.
    ///
    /// @param until when it ends anyway
    /// @return whether it could be used until now
    synchronized boolean add(Instant now, Octets ticket, Instant until) {
        if (used.size() >= MOST) {
            used.values().removeIf(end -> !end.isAfter(now));
        }
        if (used.size() >= MOST) {
            used.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .ifPresent(used::remove);
        }
        return used.putIfAbsent(ticket, until) == null;
    }
}
