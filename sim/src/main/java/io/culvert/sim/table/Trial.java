package io.culvert.sim.table;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.Endpoints;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Lifespan;
import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.sim.endpoint.Endpoint;
import io.culvert.sim.endpoint.Leases;
import io.culvert.sim.endpoint.Resident;
import io.culvert.sim.endpoint.World;
import io.culvert.sim.network.Access;
import io.culvert.sim.network.LinkQuality;
import io.culvert.sim.network.Story;
import io.culvert.sim.scenario.Connections;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// One road warrior calls its gateway once, and sends packets as soon as it has a tunnel, until one has gone through and
/// another one has come back.
final class Trial implements Endpoint.Listener {
    /// Nobody waits longer.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final InetAddress GATEWAY = IpPrefix.parseAddress("198.51.100.1");
    private static final int IKE_PORT = 500;
    private static final int NAT_TRAVERSAL_PORT = 4500;
    private static final int HTTPS_PORT = 443;
    private static final int MOST_CHILDREN = 64;
    private static final Duration BETWEEN_PINGS = Duration.ofMillis(100);
    private static final Duration STEP = Duration.ofMillis(250);

    private final World world;
    private final MessageSize size;
    private final Access road;
    private final Endpoint gateway;
    private final Endpoint client;
    private final ConnectionConfig connection;
    private Optional<Resident> session = Optional.empty();
    private Optional<Duration> taken = Optional.empty();
    private MonoTime called;
    private boolean over;
    private long pings;

    private Trial(World world, Obstacle obstacle, MessageSize size, Way way) {
        this.world = world;
        this.size = size;
        called = world.now();
        road = obstacle.attach(world.network(), world.dice().fork());
        var limits =
                new Connections.Limits(
                        ConnectionTimers.DEFAULT,
                        new IkeSaLimits(
                                Lifespan.UNLIMITED,
                                Duration.ZERO,
                                1,
                                way.packetOctets(),
                                MOST_CHILDREN),
                        Lifespan.UNLIMITED,
                        true);
        connection = size.of(Connections.client("road", way.transports(), true, limits));
        Access home = world.network().attach(GATEWAY, LinkQuality.GOOD);
        List<ConnectionConfig> answered = List.of(size.of(Connections.gateway(limits)));
        gateway = endpoint("gateway", home, OptionalInt.of(IKE_PORT), answered, this::wentThrough);
        client = endpoint("road", road, OptionalInt.empty(), List.of(), this::cameBack);
    }

    /// How long it took until packets went both ways; empty if they never did.
    static Optional<Duration> run(
            CryptoProvider crypto,
            PacketPool pool,
            Obstacle obstacle,
            MessageSize size,
            Way way,
            long seed,
            Story story) {
        return new Trial(new World(seed, crypto, pool, story), obstacle, size, way).run();
    }

    private Optional<Duration> run() {
        called = world.now();
        MonoTime end = called.plus(PATIENCE);
        session = Optional.of(client.initiate(connection, endpoints()));
        while (taken.isEmpty() && !over && world.now().isBefore(end)) {
            world.agenda().runUntil(world.now().plus(STEP).min(end));
        }
        client.crash();
        gateway.crash();
        return taken;
    }

    private Endpoint endpoint(
            String name,
            Access access,
            OptionalInt ikeTcpPort,
            List<ConnectionConfig> answered,
            java.util.function.LongConsumer arrivals) {
        var context = Connections.context(world.crypto(), world.dice().fork(), ikeTcpPort);
        var leases = new Leases(size.certificates());
        return new Endpoint(world, name, access, context, answered, leases, this, arrivals);
    }

    private Endpoints endpoints() {
        return new Endpoints(
                road.address(),
                IKE_PORT,
                NAT_TRAVERSAL_PORT,
                GATEWAY,
                IKE_PORT,
                NAT_TRAVERSAL_PORT,
                IKE_PORT,
                HTTPS_PORT);
    }

    private void ping() {
        if (over || taken.isPresent() || session.filter(Resident::hasTunnel).isEmpty()) {
            return;
        }
        client.dataPlane().ping(Connections.BEHIND_GATEWAY, ++pings);
        world.agenda().after(BETWEEN_PINGS, this::ping);
    }

    private void wentThrough(long number) {
        for (Resident resident : gateway.residents()) {
            resident.leased().forEach(inner -> gateway.dataPlane().ping(inner, number));
        }
    }

    private void cameBack(long number) {
        if (taken.isEmpty()) {
            taken = Optional.of(world.now().since(called));
        }
    }

    @Override
    public void published(Endpoint endpoint, Resident resident, IkeEvent event) {
        if (event instanceof IkeEvent.IkeSaEstablished && endpoint == client) {
            world.agenda().after(Duration.ZERO, this::ping);
        }
    }

    @Override
    public void reauthenticate(Endpoint endpoint, Resident resident, Action.Reauthenticate again) {
        endpoint.command(resident, new Command.Abandon("nothing here is older than a minute"));
    }

    @Override
    public void ended(Endpoint endpoint, Resident resident) {
        over |= endpoint == client;
    }
}
