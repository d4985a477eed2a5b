package io.culvert.esp.device;

import static io.culvert.esp.ip.IpHeaderView.IPV4;
import static io.culvert.esp.ip.IpHeaderView.IPV6;

import io.culvert.esp.engine.SealResult;
import io.culvert.esp.ip.IpHeaderView;
import io.culvert.esp.ip.PacketTooBig;
import io.culvert.esp.policy.Verdict;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspOutlet;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.packet.PacketPool;
import java.io.IOException;
import java.net.Inet4Address;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The loop that reads the device, seals what it reads and sends it. For one thread, which may be blocked in the device
/// for long.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4301#section-5.1 RFC 4301 section 5.1
final class Transmitter implements Runnable {
    private static final int IPV4_AND_UDP_OCTETS = 28;
    private static final int IPV6_AND_UDP_OCTETS = 48;

    private final PacketDevice device;
    private final DeviceWriter writer;
    private final EspOutlet outlet;
    private final PacketPool pool;
    private final Supplier<Databases> databases;
    private final DropCounters drops;
    private final Reporter reporter;
    private final LongSupplier clock;
    private final UserspaceDataPlane.Limits limits;

    private final IpHeaderView view = new IpHeaderView();
    private final PacketBuffer[] empty;
    private final PacketBuffer[] sealed;
    private final EspRoute[] routes;
    private final PacketBuffer[] group;
    private final PacketBuffer[] answer = new PacketBuffer[1];
    private final PacketBuffer[] spare = new PacketBuffer[1];
    private int emptyCount;
    private int sealedCount;

    /// Takes one buffer, to read on with when all others are in use.
    ///
    /// @param clock nanoseconds that only move forward
    /// @throws IllegalStateException if no buffer is free
    Transmitter(
            PacketDevice device,
            DeviceWriter writer,
            EspOutlet outlet,
            PacketPool pool,
            Supplier<Databases> databases,
            DropCounters drops,
            Reporter reporter,
            LongSupplier clock,
            UserspaceDataPlane.Limits limits) {
        this.device = device;
        this.writer = writer;
        this.outlet = outlet;
        this.pool = pool;
        this.databases = databases;
        this.drops = drops;
        this.reporter = reporter;
        this.clock = clock;
        this.limits = limits;
        empty = new PacketBuffer[limits.batch()];
        sealed = new PacketBuffer[limits.batch()];
        routes = new EspRoute[limits.batch()];
        group = new PacketBuffer[limits.batch()];
        spare[0] =
                pool.acquire()
                        .orElseThrow(() -> new IllegalStateException("no packet buffer is free"));
    }

    /// Runs until the device is closed or broken.
    @Override
    public void run() {
        try {
            boolean open = true;
            while (open) {
                refill();
                open = emptyCount > 0 ? transmitBatch() : readAndDrop();
            }
        } catch (IOException | RuntimeException e) {
            reporter.failed(e);
        } finally {
            spare[0].release();
            for (int i = 0; i < emptyCount; i++) {
                empty[i].release();
            }
        }
    }

    private void refill() {
        while (emptyCount < empty.length) {
            Optional<PacketBuffer> buffer = pool.acquire();
            if (buffer.isEmpty()) {
                return;
            }
            empty[emptyCount++] = buffer.get();
        }
    }

    private boolean transmitBatch() throws IOException {
        int count = device.read(empty, emptyCount);
        if (count < 0) {
            return false;
        }
        Databases now = databases.get();
        for (int i = 0; i < count; i++) {
            protect(now, empty[i]);
        }
        emptyCount -= count;
        System.arraycopy(empty, count, empty, 0, emptyCount);
        sendByRoute();
        return true;
    }

    private boolean readAndDrop() throws IOException {
        int start = spare[0].start();
        int count = device.read(spare, 1);
        spare[0].range(start, 0);
        drops.count(DropReason.NO_BUFFER, Math.max(count, 0));
        return count >= 0;
    }

    /// Ownership: moves to the callee.
    private void protect(Databases now, PacketBuffer packet) {
        if (!view.read(packet)) {
            drops.drop(packet, DropReason.MALFORMED_OUTBOUND);
            return;
        }
        packet.range(packet.start(), view.totalOctets());
        switch (now.policies().lookup(view)) {
            case Verdict.Discard<InstalledSa>() -> drops.drop(packet, DropReason.NO_POLICY);
            case Verdict.Protect<InstalledSa>(InstalledSa sa) -> protect(now, sa, packet);
        }
    }

    private void protect(Databases now, InstalledSa sa, PacketBuffer packet) {
        boolean transport = sa.transportMode().isPresent();
        if (transport && !sa.transportMode().get().admits(view)) {
            drop(packet, sa, DropReason.NOT_FOR_TRANSPORT_MODE);
            return;
        }
        int header = transport ? view.payloadAt() : 0;
        EspRoute route = sa.path().route();
        int room = header + sa.outbound().layout().largestPayloadOctets(espOctets(route));
        if (isTooBig(room)) {
            refuse(packet, room);
            return;
        }
        if (sa.sent().isSpent()) {
            drop(packet, sa, DropReason.LIFETIME_OVER);
            return;
        }
        int nextHeader = transport ? view.protocol() : view.isIpv6() ? IPV6 : IPV4;
        packet.growFront(-header);
        int octets = packet.length();
        switch (sa.outbound().seal(packet, nextHeader)) {
            case SealResult.SEALED -> {
                sa.sent().add(octets);
                reporter.softLimit(sa);
                if (sa.sent().isSpent()) {
                    reporter.hardLimit(sa);
                }
                forward(sa, packet);
            }
            case SealResult.NO_ROOM -> drop(packet, sa, DropReason.NO_ROOM);
            case SealResult.SEQUENCE_EXHAUSTED -> {
                drop(packet, sa, DropReason.SEQUENCE_EXHAUSTED);
                reporter.hardLimit(sa);
            }
            case SealResult.CLOSED -> {
                packet.growFront(header);
                protectByAnother(now, sa, packet);
            }
        }
    }

    /// The SA was removed after it was looked up: the packet is for whichever SA has taken its place.
    private void protectByAnother(Databases before, InstalledSa sa, PacketBuffer packet) {
        Databases now = databases.get();
        if (now.equals(before)) {
            drop(packet, sa, DropReason.CLOSED);
        } else {
            protect(now, packet);
        }
    }

    /// What may be cut is cut outside: our own system fragments the UDP datagram.
    private boolean isTooBig(int room) {
        return view.isDontFragment()
                && view.totalOctets() > room
                && !(view.isIpv6() && view.totalOctets() <= PacketTooBig.IPV6_MINIMUM_MTU);
    }

    private void refuse(PacketBuffer packet, int room) {
        drops.count(DropReason.TOO_BIG, 1);
        int mtu = view.isIpv6() ? Math.max(room, PacketTooBig.IPV6_MINIMUM_MTU) : room;
        if (!PacketTooBig.answer(packet, view, mtu)) {
            packet.release();
            return;
        }
        answer[0] = packet;
        writer.write(answer, 1);
    }

    private int espOctets(EspRoute route) {
        return switch (route) {
            case EspRoute.Udp udp ->
                    limits.pathMtu()
                            - (udp.remote().getAddress() instanceof Inet4Address
                                    ? IPV4_AND_UDP_OCTETS
                                    : IPV6_AND_UDP_OCTETS);
            case EspRoute.Tcp _ -> limits.tcpMessageOctets();
            case EspRoute.Unknown _ -> limits.pathMtu() - IPV6_AND_UDP_OCTETS;
        };
    }

    private void forward(InstalledSa sa, PacketBuffer packet) {
        EspRoute route = sa.path().routeOrHold(packet, clock.getAsLong());
        if (route instanceof EspRoute.Unknown) {
            return;
        }
        sealed[sealedCount] = packet;
        routes[sealedCount++] = route;
    }

    /// Sends the batch, what takes one route together and in order.
    private void sendByRoute() {
        int left = sealedCount;
        sealedCount = 0;
        while (left > 0) {
            EspRoute route = routes[0];
            int grouped = 0;
            int others = 0;
            for (int i = 0; i < left; i++) {
                if (routes[i].equals(route)) {
                    group[grouped++] = sealed[i];
                } else {
                    sealed[others] = sealed[i];
                    routes[others++] = routes[i];
                }
            }
            left = others;
            outlet.send(group, grouped, route);
        }
    }

    private void drop(PacketBuffer packet, InstalledSa sa, DropReason reason) {
        sa.countDrop(reason);
        drops.drop(packet, reason);
    }
}
