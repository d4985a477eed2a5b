package io.culvert.esp.device;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded queue of packets between threads.
final class PacketQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Octets> packets = new ArrayDeque<>();
    private final int capacity;
    private boolean closed;

    PacketQueue(int capacity) {
        this.capacity = capacity;
    }

    /// Adds a packet, unless the queue is full or closed.
    boolean offer(Octets packet) {
        lock.lock();
        try {
            if (closed || packets.size() == capacity) {
                return false;
            }
            packets.add(packet);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Takes a packet, waiting for one at most this long.
    Optional<Octets> poll(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (packets.isEmpty() && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return Optional.ofNullable(packets.poll());
        } finally {
            lock.unlock();
        }
    }

    /// Waits for packets and copies them into buffers; -1 when the queue is closed. A packet that is larger than its
    /// buffer is lost.
    int read(PacketBuffer[] buffers, int count) {
        lock.lock();
        try {
            while (true) {
                while (packets.isEmpty() && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (closed) {
                    return -1;
                }
                int filled = fill(buffers, count);
                if (filled > 0) {
                    return filled;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private int fill(PacketBuffer[] buffers, int count) {
        int filled = 0;
        while (filled < count) {
            Octets packet = packets.poll();
            if (packet == null) {
                break;
            }
            PacketBuffer buffer = buffers[filled];
            if (packet.size() <= buffer.capacity() - buffer.start()) {
                buffer.set(buffer.start(), packet);
                filled++;
            }
        }
        return filled;
    }

    /// Lets readers go and takes nothing more.
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
