package io.culvert.ike.api;

import java.time.Duration;
import java.util.List;

/// The transports that a connection may use when we are its original initiator, and how far apart whole attempts at
/// them start.
///
/// Every attempt has an IKE_SA_INIT of its own (IT-052, TE-029). The first one that is answered goes on, and the others
/// are forgotten.
///
/// @param choices in order of preference; never empty
/// @param headStart how long an attempt may stay without an answer before one over the next transport starts beside it
/// @param familyHeadStart the same before an attempt at the next address of the peer
/// @spec https://www.rfc-editor.org/rfc/rfc9329#section-5.1 RFC 9329 section 5.1
/// @spec https://www.rfc-editor.org/rfc/rfc8305#section-5 RFC 8305 section 5
public record TransportOrder(
        List<TransportChoice> choices, Duration headStart, Duration familyHeadStart) {
    /// What a transport has before the next one starts (IT-081).
    public static final Duration HEAD_START = Duration.ofMillis(300);

    /// What an address has before the next one is tried; recommended by RFC 8305.
    public static final Duration FAMILY_HEAD_START = Duration.ofMillis(250);

    /// Copies the list.
    public TransportOrder {
        choices = List.copyOf(choices);
        if (choices.isEmpty()) {
            throw new IllegalArgumentException("no transport");
        }
    }

    /// These transports, with the usual head starts.
    public static TransportOrder of(TransportChoice... choices) {
        return new TransportOrder(List.of(choices), HEAD_START, FAMILY_HEAD_START);
    }

    /// The preferred one.
    public TransportChoice first() {
        return choices.getFirst();
    }

    /// This one alone.
    public TransportOrder only(TransportChoice choice) {
        return new TransportOrder(List.of(choice), headStart, familyHeadStart);
    }
}
