package io.culvert.app.bench;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.value.Octets;

/// A device whose host always has another packet to send: the same one.
final class PacketSource implements PacketDevice {
    private final Octets packet;
    private volatile boolean closed;

    PacketSource(Octets packet) {
        this.packet = packet;
    }

    @Override
    public String name() {
        return "source";
    }

    @Override
    public int mtu() {
        return packet.size();
    }

    @Override
    public int read(PacketBuffer[] buffers, int count) {
        if (closed) {
            return -1;
        }
        for (int i = 0; i < count; i++) {
            buffers[i].set(buffers[i].start(), packet);
        }
        return count;
    }

    @Override
    public void write(PacketBuffer[] packets, int count) {
        for (int i = 0; i < count; i++) {
            packets[i].release();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
