package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The IKE SA is established: it answers, checks that the peer lives, keeps the NAT mapping.
final class EstablishedPeer implements Stage {
    private final Peering peering;

    private EstablishedPeer(Peering peering) {
        this.peering = peering;
    }

    /// Enters the stage right after IKE_AUTH.
    ///
    /// @param childFailure why the Child SA that was asked for did not come about
    static Stage begin(
            MonoTime now,
            Peering peering,
            boolean originalInitiator,
            Optional<SessionFailure> childFailure) {
        peering.theSa().forgetInit();
        var stage = new EstablishedPeer(peering);
        boolean overIkeTcp =
                peering.latestPath()
                        .filter(path -> path.kind() == TransportKind.IKE_TCP)
                        .isPresent();
        childFailure.ifPresent(failure ->
                peering.outbox().publish(new IkeEvent.ChildSaFailed(stage.firstChild(), failure)));
        boolean onAnotherStream =
                peering.courier().isTcpEncapsulation() && peering.courier().hasReconnected();
        if (originalInitiator && (overIkeTcp || onAnotherStream)) {
            // the mapping that ESP needs is made by this, before anything else (IT-060); or the
            // responder learns of
            // the new connection, as a repeated IKE_AUTH request does not count for that (TE-052,
            // TE-054)
            peering.request(now, ExchangeType.INFORMATIONAL, Informational.livenessCheck());
        }
        peering.courier().missionEnded();
        stage.armLiveness(now);
        stage.armKeepalive(now);
        return stage;
    }

    @Override
    public String word() {
        return "Established";
    }

    @Override
    public boolean awaitsRequests() {
        return true;
    }

    @Override
    public Stage onRequest(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        if (header.exchangeType().equals(ExchangeType.INFORMATIONAL)) {
            return informational(now, path, header, payloads);
        }
        // rekeying and further Child SAs are refused in the way that RFC 7296 has for small
        // implementations
        NotifyType refusal =
                header.exchangeType().equals(ExchangeType.CREATE_CHILD_SA)
                        ? NotifyType.NO_ADDITIONAL_SAS
                        : NotifyType.INVALID_SYNTAX;
        peering.respond(now, path, header, List.of(Notify.of(refusal)));
        return this;
    }

    @Override
    public Stage onResponse(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        peering.courier().settled();
        peering.courier().missionEnded();
        peering.tellOfDeleted(now);
        armLiveness(now);
        return this;
    }

    @Override
    public Stage onConnectionOpened(MonoTime now) {
        peering.routeChildren();
        if (peering.courier().outstanding().isPresent()) {
            peering.courier().resume(now);
        } else if (peering.courier().isTcpEncapsulation()) {
            // shows the responder where we are now (TE-052)
            peering.request(now, ExchangeType.INFORMATIONAL, Informational.livenessCheck());
        }
        return this;
    }

    @Override
    public Stage onTimer(MonoTime now, TimerTable.Kind kind) {
        switch (kind) {
            case LIVENESS -> {
                if (peering.courier().outstanding().isEmpty()) {
                    checkLiveness(now);
                }
                armLiveness(now);
            }
            case NAT_KEEPALIVE -> {
                peering.courier()
                        .udp()
                        .filter(TransportPath.Udp::nonEspMarker)
                        .ifPresent(path -> peering.outbox().add(new Action.SendNatKeepalive(path)));
                armKeepalive(now);
            }
            case RETRANSMISSION, HINT, HALF_OPEN, RECONNECT, ABSENCE, GIVE_UP -> {}
        }
        return this;
    }

    /// Asks whether the peer lives, unless it was heard just now.
    private void checkLiveness(MonoTime now) {
        Duration silence = now.since(peering.lastHeard());
        if (silence.compareTo(interval()) >= 0) {
            peering.request(now, ExchangeType.INFORMATIONAL, Informational.livenessCheck());
        }
    }

    private Stage informational(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        Informational.Wishes wishes = Informational.read(payloads);
        List<Spi> ours = new ArrayList<>();
        for (ChildSa child : List.copyOf(peering.children())) {
            if (wishes.deletedOutbound().contains(child.outbound())) {
                ours.add(child.inbound());
                peering.removeChild(child, "deleted by the peer");
            }
        }
        peering.respond(now, path, header, Informational.deleteChildSas(ours));
        if (wishes.error().isPresent()) {
            peering.end("refused by the peer", Optional.of(refusal(wishes.error().get())));
        } else if (wishes.deletesIkeSa()) {
            peering.end("deleted by the peer", Optional.empty());
        }
        return this;
    }

    private static SessionFailure refusal(Notify error) {
        return error.is(NotifyType.AUTHENTICATION_FAILED)
                ? new SessionFailure.AuthenticationFailed(
                        "the peer does not accept our proof: AUTHENTICATION_FAILED",
                        "check secret or certificate, and `id` of both sides")
                : new SessionFailure.PeerMisbehaved(
                        "the peer ended the IKE SA with " + error.name(),
                        "look into the peer's log");
    }

    private void armLiveness(MonoTime now) {
        if (interval().isPositive()) {
            peering.timers().set(TimerTable.Kind.LIVENESS, now, interval());
        }
    }

    private void armKeepalive(MonoTime now) {
        Duration idle = peering.connection().orElseThrow().timers().natKeepalive();
        boolean behindNat = peering.theSa().initial().nat().us();
        if (behindNat && idle.isPositive() && !peering.courier().isTcpEncapsulation()) {
            peering.timers().set(TimerTable.Kind.NAT_KEEPALIVE, now, idle);
        }
    }

    private Duration interval() {
        return peering.connection().orElseThrow().timers().liveness();
    }

    private String firstChild() {
        return peering.connection().orElseThrow().children().stream()
                .findFirst()
                .map(io.culvert.ike.api.ChildConfig::name)
                .orElse("");
    }
}
