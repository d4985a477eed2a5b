package io.culvert.ike.api;

import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.Optional;

/// A gateway's tickets: gives them, and takes each back once. All sessions share it; safe for use by many threads.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5723#section-6 RFC 5723 section 6
public interface TicketOffice {
    /// A ticket that was given.
    ///
    /// @param lifetime for how long it is good, in whole seconds
    record Grant(Octets ticket, Duration lifetime) {}

    /// Gives a ticket for an IKE SA; nothing if there is none to give.
    ///
    /// @param lifetime for how long at most; less if the state says so
    Optional<Grant> grant(Resumable state, Duration lifetime);

    /// What a ticket stands for; nothing if it is not ours, too old, or used up.
    Optional<Resumable> open(Octets ticket);

    /// Uses a ticket up.
    ///
    /// @return whether it could be used until now
    boolean redeem(Octets ticket);
}
