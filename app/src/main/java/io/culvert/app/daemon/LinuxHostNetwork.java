package io.culvert.app.daemon;

import io.culvert.linux.route.NetworkWatch;
import io.culvert.linux.route.OuterFlow;
import io.culvert.linux.route.RouteLookup;
import io.culvert.linux.route.Rtnetlink;
import io.culvert.linux.sys.SystemCallException;
import io.culvert.runtime.clock.Timekeeper;
import io.culvert.runtime.net.HostNetwork;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.Optional;

/// The network of a Linux host: the kernel tells of changes at once, and which way the tunnel's own packets take past
/// the routes that lead into the tunnel. Safe for use by many threads.
final class LinuxHostNetwork implements HostNetwork, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LinuxHostNetwork.class.getName());

    private final Rtnetlink netlink;

    private LinuxHostNetwork(Rtnetlink netlink) {
        this.netlink = netlink;
    }

    /// Opens it.
    ///
    /// @throws SystemCallException if the kernel refuses
    static LinuxHostNetwork open() throws SystemCallException {
        return new LinuxHostNetwork(Rtnetlink.open());
    }

    @Override
    public Optional<InetAddress> sourceTowards(InetAddress remote, int localPort)
            throws SystemCallException {
        return netlink.lookup(OuterFlow.udpFrom(localPort, remote)).flatMap(RouteLookup::source);
    }

    @Override
    public Watch watch(Timekeeper timekeeper, Runnable changed) throws SystemCallException {
        NetworkWatch watch = NetworkWatch.open();
        // waiting holds the carrier of a virtual thread
        Thread.ofPlatform().daemon().name("network-watch").start(() -> follow(watch, changed));
        return watch::close;
    }

    private static void follow(NetworkWatch watch, Runnable changed) {
        try {
            while (watch.await()) {
                changed.run();
            }
        } catch (SystemCallException e) {
            LOG.log(
                    Level.ERROR,
                    "changes of our addresses are not noticed any more: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        netlink.close();
    }
}
