package io.culvert.esp.device;

import io.culvert.esp.engine.InboundSa;
import io.culvert.esp.engine.IvSource;
import io.culvert.esp.engine.OutboundSa;
import io.culvert.esp.policy.SecurityPolicy;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.dataplane.ChildSaCounters;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.value.Spi;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// A Child SA as the data plane keeps it. Safe for use by many threads.
final class InstalledSa implements AutoCloseable {
    private final ChildSaId id;
    private final Spi inboundSpi;
    private final OutboundSa outbound;
    private final InboundSa inbound;
    private final SecurityPolicy<InstalledSa> policy;
    private final Optional<TransportMode> transportMode;
    private final Selectors selectors;
    private final PathToPeer path;
    private final Usage sent;
    private final Usage received;
    private final LongAdder replayDrops = new LongAdder();
    private final LongAdder integrityDrops = new LongAdder();
    private final LongAdder selectorDrops = new LongAdder();
    private final AtomicBoolean softReported = new AtomicBoolean();
    private final AtomicBoolean hardReported = new AtomicBoolean();
    private final AtomicBoolean firstPacketAwaited;

    /// @param successor whether it replaces another, so that its first packet is news
    InstalledSa(
            CryptoProvider crypto,
            SecureRandom random,
            ChildSaSpec spec,
            PathToPeer path,
            boolean successor) {
        firstPacketAwaited = new AtomicBoolean(successor);
        id = spec.id();
        inboundSpi = spec.inboundSpi();
        selectors = Selectors.of(spec);
        this.path = path;
        transportMode = TransportMode.of(spec);
        sent = new Usage(spec.lifetime());
        received = new Usage(spec.lifetime());
        inbound = new InboundSa(crypto, spec.transform(), spec.inboundKeys(), spec.replayWindow());
        try {
            outbound = outbound(crypto, random, spec);
        } catch (RuntimeException e) {
            inbound.close();
            throw e;
        }
        policy = new SecurityPolicy<>(spec.local(), spec.remote(), this);
    }

    private static OutboundSa outbound(
            CryptoProvider crypto, SecureRandom random, ChildSaSpec spec) {
        IvSource ivs = IvSource.of(spec.transform().encryption(), random);
        return new OutboundSa(
                crypto, spec.transform(), spec.outboundSpi(), spec.outboundKeys(), ivs);
    }

    ChildSaId id() {
        return id;
    }

    Selectors selectors() {
        return selectors;
    }

    Spi inboundSpi() {
        return inboundSpi;
    }

    OutboundSa outbound() {
        return outbound;
    }

    InboundSa inbound() {
        return inbound;
    }

    SecurityPolicy<InstalledSa> policy() {
        return policy;
    }

    /// How it carries payloads, unless it carries whole packets.
    Optional<TransportMode> transportMode() {
        return transportMode;
    }

    PathToPeer path() {
        return path;
    }

    Usage sent() {
        return sent;
    }

    Usage received() {
        return received;
    }

    /// Counts a drop that is this SA's own.
    void countDrop(DropReason reason) {
        switch (reason) {
            case REPLAYED -> replayDrops.increment();
            case MALFORMED_ESP, FORGED, BAD_TRAILER, UNSUPPORTED_NEXT_HEADER, MALFORMED_INNER ->
                    integrityDrops.increment();
            case SELECTOR_MISMATCH -> selectorDrops.increment();
            case UNKNOWN_SPI,
                    DUMMY,
                    MALFORMED_OUTBOUND,
                    NO_POLICY,
                    NOT_FOR_TRANSPORT_MODE,
                    TOO_BIG,
                    NO_ROOM,
                    SEQUENCE_EXHAUSTED,
                    LIFETIME_OVER,
                    NO_ROUTE,
                    ROUTE_TOO_LATE,
                    NO_BUFFER,
                    CLOSED,
                    DEVICE_BROKEN -> {}
        }
    }

    /// Whether it is time to rekey and that was not said before.
    boolean isSoftReport() {
        boolean reached =
                sent.isSoftReached() || received.isSoftReached() || outbound.isNearlyExhausted();
        return reached && softReported.compareAndSet(false, true);
    }

    /// Whether this is the first packet from the peer, and that is news.
    boolean isFirstPacketReport() {
        return firstPacketAwaited.get() && firstPacketAwaited.compareAndSet(true, false);
    }

    /// Whether the end of the SA was not told before.
    boolean isHardReport() {
        return hardReported.compareAndSet(false, true);
    }

    ChildSaCounters counters() {
        return new ChildSaCounters(
                received.packets(),
                received.octets(),
                sent.packets(),
                sent.octets(),
                replayDrops.sum(),
                integrityDrops.sum(),
                selectorDrops.sum());
    }

    @Override
    public void close() {
        path.close();
        outbound.close();
        inbound.close();
    }
}
