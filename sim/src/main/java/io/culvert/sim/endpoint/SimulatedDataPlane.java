package io.culvert.sim.endpoint;

import io.culvert.esp.engine.InboundSa;
import io.culvert.esp.engine.IvSource;
import io.culvert.esp.engine.OpenResult;
import io.culvert.esp.engine.OpenedPacket;
import io.culvert.esp.engine.OutboundSa;
import io.culvert.esp.engine.SealResult;
import io.culvert.ike.api.Input;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.sim.network.Violation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// A data plane without a thread and without a device: real ESP, one packet at a time. For one thread.
///
/// It promises what [io.culvert.ipsec.dataplane.DataPlane] promises, and takes the misuse of it for a defect.
public final class SimulatedDataPlane {
    private static final int HEADROOM = 64;
    private static final int IPV4 = 4;

    private final World world;
    private final BiConsumer<EspRoute, Octets> outlet;
    private final Consumer<DataPlaneEvent> listener;
    private final LongConsumer arrivals;
    private final Map<ChildSaId, Installed> installed = new LinkedHashMap<>();
    private final Map<Spi, Installed> byInboundSpi = new HashMap<>();

    /// Which SA each one replaces, the newest last.
    private final Map<ChildSaId, ChildSaId> replaces = new LinkedHashMap<>();

    /// The SAs that send, those first that are to be preferred; one of each family.
    private final List<Installed> senders = new ArrayList<>();

    private final Set<Spi> reserved = new HashSet<>();

    /// @param outlet sends ESP packets
    /// @param listener told what happens to SAs
    /// @param arrivals told the numbers of the pings that come out of the tunnel
    SimulatedDataPlane(
            World world,
            BiConsumer<EspRoute, Octets> outlet,
            Consumer<DataPlaneEvent> listener,
            LongConsumer arrivals) {
        this.world = world;
        this.outlet = outlet;
        this.listener = listener;
        this.arrivals = arrivals;
    }

    /// The Child SAs that are installed.
    public List<ChildSaSpec> installed() {
        return installed.values().stream().map(i -> i.spec).toList();
    }

    /// How many SPIs are reserved and not installed.
    public int reserved() {
        return reserved.size();
    }

    List<Spi> reserve(int count) {
        List<Spi> spis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spis.add(world.freshSpi());
        }
        reserved.addAll(spis);
        return List.copyOf(spis);
    }

    void release(Collection<Spi> spis) {
        for (Spi spi : spis) {
            if (!reserved.remove(spi)) {
                throw new Violation("SPI " + spi + " is given back, but was not reserved");
            }
        }
    }

    private void install(ChildSaSpec spec) {
        senders.addFirst(add(spec));
    }

    /// As the real one: where the peer does not have it yet another SA with the same selectors goes on sending until the
    /// peer uses this one.
    void install(ChildSaSpec spec, boolean peerHasIt) {
        Optional<ChildSaSpec> other =
                senders.stream()
                        .map(sa -> sa.spec)
                        .filter(_ -> !peerHasIt)
                        .filter(o ->
                                o.local().equals(spec.local()) && o.remote().equals(spec.remote()))
                        .findFirst();
        other.ifPresentOrElse(o -> replace(spec, o.id()), () -> install(spec));
    }

    void replace(ChildSaSpec next, ChildSaId previous) {
        if (!installed.containsKey(previous)) {
            install(next);
            return;
        }
        add(next).awaitsFirst = true;
        replaces.put(next.id(), previous);
    }

    void switchOutbound(ChildSaId next) {
        Installed sa = installed.get(next);
        if (sa == null) {
            return;
        }
        ChildSaId family = root(next);
        senders.removeIf(other -> root(other.spec.id()).equals(family));
        senders.addFirst(sa);
    }

    void remove(ChildSaId id) {
        Installed sa = installed.remove(id);
        if (sa == null) {
            throw new Violation("Child SA " + id + " is removed, but was not installed");
        }
        byInboundSpi.remove(sa.spec.inboundSpi());
        Optional<ChildSaId> older = Optional.ofNullable(replaces.remove(id));
        Optional<ChildSaId> heir =
                replaces.keySet().stream()
                        .filter(r -> id.equals(replaces.get(r)))
                        .reduce((_, newest) -> newest);
        if (senders.remove(sa)) {
            heir.or(() -> older).ifPresent(next -> senders.addFirst(installed.get(next)));
        }
        List<ChildSaId> orphans =
                replaces.keySet().stream().filter(r -> id.equals(replaces.get(r))).toList();
        for (ChildSaId orphan : orphans) {
            older.ifPresentOrElse(
                    next -> replaces.put(orphan, next), () -> replaces.remove(orphan));
        }
        sa.close();
    }

    /// The oldest SA that this one replaces, directly or not.
    private ChildSaId root(ChildSaId id) {
        ChildSaId oldest = id;
        while (replaces.containsKey(oldest)) {
            oldest = replaces.get(oldest);
        }
        return oldest;
    }

    void route(Collection<ChildSaId> sas, EspRoute route) {
        for (ChildSaId id : sas) {
            Optional.ofNullable(installed.get(id)).ifPresent(sa -> sa.route = route);
        }
    }

    /// Whether one of these SAs sends its ESP to this endpoint.
    boolean sendsTo(Collection<ChildSaId> sas, InetSocketAddress remote) {
        return sas.stream()
                .map(installed::get)
                .anyMatch(sa ->
                        sa != null
                                && sa.route instanceof EspRoute.Udp(_, InetSocketAddress to)
                                && to.equals(remote));
    }

    /// What these SAs have carried.
    Input.TrafficSampled carried(Collection<ChildSaId> sas) {
        List<Installed> known =
                sas.stream()
                        .flatMap(id -> Optional.ofNullable(installed.get(id)).stream())
                        .toList();
        return new Input.TrafficSampled(
                known.stream().mapToLong(sa -> sa.received).sum(),
                known.stream().mapToLong(sa -> sa.sent).sum());
    }

    void close() {
        installed.values().forEach(Installed::close);
        installed.clear();
        byInboundSpi.clear();
        senders.clear();
        replaces.clear();
        reserved.clear();
    }

    private Installed add(ChildSaSpec spec) {
        if (installed.containsKey(spec.id())) {
            throw new Violation(spec.id() + " is installed twice");
        }
        if (!reserved.remove(spec.inboundSpi())) {
            throw new Violation("SPI " + spec.inboundSpi() + " is installed, but was not reserved");
        }
        world.inspector().installed(spec);
        IvSource ivs = IvSource.of(spec.transform().encryption(), world.dice());
        Installed sa =
                new Installed(
                        spec,
                        new InboundSa(
                                world.crypto(),
                                spec.transform(),
                                spec.inboundKeys(),
                                spec.replayWindow()),
                        new OutboundSa(
                                world.crypto(),
                                spec.transform(),
                                spec.outboundSpi(),
                                spec.outboundKeys(),
                                ivs));
        installed.put(spec.id(), sa);
        byInboundSpi.put(spec.inboundSpi(), sa);
        return sa;
    }

    /// Whether there is an SA that would carry a packet to this inner address.
    public boolean reaches(InetAddress inner) {
        return sender(inner).isPresent();
    }

    /// Sends a ping through the tunnel to this inner address.
    ///
    /// @return whether there was an SA for it with a route
    public boolean ping(InetAddress to, long number) {
        Optional<Installed> found = sender(to);
        if (found.isEmpty() || found.get().route instanceof EspRoute.Unknown) {
            return false;
        }
        Installed sa = found.get();
        PacketBuffer packet = world.pool().acquire().orElseThrow();
        try {
            InetAddress from = sa.spec.local().getFirst().startAddress();
            new Ping(from, to, number).write(packet, HEADROOM);
            if (sa.outbound.seal(packet, IPV4) != SealResult.SEALED) {
                return false;
            }
            sa.sent++;
            outlet.accept(sa.route, packet.toOctets());
        } finally {
            packet.release();
        }
        used(sa);
        return true;
    }

    private Optional<Installed> sender(InetAddress to) {
        return senders.stream()
                .filter(sa -> sa.spec.remote().stream().anyMatch(s -> s.matches(0, to, 0)))
                .findFirst();
    }

    /// An ESP packet came. Ownership of the buffer stays with the caller.
    void received(PacketBuffer packet, EspRoute from) {
        Spi spi = new Spi(packet.u32(0));
        Installed sa = byInboundSpi.get(spi);
        if (sa == null) {
            world.story().tell(world.now(), () -> "ESP with an unknown SPI " + spi);
            listener.accept(new DataPlaneEvent.UnknownSpi(spi, from));
            return;
        }
        OpenedPacket opened = new OpenedPacket();
        OpenResult result = sa.inbound.open(packet, opened);
        switch (result) {
            case OPENED -> opened(sa, packet, opened, from);
            case REPLAYED -> {}
            case MALFORMED, FORGED, BAD_TRAILER, CLOSED ->
                    throw new Violation("an ESP packet with SPI " + spi + " is " + result);
        }
    }

    private void opened(Installed sa, PacketBuffer packet, OpenedPacket opened, EspRoute from) {
        Ping ping = Ping.read(packet);
        boolean fits =
                sa.spec.remote().stream()
                        .anyMatch(source ->
                                sa.spec.local().stream()
                                        .anyMatch(own -> ping.isWithin(source, own)));
        if (!fits) {
            throw new Violation("a packet comes through an SA that is not for it: " + ping);
        }
        sa.received++;
        arrivals.accept(ping.number());
        if (sa.awaitsFirst) {
            sa.awaitsFirst = false;
            listener.accept(new DataPlaneEvent.FirstPacket(sa.spec.id()));
        }
        if (opened.isNewest() && !from.equals(sa.route)) {
            listener.accept(new DataPlaneEvent.PeerMoved(sa.spec.id(), from));
        }
        used(sa);
    }

    private void used(Installed sa) {
        Lifetime lifetime = sa.spec.lifetime();
        long most = Math.max(sa.sent, sa.received);
        boolean hard = lifetime.hardPackets() > 0 && most >= lifetime.hardPackets();
        boolean soft = lifetime.softPackets() > 0 && most >= lifetime.softPackets();
        if (hard && !sa.hardTold) {
            sa.hardTold = true;
            listener.accept(new DataPlaneEvent.LifetimeReached(sa.spec.id(), true));
        } else if (soft && !sa.softTold) {
            sa.softTold = true;
            listener.accept(new DataPlaneEvent.LifetimeReached(sa.spec.id(), false));
        }
    }
}
