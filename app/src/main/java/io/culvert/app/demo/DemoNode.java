package io.culvert.app.demo;

import io.culvert.app.daemon.CertificateJudge;
import io.culvert.esp.device.UserspaceDataPlane;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.auth.SharedKeys;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.runtime.embed.AddressPool;
import io.culvert.runtime.embed.DataPlaneFactory;
import io.culvert.runtime.embed.EndpointListener;
import io.culvert.runtime.embed.EndpointSettings;
import io.culvert.runtime.embed.IkeEndpoint;
import io.culvert.runtime.embed.IkeSessions;
import io.culvert.runtime.net.ListenSettings;
import io.culvert.runtime.net.ListenSettings.TcpPort;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/// One end of the tunnel: an endpoint on free ports of the loopback interface, and ESP in user space behind it.
///
/// @param endpoint the endpoint
/// @param pool its packet buffers
record DemoNode(IkeEndpoint endpoint, PacketPool pool) implements AutoCloseable {
    private static final int BUFFERS = 256;
    private static final int BUFFER_OCTETS = 2048;
    private static final int HEADROOM = 128;

    /// What both ends have in common.
    ///
    /// @param keys the pre-shared keys
    record Shared(CryptoProvider crypto, SecureRandom random, SharedKeys keys) {}

    /// Opens one end.
    ///
    /// @param device where the inner packets come from and go to
    /// @param tcp TCP ports to listen at; 0 for any free one
    /// @param connections whom it answers
    /// @param pools addresses that it gives
    /// @param listener hears what happens
    /// @throws IOException if the loopback interface cannot be used
    static DemoNode open(
            Shared shared,
            PacketDevice device,
            List<TcpPort> tcp,
            List<ConnectionConfig> connections,
            List<AddressPool> pools,
            EndpointListener listener)
            throws IOException {
        PacketPool pool = new PacketPool(BUFFERS, BUFFER_OCTETS, HEADROOM);
        DataPlaneFactory dataPlane =
                (outlet, events) -> {
                    UserspaceDataPlane plane =
                            UserspaceDataPlane.start(
                                    shared.crypto,
                                    device,
                                    outlet,
                                    pool,
                                    new UserspaceDataPlane.Surroundings(
                                            Thread.ofPlatform().daemon().factory(),
                                            System::nanoTime,
                                            shared.random,
                                            events),
                                    UserspaceDataPlane.Limits.DEFAULT);
                    return new DataPlaneFactory.Parts(plane, plane);
                };
        ListenSettings listen =
                new ListenSettings(List.of(InetAddress.ofLiteral("127.0.0.1")), 0, 0, tcp);
        try {
            EndpointSettings settings =
                    EndpointSettings.of(
                                    listen,
                                    new IkeSessions.Common(
                                                    shared.crypto,
                                                    shared.random,
                                                    shared.keys,
                                                    false,
                                                    OptionalInt.empty())
                                            ::at,
                                    dataPlane)
                            .answering(connections, pools)
                            .trusting(new CertificateJudge(Instant::now))
                            .telling(listener);
            return new DemoNode(IkeEndpoint.open(settings), pool);
        } catch (IOException | RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    @Override
    public void close() {
        endpoint.close();
        pool.close();
    }
}
