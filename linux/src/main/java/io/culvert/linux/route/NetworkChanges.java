package io.culvert.linux.route;

import io.culvert.linux.sys.SystemCallException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// A journal of what was added to the network configuration, so that all of it is removed in the end.
///
/// An entry that several users add is in the kernel once, until the last of them removes it. Closing removes what is
/// left, the newest first. Entries that the kernel removed on its own, with their interface, do not matter.
/// Safe for use by many threads.
public final class NetworkChanges implements AutoCloseable {
    private final Rtnetlink netlink;
    private final SequencedMap<NetworkEntry, Integer> users = new LinkedHashMap<>();
    private boolean closed;

    /// An empty journal. The caller keeps `netlink` open until the journal is closed.
    public NetworkChanges(Rtnetlink netlink) {
        this.netlink = netlink;
    }

    /// Adds an entry, or another user to it.
    ///
    /// @throws SystemCallException if the kernel refuses; then nothing has changed
    public synchronized void add(NetworkEntry entry) throws SystemCallException {
        if (closed) {
            throw new IllegalStateException("no changes after the end");
        }
        if (!users.containsKey(entry)) {
            netlink.add(entry);
        }
        users.merge(entry, 1, Integer::sum);
    }

    /// Takes a user from an entry, and removes it if it was the last. An entry that was never added is ignored.
    ///
    /// @throws SystemCallException if the kernel refuses
    public synchronized void remove(NetworkEntry entry) throws SystemCallException {
        Integer count = users.get(entry);
        if (count == null) {
            return;
        }
        if (count > 1) {
            users.put(entry, count - 1);
            return;
        }
        users.remove(entry);
        netlink.remove(entry);
    }

    /// What is added now, the oldest first.
    public synchronized List<NetworkEntry> entries() {
        return List.copyOf(users.keySet());
    }

    /// Removes everything that is left, the newest first, all of it even if some fails.
    ///
    /// @throws SystemCallException the first failure, with the others suppressed
    @Override
    public synchronized void close() throws SystemCallException {
        closed = true;
        List<NetworkEntry> left = List.copyOf(users.sequencedKeySet().reversed());
        users.clear();
        removeAll(left, netlink::remove);
    }

    /// How to remove one entry.
    @FunctionalInterface
    interface Removal {
        void remove(NetworkEntry entry) throws SystemCallException;
    }

    /// Removes all, in this order, and throws the first failure at the end.
    static void removeAll(List<NetworkEntry> entries, Removal removal) throws SystemCallException {
        Optional<SystemCallException> failure = Optional.empty();
        for (NetworkEntry entry : entries) {
            try {
                removal.remove(entry);
            } catch (SystemCallException e) {
                failure.ifPresent(first -> first.addSuppressed(e));
                failure = failure.or(() -> Optional.of(e));
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
