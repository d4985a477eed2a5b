package io.culvert.runtime.actor;

import io.culvert.ike.auth.Identity;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Two authenticated identities, ours first.
record Identities(Identity local, Identity remote) {
    /// Finds sessions by their identities. Safe for use by many threads.
    static final class Index {
        private final ConcurrentHashMap<Identities, Set<SessionActor>> sessions =
                new ConcurrentHashMap<>();

        void enter(Identities pair, SessionActor session) {
            sessions.compute(
                    pair,
                    (_, present) -> {
                        Set<SessionActor> set = present == null ? new HashSet<>(2) : present;
                        set.add(session);
                        return set;
                    });
        }

        void leave(Identities pair, SessionActor session) {
            sessions.computeIfPresent(
                    pair,
                    (_, present) -> {
                        present.remove(session);
                        return present.isEmpty() ? null : present;
                    });
        }

        Set<SessionActor> of(Identities pair) {
            Set<SessionActor> found = new HashSet<>();
            sessions.computeIfPresent(
                    pair,
                    (_, present) -> {
                        found.addAll(present);
                        return present;
                    });
            return found;
        }
    }
}
