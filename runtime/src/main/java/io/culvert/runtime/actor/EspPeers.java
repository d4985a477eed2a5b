package io.culvert.runtime.actor;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// Finds the sessions by the UDP endpoint that their ESP goes to. Safe for use by many threads.
///
/// Behind one endpoint there is one peer, with a session or two: a NAT gives each host a port of its own.
final class EspPeers {
    private final ConcurrentHashMap<InetSocketAddress, List<SessionActor>> sessions =
            new ConcurrentHashMap<>();

    void enter(InetSocketAddress remote, SessionActor session) {
        sessions.merge(
                remote,
                List.of(session),
                (present, _) -> {
                    List<SessionActor> more = new ArrayList<>(present);
                    more.remove(session);
                    more.add(session);
                    return List.copyOf(more);
                });
    }

    void leave(InetSocketAddress remote, SessionActor session) {
        sessions.computeIfPresent(
                remote,
                (_, present) -> {
                    List<SessionActor> left = present.stream().filter(s -> s != session).toList();
                    return left.isEmpty() ? null : left;
                });
    }

    /// The sessions whose ESP goes to this endpoint.
    List<SessionActor> of(InetSocketAddress remote) {
        return sessions.getOrDefault(remote, List.of());
    }

    int size() {
        return sessions.size();
    }
}
