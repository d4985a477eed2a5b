package io.culvert.ike.session;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.extension.Mobike;
import io.culvert.ike.extension.NatDetection;
import io.culvert.ike.transport.Arrangement;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where the two sides of a session are, and how they move (MOBIKE).
///
/// IKE moves first, ESP follows when the other side is known to be there: at the original initiator when the responder
/// has answered the update, at the responder when the initiator has shown that it can be reached. Until then ESP *stays*
/// on the path that it had.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4555#section-3.5 RFC 4555 section 3.5
final class Mobility {
    /// Our choice: how often an update is repeated that somebody seems to have changed on the way.
    private static final int MOST_RETRIES = 3;

    private final Peering peering;
    private final MovingPeer movingPeer;
    private final OtherPaths otherPaths;
    private final Encapsulation encapsulation;
    private boolean peerCan;
    private boolean on;
    private List<InetAddress> ours = List.of();
    private List<InetAddress> told = List.of();
    private List<InetAddress> peers = List.of();
    private List<InetAddress> refused = List.of();
    private Optional<InetAddress> best = Optional.empty();
    private Optional<TransportPath> staying = Optional.empty();
    private Optional<TransportPath> left = Optional.empty();
    private Optional<Octets> seenAs = Optional.empty();
    private Optional<Transmission> answer = Optional.empty();
    private int retries;

    Mobility(Peering peering) {
        this.peering = peering;
        this.movingPeer = new MovingPeer(peering, this);
        this.otherPaths = new OtherPaths(peering, this);
        this.encapsulation = new Encapsulation(peering, this);
    }

    /// Whether both sides can move.
    boolean isOn() {
        return on;
    }

    /// The paths to take when the usual one is dead.
    OtherPaths otherPaths() {
        return otherPaths;
    }

    /// The moves between UDP and a connection.
    Encapsulation encapsulation() {
        return encapsulation;
    }

    /// Our addresses that may be used.
    List<InetAddress> ours() {
        return ours;
    }

    /// The peer's further addresses.
    List<InetAddress> peers() {
        return peers;
    }

    /// The other side's moves.
    MovingPeer movingPeer() {
        return movingPeer;
    }

    /// Where ESP goes while that is not where IKE goes.
    Optional<TransportPath> staying() {
        return staying;
    }

    // IKE_AUTH

    /// What the IKE_AUTH request with the SA payload says.
    List<Payload> offer() {
        if (!wanted()) {
            return List.of();
        }
        List<Payload> payloads = new ArrayList<>(2);
        payloads.add(Mobike.support());
        payloads.addAll(noNats());
        return payloads;
    }

    /// What goes with everything that tells addresses where no NAT may change them (E2-7).
    List<Payload> noNats() {
        boolean forbidden =
                peering.connection().filter(ConnectionConfig::natsAllowed).isEmpty()
                        && !peering.ways().isTcpEncapsulation();
        return peering.ways()
                .pathOfEsp()
                .filter(_ -> forbidden)
                .map(path -> List.of(Mobike.noNatsAllowed(path)))
                .orElse(List.of());
    }

    /// What the IKE_AUTH response with the SA payload says to a peer that understands MOBIKE.
    List<Payload> accept(TransportPath path) {
        if (!on) {
            return List.of();
        }
        List<Payload> payloads = new ArrayList<>();
        payloads.add(Mobike.support());
        if (!others(path).isEmpty()) {
            told = others(path);
            payloads.addAll(Mobike.additionalAddresses(told));
        }
        return payloads;
    }

    /// The peer says in IKE_AUTH what it understands. It counts once the peer is authenticated.
    void heard(List<Payload> payloads) {
        peerCan |= Mobike.isSupported(payloads);
        peers = Mobike.toldAddresses(payloads).orElse(peers);
    }

    /// Both are authenticated.
    void agree() {
        on = peerCan && wanted();
        if (on) {
            peering.ways().canMove();
        }
        peers = on ? peers : List.of();
        if (!peers.isEmpty()) {
            peering.outbox().publish(new IkeEvent.PeerAddresses(peers));
        }
    }

    /// Separate transports stay as they are: IKE never goes back to UDP (ST-023).
    private boolean wanted() {
        return peering.connection().filter(ConnectionConfig::mobike).isPresent()
                && peering.ways().arrangement() != Arrangement.SEPARATE;
    }

    /// The IKE SA is established: what changed meanwhile counts now.
    void established(MonoTime now) {
        best.ifPresent(address -> follow(now, address));
    }

    // Our own addresses

    /// The addresses of this host, or the routes to the peer, have changed.
    ///
    /// @param towardsPeer our address from which the system would send to the peer
    /// @param all all our addresses
    /// @param established whether the IKE SA is there to be moved; if not yet, it is when it is
    void addressesChanged(
            MonoTime now,
            Optional<InetAddress> towardsPeer,
            List<InetAddress> all,
            boolean established) {
        ours = all.stream().filter(this::isAllowed).toList();
        refused = List.of();
        best = towardsPeer.filter(this::isAllowed);
        if (!established || !on) {
            return;
        }
        if (!peering.weStarted()) {
            announce(now);
        } else if (best.isPresent()) {
            follow(now, best.get());
        } else {
            // nobody knows which of them lead to the peer
            List<TransportPath.Udp> others = otherPaths.pairs();
            others.stream().findFirst().ifPresent(pair -> move(now, pair));
            otherPaths.sendAllBy(others);
        }
    }

    private boolean isAllowed(InetAddress address) {
        boolean configured =
                peering.connection()
                        .map(c ->
                                c.localAddresses().isEmpty()
                                        || c.localAddresses().stream()
                                                .anyMatch(p -> p.contains(address)))
                        .orElse(true);
        return configured && !peering.virtualIps().contains(address);
    }

    private void follow(MonoTime now, InetAddress address) {
        if (!on || !peering.weStarted()) {
            return;
        }
        if (peering.ways().isTcpEncapsulation()) {
            followByStream(now, address);
            return;
        }
        Optional<TransportPath.Udp> current = peering.ways().udp();
        boolean elsewhere =
                current.filter(p -> !p.local().getAddress().equals(address)).isPresent();
        boolean sameFamily =
                current.filter(p -> OtherPaths.isSameFamily(p.remote().getAddress(), address))
                        .isPresent();
        if (elsewhere && sameFamily) {
            move(now, otherPaths.between(address, current.get().remote()));
        }
    }

    /// A stream cannot move: another takes its place, at once if our end of the old one is gone.
    private void followByStream(MonoTime now, InetAddress address) {
        Ways ways = peering.ways();
        Optional<TransportPath.Tcp> old = ways.stream();
        Endpoints ends = ways.endpoints().orElseThrow();
        if (ends.localAddress().equals(address)
                || !OtherPaths.isSameFamily(ends.remoteAddress(), address)) {
            return;
        }
        ways.endpoints(ends.between(address, ends.remoteAddress()));
        boolean gone = old.filter(p -> !ours.contains(p.local().getAddress())).isPresent();
        if (gone) {
            peering.outbox().add(new Action.CloseConnection(old.get().connection()));
            peering.courier().connectionLost(now, old.get(), "our address is gone");
        }
        if (ways.prefersUdp()) {
            // where we are now UDP may work (TE-081)
            encapsulation.withoutStream(now);
        } else if (old.isPresent() && !gone) {
            ways.open();
        }
    }

    /// Tells the peer at which other addresses we can be reached, if that has changed.
    private void announce(MonoTime now) {
        List<InetAddress> others = peering.latestPath().map(this::others).orElse(List.of());
        if (!others.equals(told)) {
            told = others;
            peering.agenda().add(now, new MobikeExchanges.Announcement(peering, others));
        }
    }

    private List<InetAddress> others(TransportPath path) {
        return ours.stream().filter(a -> !a.equals(path.local().getAddress())).toList();
    }

    // The original initiator moves

    /// Sends IKE by another path from now on, and tells the peer.
    private void move(MonoTime now, TransportPath.Udp path) {
        stay();
        go(path);
        peering.courier().repeat(now, peering.theSa());
        if (peering.agenda().all(MobikeExchanges.AddressUpdate.class).findAny().isEmpty()) {
            peering.agenda().again(now, new MobikeExchanges.AddressUpdate(peering));
        }
    }

    /// Sends IKE by a path from now on.
    void go(TransportPath.Udp path) {
        Ways ways = peering.ways();
        ways.udpMoved(path);
        ways.endpoints()
                .map(ends -> ends.between(path.local().getAddress(), path.remote().getAddress()))
                .ifPresent(ways::endpoints);
    }

    /// ESP keeps its path until the new one is known to be good.
    void stay() {
        staying = staying.or(peering.ways()::current);
        left = left.or(() -> staying);
    }

    private void stayNoLonger() {
        staying = Optional.empty();
        left = Optional.empty();
    }

    /// The request that moves the SAs to where IKE goes now.
    List<Payload> update() {
        List<Payload> payloads = new ArrayList<>(Mobike.update(natDetection()));
        payloads.addAll(noNats());
        return payloads;
    }

    /// NAT detection for a request that goes where requests go now.
    private List<Payload> natDetection() {
        return peering.ways().pathOfEsp().map(this::natDetection).orElse(List.of());
    }

    private List<Payload> natDetection(TransportPath path) {
        return Mobike.natDetection(
                peering.theSa().initial().initiatorSpi(),
                peering.theSa().initial().responderSpi(),
                path);
    }

    /// An update has been answered.
    void updated(MonoTime now, List<Payload> response) {
        if (Mobike.isNatUnexpected(response) && retries < MOST_RETRIES) {
            // whoever changes one packet shall not keep us from the path
            retries++;
            peering.agenda().again(now, new MobikeExchanges.AddressUpdate(peering));
            return;
        }
        retries = 0;
        if (Mobike.isUnacceptable(response) || Mobike.isNatUnexpected(response)) {
            refused(now);
            return;
        }
        Optional<TransportPath> certain =
                peering.ways()
                        .pathOfEsp()
                        .filter(path ->
                                answer.filter(request -> request.wentOnlyBy(path)).isPresent());
        if (certain.isEmpty()) {
            // nobody knows which copy the peer acted on (E2-3)
            peering.agenda().again(now, new MobikeExchanges.AddressUpdate(peering));
            return;
        }
        natFound(now, certain.get(), response);
        seenAs = Mobike.seenAs(response).or(() -> seenAs);
        confirm(now, "we have moved, and the peer knows");
    }

    /// The peer does not want us there: we try elsewhere, and stay where we were if there is nothing else.
    private void refused(MonoTime now) {
        Optional<TransportPath.Udp> current = peering.ways().udp();
        List<InetAddress> all = new ArrayList<>(refused);
        current.ifPresent(path -> all.add(path.local().getAddress()));
        refused = List.copyOf(all);
        Optional<TransportPath.Udp> next =
                otherPaths.pairs().stream()
                        .filter(pair -> !refused.contains(pair.local().getAddress()))
                        .findFirst();
        if (next.isPresent()) {
            move(now, next.get());
        } else if (staying.isPresent()) {
            switch (staying.get()) {
                case TransportPath.Udp back -> go(back);
                case TransportPath.Tcp back ->
                        peering.courier().moveInto(now, back, "the peer does not want udp");
            }
            stayNoLonger();
        }
    }

    /// Whether the request that was answered last went by this path and no other.
    boolean wasAnsweredOnlyBy(TransportPath path) {
        return answer.filter(request -> request.wentOnlyBy(path)).isPresent();
    }

    /// ESP goes by this path from now on, whatever IKE does.
    void espTo(TransportPath.Udp path) {
        staying =
                Optional.<TransportPath>of(path)
                        .filter(p -> !peering.ways().current().equals(Optional.of(p)));
        peering.routeChildren();
    }

    /// ESP follows.
    void confirm(MonoTime now, String why) {
        Optional<TransportPath> old = left;
        Optional<TransportPath> current = peering.ways().current();
        stayNoLonger();
        peering.routeChildren();
        if (old.isPresent() && current.isPresent() && !old.equals(current)) {
            peering.outbox().publish(new IkeEvent.PathChanged(current.get(), why));
            if (old.get().kind() != current.get().kind()) {
                encapsulation.settled(now);
                armKeepalive(now);
            }
        }
    }

    /// A connection is gone: ESP cannot stay there.
    void connectionLost(TransportPath.Tcp lost) {
        staying = staying.filter(path -> !path.equals(lost));
    }

    /// Takes in NAT detection, if the message has it.
    void natFound(MonoTime now, TransportPath path, List<Payload> payloads) {
        IkeSa sa = peering.theSa();
        NatDetection.Finding nat =
                Mobike.natDetected(
                        sa.initial().initiatorSpi(), sa.initial().responderSpi(), path, payloads);
        if (nat.carriedOut() && !nat.equals(sa.initial().nat())) {
            sa.natFound(nat);
            peering.outbox().publish(new IkeEvent.NatDetected(nat.us(), nat.peer()));
            armKeepalive(now);
        }
    }

    // Liveness

    /// Keeps the mapping of a NAT in front of us.
    void armKeepalive(MonoTime now) {
        Duration idle = peering.connection().orElseThrow().timers().natKeepalive();
        boolean behindNat = peering.theSa().initial().nat().us();
        if (behindNat && idle.isPositive() && !peering.ways().isTcpEncapsulation()) {
            peering.timers().set(TimerTable.Kind.NAT_KEEPALIVE, now, idle);
        }
    }

    /// Shows the peer where we are: an empty message would not tell it where to send ESP if it knows MOBIKE (IT-069,
    /// TE-052).
    Undertaking signOfLife() {
        return on && peering.weStarted()
                ? new MobikeExchanges.AddressUpdate(peering)
                : new LivenessCheck(peering);
    }

    /// What a liveness check says: behind a NAT it asks where the peer sees us (E2-5).
    List<Payload> livenessCheck() {
        boolean behindNat = peering.theSa().initial().nat().us();
        boolean asks = on && peering.weStarted() && behindNat;
        return asks && !peering.ways().isTcpEncapsulation() ? natDetection() : List.of();
    }

    /// A liveness check has been answered: if a NAT gives us another address now, the peer has to know it.
    void alive(MonoTime now, List<Payload> response) {
        Optional<Octets> seen = Mobike.seenAs(response);
        if (!on || seen.isEmpty()) {
            return;
        }
        boolean changed = seenAs.filter(before -> !before.equals(seen.get())).isPresent();
        seenAs = seen;
        if (changed) {
            peering.agenda().again(now, new MobikeExchanges.AddressUpdate(peering));
        }
    }

    /// A response came. If it came by another path than requests go, that one is alive.
    void answeredOn(MonoTime now, TransportPath path, Transmission request) {
        answer = Optional.of(request);
        if (!on
                || !request.tookDetours()
                || !(path instanceof TransportPath.Udp alive)
                || peering.ways().current().equals(Optional.of(alive))
                || peering.ways().isTcpEncapsulation()) {
            return;
        }
        if (peering.weStarted() && otherPaths.pairs().contains(alive)) {
            move(now, alive);
        } else if (staying.equals(Optional.of(alive))) {
            // the peer is still there, or there again: what it said to have moved to leads nowhere
            stayNoLonger();
            go(alive);
        }
    }

    // The peer moves

    /// Takes in what an INFORMATIONAL request says about addresses; gives what the response has to say.
    List<Payload> requested(TransportPath path, List<Payload> request) {
        if (!on) {
            return List.of();
        }
        List<Payload> response = new ArrayList<>(Mobike.echo(request));
        if (PayloadChain.notification(request, NotifyType.NAT_DETECTION_DESTINATION_IP)
                .isPresent()) {
            response.addAll(natDetection(path));
        }
        if (Mobike.findsForbiddenNat(path, request)) {
            return List.of(Notify.of(NotifyType.UNEXPECTED_NAT_DETECTED));
        }
        Optional<List<InetAddress>> further = Mobike.toldAddresses(request);
        if (further.isPresent() && !further.get().equals(peers)) {
            peers = further.get();
            peering.outbox().publish(new IkeEvent.PeerAddresses(peers));
        }
        if (Mobike.isUpdate(request) && !peering.weStarted() && !accepts(path)) {
            return List.of(Notify.of(NotifyType.UNACCEPTABLE_ADDRESSES));
        }
        return response;
    }

    /// Whether the SAs may move to a path.
    boolean accepts(TransportPath path) {
        boolean carriesEsp = !(path instanceof TransportPath.Udp udp) || udp.nonEspMarker();
        return carriesEsp
                && peering.connection()
                        .orElseThrow()
                        .admits(path.local().getAddress(), path.remote().getAddress());
    }
}
