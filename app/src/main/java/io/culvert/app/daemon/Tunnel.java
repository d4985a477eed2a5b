package io.culvert.app.daemon;

import io.culvert.app.config.Settings.DataPlaneSettings;
import io.culvert.esp.device.UserspaceDataPlane;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.packet.EspOutlet;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.linux.route.OuterFlow;
import io.culvert.linux.route.TunNetwork;
import io.culvert.linux.sys.SystemCallException;
import io.culvert.runtime.embed.DataPlaneFactory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// What carries packets: the TUN device with ESP in user space, or nothing.
///
/// Made by the endpoint through [#make], closed after it.
final class Tunnel implements DataPlaneFactory, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Tunnel.class.getName());
    private static final int BUFFERS = 4096;
    private static final int HEADROOM = 128;
    private static final int TAILROOM = 128;
    private static final int LARGEST_DATAGRAM = 2048;

    private final DataPlaneSettings settings;
    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final Function<InetAddress, List<OuterFlow>> flows;
    private Optional<TunNetwork> network = Optional.empty();
    private Optional<PacketPool> pool = Optional.empty();
    private Optional<TunnelRoutes> routes = Optional.empty();

    /// @param flows what carries tunnels to a peer
    Tunnel(
            DataPlaneSettings settings,
            CryptoProvider crypto,
            SecureRandom random,
            Function<InetAddress, List<OuterFlow>> flows) {
        this.settings = settings;
        this.crypto = crypto;
        this.random = random;
        this.flows = flows;
    }

    @Override
    public Parts make(EspOutlet outlet, Consumer<DataPlaneEvent> events) throws IOException {
        PacketDevice device =
                switch (settings.kind()) {
                    case NONE -> new NoDevice(settings.mtu());
                    case USERSPACE -> openDevice();
                };
        int capacity = Math.max(settings.mtu(), LARGEST_DATAGRAM) + HEADROOM + TAILROOM;
        PacketPool buffers = new PacketPool(BUFFERS, capacity, HEADROOM);
        pool = Optional.of(buffers);
        UserspaceDataPlane plane =
                UserspaceDataPlane.start(
                        crypto,
                        device,
                        outlet,
                        buffers,
                        new UserspaceDataPlane.Surroundings(
                                Thread.ofPlatform().name("esp " + device.name()).factory(),
                                System::nanoTime,
                                random,
                                events),
                        UserspaceDataPlane.Limits.DEFAULT);
        return new Parts(plane, plane);
    }

    private PacketDevice openDevice() throws SystemCallException {
        TunNetwork opened = TunNetwork.open(settings.device(), settings.mtu());
        network = Optional.of(opened);
        routes = Optional.of(new TunnelRoutes(opened, flows));
        return opened.device();
    }

    /// The routes into the device, where there is one.
    Optional<TunnelRoutes> routes() {
        return routes;
    }

    /// What carries packets, for people.
    String description() {
        return switch (settings.kind()) {
            case NONE -> "none";
            case USERSPACE ->
                    "userspace on " + network.map(n -> n.device().name()).orElse(settings.device());
        };
    }

    /// Undoes what was changed in the system. The data plane is closed already, by the endpoint.
    @Override
    public void close() {
        try {
            if (network.isPresent()) {
                network.get().close();
            }
        } catch (SystemCallException e) {
            LOG.log(Level.ERROR, "something of the tunnel remains: " + e.getMessage());
        } finally {
            pool.ifPresent(PacketPool::close);
        }
    }
}
