package io.culvert.app.daemon;

import io.culvert.runtime.embed.SessionEvent;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Those who want to hear of events for a while. Safe for use by many threads.
final class Watchers {
    private final Set<Consumer<SessionEvent>> watching = ConcurrentHashMap.newKeySet();

    /// Hears events until closed.
    ///
    /// @param watcher used for one watch at a time; must not block for long: sessions wait for it
    Watch watch(Consumer<SessionEvent> watcher) {
        watching.add(watcher);
        return () -> watching.remove(watcher);
    }

    void happened(SessionEvent event) {
        watching.forEach(w -> w.accept(event));
    }

    /// Ends the watching.
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
