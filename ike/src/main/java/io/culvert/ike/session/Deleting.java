package io.culvert.ike.session;

import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.exchange.FollowupKe;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.exchange.RekeyIke;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The end has been decided, and the peer is told.
///
/// Waits for the peer's answer, but not for long: who takes down a tunnel does not want to wait for a dead peer.
final class Deleting implements Stage {
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final Peering peering;
    private final String cause;
    private final Optional<SessionFailure> failure;
    private List<Payload> unsent;

    private Deleting(
            Peering peering,
            List<Payload> message,
            String cause,
            Optional<SessionFailure> failure) {
        this.peering = peering;
        this.unsent = message;
        this.cause = cause;
        this.failure = failure;
    }

    /// Tells the peer, once nothing else is outstanding.
    ///
    /// @param message the payloads that tell it
    /// @param cause why, for people
    static Stage because(
            MonoTime now,
            Peering peering,
            List<Payload> message,
            String cause,
            Optional<SessionFailure> failure) {
        var stage = new Deleting(peering, message, cause, failure);
        peering.timers().clear(TimerTable.Kind.LIVENESS);
        peering.timers().clear(TimerTable.Kind.HALF_OPEN);
        peering.timers().clear(TimerTable.Kind.NAT_KEEPALIVE);
        peering.timers().set(TimerTable.Kind.GIVE_UP, now, PATIENCE);
        if (isQuiet(peering)) {
            stage.tell(now);
        }
        return stage;
    }

    @Override
    public Stage onResponse(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        IkeSa sa = peering.saOf(header).orElseThrow();
        boolean current = sa == peering.theSa();
        Optional<Transmission> request = peering.awaiting(sa, header);
        request.ifPresent(peering.courier()::settled);
        request.flatMap(Transmission::undertaking).ifPresent(done -> settled(now, done, payloads));
        if (!current || !isQuiet(peering)) {
            return this;
        }
        if (unsent.isEmpty()) {
            peering.end(cause, failure);
        } else {
            tell(now);
        }
        return this;
    }

    /// What was under way has its answer. If that is another IKE SA, the peer has to be told there: it has taken over all
    /// that the old one had.
    private void settled(MonoTime now, Undertaking done, List<Payload> response) {
        if (done instanceof IkeRekeying rekeying) {
            peering.agenda().settled(rekeying);
            rekeying.answeredAtTheEnd(now, response);
        }
    }

    private static boolean isQuiet(Peering peering) {
        return peering.courier().outstandingIn(peering.theSa()).isEmpty();
    }

    @Override
    public boolean awaitsRequests() {
        return true;
    }

    @Override
    public Stage onRequest(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        peering.respond(now, path, header, answerTo(header, payloads));
        boolean current = peering.saOf(header).equals(peering.sa());
        if (current && Informational.read(payloads).deletesIkeSa()) {
            peering.end(cause, failure);
        }
        return this;
    }

    @Override
    public Stage onConnectionOpened(MonoTime now) {
        peering.courier().resume(now);
        return this;
    }

    @Override
    public Stage onTimer(MonoTime now, TimerTable.Kind kind) {
        if (kind == TimerTable.Kind.GIVE_UP) {
            peering.end(cause, failure);
        }
        return this;
    }

    /// What RFC 7296 section 2.25 has for requests that meet our own end (IK-107).
    private static List<Payload> answerTo(IkeHeader header, List<Payload> payloads) {
        if (header.exchangeType().equals(ExchangeType.IKE_FOLLOWUP_KE)) {
            return FollowupKe.notFound();
        }
        if (!header.exchangeType().equals(ExchangeType.CREATE_CHILD_SA)) {
            return List.of();
        }
        return List.of(
                Notify.of(
                        RekeyIke.isMeant(payloads)
                                ? NotifyType.TEMPORARY_FAILURE
                                : NotifyType.NO_ADDITIONAL_SAS));
    }

    private void tell(MonoTime now) {
        List<Payload> message = unsent;
        unsent = List.of();
        peering.request(now, ExchangeType.INFORMATIONAL, message);
    }
}
