package io.culvert.runtime.actor;

import io.culvert.ike.api.Input;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.TransportPath;
import io.culvert.runtime.net.Network;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which sessions use which TCP connections, so that each learns of a loss once. Safe for use by many threads.
final class ConnectionUsers {
    private final ConcurrentHashMap<ConnectionId, Set<SessionActor>> users =
            new ConcurrentHashMap<>();
    private final Network network;

    ConnectionUsers(Network network) {
        this.network = network;
    }

    /// The session uses the connection from now on; if that is gone already it learns so.
    void attach(TransportPath.Tcp path, SessionActor session) {
        boolean[] fresh = {false};
        users.compute(
                path.connection(),
                (_, present) -> {
                    Set<SessionActor> set = present == null ? new HashSet<>(2) : present;
                    fresh[0] = set.add(session);
                    return set;
                });
        if (fresh[0]) {
            session.uses(path.connection());
            network.used(path.connection(), true);
            if (!network.isOpen(path.connection())) {
                lost(path, "closed by the peer");
            }
        }
    }

    /// The session no longer uses the connection.
    void detach(ConnectionId connection, SessionActor session) {
        boolean[] last = {false};
        users.computeIfPresent(
                connection,
                (_, present) -> {
                    present.remove(session);
                    last[0] = present.isEmpty();
                    return last[0] ? null : present;
                });
        if (last[0]) {
            network.used(connection, false);
        }
    }

    /// Whether a session other than this one uses the connection.
    boolean usedByOthers(ConnectionId connection, Optional<SessionActor> besides) {
        boolean[] others = {false};
        users.computeIfPresent(
                connection,
                (_, present) -> {
                    others[0] = present.stream().anyMatch(s -> !besides.equals(Optional.of(s)));
                    return present;
                });
        return others[0];
    }

    /// The sessions that use the connection.
    List<SessionActor> of(ConnectionId connection) {
        List<SessionActor> found = new ArrayList<>(1);
        users.computeIfPresent(
                connection,
                (_, present) -> {
                    found.addAll(present);
                    return present;
                });
        return found;
    }

    /// The connection is gone: tells its sessions.
    void lost(TransportPath.Tcp path, String reason) {
        Set<SessionActor> gone = users.remove(path.connection());
        if (gone != null) {
            gone.forEach(s -> s.post(new Input.ConnectionLost(path, reason)));
        }
    }

    int size() {
        return users.size();
    }
}
