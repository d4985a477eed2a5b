package io.culvert.sim.network;

import io.culvert.ipsec.value.MonoTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A network address and port translator with one outside address.
public final class Nat {
    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 60_000;

    private record Key(
            Protocol protocol, InetSocketAddress inside, Optional<InetSocketAddress> remote) {}

    private record Outside(Protocol protocol, int port) {}

    private static final class Mapping {
        final Key key;
        final int port;
        final Set<InetSocketAddress> remotes = new HashSet<>();
        MonoTime lastUse;

        Mapping(Key key, int port, MonoTime now) {
            this.key = key;
            this.port = port;
            this.lastUse = now;
        }
    }

    private final InetAddress address;
    private final NatBehaviour behaviour;
    private final Dice dice;
    private final Map<InetAddress, Access> inside = new HashMap<>();
    private final Map<Key, Mapping> byInside = new HashMap<>();
    private final Map<Outside, Mapping> byOutside = new HashMap<>();
    private boolean rebound;
    private int expirations;

    /// @param address the outside address
    public Nat(InetAddress address, NatBehaviour behaviour, Dice dice) {
        this.address = address;
        this.behaviour = behaviour;
        this.dice = dice;
    }

    /// The outside address.
    public InetAddress address() {
        return address;
    }

    /// How it behaves.
    public NatBehaviour behaviour() {
        return behaviour;
    }

    /// Forgets all mappings; later ones get other ports.
    ///
    /// @return whether there were any
    public boolean rebind() {
        boolean any = !byInside.isEmpty();
        byInside.clear();
        byOutside.clear();
        rebound = true;
        return any;
    }

    /// How many mappings were used again after they were forgotten.
    int expirations() {
        return expirations;
    }

    void serve(Access access) {
        inside.put(access.address(), access);
    }

    /// The outside endpoint of an outbound packet, made if need be.
    InetSocketAddress outbound(
            MonoTime now, Protocol protocol, InetSocketAddress from, InetSocketAddress to) {
        Mapping mapping =
                known(now, protocol, from, to)
                        .orElseGet(() -> make(now, key(protocol, from, to), from.getPort()));
        mapping.remotes.add(to);
        mapping.lastUse = now;
        return new InetSocketAddress(address, mapping.port);
    }

    /// Whether an inside endpoint has a mapping towards a remote one.
    boolean knows(MonoTime now, Protocol protocol, InetSocketAddress from, InetSocketAddress to) {
        return known(now, protocol, from, to).isPresent();
    }

    /// The inside endpoint that an inbound packet is for.
    Optional<InetSocketAddress> inbound(
            MonoTime now, Protocol protocol, InetSocketAddress from, int port) {
        return Optional.ofNullable(byOutside.get(new Outside(protocol, port)))
                .filter(m ->
                        isFresh(m, now) && (behaviour.admitsAnybody() || m.remotes.contains(from)))
                .map(m -> m.key.inside);
    }

    /// The way to an inside host.
    Optional<Access> access(InetAddress insideAddress) {
        return Optional.ofNullable(inside.get(insideAddress));
    }

    private Optional<Mapping> known(
            MonoTime now, Protocol protocol, InetSocketAddress from, InetSocketAddress to) {
        return Optional.ofNullable(byInside.get(key(protocol, from, to)))
                .filter(m -> isFresh(m, now));
    }

    private Key key(Protocol protocol, InetSocketAddress from, InetSocketAddress to) {
        boolean each = behaviour.dependsOnRemote() || protocol == Protocol.TCP;
        return new Key(protocol, from, each ? Optional.of(to) : Optional.empty());
    }

    private boolean isFresh(Mapping mapping, MonoTime now) {
        Duration expiry =
                mapping.key.protocol == Protocol.UDP
                        ? behaviour.udpExpiry()
                        : behaviour.tcpExpiry();
        return now.since(mapping.lastUse).compareTo(expiry) < 0;
    }

    private Mapping make(MonoTime now, Key key, int wanted) {
        Mapping old = byInside.remove(key);
        if (old != null) {
            byOutside.remove(new Outside(key.protocol, old.port));
            expirations++;
        }
        int port = wanted;
        if (!behaviour.keepsPorts() || rebound || isTaken(now, key.protocol, port)) {
            do {
                port = dice.between(LOWEST_PORT, HIGHEST_PORT);
            } while (isTaken(now, key.protocol, port));
        }
        Mapping mapping = new Mapping(key, port, now);
        byInside.put(key, mapping);
        Mapping expired = byOutside.put(new Outside(key.protocol, port), mapping);
        if (expired != null) {
            byInside.remove(expired.key, expired);
        }
        return mapping;
    }

    private boolean isTaken(MonoTime now, Protocol protocol, int port) {
        Mapping other = byOutside.get(new Outside(protocol, port));
        return other != null && isFresh(other, now);
    }
}
