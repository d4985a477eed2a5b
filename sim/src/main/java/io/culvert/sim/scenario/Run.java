package io.culvert.sim.scenario;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionTimers;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.api.TransportOrder;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.sim.endpoint.Endpoint;
import io.culvert.sim.endpoint.Resident;
import io.culvert.sim.endpoint.World;
import io.culvert.sim.network.Access;
import io.culvert.sim.network.Dice;
import io.culvert.sim.network.Fault;
import io.culvert.sim.network.LinkQuality;
import io.culvert.sim.network.Nat;
import io.culvert.sim.network.NatBehaviour;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// One course of events: a gateway, some road warriors, troubles, then peace, a check that all is well, and the end.
///
/// Everything follows from scenario and seed.
final class Run implements Endpoint.Listener {
    private static final InetAddress GATEWAY = IpPrefix.parseAddress("198.51.100.1");

    private static final Command THE_END = new Command.Terminate("the end");

    /// The share of road warriors with several transports.
    private static final double RACES = 0.3;

    private static final int CHILDREN = 64;
    private static final int SMALL_PACKET = 576;

    /// What makes an identity so long that IKE_AUTH goes in fragments.
    private static final String LONG = "x".repeat(1500);

    private final Scenario scenario;
    private final World world;
    private final Dice dice;
    private final Traffic traffic = new Traffic();
    private final Party gateway;
    private final List<Party> clients = new ArrayList<>();
    private final Duration patience;
    private MonoTime peace;
    private boolean closing;
    private int started;

    Run(Scenario scenario, World world) {
        this.scenario = scenario;
        this.world = world;
        dice = world.dice();
        Duration liveness = dice.between(Duration.ofSeconds(10), Duration.ofSeconds(30));
        List<Duration> waits =
                dice.oneOf(
                        List.of(
                                ConnectionTimers.DEFAULT.retransmissions(),
                                seconds(1, 2, 4, 8),
                                seconds(1, 1, 2, 2, 4, 4, 8, 8)));
        patience = waits.stream().reduce(Duration.ZERO, Duration::plus);
        Connections.Limits limits = limits(Connections.timers(waits, liveness));
        LinkQuality backbone = scenario.isFaultless() ? LinkQuality.GOOD : scenario.quality(dice);
        Access access = world.network().attach(GATEWAY, backbone);
        gateway =
                new Party(
                        world,
                        "gateway",
                        access,
                        Connections.gateway(limits),
                        true,
                        this,
                        traffic::arrived);
        int count = dice.between(1, 3);
        for (int i = 0; i < count; i++) {
            clients.add(client(i, limits));
        }
        peace =
                world.now()
                        .plus(
                                scenario.mostDeeds() == 0
                                        ? Duration.ofSeconds(40)
                                        : dice.between(
                                                Duration.ofSeconds(30), Duration.ofMinutes(4)));
    }

    /// Lets it all happen.
    ///
    /// @throws io.culvert.sim.network.Violation if a rule is broken
    void execute() {
        gateway.boot();
        for (Party client : clients) {
            client.boot();
            client.wanted(true);
            world.agenda()
                    .after(
                            dice.between(Duration.ZERO, Duration.ofSeconds(5)),
                            () -> callIfNeeded(client));
            chatter(client);
        }
        planDeeds();
        world.agenda().runUntil(peace);
        pacify();
        // the peer may have to notice by a liveness check, and the one who calls may wait before it
        // calls again
        world.agenda().runUntil(peace.plus(patience.multipliedBy(3)).plus(Duration.ofMinutes(4)));
        new Outcome(this).checkWorking();
        close();
        world.agenda()
                .runUntil(world.now().plus(patience.multipliedBy(3)).plus(Duration.ofSeconds(150)));
        new Outcome(this).checkClosed();
    }

    World world() {
        return world;
    }

    Dice dice() {
        return dice;
    }

    Scenario scenario() {
        return scenario;
    }

    Traffic traffic() {
        return traffic;
    }

    Party gateway() {
        return gateway;
    }

    List<Party> clients() {
        return clients;
    }

    /// How many sessions were started by road warriors.
    int started() {
        return started;
    }

    Party anyClient() {
        return dice.oneOf(clients);
    }

    Party anyParty() {
        return dice.nextBoolean() ? gateway : anyClient();
    }

    /// Undoes a trouble some time later, at the latest when peace comes.
    void afterAWhile(Runnable undo) {
        world.agenda().at(world.now().plus(Deed.aWhile(dice)).min(peace), undo);
    }

    void crash(Party party) {
        if (party.isUp()) {
            world.network().tally().count(Fault.CRASHED);
        }
        party.crash();
        afterAWhile(() -> {
            party.boot();
            callIfNeeded(party);
        });
    }

    /// The gateway's sessions with a road warrior.
    List<Resident> answering(Party client) {
        return gateway.running().stream()
                .flatMap(endpoint -> endpoint.residents().stream())
                .filter(r -> r.remote().filter(client.identity()::equals).isPresent())
                .toList();
    }

    @Override
    public void published(Endpoint endpoint, Resident resident, IkeEvent event) {
        if (event instanceof IkeEvent.IkeSaEstablished) {
            clients.forEach(client -> client.established(resident));
            if (closing && resident.isInitiator()) {
                // it was on its way when all was closed
                world.agenda().after(Duration.ZERO, () -> endpoint.command(resident, THE_END));
            }
        }
    }

    @Override
    public void reauthenticate(Endpoint endpoint, Resident resident, Action.Reauthenticate again) {
        for (Party client : clients) {
            if (client.wanted() && client.isCalling(resident) && !client.isRenewing()) {
                started++;
                client.callAgain(again);
            }
        }
    }

    @Override
    public void ended(Endpoint endpoint, Resident resident) {
        for (Party client : clients) {
            if (client.isCalling(resident)) {
                client.ended(resident);
                world.agenda()
                        .after(
                                dice.between(Duration.ofSeconds(1), Duration.ofSeconds(10)),
                                () -> callIfNeeded(client));
            }
        }
    }

    private void callIfNeeded(Party client) {
        if (client.wanted() && client.isUp() && client.isIdle()) {
            started++;
            client.call(GATEWAY);
        }
    }

    private Party client(int index, Connections.Limits limits) {
        boolean behindNat = dice.happens(scenario.natShare());
        LinkQuality quality = scenario.quality(dice);
        Access access;
        if (behindNat) {
            Nat nat =
                    new Nat(
                            IpPrefix.parseAddress("203.0.113." + (1 + index)),
                            natBehaviour(),
                            dice.fork());
            access =
                    world.network()
                            .attach(
                                    IpPrefix.parseAddress("192.168.1." + (1 + index)),
                                    quality,
                                    nat);
        } else {
            access =
                    world.network()
                            .attach(IpPrefix.parseAddress("192.0.2." + (1 + index)), quality);
        }
        boolean virtualIp = behindNat || dice.nextBoolean();
        ConnectionConfig connection =
                Connections.client(
                        (dice.happens(0.3) ? LONG : "") + "client" + index,
                        transports(),
                        virtualIp,
                        limits);
        return new Party(
                world, "client" + index, access, connection, false, this, traffic::arrived);
    }

    private Connections.Limits limits(ConnectionTimers timers) {
        int window = dice.oneOf(List.of(1, 1, 1, 4));
        int packet = dice.oneOf(List.of(0, 1280, SMALL_PACKET));
        if (!scenario.hasLifetimes()) {
            var ike = new IkeSaLimits(Lifespan.UNLIMITED, Duration.ZERO, window, packet, CHILDREN);
            return new Connections.Limits(timers, ike, Lifespan.UNLIMITED, false);
        }
        var ike =
                new IkeSaLimits(
                        lifespan(Duration.ofSeconds(80)),
                        dice.nextBoolean() ? Duration.ofSeconds(150) : Duration.ZERO,
                        window,
                        packet,
                        CHILDREN);
        return new Connections.Limits(timers, ike, lifespan(Duration.ofSeconds(40)), false);
    }

    /// Both ends have the same, with so little jitter that they often meet.
    private Lifespan lifespan(Duration least) {
        Duration rekey = dice.between(least, least.multipliedBy(3));
        Duration jitter = dice.between(Duration.ZERO, Duration.ofSeconds(10));
        return new Lifespan(rekey, jitter, rekey);
    }

    private NatBehaviour natBehaviour() {
        return new NatBehaviour(
                dice.nextBoolean(),
                dice.nextBoolean(),
                dice.happens(0.3),
                dice.between(Duration.ofSeconds(30), Duration.ofSeconds(180)),
                dice.between(Duration.ofSeconds(60), Duration.ofSeconds(3600)),
                dice.nextBoolean());
    }

    /// One transport, or several that race.
    private TransportOrder transports() {
        if (!dice.happens(RACES)) {
            return TransportOrder.of(transport());
        }
        var udp = new TransportChoice.Udp();
        var stream = new TransportChoice.TcpEncapsulation();
        var raw =
                new TransportChoice.IkeTcp(
                        dice.oneOf(List.of(IkeTcpPolicy.values())), dice.oneOf(List.of(200, 1232)));
        return dice.oneOf(
                List.of(
                        TransportOrder.of(udp, stream),
                        TransportOrder.of(udp, raw),
                        TransportOrder.of(udp, raw, stream),
                        TransportOrder.of(stream, udp)));
    }

    private TransportChoice transport() {
        int luck = dice.between(0, 9);
        if (scenario.prefersStreams() ? luck < 5 : luck < 2) {
            return new TransportChoice.TcpEncapsulation();
        }
        if (scenario.prefersStreams() || luck < 5) {
            return new TransportChoice.IkeTcp(
                    dice.oneOf(List.of(IkeTcpPolicy.values())), dice.oneOf(List.of(200, 1232)));
        }
        return new TransportChoice.Udp();
    }

    private void planDeeds() {
        if (scenario.mostDeeds() == 0) {
            return;
        }
        int count = dice.between(1, scenario.mostDeeds());
        Duration time = peace.since(world.now());
        for (int i = 0; i < count; i++) {
            Deed deed = dice.oneOf(scenario.deeds());
            world.agenda()
                    .after(
                            dice.between(Duration.ZERO, time),
                            () -> {
                                world.story().tell(world.now(), () -> "*** " + deed);
                                deed.happen(this);
                            });
        }
    }

    /// All troubles end.
    private void pacify() {
        world.story().tell(world.now(), () -> "*** peace");
        List<Party> all = new ArrayList<>(clients);
        all.add(gateway);
        for (Party party : all) {
            party.access().cut(false);
            party.access().firewall().open();
            party.access().quality(LinkQuality.GOOD);
            party.boot();
        }
        clients.forEach(this::callIfNeeded);
    }

    private void close() {
        closing = true;
        world.story().tell(world.now(), () -> "*** close");
        for (Party client : clients) {
            client.wanted(false);
            if (dice.nextBoolean()) {
                client.calling().ifPresent(r -> client.endpoint().command(r, THE_END));
            } else {
                gateway.endpoint().residents().stream()
                        .filter(r -> r.remote().filter(client.identity()::equals).isPresent())
                        .forEach(r -> gateway.endpoint().command(r, THE_END));
            }
        }
    }

    /// Packets go both ways, now and then.
    private void chatter(Party client) {
        if (closing) {
            return;
        }
        Outcome.ping(this, client, true);
        Outcome.ping(this, client, false);
        client.restoreChild();
        boolean quiet = world.now().hasReached(peace);
        Duration pause =
                quiet
                        ? Duration.ofSeconds(20)
                        : dice.between(Duration.ofMillis(200), Duration.ofSeconds(5));
        world.agenda().after(pause, () -> chatter(client));
    }

    private static List<Duration> seconds(long... waits) {
        return java.util.Arrays.stream(waits).mapToObj(Duration::ofSeconds).toList();
    }
}
