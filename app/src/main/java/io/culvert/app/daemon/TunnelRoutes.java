package io.culvert.app.daemon;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.SessionStatus.ChildSaStatus;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.linux.route.ChildRoutes;
import io.culvert.linux.route.OuterFlow;
import io.culvert.linux.route.TunNetwork;
import io.culvert.linux.sys.SystemCallException;
import io.culvert.runtime.embed.AddressAssigner;
import io.culvert.runtime.embed.SessionEvent;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Leads packets into the tunnel device while there is a Child SA for them, and puts assigned addresses on it.
///
/// Safe for use by many threads.
final class TunnelRoutes implements AddressAssigner {
    private static final System.Logger LOG = System.getLogger(TunnelRoutes.class.getName());

    private final TunNetwork network;
    private final Function<InetAddress, List<OuterFlow>> flows;

    /// The routes of a Child SA.
    private record Held(ChildSaStatus child, ChildRoutes routes) {}

    // all guarded by this; a Child SA and the one that replaces it stand side by side for a while
    private final Map<Long, Map<ChildSaId, Held>> routes = new HashMap<>();
    private final Map<Long, Set<InetAddress>> peers = new HashMap<>();
    private final Map<Long, Set<InetAddress>> assigned = new HashMap<>();

    /// @param flows what carries tunnels to a peer: it must never go into the tunnel itself
    TunnelRoutes(TunNetwork network, Function<InetAddress, List<OuterFlow>> flows) {
        this.network = network;
        this.flows = flows;
    }

    @Override
    public synchronized void assign(
            long session, List<InetAddress> addresses, List<InetAddress> dns) throws IOException {
        for (InetAddress address : addresses) {
            network.addAddress(address);
            assigned.computeIfAbsent(session, _ -> new LinkedHashSet<>()).add(address);
        }
    }

    @Override
    public synchronized void release(long session, List<InetAddress> addresses) throws IOException {
        Set<InetAddress> held = assigned.getOrDefault(session, Set.of());
        for (InetAddress address : addresses) {
            if (held.remove(address)) {
                network.removeAddress(address);
            }
        }
        if (held.isEmpty()) {
            assigned.remove(session);
        }
    }

    /// Follows what happens in sessions.
    synchronized void happened(SessionEvent event) {
        long session = event.session();
        switch (event.event()) {
            case IkeEvent.IkeSaEstablished(var status) ->
                    status.path().ifPresent(p -> knownAt(session).add(p.remote().getAddress()));
            case IkeEvent.PeerAddresses(var addresses) -> learn(session, addresses);
            case IkeEvent.PathChanged(var path, _) ->
                    learn(session, List.of(path.remote().getAddress()));
            case IkeEvent.ChildSaEstablished(ChildSaStatus child) -> add(session, child);
            case IkeEvent.ChildSaRekeyed(ChildSaStatus child, _) -> add(session, child);
            case IkeEvent.ChildSaClosed(ChildSaStatus child, _) -> remove(session, child.id());
            case IkeEvent.IkeSaClosed _ -> forget(session);
            case IkeEvent.MessagePassed _,
                    IkeEvent.TransportChosen _,
                    IkeEvent.AttemptSucceeded _,
                    IkeEvent.NatDetected _,
                    IkeEvent.IkeSaRekeyed _,
                    IkeEvent.RekeyingFailed _,
                    IkeEvent.PeerRestarted _,
                    IkeEvent.ChildSaFailed _,
                    IkeEvent.AddressesAssigned _,
                    IkeEvent.MessageDropped _ -> {}
        }
    }

    private Set<InetAddress> knownAt(long session) {
        return peers.computeIfAbsent(session, _ -> new LinkedHashSet<>());
    }

    /// The peer may be called at further addresses: no route may lead packets to them into the tunnel.
    private void learn(long session, List<InetAddress> addresses) {
        if (knownAt(session).addAll(addresses)) {
            List<Held> before = List.copyOf(routes.getOrDefault(session, Map.of()).values());
            before.forEach(held -> add(session, held.child()));
            before.forEach(TunnelRoutes::close);
        }
    }

    private void add(long session, ChildSaStatus child) {
        List<InetAddress> sources = new ArrayList<>();
        assigned.getOrDefault(session, Set.of()).stream()
                .filter(a -> child.local().stream().anyMatch(s -> s.matches(0, a, 0)))
                .forEach(sources::add);
        Set<InetAddress> known = knownAt(session);
        if (child.route() instanceof EspRoute.Udp(_, var remote)) {
            known.add(remote.getAddress());
        }
        List<OuterFlow> outer = known.stream().flatMap(peer -> flows.apply(peer).stream()).toList();
        try {
            network.localAddressWithin(child.local()).ifPresent(sources::add);
            ChildRoutes added = network.route(child.remote(), sources, outer);
            routes.computeIfAbsent(session, _ -> HashMap.newHashMap(1))
                    .put(child.id(), new Held(child, added));
        } catch (SystemCallException e) {
            LOG.log(
                    Level.ERROR,
                    "no route into the tunnel for " + child.name() + ": " + e.getMessage());
        }
    }

    private void forget(long session) {
        peers.remove(session);
        Map<ChildSaId, Held> left = routes.remove(session);
        if (left != null) {
            left.values().forEach(TunnelRoutes::close);
        }
    }

    private void remove(long session, ChildSaId child) {
        Map<ChildSaId, Held> ofSession = routes.get(session);
        Held old = ofSession == null ? null : ofSession.remove(child);
        if (old != null) {
            close(old);
        }
    }

    private static void close(Held old) {
        try {
            old.routes().close();
        } catch (SystemCallException e) {
            LOG.log(
                    Level.WARNING,
                    "a route of " + old.child().name() + " remains: " + e.getMessage());
        }
    }
}
