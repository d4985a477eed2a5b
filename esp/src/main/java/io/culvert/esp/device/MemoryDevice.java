package io.culvert.esp.device;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.Optional;

/// A device whose host is the program itself: it sends and receives whole IP packets by method calls.
///
/// Safe for use by many threads.
public final class MemoryDevice implements PacketDevice {
    private final String name;
    private final int mtu;
    private final PacketQueue outbound;
    private final PacketQueue inbound;

    /// A device without packets.
    ///
    /// @param name for people
    /// @param mtu the largest packet that may be sent, in octets
    /// @param capacity how many packets may wait in each direction; further ones are dropped
    public MemoryDevice(String name, int mtu, int capacity) {
        this.name = name;
        this.mtu = mtu;
        outbound = new PacketQueue(capacity);
        inbound = new PacketQueue(capacity);
    }

    /// Sends an IP packet into the tunnel.
    ///
    /// @return false if it exceeds the MTU, too many packets wait, or the device is closed
    public boolean send(Octets packet) {
        return packet.size() <= mtu && outbound.offer(packet);
    }

    /// Takes an IP packet that came out of the tunnel, waiting for one at most this long.
    ///
    /// @return nothing if none came in time or the device was closed
    public Optional<Octets> receive(Duration timeout) throws InterruptedException {
        return inbound.poll(timeout);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int read(PacketBuffer[] buffers, int count) {
        return outbound.read(buffers, count);
    }

    @Override
    public void write(PacketBuffer[] packets, int count) {
        for (int i = 0; i < count; i++) {
            inbound.offer(packets[i].toOctets());
            packets[i].release();
        }
    }

    @Override
    public void close() {
        outbound.close();
        inbound.close();
    }
}
