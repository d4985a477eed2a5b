package io.culvert.ipsec.packet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Optional;

/// A bounded pool of packet buffers cut from one native slab. Safe for use by many threads.
///
/// When it is empty packets are dropped, never memory allocated.
public final class PacketPool implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final ArrayDeque<PacketBuffer> free;
    private final int count;
    private final int headroom;
    private boolean closed; // guarded by free

    /// Allocates the slab.
    ///
    /// @param count how many buffers there are
    /// @param capacity octets of each, headroom and tailroom included
    /// @param headroom octets that are free before the packet when a buffer is handed out
    public PacketPool(int count, int capacity, int headroom) {
        if (headroom > capacity) {
            throw new IllegalArgumentException(
                    "headroom " + headroom + " exceeds capacity " + capacity);
        }
        this.count = count;
        this.headroom = headroom;
        free = new ArrayDeque<>(count);
        long stride = (capacity + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
        MemorySegment slab = arena.allocate(stride * count, ALIGNMENT);
        for (int i = 0; i < count; i++) {
            free.add(new PacketBuffer(this, slab.asSlice(i * stride, capacity)));
        }
    }

    /// Takes a buffer with an empty packet in it, unless all are in use or the pool is closed. Ownership: moves to the
    /// caller.
    public Optional<PacketBuffer> acquire() {
        PacketBuffer buffer;
        synchronized (free) {
            buffer = closed ? null : free.pollLast();
        }
        if (buffer == null) {
            return Optional.empty();
        }
        buffer.handOut(headroom);
        return Optional.of(buffer);
    }

    /// How many buffers are in use: zero when nothing leaks.
    public int inUse() {
        synchronized (free) {
            return count - free.size();
        }
    }

    /// Frees the slab; buffers still out fail on use. Call when all loops have ended.
    @Override
    public void close() {
        synchronized (free) {
            closed = true;
        }
        arena.close();
    }

    /// Frees the slab unless buffers are in use, for where somebody may still want to send.
    ///
    /// @return whether it is closed
    public boolean closeIfUnused() {
        synchronized (free) {
            if (free.size() < count) {
                return false;
            }
            closed = true;
        }
        arena.close();
        return true;
    }

    void takeBack(PacketBuffer buffer) {
        synchronized (free) {
            free.add(buffer);
        }
    }
}
