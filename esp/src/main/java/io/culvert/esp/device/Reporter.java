package io.culvert.esp.device;

import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.Spi;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Tells the listener of a data plane what it should know, each thing once or at a bounded rate.
final class Reporter {
    private final Consumer<DataPlaneEvent> listener;
    private final RateLimit unknownSpis;
    private final AtomicBoolean failed = new AtomicBoolean();

    Reporter(Consumer<DataPlaneEvent> listener, RateLimit unknownSpis) {
        this.listener = listener;
        this.unknownSpis = unknownSpis;
    }

    void softLimit(InstalledSa sa) {
        if (sa.isSoftReport()) {
            listener.accept(new DataPlaneEvent.LifetimeReached(sa.id(), false));
        }
    }

    void hardLimit(InstalledSa sa) {
        if (sa.isHardReport()) {
            listener.accept(new DataPlaneEvent.LifetimeReached(sa.id(), true));
        }
    }

    void firstPacket(InstalledSa sa) {
        if (sa.isFirstPacketReport()) {
            listener.accept(new DataPlaneEvent.FirstPacket(sa.id()));
        }
    }

    void heardFrom(InstalledSa sa, EspRoute from) {
        if (sa.path().isNewPlace(from)) {
            listener.accept(new DataPlaneEvent.PeerMoved(sa.id(), from));
        }
    }

    void unknownSpi(int spi, EspRoute from, long nowNanos) {
        if (unknownSpis.admits(nowNanos)) {
            listener.accept(new DataPlaneEvent.UnknownSpi(new Spi(spi), from));
        }
    }

    void failed(Exception cause) {
        if (failed.compareAndSet(false, true)) {
            listener.accept(new DataPlaneEvent.Failed(cause.toString()));
        }
    }
}
