package io.culvert.runtime.net;

import io.culvert.runtime.clock.Timekeeper;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Opens the network of a program that leaves TCP alone to it, and keeps its UDP ports itself.
public final class TcpNetwork {
    private TcpNetwork() {}

    /// Takes all TCP ports, or none. No UDP port is bound, and changes of our addresses are not followed.
    ///
    /// @throws PortUnavailableException if one cannot be had
    public static Network open(
            ListenSettings settings, Limits limits, Timekeeper timekeeper, Counters counters)
            throws IOException {
        return Network.open(settings, new Unwatched(), List::of, limits, timekeeper, counters);
    }

    /// What the system tells of its network, without being told of changes.
    private static final class Unwatched implements HostNetwork {
        @Override
        public Optional<InetAddress> sourceTowards(InetAddress remote, int localPort)
                throws IOException {
            return HostNetwork.POLLED.sourceTowards(remote, localPort);
        }

        @Override
        public Watch watch(Timekeeper timekeeper, Runnable changed) {
            return () -> {};
        }
    }
}
