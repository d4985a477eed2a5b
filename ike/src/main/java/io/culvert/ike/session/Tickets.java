package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Resumable;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.TicketOffice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.exchange.AuthenticationStep.Authenticated;
import io.culvert.ike.exchange.Resumption;
import io.culvert.ike.proposal.ProposalOffer;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The tickets of a session: the one that it was resumed by, and the one to resume its IKE SA by.
///
///     HDR, SK {IDi, AUTH, …, N(TICKET_REQUEST)}  -->
///                                    <--  HDR, SK {IDr, AUTH, …, N(TICKET_LT_OPAQUE)}
///
/// Each IKE SA has its own: after a rekeying the client asks for another one, and a ticket ends with its IKE SA, unless
/// that was lost, which is what the ticket is for (RFC 5723 section 6.2).
///
/// @spec https://www.rfc-editor.org/rfc/rfc5723#section-4.1 RFC 5723 section 4.1
final class Tickets {
    /// Our choice: how long a ticket of an IKE SA is good that may live for ever.
    private static final Duration LONGEST = Duration.ofDays(1);

    private final Peering peering;
    private Optional<HeldTicket> held = Optional.empty();
    private Optional<Resumption> resumption = Optional.empty();
    private Optional<String> eapIdentity = Optional.empty();
    private Optional<Octets> latest = Optional.empty();
    private boolean resumed;
    private boolean asked;

    Tickets(Peering peering) {
        this.peering = peering;
    }

    /// The session may be resumed by this.
    void hold(Optional<HeldTicket> ticket) {
        held = ticket;
    }

    /// What the session can be resumed by, if the connection is still as it was.
    Optional<Resumption> usable() {
        ConnectionConfig connection = peering.connection().orElseThrow();
        return connection.limits().resumption()
                ? held.flatMap(ticket -> Resumption.of(ticket, List.of(connection), true))
                : Optional.empty();
    }

    /// The peer does not take the ticket.
    void declined() {
        held.ifPresent(ticket -> forget(ticket.state().connection(), ticket.ticket()));
        held = Optional.empty();
    }

    /// IKE_SESSION_RESUME has succeeded, IKE_AUTH follows.
    void resuming(Resumption agreed) {
        resumption = Optional.of(agreed);
    }

    /// Whether the IKE SA that is being made resumes another one.
    boolean isResuming() {
        return resumption.isPresent();
    }

    /// The connection with which the initiator goes through IKE_AUTH.
    ConnectionConfig authenticating() {
        return resumption
                .map(Resumption::authenticating)
                .orElseGet(() -> peering.connection().orElseThrow());
    }

    /// Whether the session has taken the place of an earlier one.
    boolean isResumed() {
        return resumed;
    }

    /// IKE_AUTH has succeeded: a ticket is used up now, and the connection is what it was.
    ///
    /// @return nothing if the ticket was used by another session meanwhile
    Optional<Authenticated> redeemed(Authenticated outcome) {
        eapIdentity = outcome.eapIdentity();
        if (resumption.isEmpty()) {
            return Optional.of(outcome);
        }
        Resumption agreed = resumption.get();
        Resumable before = agreed.held().state();
        if (agreed.weStart()) {
            forget(before.connection(), agreed.held().ticket());
        } else if (!office().orElseThrow().redeem(agreed.held().ticket())) {
            return Optional.empty();
        }
        resumed = true;
        eapIdentity = before.eapIdentity();
        peering.outbox().add(new Action.ReplaceResumed(before.spi()));
        return Optional.of(outcome.resumed(agreed.connection(), eapIdentity));
    }

    /// What the first request of IKE_AUTH says.
    List<Payload> request() {
        return wantsTickets() ? List.of(Notify.of(NotifyType.TICKET_REQUEST)) : List.of();
    }

    /// Takes note of whether the peer wants a ticket.
    void heard(List<Payload> request) {
        asked |= PayloadChain.notification(request, NotifyType.TICKET_REQUEST).isPresent();
    }

    /// What the peer is told that has asked for a ticket, for the current IKE SA.
    List<Payload> answer() {
        if (!asked || office().isEmpty()) {
            return List.of();
        }
        asked = false;
        revoke();
        Optional<TicketOffice.Grant> grant =
                state().flatMap(state -> office().get().grant(state, lifetime()));
        latest = grant.map(TicketOffice.Grant::ticket);
        return List.of(
                grant.map(given ->
                                new Notification.TicketLtOpaque(
                                                given.lifetime().toSeconds(), given.ticket())
                                        .toNotify())
                        .orElseGet(() -> Notify.of(NotifyType.TICKET_NACK)));
    }

    /// Takes what the peer says about tickets, for the current IKE SA.
    void take(List<Payload> response) {
        if (!wantsTickets()) {
            return;
        }
        PayloadChain.notifications(response, Notification.TicketLtOpaque.class).stream()
                .filter(given -> !given.ticket().isEmpty() && given.lifetimeSeconds() > 0)
                .findFirst()
                .ifPresent(this::keep);
    }

    private void keep(Notification.TicketLtOpaque given) {
        state().ifPresent(state -> {
            latest = Optional.of(given.ticket());
            peering.outbox()
                    .add(
                            new Action.KeepTicket(
                                    state.connection(),
                                    new HeldTicket(given.ticket(), state),
                                    Duration.ofSeconds(given.lifetimeSeconds())));
        });
    }

    /// The IKE SA has been rekeyed: its ticket is worth nothing, and the client asks for another one.
    void rekeyed() {
        revoke();
        if (wantsTickets()) {
            peering.agenda().later(new Asking(peering));
        }
    }

    /// The session is over. Only what was lost can be resumed.
    void ended(Optional<SessionFailure> failure) {
        if (failure.filter(SessionFailure.Unreachable.class::isInstance).isEmpty()) {
            revoke();
        }
    }

    private void revoke() {
        latest.ifPresent(ticket -> {
            if (peering.weStarted()) {
                forget(peering.connection().orElseThrow().name(), ticket);
            } else {
                office().ifPresent(office -> office.redeem(ticket));
            }
        });
        latest = Optional.empty();
    }

    private void forget(String connection, Octets ticket) {
        peering.outbox().add(new Action.ForgetTicket(connection, ticket));
    }

    private Optional<TicketOffice> office() {
        return peering.context().tickets();
    }

    private boolean wantsTickets() {
        return peering.weStarted()
                && peering.connection()
                        .filter(c -> c.limits().resumption())
                        .flatMap(c -> Resumption.method(c.remote()))
                        .isPresent();
    }

    /// The ticket ends before anybody would have to prove anew who he is (section 6.2). Who resumes and resumes again
    /// has to do that when the first ticket ends.
    private Duration lifetime() {
        IkeSaLimits limits = peering.connection().orElseThrow().limits();
        Duration lifetime = LONGEST;
        Duration rekeyed = limits.lifespan().rekey().plus(limits.lifespan().over());
        for (Duration end : List.of(rekeyed, limits.reauthentication())) {
            lifetime = end.isPositive() && end.compareTo(lifetime) < 0 ? end : lifetime;
        }
        return lifetime;
    }

    /// What the current IKE SA leaves; nothing if nobody has proved anything.
    private Optional<Resumable> state() {
        ConnectionConfig connection = peering.connection().orElseThrow();
        Identity us = connection.local().identity();
        Identity peer = peering.authenticated().orElseThrow();
        if (us.equals(Identity.NULL)) {
            return Optional.empty();
        }
        IkeSa sa = peering.theSa();
        Optional<Instant> until =
                resumption.filter(_ -> resumed).flatMap(before -> before.held().state().until());
        return Resumption.method(connection.remote())
                .map(method ->
                        new Resumable(
                                connection.name(),
                                peering.weStarted() ? us : peer,
                                peering.weStarted() ? peer : us,
                                eapIdentity,
                                method,
                                ProposalOffer.chosenIke(1, sa.initial().suite()),
                                KeyMaterial.wrap("SK_d", sa.keys().skD().expose()),
                                sa.ours(),
                                until));
    }

    /// Asks for a ticket for the current IKE SA.
    private record Asking(Peering peering) implements Undertaking {
        @Override
        public ExchangeType exchange() {
            return ExchangeType.INFORMATIONAL;
        }

        @Override
        public Optional<List<Payload>> request(MonoTime now) {
            return Optional.of(peering.tickets().request());
        }

        @Override
        public void answered(MonoTime now, List<Payload> response) {
            peering.tickets().take(response);
        }
    }
}
