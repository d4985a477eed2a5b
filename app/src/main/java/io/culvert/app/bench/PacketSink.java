package io.culvert.app.bench;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/// A device whose host has nothing to send and counts what it gets.
final class PacketSink implements PacketDevice {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final LongAdder packets = new LongAdder();
    private final int mtu;

    PacketSink(int mtu) {
        this.mtu = mtu;
    }

    /// How many packets came.
    long packets() {
        return packets.sum();
    }

    @Override
    public String name() {
        return "sink";
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int read(PacketBuffer[] buffers, int count) {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return -1;
    }

    @Override
    public void write(PacketBuffer[] arrived, int count) {
        for (int i = 0; i < count; i++) {
            arrived[i].release();
        }
        packets.add(count);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
