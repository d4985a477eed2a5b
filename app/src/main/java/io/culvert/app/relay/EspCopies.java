package io.culvert.app.relay;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import java.util.Optional;

/// Bounded room for ESP packets that wait for a TCP connection. Safe for use by many threads.
///
/// Most packets are as large as an Ethernet frame, so that most buffers are, too; a packet that finds none is dropped.
final class EspCopies implements AutoCloseable {
    /// Room for the length in front (TE-004), and for alignment.
    private static final int HEADROOM = 16;

    private static final int SMALL_OCTETS = 2048;
    private static final int SMALL_COUNT = 4096;
    private static final int LARGE_OCTETS = 65_536 + HEADROOM;
    private static final int LARGE_COUNT = 32;

    private final PacketPool small = new PacketPool(SMALL_COUNT, SMALL_OCTETS, HEADROOM);
    private final PacketPool large = new PacketPool(LARGE_COUNT, LARGE_OCTETS, HEADROOM);

    /// A copy of a packet; empty if no room is left. Ownership: moves to the caller; the packet stays the caller's.
    Optional<PacketBuffer> copy(PacketBuffer packet) {
        boolean fits = packet.length() <= SMALL_OCTETS - HEADROOM;
        Optional<PacketBuffer> room = (fits ? small : large).acquire();
        room.ifPresent(copy -> {
            copy.range(HEADROOM, packet.length());
            copy.byteBuffer().put(packet.byteBuffer());
        });
        return room;
    }

    /// How many packets wait.
    int inUse() {
        return small.inUse() + large.inUse();
    }

    /// Frees the room, once no packet is under way any more.
    @Override
    public void close() {
        // whatever is still being written keeps its memory until the process ends
        if (small.closeIfUnused()) {
            large.closeIfUnused();
        }
    }
}
