package io.culvert.ike.session;

import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.SecurityAssociation;
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
        if (peering.courier().outstanding().isEmpty()) {
            stage.tell(now);
        }
        return stage;
    }

    @Override
    public Stage onResponse(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        peering.courier().settled();
        if (unsent.isEmpty()) {
            peering.end(cause, failure);
        } else {
            tell(now);
        }
        return this;
    }

    @Override
    public boolean awaitsRequests() {
        return true;
    }

    @Override
    public Stage onRequest(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        peering.respond(now, path, header, answerTo(header, payloads));
        if (Informational.read(payloads).deletesIkeSa()) {
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
        if (!header.exchangeType().equals(ExchangeType.CREATE_CHILD_SA)) {
            return List.of();
        }
        boolean rekeysIkeSa =
                PayloadChain.first(payloads, SecurityAssociation.class).stream()
                        .flatMap(offer -> offer.proposals().stream())
                        .anyMatch(proposal -> proposal.protocol().equals(ProtocolId.IKE));
        return List.of(
                Notify.of(
                        rekeysIkeSa ? NotifyType.TEMPORARY_FAILURE : NotifyType.NO_ADDITIONAL_SAS));
    }

    private void tell(MonoTime now) {
        List<Payload> message = unsent;
        unsent = List.of();
        peering.request(now, ExchangeType.INFORMATIONAL, message);
    }
}
