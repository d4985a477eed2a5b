package io.culvert.runtime.actor;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Question;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.eap.EapStep;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamWrapping;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaCounters;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.runtime.net.Network;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Does what a session wants done, and remembers what has to be undone when it ends. For the thread of its actor.
final class ActionPerformer {
    private static final System.Logger LOG = System.getLogger(ActionPerformer.class.getName());

    private final SessionActor actor;
    private final Sessions house;
    private final Duration connectTime;
    private final List<IkeSpi> spis = new ArrayList<>(1);
    private final List<ChildSaId> children = new ArrayList<>(1);
    private final List<ConnectionId> opened = new ArrayList<>(0);
    private final List<Spi> reserved = new ArrayList<>(0);
    private final List<IkeSpi> handshakes = new ArrayList<>(0);
    private Optional<Identities> identities = Optional.empty();
    private Optional<InetSocketAddress> espPeer = Optional.empty();

    ActionPerformer(SessionActor actor, Sessions house, Duration connectTime) {
        this.actor = actor;
        this.house = house;
        this.connectTime = connectTime;
    }

    /// A responder's session, half open until it says otherwise.
    void halfOpen(IkeSpi ours) {
        house.directory().bind(ours, actor);
        spis.add(ours);
        handshakes.add(ours);
    }

    /// Does one thing.
    ///
    /// @return what the session has to know at once
    List<Input> perform(MonoTime now, Action action) {
        switch (action) {
            case Action.Send(TransportPath path, Octets message) -> {
                return send(path, message);
            }
            case Action.SendNatKeepalive(TransportPath.Udp path) -> keepalive(path);
            case Action.OpenConnection open -> open(open);
            case Action.HalfCloseConnection(ConnectionId connection) ->
                    house.network().halfClose(connection);
            case Action.CloseConnection(ConnectionId connection) -> {
                opened.remove(connection);
                actor.leave(connection);
                house.network().close(connection);
            }
            case Action.BindSpi(IkeSpi spi) -> bind(spi);
            case Action.UnbindSpi(IkeSpi spi) -> {
                house.directory().unbind(spi, actor);
                spis.remove(spi);
            }
            case Action.HandshakeEnded(IkeSpi spi, boolean established) ->
                    handshakeEnded(spi, established);
            case Action.ReserveSpis(int count) -> {
                List<Spi> spisTaken = house.dataPlane().reserveSpis(count);
                reserved.addAll(spisTaken);
                return List.of(new Input.SpisReserved(spisTaken));
            }
            case Action.ReleaseSpis(List<Spi> unused) -> {
                reserved.removeAll(unused);
                house.dataPlane().releaseSpis(unused);
            }
            case Action.InstallChildSa(ChildSaSpec spec, boolean peerHasIt) -> {
                return install(spec, peerHasIt);
            }
            case Action.ReplaceChildSa(ChildSaSpec next, ChildSaId previous) -> {
                return install(next, () -> house.dataPlane().replace(next, previous));
            }
            case Action.SwitchOutbound(ChildSaId next) -> house.dataPlane().switchOutbound(next);
            case Action.RemoveChildSa(ChildSaId sa) -> remove(sa);
            case Action.RouteEsp(List<ChildSaId> sas, EspRoute route) -> route(sas, route);
            case Action.SampleTraffic(List<ChildSaId> sas) -> {
                return List.of(carried(sas));
            }
            case Action.AssignAddresses assign -> house.surroundings().assign(actor.id(), assign);
            case Action.ReleaseAddresses release ->
                    house.surroundings().release(actor.id(), release.addresses());
            case Action.Ask(int number, Question question) -> ask(number, question);
            case Action.ReplaceOthers(Identity local, Identity remote) ->
                    replaceOthers(new Identities(local, remote));
            case Action.Reauthenticate again ->
                    house.surroundings().reauthenticate(actor.id(), again);
            case Action.OfTickets what -> perform(what);
            case Action.Publish(IkeEvent event) -> publish(now, event);
            case Action.RevealKeys reveal ->
                    house.surroundings().revealed(actor.id(), reveal.keys());
            case Action.End() -> {}
        }
        return List.of();
    }

    private void bind(IkeSpi spi) {
        house.directory().bind(spi, actor);
        spis.add(spi);
    }

    private void handshakeEnded(IkeSpi spi, boolean established) {
        handshakes.remove(spi);
        house.desk().handshakeEnded(spi, established);
    }

    private Input carried(List<ChildSaId> sas) {
        long inbound = 0;
        long outbound = 0;
        for (ChildSaId sa : sas) {
            ChildSaCounters counters = house.dataPlane().counters(sa);
            inbound += counters.inboundPackets();
            outbound += counters.outboundPackets();
        }
        return new Input.TrafficSampled(inbound, outbound);
    }

    /// Undoes what the session left behind.
    void cleanUp() {
        spis.forEach(spi -> house.directory().unbind(spi, actor));
        handshakes.forEach(spi -> house.desk().handshakeEnded(spi, false));
        opened.forEach(house.network()::close);
        identities.ifPresent(pair -> house.identities().leave(pair, actor));
        espPeer.ifPresent(remote -> house.espPeers().leave(remote, actor));
        attempt(() -> List.copyOf(children).forEach(this::remove));
        attempt(() -> house.dataPlane().releaseSpis(reserved));
        attempt(() -> house.surroundings().over(actor.id()));
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "cleaning up after " + actor, e);
        }
    }

    private List<Input> send(TransportPath path, Octets message) {
        try {
            if (path instanceof TransportPath.Tcp stream) {
                house.users().attach(stream, actor);
            }
            house.network().send(path, message);
            return List.of();
        } catch (IOException e) {
            return List.of(new Input.SendFailed(path, String.valueOf(e.getMessage())));
        }
    }

    private void keepalive(TransportPath.Udp path) {
        try {
            house.network().sendNatKeepalive(path);
        } catch (IOException e) {
            house.counters().count("NAT_KEEPALIVE_FAILED");
        }
    }

    private void open(Action.OpenConnection open) {
        if (open.wrapping() != StreamWrapping.PLAIN) {
            // never in the clear instead
            actor.post(
                    new Input.ConnectionFailed(
                            open.attempt(), "connections within TLS cannot be opened here"));
            return;
        }
        house.network()
                .connect(
                        open.framing(),
                        open.local(),
                        open.remote(),
                        connectTime,
                        new Network.Opening() {
                            @Override
                            public void opened(TransportPath.Tcp path) {
                                house.users().attach(path, actor);
                                if (!actor.post(new Input.ConnectionOpened(open.attempt(), path))) {
                                    house.network().close(path.connection());
                                }
                            }

                            @Override
                            public void failed(String reason) {
                                actor.post(new Input.ConnectionFailed(open.attempt(), reason));
                            }
                        });
    }

    /// A connection that was asked for is open.
    void connectionOpened(ConnectionId connection) {
        opened.add(connection);
    }

    private List<Input> install(ChildSaSpec spec, boolean peerHasIt) {
        DataPlane plane = house.dataPlane();
        return peerHasIt
                ? install(spec, () -> plane.install(spec))
                : install(spec, () -> plane.installBehind(spec));
    }

    private List<Input> install(ChildSaSpec spec, Runnable step) {
        house.children().put(spec.id(), actor);
        try {
            step.run();
        } catch (RuntimeException e) {
            house.children().remove(spec.id(), actor);
            return List.of(new Input.InstallFailed(spec.id(), String.valueOf(e.getMessage())));
        }
        espGoesTo(spec.route());
        children.add(spec.id());
        reserved.remove(spec.inboundSpi());
        return List.of();
    }

    private void remove(ChildSaId sa) {
        house.dataPlane().remove(sa);
        house.children().remove(sa, actor);
        children.remove(sa);
    }

    private void route(List<ChildSaId> sas, EspRoute route) {
        espGoesTo(route);
        house.dataPlane().route(sas, route);
        if (route instanceof EspRoute.Tcp(long connection)) {
            routedOver(new ConnectionId(connection));
        }
    }

    /// Whoever sends ESP from there with an SPI that nobody knows is this session's peer.
    private void espGoesTo(EspRoute route) {
        Optional<InetSocketAddress> next =
                route instanceof EspRoute.Udp(_, InetSocketAddress remote)
                        ? Optional.of(remote)
                        : Optional.empty();
        if (!next.equals(espPeer)) {
            espPeer.ifPresent(remote -> house.espPeers().leave(remote, actor));
            next.ifPresent(remote -> house.espPeers().enter(remote, actor));
            espPeer = next;
        }
    }

    /// The data plane saw authentic packets on a connection, or the session opened it.
    private void routedOver(ConnectionId connection) {
        house.network().confirm(connection);
        house.network().path(connection).ifPresent(path -> house.users().attach(path, actor));
    }

    private void ask(int number, Question question) {
        Thread.ofVirtual()
                .name("answer-" + actor.id() + "-" + number)
                .start(() -> {
                    Answer answer = answer(question);
                    if (!actor.post(new Input.Answered(number, answer))) {
                        house.surroundings().over(actor.id());
                    }
                });
    }

    private Answer answer(Question question) {
        try {
            return house.surroundings().answer(actor.id(), question);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "answering a question of " + actor, e);
            house.counters().count("INTERNAL_ERROR");
            String reason = "an error of ours: " + e;
            return switch (question) {
                case Question.ValidateCertificate _ -> new Answer.CertificateRefused(reason);
                case Question.LeaseAddresses _ -> new Answer.AddressesRefused(reason);
                case Question.ContinueEap _ -> new Answer.EapContinued(new EapStep.Failed(reason));
            };
        }
    }

    /// The one that the peer asked for last stays. A request to authenticate may be overtaken on its way by that of a
    /// newer session, and must not bring back what the peer has given up.
    private void replaceOthers(Identities pair) {
        List<SessionActor> others =
                house.identities().of(pair).stream().filter(other -> other != actor).toList();
        if (others.stream().anyMatch(other -> other.id() > actor.id())) {
            abandon(actor, "the peer has asked for a newer IKE SA since");
        } else {
            others.forEach(other -> abandon(other, "the peer has established a new IKE SA"));
        }
    }

    private void perform(Action.OfTickets what) {
        TicketWallet tickets = house.surroundings().tickets();
        switch (what) {
            case Action.KeepTicket(var connection, var ticket, var lifetime) ->
                    tickets.keep(connection, ticket, lifetime);
            case Action.ForgetTicket(var connection, var ticket) ->
                    tickets.forget(connection, ticket);
            case Action.ReplaceResumed(IkeSpi old) ->
                    house.directory()
                            .find(old)
                            .filter(other -> other != actor)
                            .ifPresent(other ->
                                    abandon(other, "the peer has resumed the IKE SA in a new one"));
        }
    }

    private static void abandon(SessionActor whom, String cause) {
        whom.post(new Input.Commanded(new Command.Abandon(cause)));
    }

    private void publish(MonoTime now, IkeEvent event) {
        if (event instanceof IkeEvent.IkeSaEstablished(var status)
                && identities.isEmpty()
                && status.local().isPresent()
                && status.proved().isPresent()) {
            Identities pair = new Identities(status.local().get(), status.proved().get());
            identities = Optional.of(pair);
            house.identities().enter(pair, actor);
        }
        house.surroundings().published(actor.id(), now, event);
    }
}
