package io.culvert.runtime.net;

import io.culvert.ike.transport.DatagramFramer;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.DatagramPort;
import io.culvert.ipsec.packet.EspIntake;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Optional;

/// A UDP port at work: its thread receives and sorts, everybody sends.
final class UdpSocket {
    private static final System.Logger LOG = System.getLogger(UdpSocket.class.getName());

    private final DatagramPort port;
    private final boolean nonEspMarker;
    private final PacketPool pool;
    private final Counters counters;
    private final NetworkListener listener;
    private final EspIntake intake;
    private final PacketBuffer firstBuffer;
    private volatile boolean closed;
    private EspRoute.Udp lastRoute;

    /// @param nonEspMarker whether the port is shared with ESP
    /// @param firstBuffer the buffer to receive into. Ownership: moves to the callee.
    UdpSocket(
            DatagramPort port,
            boolean nonEspMarker,
            PacketPool pool,
            PacketBuffer firstBuffer,
            Counters counters,
            NetworkListener listener,
            EspIntake intake) {
        this.port = port;
        this.nonEspMarker = nonEspMarker;
        this.pool = pool;
        this.firstBuffer = firstBuffer;
        this.counters = counters;
        this.listener = listener;
        this.intake = intake;
        this.lastRoute = new EspRoute.Udp(port.local(), port.local());
    }

    InetSocketAddress local() {
        return port.local();
    }

    boolean nonEspMarker() {
        return nonEspMarker;
    }

    Thread start() {
        return Thread.ofVirtual().name("udp-" + port.local()).start(this::receiveUntilClosed);
    }

    void close() {
        closed = true;
        port.close();
    }

    /// Sends an IKE message.
    void sendIke(Octets message, InetSocketAddress remote) throws IOException {
        sendPayload(DatagramFramer.payload(message, nonEspMarker), remote);
    }

    void sendKeepalive(InetSocketAddress remote) throws IOException {
        sendPayload(DatagramFramer.KEEPALIVE, remote);
    }

    /// Sends ESP packets. Ownership: moves to the callee.
    void sendEsp(PacketBuffer[] packets, int count, InetSocketAddress remote) throws IOException {
        InetSocketAddress[] destinations = new InetSocketAddress[count];
        Arrays.fill(destinations, remote);
        port.send(packets, destinations, count);
    }

    private void sendPayload(Octets payload, InetSocketAddress remote) throws IOException {
        PacketBuffer buffer =
                pool.acquire().orElseThrow(() -> new IOException("all packet buffers are in use"));
        if (payload.size() > buffer.capacity() - Network.HEADROOM) {
            buffer.release();
            throw new IOException(
                    "a message of " + payload.size() + " octets does not fit in a datagram");
        }
        buffer.set(Network.HEADROOM, payload);
        port.send(new PacketBuffer[] {buffer}, new InetSocketAddress[] {remote}, 1);
    }

    private void receiveUntilClosed() {
        InetSocketAddress[] sources = {port.local()};
        PacketBuffer buffer = firstBuffer;
        try {
            while (true) {
                PacketBuffer[] buffers = {buffer};
                buffer.range(Network.HEADROOM, 0);
                if (!receive(buffers, sources)) {
                    return;
                }
                buffer = sort(buffer, sources[0]);
            }
        } finally {
            buffer.release();
        }
    }

    /// Waits for a datagram; an empty one after a failure that is not the end of the port.
    private boolean receive(PacketBuffer[] buffers, InetSocketAddress[] sources) {
        try {
            return port.receive(buffers, sources, 1) >= 0;
        } catch (IOException e) {
            counters.count("UDP_RECEIVE_FAILED");
            buffers[0].range(Network.HEADROOM, 0);
            return !closed;
        }
    }

    /// Hands a datagram on.
    ///
    /// @return the buffer for the next one: the same unless it went to the data plane
    private PacketBuffer sort(PacketBuffer datagram, InetSocketAddress source) {
        try {
            switch (DatagramFramer.kind(datagram, nonEspMarker)) {
                case IKE ->
                        listener.received(
                                new TransportPath.Udp(port.local(), source, nonEspMarker),
                                DatagramFramer.ike(datagram, nonEspMarker));
                case ESP -> {
                    return handToDataPlane(datagram, source);
                }
                case KEEPALIVE -> {}
                case MEANINGLESS -> counters.count("MEANINGLESS_DATAGRAM");
            }
        } catch (RuntimeException | AssertionError e) {
            LOG.log(Level.ERROR, "a datagram to " + port.local() + " made us stumble", e);
            counters.count("INTERNAL_ERROR");
        }
        return datagram;
    }

    private PacketBuffer handToDataPlane(PacketBuffer packet, InetSocketAddress source) {
        Optional<PacketBuffer> next = pool.acquire();
        if (next.isEmpty()) {
            // the last buffer stays here, because the next datagram may be IKE
            counters.count("NO_BUFFER");
            return packet;
        }
        try {
            intake.accept(new PacketBuffer[] {packet}, 1, route(source));
        } catch (RuntimeException | AssertionError e) {
            LOG.log(Level.ERROR, "an ESP packet to " + port.local() + " made us stumble", e);
            counters.count("INTERNAL_ERROR");
        }
        return next.get();
    }

    private EspRoute route(InetSocketAddress source) {
        if (!lastRoute.remote().equals(source)) {
            lastRoute = new EspRoute.Udp(port.local(), source);
        }
        return lastRoute;
    }
}
