package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.session.ConnectStrategy.Planned;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamWrapping;
import io.culvert.ike.transport.TransportKind;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/// One attempt at a peer: a session over one transport to one address, and what belongs to it.
final class Attempt {
    private final Planned plan;
    private final IkeSession session;
    private final Set<IkeSpi> spis = new HashSet<>(2);
    private final Set<ConnectionId> connections = new HashSet<>(1);
    private MonoTime asked;
    private Duration roundTrip = Duration.ZERO;
    private boolean agreed;
    private boolean answered;
    private boolean hurried;

    /// @param why why it is made, for people
    Attempt(
            SessionContext context,
            ConnectionConfig connection,
            Planned plan,
            String why,
            MonoTime now) {
        this.plan = plan;
        this.session = IkeSession.initiator(context, connection, plan.transport(), why);
        this.asked = now;
    }

    Planned plan() {
        return plan;
    }

    IkeSession session() {
        return session;
    }

    /// Whether its IKE_SA_INIT was answered for good.
    boolean hasAgreed() {
        return agreed;
    }

    /// Whether the peer has answered in the new IKE SA, so that this way to it is known to work.
    boolean isAnswered() {
        return answered;
    }

    /// How long the peer took to answer IKE_SA_INIT.
    Duration roundTrip() {
        return roundTrip;
    }

    /// Learns from what its session wants done.
    ///
    /// @return whether IKE_SA_INIT has just been answered for good, and it goes on from there
    boolean follow(MonoTime now, Iterable<Action> actions) {
        for (Action action : actions) {
            switch (action) {
                case Action.BindSpi(IkeSpi spi) -> spis.add(spi);
                case Action.UnbindSpi(IkeSpi spi) -> spis.remove(spi);
                case Action.CloseConnection(ConnectionId connection) ->
                        connections.remove(connection);
                case Action.Publish(IkeEvent.MessagePassed passed) -> passed(now, passed);
                case Action.Send _,
                        Action.SendNatKeepalive _,
                        Action.OpenConnection _,
                        Action.HalfCloseConnection _,
                        Action.HandshakeEnded _,
                        Action.ReserveSpis _,
                        Action.ReleaseSpis _,
                        Action.InstallChildSa _,
                        Action.ReplaceChildSa _,
                        Action.SwitchOutbound _,
                        Action.RemoveChildSa _,
                        Action.RouteEsp _,
                        Action.SampleTraffic _,
                        Action.AssignAddresses _,
                        Action.ReleaseAddresses _,
                        Action.Ask _,
                        Action.ReplaceOthers _,
                        Action.Reauthenticate _,
                        Action.OfTickets _,
                        Action.Publish _,
                        Action.RevealKeys _,
                        Action.End _ -> {}
            }
        }
        boolean goesOn = !session.isOver() && session.status().suite().isPresent();
        boolean news = goesOn && !agreed;
        agreed |= goesOn;
        if (news) {
            roundTrip = now.since(asked);
        }
        return news;
    }

    private void passed(MonoTime now, IkeEvent.MessagePassed message) {
        boolean init =
                message.exchange().equals("IKE_SA_INIT")
                        || message.exchange().equals("IKE_SESSION_RESUME");
        if (init && message.sent() && !message.repeated()) {
            asked = now;
        }
        answered |= !init && !message.sent();
    }

    /// Whether what follows may start early because this one is stuck; once.
    boolean hurries() {
        boolean first = !hurried;
        hurried = true;
        return first;
    }

    /// A connection that it asked for is open.
    void opened(TransportPath.Tcp path) {
        connections.add(path.connection());
    }

    boolean has(IkeSpi spi) {
        return spis.contains(spi);
    }

    boolean has(ConnectionId connection) {
        return connections.contains(connection);
    }

    /// Whether it sends by this path.
    boolean uses(TransportPath path) {
        return switch (path) {
            case TransportPath.Tcp stream -> has(stream.connection());
            case TransportPath.Udp udp ->
                    plan.transport().kind() != TransportKind.TCP_ENCAPSULATION
                            && udp.remote().getAddress().equals(plan.endpoints().remoteAddress());
        };
    }

    /// Where it goes, for people: `tcp-encapsulation 192.0.2.1:4500`.
    String label() {
        var endpoints = plan.endpoints();
        int port =
                switch (plan.transport()) {
                    case TransportChoice.Udp _ -> endpoints.remoteUdp();
                    case TransportChoice.Separate _ -> endpoints.remoteNatTraversal();
                    case TransportChoice.IkeTcp _ -> endpoints.remoteIkeTcp();
                    case TransportChoice.TcpEncapsulation(StreamWrapping wrapping) ->
                            endpoints.remoteTcpEncapsulation(wrapping);
                };
        return "%s %s:%d"
                .formatted(
                        plan.transport().word(), endpoints.remoteAddress().getHostAddress(), port);
    }
}
