package io.culvert.ike.ticket;

import io.culvert.ike.api.Resumable;
import io.culvert.ike.api.TicketOffice;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Tickets by reference: a ticket is a random number, the gateway keeps the state. It is small, and a ticket that is
/// used or withdrawn is gone for good; but a restart forgets them all.
///
/// Nothing can be read out of such a ticket or forged: of 256 random bits none is guessed, and nothing but looking them
/// up is done with them.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5723#section-6.1 RFC 5723 section 6.1
public final class StoredTickets implements TicketOffice {
    private static final int OCTETS = 32;

    private final SecureRandom random;
    private final InstantSource clock;
    private final int most;

    // guarded by this; the oldest first
    private final Map<Octets, Resumable> stored = new LinkedHashMap<>();

    /// @param clock the time of day
    /// @param most how many tickets are kept; beyond it the oldest is forgotten
    public StoredTickets(SecureRandom random, InstantSource clock, int most) {
        this.random = random;
        this.clock = clock;
        this.most = most;
    }

    @Override
    public synchronized Optional<Grant> grant(Resumable state, Duration lifetime) {
        Instant now = clock.instant();
        Resumable bounded = state.until(now.plus(lifetime));
        Duration left =
                Duration.between(now, bounded.until().orElseThrow())
                        .truncatedTo(ChronoUnit.SECONDS);
        if (!left.isPositive()) {
            return Optional.empty();
        }
        if (stored.size() >= most) {
            stored.remove(stored.keySet().iterator().next());
        }
        byte[] reference = new byte[OCTETS];
        random.nextBytes(reference);
        Octets ticket = Octets.wrap(reference);
        stored.put(ticket, bounded);
        return Optional.of(new Grant(ticket, left));
    }

    @Override
    public synchronized Optional<Resumable> open(Octets ticket) {
        return Optional.ofNullable(stored.get(ticket)).filter(this::isGood);
    }

    private boolean isGood(Resumable state) {
        return state.until().filter(clock.instant()::isBefore).isPresent();
    }

    @Override
    public synchronized boolean redeem(Octets ticket) {
        return Optional.ofNullable(stored.remove(ticket)).filter(this::isGood).isPresent();
    }
}
