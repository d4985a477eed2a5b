package io.culvert.esp.device;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.dataplane.ChildSaCounters;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.EspOutlet;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Spi;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// The data plane that needs no kernel: it reads IP packets from a device, sends them as ESP, and back.
///
///     device ─► policy ─► seal ─► outlet          (one thread of its own)
///     device ◄─ check  ◄─ open ◄─ accept          (the thread that calls)
///
/// In transport mode only the payload of a packet is carried. What remains of its header is addresses and protocol: the
/// rest is in the outer header, which belongs to the socket. Safe for use by many threads; control is serialized by a lock, packets are carried by immutable
/// snapshots of SPD and SAD and never wait for control.
///
/// Ownership: takes over the device and closes it; the pool stays the caller's and is closed after this.
public final class UserspaceDataPlane implements DataPlane, EspIntake {
    /// What the data plane takes from its surroundings.
    ///
    /// @param threads makes the thread of the transmit loop, which blocks in the device: a platform thread for a device
    ///     of the system
    /// @param nanoClock nanoseconds that only move forward, such as `System::nanoTime`
    /// @param random for SPIs and the IVs of CBC
    /// @param listener is told events, on the threads that carry packets: it must not block
    public record Surroundings(
            ThreadFactory threads,
            LongSupplier nanoClock,
            SecureRandom random,
            Consumer<DataPlaneEvent> listener) {}

    /// Sizes and bounds.
    ///
    /// @param batch how many packets are read and sent at once
    /// @param pathMtu the largest outer IP packet in octets, when ESP goes in UDP
    /// @param tcpMessageOctets the largest ESP packet in a TCP stream. TE-010: no larger than UDP would carry
    /// @param waitingPackets how many packets of an SA wait for its route (IT-063)
    /// @param waitingTime how long they wait at most
    /// @param unknownSpisPerSecond how many packets with an unknown SPI are told of in a second
    public record Limits(
            int batch,
            int pathMtu,
            int tcpMessageOctets,
            int waitingPackets,
            Duration waitingTime,
            int unknownSpisPerSecond) {
        /// For paths that carry what Ethernet does.
        public static final Limits DEFAULT =
                new Limits(64, 1500, 1472, 64, Duration.ofSeconds(2), 32);

        /// The same with another batch.
        public Limits withBatch(int packets) {
            return new Limits(
                    packets,
                    pathMtu,
                    tcpMessageOctets,
                    waitingPackets,
                    waitingTime,
                    unknownSpisPerSecond);
        }

        /// The same with another path MTU; a TCP message carries as much as a UDP datagram would.
        public Limits withPathMtu(int octets) {
            return new Limits(
                    batch, octets, octets - 28, waitingPackets, waitingTime, unknownSpisPerSecond);
        }
    }

    private final CryptoProvider crypto;
    private final PacketDevice device;
    private final EspOutlet outlet;
    private final SecureRandom random;
    private final LongSupplier clock;
    private final Limits limits;
    private final DropCounters drops = new DropCounters();
    private final Reporter reporter;
    private final DeviceWriter writer;
    private final Thread loop;

    private final ReentrantLock control = new ReentrantLock();
    private final Map<ChildSaId, InstalledSa> installed = new HashMap<>();

    /// Which SA of those that replace one another sends, by each of them.
    private final Map<ChildSaId, Succession> successions = new HashMap<>();

    /// The SAs with the same selectors, the newest last.
    private final Map<Selectors, List<ChildSaId>> alike = new HashMap<>();

    private final Set<Spi> spisInUse = new HashSet<>();
    private volatile Databases databases = Databases.EMPTY;
    private volatile boolean closed;

    private UserspaceDataPlane(
            CryptoProvider crypto,
            PacketDevice device,
            EspOutlet outlet,
            PacketPool pool,
            Surroundings surroundings,
            Limits limits) {
        this.crypto = crypto;
        this.device = device;
        this.outlet = outlet;
        this.limits = limits;
        random = surroundings.random();
        clock = surroundings.nanoClock();
        reporter =
                new Reporter(
                        surroundings.listener(),
                        new RateLimit(limits.unknownSpisPerSecond(), clock.getAsLong()));
        writer = new DeviceWriter(device, drops, reporter);
        Transmitter transmitter =
                new Transmitter(
                        device,
                        writer,
                        outlet,
                        pool,
                        () -> databases,
                        drops,
                        reporter,
                        clock,
                        limits);
        loop = surroundings.threads().newThread(transmitter);
    }

    /// Makes a data plane and starts its transmit loop.
    ///
    /// @param outlet takes sealed packets
    /// @param pool whose buffers have 64 octets of headroom or more, for ESP and for ICMP errors, and tailroom of 64
    ///     octets or more behind a packet of the device's MTU, for padding and ICV
    /// @throws IllegalStateException if the pool has no free buffer
    public static UserspaceDataPlane start(
            CryptoProvider crypto,
            PacketDevice device,
            EspOutlet outlet,
            PacketPool pool,
            Surroundings surroundings,
            Limits limits) {
        UserspaceDataPlane plane =
                new UserspaceDataPlane(crypto, device, outlet, pool, surroundings, limits);
        plane.loop.start();
        return plane;
    }

    @Override
    public String name() {
        return "userspace";
    }

    /// How many packets were dropped since the start, for each reason.
    public Map<DropReason, Long> drops() {
        return drops.snapshot();
    }

    @Override
    public void accept(PacketBuffer[] packets, int count, EspRoute from) {
        if (closed) {
            for (int i = 0; i < count; i++) {
                drops.drop(packets[i], DropReason.CLOSED);
            }
            return;
        }
        PacketBuffer[] inner = new PacketBuffer[count];
        Receiver receiver = new Receiver(databases, drops, reporter, from, clock.getAsLong());
        int opened = receiver.open(packets, count, inner);
        if (opened > 0) {
            writer.write(inner, opened);
        }
    }

    @Override
    public List<Spi> reserveSpis(int count) {
        control.lock();
        try {
            List<Spi> reserved = new ArrayList<>();
            while (reserved.size() < count) {
                Spi spi = new Spi(random.nextInt());
                if (spi.isAllocatable() && spisInUse.add(spi)) {
                    reserved.add(spi);
                }
            }
            return List.copyOf(reserved);
        } finally {
            control.unlock();
        }
    }

    @Override
    public void releaseSpis(Collection<Spi> spis) {
        control.lock();
        try {
            for (Spi spi : spis) {
                if (databases.associations().find(spi.value()).isEmpty()) {
                    spisInUse.remove(spi);
                }
            }
        } finally {
            control.unlock();
        }
    }

    /// @throws IllegalStateException if the inbound SPI or the id is in use, or the data plane was closed
    /// @throws IllegalArgumentException if a key or the replay window has a wrong size
    @Override
    public void install(ChildSaSpec spec) {
        control.lock();
        try {
            InstalledSa sa = add(spec, false);
            successions.put(sa.id(), new Succession(sa));
            databases = databases.receiving(sa).sending(sa);
        } finally {
            control.unlock();
        }
    }

    /// @throws IllegalStateException if the inbound SPI or the id is in use, or the data plane was closed
    /// @throws IllegalArgumentException if a key or the replay window has a wrong size
    @Override
    public void installBehind(ChildSaSpec spec) {
        control.lock();
        try {
            alike.getOrDefault(Selectors.of(spec), List.of()).stream()
                    .reduce((_, newest) -> newest)
                    .flatMap(newest -> Optional.ofNullable(successions.get(newest)))
                    .ifPresentOrElse(
                            line -> replace(spec, line.sender().id()), () -> install(spec));
        } finally {
            control.unlock();
        }
    }

    /// @throws IllegalStateException if the inbound SPI or the id is in use, or the data plane was closed
    /// @throws IllegalArgumentException if a key or the replay window has a wrong size
    @Override
    public void replace(ChildSaSpec next, ChildSaId previous) {
        control.lock();
        try {
            InstalledSa old = installed.get(previous);
            Succession succession = successions.get(previous);
            if (old == null || succession == null) {
                install(next);
                return;
            }
            InstalledSa sa = add(next, true);
            succession.follow(sa, old);
            successions.put(sa.id(), succession);
            databases = databases.receiving(sa);
        } finally {
            control.unlock();
        }
    }

    private InstalledSa add(ChildSaSpec spec, boolean successor) {
        if (closed) {
            throw new IllegalStateException("the data plane is closed");
        }
        if (installed.containsKey(spec.id())) {
            throw new IllegalStateException(spec.id() + " is installed already");
        }
        if (databases.associations().find(spec.inboundSpi().value()).isPresent()) {
            throw new IllegalStateException("the SPI " + spec.inboundSpi() + " is in use");
        }
        PathToPeer path = new PathToPeer(spec.route(), limits, drops);
        InstalledSa sa = new InstalledSa(crypto, random, spec, path, successor);
        installed.put(sa.id(), sa);
        alike.computeIfAbsent(sa.selectors(), _ -> new ArrayList<>(1)).add(sa.id());
        spisInUse.add(sa.inboundSpi());
        return sa;
    }

    @Override
    public void switchOutbound(ChildSaId next) {
        control.lock();
        try {
            InstalledSa sa = installed.get(next);
            Succession succession = successions.get(next);
            if (sa == null || succession == null) {
                return;
            }
            InstalledSa before = succession.sender();
            succession.lead(sa);
            databases = databases.notSending(before).sending(sa);
        } finally {
            control.unlock();
        }
    }

    @Override
    public void route(Collection<ChildSaId> sas, EspRoute route) {
        List<PacketBuffer> ready = new ArrayList<>();
        control.lock();
        try {
            for (ChildSaId id : sas) {
                InstalledSa sa = installed.get(id);
                if (sa != null) {
                    ready.addAll(sa.path().changeTo(route, clock.getAsLong()));
                }
            }
        } finally {
            control.unlock();
        }
        if (!ready.isEmpty()) {
            outlet.send(ready.toArray(PacketBuffer[]::new), ready.size(), route);
        }
    }

    @Override
    public void remove(ChildSaId id) {
        control.lock();
        try {
            InstalledSa sa = installed.remove(id);
            if (sa == null) {
                return;
            }
            alike.computeIfPresent(
                    sa.selectors(), (_, ids) -> ids.remove(id) && ids.isEmpty() ? null : ids);
            Databases changed = databases.without(sa);
            Succession succession = successions.remove(id);
            if (succession != null) {
                boolean sent = succession.sender() == sa;
                succession.remove(sa);
                if (sent && !succession.isEmpty()) {
                    changed = changed.sending(succession.sender());
                }
            }
            databases = changed;
            spisInUse.remove(sa.inboundSpi());
            sa.close();
        } finally {
            control.unlock();
        }
    }

    @Override
    public ChildSaCounters counters(ChildSaId id) {
        control.lock();
        try {
            InstalledSa sa = installed.get(id);
            return sa == null ? ChildSaCounters.ZERO : sa.counters();
        } finally {
            control.unlock();
        }
    }

    /// Closes the device, waits for the transmit loop to end, and removes all SAs. May be called again, and by the
    /// listener. All buffers are back in the pool when the last call of [#accept] has returned.
    @Override
    public void close() {
        closed = true;
        device.close();
        if (Thread.currentThread() != loop) {
            awaitLoop();
        }
        control.lock();
        try {
            databases = Databases.EMPTY;
            installed.values().forEach(InstalledSa::close);
            installed.clear();
            successions.clear();
            spisInUse.clear();
        } finally {
            control.unlock();
        }
    }

    private void awaitLoop() {
        boolean interrupted = false;
        while (true) {
            try {
                loop.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
