package io.culvert.runtime.embed;

import io.culvert.ipsec.dataplane.ChildSaCounters;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.Spi;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// Remembers what was installed and reserved.
final class RecordingDataPlane implements DataPlane, EspIntake {
    final Map<ChildSaId, ChildSaSpec> installed = new ConcurrentHashMap<>();
    final Map<ChildSaId, EspRoute> routes = new ConcurrentHashMap<>();
    final Set<Spi> reserved = ConcurrentHashMap.newKeySet();
    final BlockingQueue<EspRoute> arrivals = new LinkedBlockingQueue<>();
    volatile boolean refuses;
    volatile boolean closed;
    private int lastSpi = 255;

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public synchronized List<Spi> reserveSpis(int count) {
        List<Spi> spis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spis.add(new Spi(++lastSpi));
        }
        reserved.addAll(spis);
        return spis;
    }

    @Override
    public void releaseSpis(Collection<Spi> spis) {
        reserved.removeAll(spis);
    }

    @Override
    public void install(ChildSaSpec spec) {
        if (refuses) {
            throw new IllegalStateException("no room");
        }
        installed.put(spec.id(), spec);
    }

    @Override
    public void installBehind(ChildSaSpec spec) {
        install(spec);
    }

    @Override
    public void replace(ChildSaSpec next, ChildSaId previous) {
        installed.put(next.id(), next);
    }

    @Override
    public void switchOutbound(ChildSaId next) {}

    @Override
    public void route(Collection<ChildSaId> sas, EspRoute route) {
        sas.forEach(sa -> routes.put(sa, route));
    }

    @Override
    public void remove(ChildSaId sa) {
        ChildSaSpec gone = installed.remove(sa);
        if (gone != null) {
            reserved.remove(gone.inboundSpi());
        }
    }

    @Override
    public ChildSaCounters counters(ChildSaId sa) {
        return ChildSaCounters.ZERO;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void accept(PacketBuffer[] packets, int count, EspRoute from) {
        arrivals.add(from);
        for (int i = 0; i < count; i++) {
            packets[i].release();
        }
    }
}
