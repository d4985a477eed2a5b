package io.culvert.esp.device;

import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.PacketBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where an SA's ESP goes, and what waits while that is not known (IT-063). Safe for use by many threads.
final class PathToPeer {
    /// A sealed packet that waits for a route.
    private record Waiting(PacketBuffer packet, long sinceNanos) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final int capacity;
    private final long patienceNanos;
    private final DropCounters drops;
    private EspRoute route;
    private @Nullable EspRoute reported;
    private boolean closed;

    PathToPeer(EspRoute route, UserspaceDataPlane.Limits limits, DropCounters drops) {
        this.route = route;
        this.drops = drops;
        capacity = limits.waitingPackets();
        patienceNanos = limits.waitingTime().toNanos();
    }

    synchronized EspRoute route() {
        return route;
    }

    /// Says where a sealed packet goes, and takes it if that is nowhere yet. Ownership: moves to the callee if the result
    /// is [EspRoute.Unknown].
    synchronized EspRoute routeOrHold(PacketBuffer packet, long nowNanos) {
        if (route instanceof EspRoute.Unknown) {
            hold(packet, nowNanos);
        }
        return route;
    }

    private void hold(PacketBuffer packet, long nowNanos) {
        dropLate(nowNanos);
        if (closed) {
            drops.drop(packet, DropReason.CLOSED);
        } else if (waiting.size() == capacity) {
            drops.drop(packet, DropReason.NO_ROUTE);
        } else {
            waiting.add(new Waiting(packet, nowNanos));
        }
    }

    /// Sets the route.
    ///
    /// @return the packets that waited for it, not for too long. Ownership: moves to the caller
    synchronized List<PacketBuffer> changeTo(EspRoute newRoute, long nowNanos) {
        route = newRoute;
        reported = null;
        if (newRoute instanceof EspRoute.Unknown) {
            return List.of();
        }
        dropLate(nowNanos);
        List<PacketBuffer> ready = waiting.stream().map(Waiting::packet).toList();
        waiting.clear();
        return ready;
    }

    private void dropLate(long nowNanos) {
        while (!waiting.isEmpty() && nowNanos - waiting.getFirst().sinceNanos() > patienceNanos) {
            drops.drop(waiting.removeFirst().packet(), DropReason.ROUTE_TOO_LATE);
        }
    }

    /// Whether the peer is heard from a place that is not ours to send to and was not reported yet.
    synchronized boolean isNewPlace(EspRoute from) {
        if (from.equals(route)) {
            reported = null;
            return false;
        }
        if (from.equals(reported)) {
            return false;
        }
        reported = from;
        return true;
    }

    /// Drops what waits, now and later.
    synchronized void close() {
        closed = true;
        waiting.forEach(held -> drops.drop(held.packet(), DropReason.CLOSED));
        waiting.clear();
    }
}
