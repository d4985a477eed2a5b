package io.culvert.sim.endpoint;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Question;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.DatagramFramer;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.sim.network.Network;
import io.culvert.sim.network.StreamEnd;
import io.culvert.sim.network.StreamUser;
import io.culvert.sim.network.Violation;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Does what the sessions of an [Endpoint] want done, as `runtime` does it.
final class Performer {
    private static final int MOST_RESERVED = 32;
    private static final int MOST_CHILDREN = 40;
    private static final Duration CONNECT_TIME = Duration.ofSeconds(5);
    private static final Duration LONGEST_THOUGHT = Duration.ofMillis(200);

    private final Endpoint endpoint;

    Performer(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /// Does one thing.
    ///
    /// @return what the session has to know at once
    List<Input> perform(Resident resident, Action action) {
        switch (action) {
            case Action.Send(TransportPath path, Octets message) -> {
                if (!endpoint.send(path, message)) {
                    return List.of(new Input.SendFailed(path, "the connection is closed"));
                }
            }
            case Action.SendNatKeepalive(TransportPath.Udp path) ->
                    endpoint.datagram(path, DatagramFramer.KEEPALIVE);
            case Action.OpenConnection open -> connect(resident, open);
            case Action.HalfCloseConnection(ConnectionId id) ->
                    endpoint.line(id).ifPresent(Line::halfClose);
            case Action.CloseConnection(ConnectionId id) ->
                    endpoint.line(id).ifPresent(Line::close);
            case Action.BindSpi(IkeSpi spi) -> endpoint.bind(spi, resident);
            case Action.UnbindSpi(IkeSpi spi) -> unbind(resident, spi);
            case Action.HandshakeEnded ended -> handshakeEnded(resident, ended);
            case Action.ReserveSpis(int count) -> {
                return List.of(reserve(resident, count));
            }
            case Action.ReleaseSpis(var spis) -> {
                endpoint.dataPlane().release(spis);
                resident.reserved.removeAll(spis);
            }
            case Action.InstallChildSa(ChildSaSpec spec, boolean peerHasIt) -> {
                endpoint.dataPlane().install(spec, peerHasIt);
                installed(resident, spec);
            }
            case Action.ReplaceChildSa(ChildSaSpec next, ChildSaId previous) -> {
                endpoint.dataPlane().replace(next, previous);
                installed(resident, next);
            }
            case Action.SwitchOutbound(ChildSaId next) -> {
                endpoint.tell(() -> resident + " sends by " + next);
                endpoint.dataPlane().switchOutbound(next);
            }
            case Action.Reauthenticate again -> endpoint.reauthenticate(resident, again);
            case Action.RemoveChildSa(ChildSaId id) -> {
                endpoint.tell(() -> resident + " removes " + id);
                endpoint.dataPlane().remove(id);
                resident.children.remove(id);
            }
            case Action.RouteEsp(var sas, EspRoute route) -> endpoint.dataPlane().route(sas, route);
            case Action.SampleTraffic(var sas) -> {
                return List.of(endpoint.dataPlane().carried(sas));
            }
            case Action.AssignAddresses(var addresses, _) -> resident.assigned.addAll(addresses);
            case Action.ReleaseAddresses(var addresses) -> release(resident, addresses);
            case Action.Ask(int number, Question question) -> ask(resident, number, question);
            case Action.ReplaceOthers(var local, var remote) -> replaceOthers(resident, remote);
            case Action.OfTickets _ ->
                    throw new Violation(resident + " speaks of tickets, which nobody has");
            case Action.Publish(IkeEvent event) -> publish(resident, event);
            case Action.RevealKeys(var keys) ->
                    endpoint.world().inspector().revealed(resident, keys);
            case Action.End() -> {}
        }
        return List.of();
    }

    private void handshakeEnded(Resident resident, Action.HandshakeEnded ended) {
        resident.halfOpen.remove(ended.spi());
        endpoint.handshakeEnded(ended.spi(), ended.established());
    }

    private void unbind(Resident resident, IkeSpi spi) {
        endpoint.unbind(spi, resident);
        resident.bound.remove(spi);
    }

    private Input reserve(Resident resident, int count) {
        List<Spi> spis = endpoint.dataPlane().reserve(count);
        resident.reserved.addAll(spis);
        if (resident.reserved.size() > MOST_RESERVED) {
            throw new Violation(resident + " hoards ESP SPIs: " + resident.reserved);
        }
        return new Input.SpisReserved(spis);
    }

    private void installed(Resident resident, ChildSaSpec spec) {
        endpoint.tell(() ->
                "%s installs %s, in %s, out %s"
                        .formatted(resident, spec.id(), spec.inboundSpi(), spec.outboundSpi()));
        resident.reserved.remove(spec.inboundSpi());
        resident.children.add(spec.id());
        if (resident.children.size() > MOST_CHILDREN) {
            throw new Violation(resident + " piles up Child SAs: " + resident.children);
        }
    }

    private void release(Resident resident, List<InetAddress> addresses) {
        for (InetAddress address : addresses) {
            if (resident.leased.remove(address)) {
                endpoint.leases().release(address);
            } else if (!resident.assigned.remove(address)) {
                throw new Violation(resident + " releases " + address + ", which it has not");
            }
        }
    }

    private void ask(Resident resident, int number, Question question) {
        Duration thinking = endpoint.world().dice().between(Duration.ZERO, LONGEST_THOUGHT);
        endpoint.world()
                .agenda()
                .after(
                        thinking,
                        () -> {
                            if (endpoint.isOff()) {
                                return;
                            }
                            Answer answer = endpoint.leases().answer(question);
                            if (answer instanceof Answer.AddressesLeased(var addresses, _)) {
                                resident.leased.addAll(addresses);
                            }
                            endpoint.handle(resident, new Input.Answered(number, answer));
                        });
    }

    private void replaceOthers(Resident resident, Identity remote) {
        List<Resident> others =
                endpoint.residents().stream()
                        .filter(r -> r != resident && r.remote.equals(Optional.of(remote)))
                        .toList();
        if (others.stream().anyMatch(other -> other.number() > resident.number())) {
            abandon(resident, "the peer has asked for a newer IKE SA since");
        } else {
            others.forEach(other -> abandon(other, "the peer has a new IKE SA"));
        }
    }

    private void abandon(Resident whom, String cause) {
        Command command = new Command.Abandon(cause);
        endpoint.world().agenda().after(Duration.ZERO, () -> endpoint.command(whom, command));
    }

    private void publish(Resident resident, IkeEvent event) {
        endpoint.tell(() -> resident + " " + event);
        if (event instanceof IkeEvent.IkeSaEstablished(var status)) {
            resident.local = status.local();
            resident.remote = status.proved();
        }
        endpoint.published(resident, event);
    }

    private void connect(Resident resident, Action.OpenConnection open) {
        endpoint.world()
                .network()
                .connect(
                        endpoint.access(),
                        open.remote(),
                        CONNECT_TIME,
                        new Network.Opening() {
                            @Override
                            public StreamUser opened(StreamEnd end) {
                                return connected(resident, open, end);
                            }

                            @Override
                            public void failed(String reason) {
                                endpoint.handle(
                                        resident,
                                        new Input.ConnectionFailed(open.attempt(), reason));
                            }
                        });
    }

    private StreamUser connected(Resident resident, Action.OpenConnection open, StreamEnd end) {
        var id = new ConnectionId(endpoint.world().nextConnection());
        Line line = Line.opened(endpoint, id, end, open.framing());
        if (endpoint.isOff()) {
            line.vanish();
            return line;
        }
        endpoint.add(id, line);
        line.use(resident);
        endpoint.handle(resident, new Input.ConnectionOpened(open.attempt(), line.path()));
        return line;
    }
}
