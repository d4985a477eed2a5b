package io.culvert.runtime.net;

import io.culvert.runtime.clock.Timekeeper;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;

/// The network of the host that we run on, as far as tunnels have to follow it. Safe for use by many threads.
public interface HostNetwork {
    /// By Java alone: the system tells nobody who asks so, and so it is looked at every two seconds.
    HostNetwork POLLED = new PolledHostNetwork();

    /// The address from which datagrams of our port `localPort` to `remote` would go now; empty if there is no way.
    ///
    /// @throws IOException if it cannot be found out
    Optional<InetAddress> sourceTowards(InetAddress remote, int localPort) throws IOException;

    /// Tells of changes of addresses or routes, sometimes of others, until the watch is closed.
    ///
    /// @param changed called by any thread, also for a change that comes while it runs. Must not block.
    /// @throws IOException if the system cannot be watched
    Watch watch(Timekeeper timekeeper, Runnable changed) throws IOException;

    /// Goes on until it is closed.
    @FunctionalInterface
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
