package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.transport.Arrangement;
import io.culvert.ike.transport.InOneConnection;
import io.culvert.ike.transport.Move;
import io.culvert.ike.transport.PathKnowledge;
import io.culvert.ike.transport.RawTcp;
import io.culvert.ike.transport.RequestTraits;
import io.culvert.ike.transport.RequestTraits.Purpose;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.StreamWrapping;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.transport.TransportPolicy;
import io.culvert.ike.transport.TransportRules;
import io.culvert.ike.transport.UdpFirst;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.MonoTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// The ways to the peer: what is known of them, how the IKE SA travels now, and by what policy.
final class Ways {
    private static final RequestTraits INIT =
            new RequestTraits(Purpose.INIT, /* bound= */ true, 0, 0, List.of(), 0, false);

    private final PeerStream stream;
    private TransportChoice choice = new TransportChoice.Udp();
    private TransportPolicy policy = new UdpFirst();
    private Arrangement arrangement = Arrangement.UDP;
    private Optional<Endpoints> endpoints = Optional.empty();
    private Optional<TransportPath.Udp> udp = Optional.empty();
    private OptionalInt announcedPort = OptionalInt.empty();
    private List<TransportChoice> choices = List.of();
    private boolean noNat;
    private boolean udpDead;
    private boolean canMove;
    private String why = "the peer chose it";

    Ways(PeerStream stream) {
        this.stream = stream;
    }

    /// Prepares an original initiator.
    ///
    /// @param chosen the transport to start with, one of those of the connection
    void begin(
            ConnectionConfig connection, TransportChoice chosen, Endpoints from, String because) {
        choice = chosen;
        choices = connection.transports().choices();
        endpoints = Optional.of(from);
        why = because;
        arrange(Arrangement.startingOver(chosen.kind()));
        if (!isTcpEncapsulation()) {
            udp =
                    // from the start where ESP goes (ST-001)
                    offersSeparateTransports()
                            ? natTraversal()
                            : Optional.of(
                                    new TransportPath.Udp(
                                            from.localUdpEndpoint(),
                                            from.remoteUdpEndpoint(),
                                            false));
        }
    }

    /// Learns how a responder's peer came: its transport is the SA's.
    void adopt(TransportPath path) {
        arrange(Arrangement.startingOver(path.kind()));
        if (isTcpEncapsulation() && path instanceof TransportPath.Tcp used) {
            stream.moved(used);
        }
    }

    /// What IKE_SA_INIT told.
    ///
    /// @param port the peer's port for raw IKE over TCP, as it announced it (IT-034)
    /// @param withoutNat whether NAT detection was carried out and found none
    void learned(OptionalInt port, boolean withoutNat) {
        announcedPort = port;
        noNat = withoutNat;
    }

    /// The responder knows now which connection it is: whether our own requests may go over raw TCP is configured there.
    void agreedOn(ConnectionConfig connection) {
        boolean inConnection = arrangement.isIkeInOneConnection();
        if (endpoints.isPresent() || inConnection || announcedPort.isEmpty()) {
            return;
        }
        connection.transports().choices().stream()
                .filter(TransportChoice.IkeTcp.class::isInstance)
                .findFirst()
                .ifPresent(raw -> {
                    choice = raw;
                    arrange(Arrangement.IKE_TCP);
                });
    }

    /// Whether the peer may send by this path: MOBIKE lets it change between UDP and a connection (IT-085, TE-080).
    boolean accepts(TransportPath path) {
        return switch (path.kind()) {
            case UDP -> !arrangement.isIkeInOneConnection() || canMove;
            case IKE_TCP -> !arrangement.isIkeInOneConnection();
            case TCP_ENCAPSULATION ->
                    arrangement.isIkeInOneConnection()
                            || (arrangement == Arrangement.UDP && canMove);
        };
    }

    /// Whether we want IKE in a connection and ESP in UDP, if the peer knows how to.
    boolean offersSeparateTransports() {
        return choice instanceof TransportChoice.Separate;
    }

    /// IKE goes into a connection from now on, and ESP stays in UDP (ST-003, ST-004).
    ///
    /// @param begun where IKE_SA_INIT went
    void separate(TransportPath.Udp begun) {
        udp = Optional.of(begun);
        arrange(Arrangement.SEPARATE);
        why = "both know separate transports: IKE in a connection, ESP in UDP";
    }

    /// Both sides know MOBIKE: the IKE SA may change its arrangement.
    void canMove() {
        canMove = true;
    }

    /// From now on all UDP goes between the ports shared with ESP (IK-125).
    void floatToNatTraversal() {
        if (!isTcpEncapsulation() && endpoints.isPresent()) {
            udp = natTraversal();
        }
    }

    /// Between the ports shared with ESP, for an original initiator.
    Optional<TransportPath.Udp> natTraversal() {
        return endpoints.map(e ->
                new TransportPath.Udp(
                        e.localNatTraversalEndpoint(), e.remoteNatTraversalEndpoint(), true));
    }

    /// The IKE SA travels otherwise from now on.
    void arrange(Arrangement changed) {
        arrangement = changed;
        policy =
                switch (changed) {
                    case UDP -> new UdpFirst();
                    case TCP_ENCAPSULATION, SEPARATE -> new InOneConnection();
                    case IKE_TCP ->
                            choice instanceof TransportChoice.IkeTcp raw
                                    ? switch (raw.policy()) {
                                        case LARGE -> RawTcp.large(raw.threshold());
                                        case MISSION -> RawTcp.mission(raw.threshold());
                                        case ALWAYS -> RawTcp.always();
                                    }
                                    : new UdpFirst();
                };
    }

    /// The peer is on this UDP path; gives whether it was elsewhere. Without a marker it takes no ESP there.
    boolean udpMoved(TransportPath.Udp path) {
        boolean wouldLoseEsp =
                !path.nonEspMarker() && udp.filter(TransportPath.Udp::nonEspMarker).isPresent();
        if (wouldLoseEsp || udp.equals(Optional.of(path))) {
            return false;
        }
        udp = Optional.of(path);
        return true;
    }

    /// UDP leads nowhere any more.
    void udpIsDead() {
        udpDead = true;
    }

    boolean isUdpDead() {
        return udpDead;
    }

    /// From where to where UDP goes, if the peer's endpoint is known.
    Optional<TransportPath.Udp> udp() {
        return udp;
    }

    /// The TCP connection that is open.
    Optional<TransportPath.Tcp> stream() {
        return stream.path();
    }

    /// The transport that the IKE SA began with.
    TransportChoice choice() {
        return choice;
    }

    /// Whether the IKE SA could begin over another transport, by an attempt of its own.
    boolean hasAlternatives() {
        return choices.size() > 1;
    }

    Arrangement arrangement() {
        return arrangement;
    }

    /// Whether ESP goes in the connection, too.
    boolean isTcpEncapsulation() {
        return arrangement == Arrangement.TCP_ENCAPSULATION;
    }

    /// Whether we are the original initiator, and an IKE SA that goes over UDP may move into a connection.
    boolean mayMoveIntoStream() {
        return canMove
                && choices.stream().anyMatch(TransportChoice.TcpEncapsulation.class::isInstance);
    }

    /// Whether we are the original initiator, and an IKE SA in a connection had better go over UDP.
    boolean prefersUdp() {
        int over = choices.indexOf(new TransportChoice.Udp());
        return canMove
                && over >= 0
                && choices.subList(0, over).stream()
                        .noneMatch(TransportChoice.TcpEncapsulation.class::isInstance);
    }

    /// From where to where, if we are the original initiator.
    Optional<Endpoints> endpoints() {
        return endpoints;
    }

    void endpoints(Endpoints changed) {
        endpoints = Optional.of(changed);
    }

    /// Why the IKE SA travels as it does, for people.
    String why() {
        return why;
    }

    void because(String reason) {
        why = reason;
    }

    /// The path that all takes that is not chosen per request.
    Optional<TransportPath> current() {
        return isTcpEncapsulation()
                ? stream.path().map(TransportPath.class::cast)
                : udp.map(TransportPath.class::cast);
    }

    /// Where ESP goes by this path: raw TCP carries none, nor does UDP without a marker.
    static EspRoute espBy(TransportPath path) {
        return switch (path) {
            case TransportPath.Tcp(var id, var framing, _, _, _)
                    when framing == StreamFraming.TCP_ENCAPSULATION ->
                    new EspRoute.Tcp(id.value());
            case TransportPath.Udp(var local, var remote, boolean marker) when marker ->
                    new EspRoute.Udp(local, remote);
            case TransportPath.Tcp _, TransportPath.Udp _ -> new EspRoute.Unknown();
        };
    }

    /// The path that a check of the path of ESP would take now.
    Optional<TransportPath> pathOfEsp() {
        return isTcpEncapsulation() || udpDead
                ? stream.path().map(TransportPath.class::cast)
                : udp.map(TransportPath.class::cast);
    }

    /// The path on which IKE_SA_INIT is to be sent, once it is there: its addresses go into the message.
    Optional<TransportPath> pathForInit(MonoTime now) {
        return plan(now, INIT) instanceof Move.Send(TransportPath path)
                ? Optional.of(path)
                : Optional.empty();
    }

    // What to do next

    private PathKnowledge known(MonoTime now) {
        boolean startsOverTcp =
                choice instanceof TransportChoice.IkeTcp raw
                        && raw.policy() == TransportChoice.IkeTcpPolicy.ALWAYS;
        return new PathKnowledge(
                arrangement,
                endpoints.isPresent(),
                canMove,
                noNat,
                announcedPort,
                startsOverTcp,
                stream.rests(now),
                udpDead,
                mayMoveIntoStream(),
                udp,
                stream.path());
    }

    /// How a request goes that is to be sent.
    Move plan(MonoTime now, RequestTraits request) {
        PathKnowledge known = known(now);
        return TransportRules.choose(policy.plan(request, known), request, known);
    }

    /// What to do for a request as no answer came in time, best first.
    List<Move> onSilence(MonoTime now, RequestTraits request) {
        PathKnowledge known = known(now);
        return TransportRules.permitted(policy.onSilence(request, known), request, known);
    }

    /// How a request goes whose connection is gone, or could not be opened.
    Move onPathLost(MonoTime now, RequestTraits request) {
        PathKnowledge known = known(now);
        return TransportRules.choose(policy.onPathLost(request, known), request, known);
    }

    /// Opens a connection of the sort that the IKE SA uses.
    void open() {
        open(
                arrangement == Arrangement.IKE_TCP
                        ? StreamFraming.IKE_TCP
                        : StreamFraming.TCP_ENCAPSULATION);
    }

    /// Opens a connection, if it is known where to.
    void open(StreamFraming framing) {
        boolean raw = framing == StreamFraming.IKE_TCP;
        if (endpoints.isPresent()) {
            Endpoints ends = endpoints.get();
            stream.open(attempt ->
                    raw
                            ? ends.rawConnection(attempt, announcedPort)
                            : ends.encapsulation(attempt, wrapping()));
        } else if (raw && udp.isPresent() && announcedPort.isPresent()) {
            // the original responder: to where the peer is, never to where it says to be (IT-034)
            InetAddress local = udp.get().local().getAddress();
            InetAddress remote = udp.get().remote().getAddress();
            var there = new InetSocketAddress(remote, announcedPort.getAsInt());
            stream.open(attempt ->
                    new Action.OpenConnection(
                            attempt, framing, StreamWrapping.PLAIN, local, there));
        }
    }

    /// What a connection for everything is wrapped in: as the IKE SA began, or as comes first for one that began otherwise.
    private StreamWrapping wrapping() {
        return Stream.concat(Stream.of(choice), choices.stream())
                .filter(TransportChoice.TcpEncapsulation.class::isInstance)
                .map(TransportChoice.TcpEncapsulation.class::cast)
                .map(TransportChoice.TcpEncapsulation::wrapping)
                .findFirst()
                .orElse(StreamWrapping.PLAIN);
    }
}
