package io.culvert.runtime.net;

import io.culvert.ipsec.packet.DatagramPort;
import io.culvert.ipsec.packet.PacketBuffer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;

/// A UDP port by the JDK's own means: one datagram per system call, on every platform.
public final class NioDatagramPort implements DatagramPort {
    private final DatagramChannel channel;
    private final InetSocketAddress local;

    private NioDatagramPort(DatagramChannel channel, InetSocketAddress local) {
        this.channel = channel;
        this.local = local;
    }

    /// Binds a socket.
    ///
    /// @param local one of our addresses, not a wildcard, so that what we send comes from it; port 0 takes a free one
    /// @throws PortUnavailableException if that is not possible
    public static NioDatagramPort bind(InetSocketAddress local) throws IOException {
        boolean ipv6 = local.getAddress() instanceof Inet6Address;
        DatagramChannel channel =
                DatagramChannel.open(
                        ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            channel.bind(local);
            return new NioDatagramPort(channel, (InetSocketAddress) channel.getLocalAddress());
        } catch (IOException e) {
            channel.close();
            throw new PortUnavailableException("UDP", local, e);
        }
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public int receive(PacketBuffer[] buffers, InetSocketAddress[] sources, int count)
            throws IOException {
        PacketBuffer buffer = buffers[0];
        int start = buffer.start();
        buffer.range(start, buffer.capacity() - start);
        ByteBuffer target = buffer.byteBuffer();
        try {
            sources[0] = (InetSocketAddress) channel.receive(target);
            buffer.range(start, target.position());
            return 1;
        } catch (ClosedChannelException closed) {
            buffer.range(start, 0);
            return -1;
        }
    }

    @Override
    public void send(PacketBuffer[] payloads, InetSocketAddress[] destinations, int count)
            throws IOException {
        int next = 0;
        try {
            while (next < count) {
                channel.send(payloads[next].byteBuffer(), destinations[next]);
                payloads[next++].release();
            }
        } finally {
            for (; next < count; next++) {
                payloads[next].release();
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
