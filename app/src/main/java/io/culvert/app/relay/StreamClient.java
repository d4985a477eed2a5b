package io.culvert.app.relay;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.DatagramFramer;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.runtime.net.Network;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/// A client that came by TCP, and its own UDP port towards the gateway. Safe for use by many threads.
///
/// The gateway sees another address and port than the client, as behind a NAT, and follows what NAT traversal says.
final class StreamClient implements Datagrams.Receiver {
    private static final System.Logger LOG = System.getLogger(StreamClient.class.getName());

    private final Network network;
    private final Surroundings around;
    private final InetAddress source;
    private final InetSocketAddress gateway;
    private final boolean marker;
    private final Datagrams.Port port;
    private final SpiMemory spis = new SpiMemory();
    private final EspBatch batch;

    private volatile Optional<TransportPath.Tcp> path;
    private volatile MonoTime lastActivity;
    private volatile MonoTime lastSent;
    private volatile boolean confirmed;

    /// Zero is no SPI.
    private volatile int latestEspSpi;

    /// @param gateway where its packets go
    /// @throws IOException if there is no UDP port to be had, or no way to the gateway
    StreamClient(
            Network network, Surroundings around, TransportPath.Tcp path, InetSocketAddress gateway)
            throws IOException {
        this.network = network;
        this.around = around;
        this.path = Optional.of(path);
        this.source = path.remote().getAddress();
        this.gateway = gateway;
        marker = gateway.getPort() != RelayEndpoint.IKE_PORT;
        lastActivity = around.timekeeper().now();
        lastSent = lastActivity;
        batch = new EspBatch(network, around.tally());
        port = around.datagrams().connect(gateway, this);
    }

    InetAddress source() {
        return source;
    }

    /// Whether it has used an SPI, and comes from this address.
    boolean isOf(InetAddress address, Octets spi) {
        return source.equals(address) && spis.contains(spi);
    }

    /// Whether what the gateway says goes by this connection.
    boolean isOn(ConnectionId connection) {
        return path.filter(p -> p.connection().equals(connection)).isPresent();
    }

    /// Our UDP port, by which the gateway knows this client.
    InetSocketAddress local() {
        return port.local();
    }

    Optional<TransportPath.Tcp> path() {
        return path;
    }

    MonoTime lastActivity() {
        return lastActivity;
    }

    /// Its connection is gone; the gateway keeps its UDP port for a while.
    void disconnected() {
        path = Optional.empty();
    }

    /// It has come back on another connection.
    void connected(TransportPath.Tcp other) {
        confirmed = false;
        path = Optional.of(other);
    }

    /// Sends an IKE message to the gateway.
    void ike(Octets message) {
        spis.add(SpiMemory.ofIke(message));
        active();
        if (port.sendIke(message, marker, gateway)) {
            around.tally().towardsUdp.ike(message.size());
        }
    }

    /// Sends ESP packets to the gateway; they stay the caller's.
    void esp(PacketBuffer[] packets, int count) {
        active();
        if (!marker) {
            around.tally().dropped().add("ESP_TO_PORT_500", count);
            return;
        }
        for (int i = 0; i < count; i++) {
            remember(packets[i]);
            int size = packets[i].length();
            if (port.send(packets[i].byteBuffer(), gateway)) {
                around.tally().towardsUdp.esp(1, size);
            }
        }
    }

    /// Keeps the mapping of a NAT before the gateway, which the client cannot do: its own keepalives end at us (TE-011).
    void keepNatAlive(MonoTime now) {
        if (marker && now.since(lastSent).compareTo(around.settings().bounds().keepalive()) >= 0) {
            lastSent = now;
            port.send(DatagramFramer.KEEPALIVE.asByteBuffer(), gateway);
        }
    }

    /// Gives its UDP port back.
    void close() {
        port.close();
    }

    @Override
    public void received(Datagrams.Port on, InetSocketAddress from, PacketBuffer datagram) {
        Optional<TransportPath.Tcp> to = path;
        switch (DatagramFramer.kind(datagram, marker)) {
            case KEEPALIVE -> {}
            case MEANINGLESS -> around.dropped("MEANINGLESS_DATAGRAM");
            case IKE -> {
                if (to.isEmpty()) {
                    around.dropped("NO_CONNECTION");
                } else {
                    ikeToClient(to.get(), DatagramFramer.ike(datagram, marker));
                }
            }
            case ESP -> {
                if (to.isPresent() && to.get().framing() == StreamFraming.IKE_TCP) {
                    around.dropped("ESP_TO_RAW_IKE");
                } else {
                    espToClient(to, datagram);
                }
            }
        }
    }

    @Override
    public void pause(Datagrams.Port on) {
        batch.flush(path.map(TransportPath.Tcp::connection));
    }

    private void espToClient(Optional<TransportPath.Tcp> to, PacketBuffer datagram) {
        to.ifPresent(this::answered);
        Optional<PacketBuffer> copy = around.copies().copy(datagram);
        if (copy.isEmpty()) {
            around.dropped("NO_BUFFER");
        } else if (batch.add(copy.get())) {
            pause(port);
        }
    }

    private void ikeToClient(TransportPath.Tcp to, Octets message) {
        // on such a connection there may be no request of the server (IT-029)
        if (to.framing() == StreamFraming.IKE_TCP && IkeLook.isRequest(message)) {
            around.dropped("REQUEST_TO_RAW_IKE");
            return;
        }
        answered(to);
        try {
            network.send(to, message);
            around.tally().towardsTcp.ike(message.size());
        } catch (IOException e) {
            around.dropped("NO_CONNECTION");
        }
    }

    /// The gateway knows the client, so that the connection no longer counts as that of a stranger (IT-009).
    private void answered(TransportPath.Tcp on) {
        lastActivity = around.timekeeper().now();
        // the client may have changed its connection in this moment: that one is answered later
        if (!confirmed && isOn(on.connection())) {
            LOG.log(Level.INFO, "{0}: answered by {1} at {2}", on, gateway, port);
            confirmed = true;
            network.confirm(on.connection());
        }
    }

    private void active() {
        MonoTime now = around.timekeeper().now();
        lastActivity = now;
        lastSent = now;
    }

    private void remember(PacketBuffer packet) {
        int spi = packet.u32(0);
        if (spi != latestEspSpi) {
            latestEspSpi = spi;
            spis.add(espSpi(packet));
        }
    }

    static Octets espSpi(PacketBuffer packet) {
        int spi = packet.u32(0);
        return Octets.of((byte) (spi >>> 24), (byte) (spi >>> 16), (byte) (spi >>> 8), (byte) spi);
    }
}
