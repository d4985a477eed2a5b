package io.culvert.app.daemon;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import java.util.concurrent.CountDownLatch;

/// A device that no packet comes from, and that drops what it is given.
///
/// @param mtu the largest packet in octets
/// @param closed counts down when it is closed
record NoDevice(int mtu, CountDownLatch closed) implements PacketDevice {
    NoDevice(int mtu) {
        this(mtu, new CountDownLatch(1));
    }

    @Override
    public String name() {
        return "none";
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
    public void write(PacketBuffer[] packets, int count) {
        for (int i = 0; i < count; i++) {
            packets[i].release();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
