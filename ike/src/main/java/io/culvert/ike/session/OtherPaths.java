package io.culvert.ike.session;

import io.culvert.ike.api.Endpoints;
import io.culvert.ike.transport.TransportPath;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The paths that [Mobility] takes when the one in use is dead: every other pair of addresses of both sides.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4555#section-3.10 RFC 4555 section 3.10
final class OtherPaths {
    /// Our choice: how many pairs of addresses are tried at the same time when the one in use is dead.
    private static final int MOST_PAIRS = 6;

    /// Our choice: so many copies of a request have to stay without an answer before other pairs are tried.
    private static final int COPIES_BEFORE_OTHERS = 2;

    private final Peering peering;
    private final Mobility mobility;

    OtherPaths(Peering peering, Mobility mobility) {
        this.peering = peering;
        this.mobility = mobility;
    }

    /// Sends what has been repeated in vain also by other paths: at the original initiator by any other pair of
    /// addresses, at the responder to where ESP still goes.
    void tryThem() {
        if (!mobility.isOn() || peering.isOver()) {
            return;
        }
        List<TransportPath.Udp> others =
                peering.weStarted()
                        ? pairs()
                        : mobility.staying().stream()
                                .filter(TransportPath.Udp.class::isInstance)
                                .map(TransportPath.Udp.class::cast)
                                .toList();
        for (Transmission request : peering.courier().outstandingIn(peering.theSa())) {
            boolean inVain = request.takeRepeated() && request.datagrams() > COPIES_BEFORE_OTHERS;
            if (inVain) {
                send(request, others);
            }
        }
    }

    /// Sends all that is outstanding also by these paths.
    void sendAllBy(List<TransportPath.Udp> others) {
        peering.courier().outstandingIn(peering.theSa()).forEach(request -> send(request, others));
    }

    private void send(Transmission request, List<TransportPath.Udp> others) {
        if (!request.wasSent() || !(request.lastPath() instanceof TransportPath.Udp usual)) {
            return;
        }
        for (TransportPath.Udp other : others) {
            if (!other.equals(usual)) {
                request.sentAlsoOn(other);
                peering.outbox().send(other, request.message(), request.on(other), true);
            }
        }
    }

    /// All pairs of our and the peer's addresses other than that in use.
    List<TransportPath.Udp> pairs() {
        Optional<Endpoints> ends = peering.ways().endpoints();
        Optional<TransportPath.Udp> current = peering.ways().udp();
        if (ends.isEmpty() || current.isEmpty()) {
            return List.of();
        }
        List<InetSocketAddress> remotes = new ArrayList<>();
        remotes.add(current.get().remote());
        remotes.add(ends.get().remoteNatTraversalEndpoint());
        mobility.peers().stream()
                .map(peer -> new InetSocketAddress(peer, ends.get().remoteNatTraversal()))
                .forEach(remotes::add);
        return remotes.stream()
                .flatMap(remote ->
                        mobility.ours().stream()
                                .filter(local -> isSameFamily(local, remote.getAddress()))
                                .map(local -> between(local, remote)))
                .filter(pair -> !pair.equals(current.get()))
                .distinct()
                .limit(MOST_PAIRS)
                .toList();
    }

    /// From one of our addresses to the peer.
    TransportPath.Udp between(InetAddress local, InetSocketAddress remote) {
        int port = peering.ways().endpoints().orElseThrow().localNatTraversal();
        return new TransportPath.Udp(new InetSocketAddress(local, port), remote, true);
    }

    static boolean isSameFamily(InetAddress one, InetAddress other) {
        return one.getAddress().length == other.getAddress().length;
    }
}
