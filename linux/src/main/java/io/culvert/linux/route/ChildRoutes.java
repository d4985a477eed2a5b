package io.culvert.linux.route;

import io.culvert.linux.sys.SystemCallException;
import java.util.ArrayList;
import java.util.List;

/// The routes of one Child SA. Closing removes them, except those that another Child SA needs too.
public final class ChildRoutes implements AutoCloseable {
    private final NetworkChanges changes;
    private final List<NetworkEntry> entries;
    private boolean closed;

    private ChildRoutes(NetworkChanges changes, List<NetworkEntry> entries) {
        this.changes = changes;
        this.entries = entries;
    }

    /// Adds all entries in this order, or none.
    static ChildRoutes add(NetworkChanges changes, List<NetworkEntry> entries)
            throws SystemCallException {
        List<NetworkEntry> added = new ArrayList<>();
        try {
            for (NetworkEntry entry : entries) {
                changes.add(entry);
                added.add(entry);
            }
        } catch (SystemCallException e) {
            try {
                NetworkChanges.removeAll(added.reversed(), changes::remove);
            } catch (SystemCallException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        return new ChildRoutes(changes, List.copyOf(added));
    }

    /// The routes and rules that were added, in order.
    public List<NetworkEntry> entries() {
        return entries;
    }

    /// Removes them, the newest first. A second call does nothing.
    ///
    /// @throws SystemCallException the first refusal of the kernel; the rest is removed
    @Override
    public synchronized void close() throws SystemCallException {
        if (!closed) {
            closed = true;
            NetworkChanges.removeAll(entries.reversed(), changes::remove);
        }
    }
}
