package io.culvert.app.relay;

import io.culvert.ike.transport.DatagramFramer;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.net.Counters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The UDP sockets of a relay, all read by one thread; any thread sends, and nobody ever waits for a socket.
final class Datagrams implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Datagrams.class.getName());
    private static final int DATAGRAM_OCTETS = 65_536;

    /// What the system keeps while the thread is busy with other sockets.
    private static final int SYSTEM_BUFFER_OCTETS = 512 * 1024;

    /// After so many datagrams of one socket the others have their turn.
    private static final int AT_A_TIME = 32;

    private final Selector selector;
    private final Counters counters;
    private final PacketPool pool = new PacketPool(1, DATAGRAM_OCTETS, 0);
    private final PacketBuffer received = pool.acquire().orElseThrow();
    private final Set<Port> ports = ConcurrentHashMap.newKeySet();
    private final Thread reader;

    /// Takes what comes to a socket. For the thread that reads; must not block.
    interface Receiver {
        /// A datagram came.
        ///
        /// @param datagram valid until this call returns; not empty
        void received(Port port, InetSocketAddress source, PacketBuffer datagram);

        /// No more datagrams for now.
        void pause(Port port);
    }

    Datagrams(Counters counters) throws IOException {
        this.counters = counters;
        selector = Selector.open();
        reader = Thread.ofPlatform().daemon().name("relay-udp").unstarted(this::readUntilClosed);
        reader.start();
    }

    /// A socket for many peers.
    ///
    /// @param local not a wildcard, so that what is sent comes from it
    /// @param receiver may be called before this returns
    Port bind(InetSocketAddress local, Receiver receiver) throws IOException {
        return open(local, channel -> channel.bind(local), receiver);
    }

    /// A socket for one peer, at a port of its own; what comes from others does not reach us.
    Port connect(InetSocketAddress remote, Receiver receiver) throws IOException {
        return open(remote, channel -> channel.connect(remote), receiver);
    }

    private Port open(InetSocketAddress family, Preparation preparation, Receiver receiver)
            throws IOException {
        DatagramChannel channel =
                DatagramChannel.open(
                        family.getAddress() instanceof Inet6Address
                                ? StandardProtocolFamily.INET6
                                : StandardProtocolFamily.INET);
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SYSTEM_BUFFER_OCTETS);
            channel.configureBlocking(false);
            preparation.prepare(channel);
            Port port = new Port(channel, receiver);
            channel.register(selector, SelectionKey.OP_READ, port);
            ports.add(port);
            selector.wakeup();
            return port;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// Binds or connects a socket.
    @FunctionalInterface
    private interface Preparation {
        void prepare(DatagramChannel channel) throws IOException;
    }

    /// Ends the thread and closes all sockets.
    @Override
    public void close() {
        try {
            ports.forEach(Port::close);
            selector.close();
            reader.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void readUntilClosed() {
        try {
            while (selector.isOpen()) {
                selector.select(key -> read((Port) key.attachment()));
            }
        } catch (ClosedSelectorException closed) {
            return;
        } catch (IOException e) {
            LOG.log(Level.ERROR, "UDP cannot be received any more", e);
        } finally {
            received.release();
            pool.close();
        }
    }

    private void read(Port port) {
        try {
            for (int i = 0; i < AT_A_TIME && take(port); i++) {}
            port.receiver.pause(port);
        } catch (RuntimeException | AssertionError e) {
            LOG.log(Level.ERROR, "a datagram to " + port + " made us stumble", e);
            counters.count("INTERNAL_ERROR");
        }
    }

    /// Whether there may be more.
    private boolean take(Port port) {
        received.range(0, received.capacity());
        ByteBuffer target = received.byteBuffer();
        try {
            if (!(port.channel.receive(target) instanceof InetSocketAddress source)) {
                return false;
            }
            received.range(0, target.position());
            if (received.length() > 0) {
                port.receiver.received(port, source, received);
            }
            return true;
        } catch (PortUnreachableException e) {
            counters.count("UDP_PORT_UNREACHABLE");
            return true;
        } catch (ClosedChannelException e) {
            return false;
        } catch (IOException e) {
            counters.count("UDP_RECEIVE_FAILED");
            return false;
        }
    }

    /// One socket.
    final class Port {
        private final DatagramChannel channel;
        private final Receiver receiver;
        private final InetSocketAddress local;
        private final boolean connected;

        private Port(DatagramChannel channel, Receiver receiver) throws IOException {
            this.channel = channel;
            this.receiver = receiver;
            this.local = (InetSocketAddress) channel.getLocalAddress();
            this.connected = channel.isConnected();
        }

        InetSocketAddress local() {
            return local;
        }

        /// Sends a datagram; on a connected socket to its one peer. What the system does not take at once is dropped.
        ///
        /// @return whether it was taken
        boolean send(ByteBuffer payload, InetSocketAddress remote) {
            int size = payload.remaining();
            try {
                int sent = connected ? channel.write(payload) : channel.send(payload, remote);
                if (sent == size) {
                    return true;
                }
                counters.count("UDP_BACKLOG");
            } catch (PortUnreachableException e) {
                counters.count("UDP_PORT_UNREACHABLE");
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "{0} octets to {1}: {2}", size, remote, e.getMessage());
                counters.count("UDP_SEND_FAILED");
            }
            return false;
        }

        /// Sends an IKE message, behind a marker if the port is shared with ESP.
        boolean sendIke(Octets message, boolean marker, InetSocketAddress remote) {
            return send(DatagramFramer.payload(message, marker).asByteBuffer(), remote);
        }

        void close() {
            ports.remove(this);
            try {
                channel.close();
                // its key holds memory until the next selection
                selector.wakeup();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "closing " + this, e);
            }
        }

        @Override
        public String toString() {
            return "udp " + local;
        }
    }
}
