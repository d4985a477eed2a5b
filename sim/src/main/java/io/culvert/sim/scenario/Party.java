package io.culvert.sim.scenario;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.auth.Identity;
import io.culvert.sim.endpoint.Endpoint;
import io.culvert.sim.endpoint.Leases;
import io.culvert.sim.endpoint.Resident;
import io.culvert.sim.endpoint.World;
import io.culvert.sim.network.Access;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/// A computer with a configuration, which may crash and come back. A road warrior calls its gateway; the gateway answers.
final class Party {
    private static final Command RENEWED = new Command.Terminate("authenticated anew");

    private final World world;
    private final String name;
    private final Access access;
    private final ConnectionConfig connection;
    private final boolean gateway;
    private final Endpoint.Listener listener;
    private final LongConsumer arrivals;
    private Optional<Endpoint> endpoint = Optional.empty();
    private Optional<Resident> calling = Optional.empty();
    private Optional<Resident> renewing = Optional.empty();
    private boolean wanted;
    private boolean wasBare;

    Party(
            World world,
            String name,
            Access access,
            ConnectionConfig connection,
            boolean gateway,
            Endpoint.Listener listener,
            LongConsumer arrivals) {
        this.world = world;
        this.name = name;
        this.access = access;
        this.connection = connection;
        this.gateway = gateway;
        this.listener = listener;
        this.arrivals = arrivals;
    }

    String name() {
        return name;
    }

    Access access() {
        return access;
    }

    ConnectionConfig connection() {
        return connection;
    }

    Identity identity() {
        return connection.local().identity();
    }

    boolean isUp() {
        return endpoint.isPresent();
    }

    Endpoint endpoint() {
        return endpoint.orElseThrow();
    }

    /// The endpoint now, unless it is down.
    Optional<Endpoint> running() {
        return endpoint;
    }

    /// The session of a road warrior.
    Optional<Resident> calling() {
        return calling;
    }

    boolean wanted() {
        return wanted;
    }

    void wanted(boolean now) {
        wanted = now;
    }

    void boot() {
        if (endpoint.isPresent()) {
            return;
        }
        var context =
                Connections.context(
                        world.crypto(),
                        world.dice().fork(),
                        gateway ? OptionalInt.of(500) : OptionalInt.empty());
        endpoint =
                Optional.of(
                        new Endpoint(
                                world,
                                name,
                                access,
                                context,
                                gateway ? List.of(connection) : List.of(),
                                new Leases(),
                                listener,
                                arrivals));
    }

    void crash() {
        endpoint.ifPresent(Endpoint::crash);
        endpoint = Optional.empty();
        calling = Optional.empty();
        renewing = Optional.empty();
    }

    void call(InetAddress remote) {
        calling = Optional.of(endpoint().initiate(connection, remote));
        calling = calling.filter(r -> !r.session().isOver());
    }

    /// Authenticates anew: the session before it ends when the new one is established.
    void callAgain(Action.Reauthenticate again) {
        renewing =
                Optional.of(
                        endpoint()
                                .initiate(
                                        again.connection().again(again.addresses()),
                                        again.endpoints()));
    }

    /// Whether this is one of its sessions.
    boolean isCalling(Resident resident) {
        return Stream.concat(calling.stream(), renewing.stream()).anyMatch(r -> r == resident);
    }

    boolean isRenewing() {
        return renewing.isPresent();
    }

    boolean isIdle() {
        return calling.isEmpty() && renewing.isEmpty();
    }

    /// One of its sessions is established.
    void established(Resident resident) {
        if (renewing.filter(r -> r == resident).isPresent()) {
            Optional<Resident> old = calling;
            calling = renewing;
            renewing = Optional.empty();
            old.ifPresent(r ->
                    world.agenda()
                            .after(
                                    Duration.ZERO,
                                    () -> running().ifPresent(e -> e.command(r, RENEWED))));
        }
    }

    /// Asks for the Child SA again if there is none and none is coming.
    void restoreChild() {
        boolean bare = calling.filter(r -> r.isEstablished() && !r.hasTunnel()).isPresent();
        if (bare && wasBare) {
            endpoint().command(calling.orElseThrow(), new Command.StartChild("net"));
        }
        wasBare = bare;
    }

    void ended(Resident resident) {
        calling = calling.filter(r -> r != resident);
        renewing = renewing.filter(r -> r != resident);
    }

    /// Where packets for it go inside the tunnel.
    InetAddress innerAddress() {
        return calling.stream()
                .flatMap(r -> r.assigned().stream())
                .findFirst()
                .orElse(access.address());
    }
}
