package io.culvert.esp.device;

import static io.culvert.esp.ip.IpHeaderView.IPV4;
import static io.culvert.esp.ip.IpHeaderView.IPV6;

import io.culvert.esp.engine.OpenResult;
import io.culvert.esp.engine.OpenedPacket;
import io.culvert.esp.ip.IpHeaderView;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.PacketBuffer;
import java.util.Optional;

/// Opens one batch of ESP packets. For one thread; what the batches share is given to it.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4301#section-5.2 RFC 4301 section 5.2
final class Receiver {
    private static final int SMALLEST_ESP_OCTETS = 8;
    private static final int NO_NEXT_HEADER = 59;

    private final Databases databases;
    private final DropCounters drops;
    private final Reporter reporter;
    private final EspRoute from;
    private final long nowNanos;
    private final IpHeaderView view = new IpHeaderView();
    private final OpenedPacket opened = new OpenedPacket();

    Receiver(
            Databases databases,
            DropCounters drops,
            Reporter reporter,
            EspRoute from,
            long nowNanos) {
        this.databases = databases;
        this.drops = drops;
        this.reporter = reporter;
        this.from = from;
        this.nowNanos = nowNanos;
    }

    /// Opens the packets and moves those for the device to the front of `inner`.
    ///
    /// Ownership: moves to the callee, of those in `inner` back to the caller.
    ///
    /// @param inner room for `count` packets
    /// @return how many packets there are for the device
    int open(PacketBuffer[] packets, int count, PacketBuffer[] inner) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (opens(packets[i])) {
                inner[kept++] = packets[i];
            }
        }
        return kept;
    }

    /// Ownership: moves to the callee if the result is false.
    private boolean opens(PacketBuffer packet) {
        if (packet.length() < SMALLEST_ESP_OCTETS) {
            drops.drop(packet, DropReason.MALFORMED_ESP);
            return false;
        }
        int spi = packet.u32(0);
        Optional<InstalledSa> found = databases.associations().find(spi);
        if (found.isEmpty()) {
            drops.drop(packet, DropReason.UNKNOWN_SPI);
            reporter.unknownSpi(spi, from, nowNanos);
            return false;
        }
        InstalledSa sa = found.get();
        if (sa.received().isSpent()) {
            return drop(packet, sa, DropReason.LIFETIME_OVER);
        }
        return switch (sa.inbound().open(packet, opened)) {
            case OpenResult.OPENED -> isForDevice(packet, sa);
            case OpenResult.MALFORMED -> drop(packet, sa, DropReason.MALFORMED_ESP);
            case OpenResult.REPLAYED -> drop(packet, sa, DropReason.REPLAYED);
            case OpenResult.FORGED -> drop(packet, sa, DropReason.FORGED);
            case OpenResult.BAD_TRAILER -> drop(packet, sa, DropReason.BAD_TRAILER);
            case OpenResult.CLOSED -> drop(packet, sa, DropReason.CLOSED);
        };
    }

    private boolean isForDevice(PacketBuffer packet, InstalledSa sa) {
        sa.received().add(packet.length());
        reporter.firstPacket(sa);
        if (opened.isNewest()) {
            reporter.heardFrom(sa, from);
        }
        reporter.softLimit(sa);
        if (sa.received().isSpent()) {
            reporter.hardLimit(sa);
        }
        int nextHeader = opened.nextHeader();
        if (nextHeader == NO_NEXT_HEADER) {
            return drop(packet, sa, DropReason.DUMMY);
        }
        boolean transport = sa.transportMode().isPresent();
        if (transport
                ? !sa.transportMode().get().restore(packet, nextHeader)
                : nextHeader != IPV4 && nextHeader != IPV6) {
            return drop(packet, sa, DropReason.UNSUPPORTED_NEXT_HEADER);
        }
        if (!view.read(packet) || (!transport && view.isIpv6() != (nextHeader == IPV6))) {
            return drop(packet, sa, DropReason.MALFORMED_INNER);
        }
        if (!sa.policy().admitsInbound(view)) {
            return drop(packet, sa, DropReason.SELECTOR_MISMATCH);
        }
        // what follows the inner packet is padding against traffic analysis, RFC 4303 section 2.7
        packet.range(packet.start(), view.totalOctets());
        return true;
    }

    private boolean drop(PacketBuffer packet, InstalledSa sa, DropReason reason) {
        sa.countDrop(reason);
        drops.drop(packet, reason);
        return false;
    }
}
