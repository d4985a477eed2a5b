package io.culvert.app.bench;

import io.culvert.app.daemon.CertificateJudge;
import io.culvert.esp.device.MemoryDevice;
import io.culvert.esp.device.UserspaceDataPlane;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.runtime.actor.SessionFactory;
import io.culvert.runtime.embed.BoundPorts;
import io.culvert.runtime.embed.DataPlaneFactory;
import io.culvert.runtime.embed.EndpointSettings;
import io.culvert.runtime.embed.IkeEndpoint;
import io.culvert.runtime.embed.IkeSessions;
import io.culvert.runtime.embed.Remote;
import io.culvert.runtime.net.ListenSettings;
import io.culvert.runtime.net.ListenSettings.TcpPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// An endpoint on free ports, usually of the loopback interface, with ESP in user space and no packets.
///
/// @param endpoint the endpoint
/// @param pool its packet buffers
record Loopback(IkeEndpoint endpoint, PacketPool pool) implements AutoCloseable {
    static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.1");

    private static final int IKE_PORT = 500;
    private static final int BUFFERS = 256;
    private static final int BUFFER_OCTETS = 2048;
    private static final int HEADROOM = 128;
    private static final int MTU = 1400;

    /// Opens one.
    ///
    /// @param whom whom it answers
    /// @param sessions what to put around its sessions
    /// @throws IOException if the loopback interface cannot be used
    static Loopback open(
            CryptoProvider crypto,
            SharedKeys keys,
            List<ConnectionConfig> whom,
            UnaryOperator<SessionFactory> sessions)
            throws IOException {
        var listen = new ListenSettings(List.of(ADDRESS), 0, 0, List.of(TcpPort.serving(0)));
        return open(crypto, keys, listen, whom, sessions);
    }

    /// Opens one that calls a gateway anywhere, and that nobody can call.
    ///
    /// @throws IOException if there is no way to the gateway
    static Loopback calling(CryptoProvider crypto, SharedKeys keys, InetAddress gateway)
            throws IOException {
        try (DatagramSocket way = new DatagramSocket()) {
            // nothing is sent: it only tells the address of ours that the system would use
            way.connect(new InetSocketAddress(gateway, IKE_PORT));
            var listen = new ListenSettings(List.of(way.getLocalAddress()), 0, 0, List.of());
            return open(crypto, keys, listen, List.of(), UnaryOperator.identity());
        }
    }

    private static Loopback open(
            CryptoProvider crypto,
            SharedKeys keys,
            ListenSettings listen,
            List<ConnectionConfig> whom,
            UnaryOperator<SessionFactory> sessions)
            throws IOException {
        SecureRandom random = new SecureRandom();
        PacketPool pool = new PacketPool(BUFFERS, BUFFER_OCTETS, HEADROOM);
        DataPlaneFactory dataPlane =
                (outlet, events) -> {
                    UserspaceDataPlane plane =
                            UserspaceDataPlane.start(
                                    crypto,
                                    new MemoryDevice("bench", MTU, 1),
                                    outlet,
                                    pool,
                                    new UserspaceDataPlane.Surroundings(
                                            Thread.ofPlatform().daemon().factory(),
                                            System::nanoTime,
                                            random,
                                            events),
                                    UserspaceDataPlane.Limits.DEFAULT);
                    return new DataPlaneFactory.Parts(plane, plane);
                };
        var common = new IkeSessions.Common(crypto, random, keys, false, OptionalInt.empty());
        try {
            EndpointSettings settings =
                    EndpointSettings.of(
                                    listen, ports -> sessions.apply(common.at(ports)), dataPlane)
                            .answering(whom, List.of())
                            .trusting(new CertificateJudge(Instant::now));
            return new Loopback(IkeEndpoint.open(settings), pool);
        } catch (IOException | RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /// Where others find it.
    Remote asRemote() {
        BoundPorts ports = endpoint.ports();
        return new Remote(
                ADDRESS,
                ports.udp(),
                ports.natTraversal(),
                ports.ikeTcp().orElseThrow(),
                ports.tcpEncapsulation().orElseThrow());
    }

    @Override
    public void close() {
        endpoint.close();
        pool.close();
    }
}
