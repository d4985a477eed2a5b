package io.culvert.esp.device;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/// Lets one thread at a time write to a device. Safe for use by many threads.
final class DeviceWriter {
    private final ReentrantLock lock = new ReentrantLock();
    private final PacketDevice device;
    private final DropCounters drops;
    private final Reporter reporter;

    DeviceWriter(PacketDevice device, DropCounters drops, Reporter reporter) {
        this.device = device;
        this.drops = drops;
        this.reporter = reporter;
    }

    /// Hands packets to the device. Ownership: moves to the callee.
    void write(PacketBuffer[] packets, int count) {
        lock.lock();
        try {
            device.write(packets, count);
        } catch (IOException e) {
            drops.count(DropReason.DEVICE_BROKEN, count);
            reporter.failed(e);
        } finally {
            lock.unlock();
        }
    }
}
