package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.exchange.Informational;
import io.culvert.ike.transport.Arrangement;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Spi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The IKE SA is established: both sides make, replace and delete SAs, check that the other lives, and keep the NAT
/// mapping.
final class EstablishedPeer implements Stage {
    private final Peering peering;
    private final ChildRequests childRequests;
    private final Hints hints;

    private EstablishedPeer(Peering peering) {
        this.peering = peering;
        this.childRequests = new ChildRequests(peering);
        this.hints = new Hints(peering);
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
        if (!peering.connection().orElseThrow().children().isEmpty()) {
            peering.children().replenish();
        }
        var stage = new EstablishedPeer(peering);
        boolean overIkeTcp =
                peering.latestPath()
                        .filter(path -> path.kind() == TransportKind.IKE_TCP)
                        .isPresent();
        childFailure.ifPresent(failure ->
                peering.outbox().publish(new IkeEvent.ChildSaFailed(stage.firstChild(), failure)));
        boolean onAnotherStream =
                peering.ways().arrangement().isIkeInOneConnection()
                        && peering.courier().hasReconnected();
        if (originalInitiator && (overIkeTcp || onAnotherStream)) {
            // the mapping that ESP needs is made by this, before anything else (IT-060); or the
            // responder learns of
            // the new connection, as a repeated IKE_AUTH request does not count for that (TE-052,
            // TE-054)
            peering.agenda().add(now, peering.mobility().signOfLife());
        }
        // what follows waits for the answer of that check
        peering.lifetimes().begin(now);
        peering.lifetimes().authenticated(now);
        peering.mobility().established(now);
        peering.courier().missionEnded();
        if (originalInitiator) {
            stage.startFurtherChildren(now, childFailure.isPresent());
        }
        peering.agenda().proceed(now);
        stage.armLiveness(now);
        peering.mobility().armKeepalive(now);
        peering.mobility().encapsulation().settled(now);
        return stage;
    }

    /// IKE_AUTH makes one Child SA; the others that are configured follow.
    private void startFurtherChildren(MonoTime now, boolean firstRefused) {
        connection().children().stream()
                .skip(firstRefused ? 1 : 0)
                .forEach(child -> peering.lifetimes().start(now, child.name()));
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
        ExchangeType exchange = header.exchangeType();
        if (exchange.equals(ExchangeType.INFORMATIONAL)) {
            informational(now, path, header, payloads);
        } else if (exchange.equals(ExchangeType.CREATE_CHILD_SA)) {
            IkeSa sa = peering.saOf(header).orElseThrow();
            List<Payload> answer = childRequests.answer(now, sa, payloads);
            peering.respond(now, path, header, answer);
        } else if (exchange.equals(ExchangeType.IKE_FOLLOWUP_KE)) {
            IkeSa sa = peering.saOf(header).orElseThrow();
            peering.respond(now, path, header, peering.followups().answer(now, sa, payloads));
        } else {
            peering.respond(now, path, header, List.of(Notify.of(NotifyType.INVALID_SYNTAX)));
        }
        peering.agenda().proceed(now);
        return next(now);
    }

    @Override
    public Stage onResponse(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        IkeSa sa = peering.saOf(header).orElseThrow();
        Transmission request = peering.awaiting(sa, header).orElseThrow();
        peering.courier().settled(request);
        peering.mobility().answeredOn(now, path, request);
        peering.agenda().answered(now, request, payloads);
        if (peering.agenda().isIdle()) {
            peering.courier().missionEnded();
        }
        armLiveness(now);
        return next(now);
    }

    @Override
    public Stage onCommand(MonoTime now, Command.OfEstablished command) {
        Lifetimes lifetimes = peering.lifetimes();
        switch (command) {
            case Command.CheckLiveness _ -> {
                if (peering.agenda().isIdle()) {
                    peering.agenda().add(now, new LivenessCheck(peering));
                }
            }
            case Command.RekeyIkeSa _ -> lifetimes.rekeyIkeSa(now);
            case Command.RekeyChildSas(var name) ->
                    List.copyOf(peering.children().living()).stream()
                            .filter(child -> name.isEmpty() || child.name().equals(name.get()))
                            .forEach(child -> lifetimes.rekeyChild(now, child));
            case Command.StartChild(String name) -> lifetimes.start(now, name);
            case Command.CloseChild(String name, String cause) ->
                    List.copyOf(peering.children().living()).stream()
                            .filter(child -> child.name().equals(name) && !child.isClosing())
                            .forEach(child ->
                                    peering.agenda()
                                            .add(now, ChildDeletion.of(peering, child, cause)));
            case Command.Reauthenticate _ -> lifetimes.reauthenticate();
        }
        return next(now);
    }

    @Override
    public Stage onDataPlane(MonoTime now, DataPlaneEvent event) {
        switch (event) {
            case DataPlaneEvent.LifetimeReached(ChildSaId id, boolean hard) ->
                    peering.children()
                            .withId(id)
                            .filter(child -> !child.isClosing())
                            .ifPresent(child -> spent(now, child, hard));
            case DataPlaneEvent.FirstPacket(ChildSaId id) ->
                    // the peer sends by the new one, so it can receive by it (IK-101)
                    peering.children()
                            .withId(id)
                            .filter(child -> !child.isClosing() && child.successor().isEmpty())
                            .ifPresent(peering.children()::sendBy);
            case DataPlaneEvent.UnknownSpi(Spi spi, _) -> hints.unknownSpi(now, spi);
            case DataPlaneEvent.PeerMoved _, DataPlaneEvent.Failed _ -> {}
        }
        return next(now);
    }

    private void spent(MonoTime now, ChildSa child, boolean hard) {
        if (hard) {
            peering.agenda().add(now, ChildDeletion.of(peering, child, "its lifetime is over"));
        } else {
            peering.lifetimes().rekeyChild(now, child);
        }
    }

    @Override
    public Stage onHint(MonoTime now) {
        hints.peerMayBeGone(now);
        return next(now);
    }

    @Override
    public Stage onStrangeEsp(MonoTime now) {
        hints.peerIsThere(now);
        return next(now);
    }

    @Override
    public Stage onSpisReserved(MonoTime now) {
        peering.agenda().proceed(now);
        return next(now);
    }

    @Override
    public Stage onConnectionOpened(MonoTime now) {
        if (peering.ways().arrangement() == Arrangement.UDP) {
            peering.mobility().encapsulation().connected(now);
            return next(now);
        }
        peering.routeChildren();
        boolean others = peering.courier().outstanding().isPresent();
        if (others) {
            peering.courier().resume(now);
        }
        boolean inConnection = peering.ways().arrangement().isIkeInOneConnection();
        if (inConnection && (!others || peering.mobility().isOn())) {
            // shows the responder where we are now (TE-052)
            peering.agenda().add(now, peering.mobility().signOfLife());
        }
        return this;
    }

    @Override
    public Stage onTimer(MonoTime now, TimerTable.Kind kind) {
        switch (kind) {
            case LIVENESS -> {
                if (peering.agenda().isIdle()) {
                    checkLiveness(now);
                }
                armLiveness(now);
            }
            case NAT_KEEPALIVE -> {
                peering.ways()
                        .udp()
                        .filter(TransportPath.Udp::nonEspMarker)
                        .ifPresent(path -> peering.outbox().add(new Action.SendNatKeepalive(path)));
                peering.mobility().armKeepalive(now);
            }
            case CHILD_LIFETIME -> peering.lifetimes().childrenDue(now);
            case CHILD_START -> peering.lifetimes().startDue(now);
            case IKE_REKEY -> peering.lifetimes().rekeyIkeSa(now);
            case REAUTHENTICATION -> peering.lifetimes().reauthenticate();
            case IKE_EXPIRY ->
                    peering.agenda()
                            .endBecause(
                                    "the lifetime of the IKE SA is over",
                                    new SessionFailure.LocalProblem(
                                            "the IKE SA could not be rekeyed in time",
                                            "look for failed rekeyings in the logs of both sides"));
            case FADING -> peering.retirement().sweep(now);
            case PATH_WATCH -> peering.mobility().encapsulation().watch(now);
            case UDP_RETURN -> peering.mobility().encapsulation().tryUdp(now);
            case STANDBY -> peering.mobility().encapsulation().endStandby();
            case RETRANSMISSION, HINT, HALF_OPEN, RECONNECT, ABSENCE, GIVE_UP, REASSEMBLY -> {}
        }
        return next(now);
    }

    @Override
    public Stage onUnanswered(MonoTime now, IkeSa old) {
        peering.retirement().discard(old);
        peering.agenda().proceed(now);
        return next(now);
    }

    /// Whether the session has to end.
    private Stage next(MonoTime now) {
        if (peering.isOver()) {
            return this;
        }
        if (peering.theSa().wantsRekeying()) {
            peering.lifetimes().rekeyIkeSa(now);
        }
        return peering.agenda()
                .ending()
                .map(end ->
                        Deleting.because(
                                now,
                                peering,
                                Informational.deleteIkeSa(),
                                end.cause(),
                                Optional.of(end.failure())))
                .orElse(this);
    }

    /// Asks whether the peer lives, unless it was heard just now.
    private void checkLiveness(MonoTime now) {
        Duration silence = now.since(peering.lastHeard());
        if (silence.compareTo(interval()) >= 0) {
            peering.agenda().add(now, new LivenessCheck(peering));
        }
    }

    private void informational(
            MonoTime now, TransportPath path, IkeHeader header, List<Payload> payloads) {
        Informational.Wishes wishes = Informational.read(payloads);
        IkeSa sa = peering.saOf(header).orElseThrow();
        List<Spi> ours = deleted(now, wishes.deletedOutbound());
        List<Payload> response = new ArrayList<>(Informational.deleteChildSas(ours));
        response.addAll(peering.mobility().requested(path, payloads));
        peering.tickets().heard(payloads);
        response.addAll(peering.tickets().answer());
        peering.respond(now, path, header, response);
        peering.mobility().movingPeer().moved(now, path, header, payloads);
        if (wishes.error().isPresent()) {
            peering.end("refused by the peer", Optional.of(refusal(wishes.error().get())));
        } else if (wishes.deletesIkeSa()) {
            ikeSaDeleted(now, sa);
        } else {
            wishes.notKnown().stream()
                    .flatMap(spi -> peering.children().withOutbound(spi).stream())
                    .findFirst()
                    .ifPresent(child -> hints.notKnownToPeer(now, child));
        }
    }

    /// Ends the Child SAs that the peer has deleted; gives those of our SPIs that the peer does not know of yet: none of
    /// those that we are deleting ourselves (IK-107).
    private List<Spi> deleted(MonoTime now, List<Spi> outbound) {
        List<Spi> ours = new ArrayList<>();
        for (Spi spi : outbound) {
            Optional<ChildSa> found = peering.children().withOutbound(spi);
            if (found.isPresent()) {
                ChildSa child = found.get();
                if (!child.isClosing()) {
                    ours.add(child.inbound());
                }
                // the peer has the successor, if it has rekeyed this one: it may be sent by
                child.successor()
                        .filter(peering.children().living()::contains)
                        .filter(next -> !next.isClosing() && !child.isClosing())
                        .ifPresent(peering.children()::sendBy);
                peering.retirement().ended(now, child, "deleted by the peer");
            } else {
                peering.agenda().underWay(ChildCreation.class).forEach(c -> c.deletedByPeer(spi));
            }
        }
        return ours;
    }

    /// The peer has deleted an IKE SA. If that is the current one the session is over, unless the peer has just finished
    /// its own rekeying while ours was under way (IK-105).
    private void ikeSaDeleted(MonoTime now, IkeSa sa) {
        if (sa != peering.theSa()) {
            peering.retirement().closed(now, sa);
            return;
        }
        Optional<IkeSa> rival =
                peering.agenda()
                        .underWay(IkeRekeying.class)
                        .flatMap(rekeying -> rekeying.rival().stream())
                        .findFirst();
        if (rival.isPresent()) {
            peering.promote(now, rival.get());
            peering.retirement().closed(now, sa);
        } else {
            peering.end("deleted by the peer", Optional.empty());
        }
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

    private Duration interval() {
        return connection().timers().liveness();
    }

    private ConnectionConfig connection() {
        return peering.connection().orElseThrow();
    }

    private String firstChild() {
        return connection().children().stream().findFirst().map(ChildConfig::name).orElse("");
    }
}
