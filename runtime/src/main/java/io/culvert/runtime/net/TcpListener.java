package io.culvert.runtime.net;

import io.culvert.ike.transport.StreamFraming;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// A TCP port that accepts connections, on a virtual thread.
final class TcpListener {
    private static final System.Logger LOG = System.getLogger(TcpListener.class.getName());

    /// Accepting fails when the process is out of descriptors; trying at once again would only burn the processor.
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private static final int BACKLOG = 512;

    private final ServerSocketChannel channel;
    private final InetSocketAddress local;
    private final Set<StreamFraming> served;

    private TcpListener(
            ServerSocketChannel channel, InetSocketAddress local, Set<StreamFraming> served) {
        this.channel = channel;
        this.local = local;
        this.served = served;
    }

    /// Takes connections as they come.
    @FunctionalInterface
    interface Door {
        /// Ownership: moves to the callee.
        void accepted(SocketChannel channel, Set<StreamFraming> served) throws IOException;
    }

    /// Binds a port.
    ///
    /// @param local our address, or `::` for all of both families, or `0.0.0.0` for all of IPv4
    /// @throws PortUnavailableException if that is not possible
    static TcpListener bind(InetSocketAddress local, Set<StreamFraming> served) throws IOException {
        StandardProtocolFamily family =
                local.getAddress() instanceof Inet4Address
                        ? StandardProtocolFamily.INET
                        : StandardProtocolFamily.INET6;
        ServerSocketChannel channel = ServerSocketChannel.open(family);
        try {
            channel.bind(local, BACKLOG);
            InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
            return new TcpListener(
                    channel, new InetSocketAddress(local.getAddress(), bound.getPort()), served);
        } catch (IOException e) {
            channel.close();
            throw new PortUnavailableException("TCP", local, e);
        }
    }

    InetSocketAddress local() {
        return local;
    }

    Set<StreamFraming> served() {
        return served;
    }

    void start(Door door) {
        Thread.ofVirtual().name("tcp-listener-" + local).start(() -> acceptUntilClosed(door));
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing the listener at " + local, e);
        }
    }

    private void acceptUntilClosed(Door door) {
        while (channel.isOpen()) {
            try {
                SocketChannel accepted = channel.accept();
                hand(accepted, door);
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException e) {
                LOG.log(Level.WARNING, "accepting at " + local + " failed: " + e.getMessage());
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            }
        }
    }

    private void hand(SocketChannel accepted, Door door) throws IOException {
        try {
            door.accepted(accepted, served);
        } catch (IOException e) {
            // the peer is gone already
            accepted.close();
        } catch (RuntimeException | AssertionError e) {
            LOG.log(Level.ERROR, "a connection to " + local + " made us stumble", e);
            accepted.close();
        }
    }
}
