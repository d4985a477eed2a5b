package io.culvert.runtime.net;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Our own addresses.
public final class LocalAddresses {
    private static final int ANY_PORT = 9;

    private LocalAddresses() {}

    /// The addresses with wildcards replaced by what they stand for, link-local ones left out.
    ///
    /// @throws SocketException if the system does not tell
    public static List<InetAddress> expand(List<InetAddress> configured) throws SocketException {
        Set<InetAddress> expanded = new LinkedHashSet<>();
        for (InetAddress address : configured) {
            if (address.isAnyLocalAddress()) {
                expanded.addAll(ofFamily(address));
            } else {
                expanded.add(address);
            }
        }
        return List.copyOf(expanded);
    }

    /// All addresses of this host, link-local ones left out.
    static Set<InetAddress> ofHost() throws SocketException {
        Set<InetAddress> found = new LinkedHashSet<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            each.inetAddresses().filter(a -> !a.isLinkLocalAddress()).forEach(found::add);
        }
        return found;
    }

    /// Whether the host has this address.
    static boolean isOfHost(InetAddress address) throws SocketException {
        return NetworkInterface.getByInetAddress(address) != null;
    }

    /// The address from which the system would send to `remote`. Sends nothing.
    ///
    /// @throws IOException if there is no way there
    static InetAddress towards(InetAddress remote) throws IOException {
        StandardProtocolFamily family =
                remote instanceof Inet6Address
                        ? StandardProtocolFamily.INET6
                        : StandardProtocolFamily.INET;
        try (DatagramChannel probe = DatagramChannel.open(family)) {
            probe.connect(new InetSocketAddress(remote, ANY_PORT));
            return ((InetSocketAddress) probe.getLocalAddress()).getAddress();
        }
    }

    static boolean sameFamily(InetAddress one, InetAddress other) {
        return one instanceof Inet6Address == other instanceof Inet6Address;
    }

    private static List<InetAddress> ofFamily(InetAddress wildcard) throws SocketException {
        return ofHost().stream().filter(a -> sameFamily(a, wildcard)).toList();
    }
}
