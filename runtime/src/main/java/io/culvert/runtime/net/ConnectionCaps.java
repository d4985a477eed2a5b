package io.culvert.runtime.net;

import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/// Counts the accepted connections on which nothing authentic has come (IT-009). Safe for use by many threads.
final class ConnectionCaps {
    private final int perAddress;
    private final int total;
    private final Map<IpPrefix, Integer> counts = new HashMap<>();
    private int sum;

    ConnectionCaps(int perAddress, int total) {
        this.perAddress = perAddress;
        this.total = total;
    }

    /// Counts a connection, unless that would be one too many.
    synchronized boolean admit(InetAddress remote) {
        IpPrefix site = IpPrefix.siteOf(remote);
        int count = counts.getOrDefault(site, 0);
        if (sum >= total || count >= perAddress) {
            return false;
        }
        counts.put(site, count + 1);
        sum++;
        return true;
    }

    /// The connection has ended, or somebody authentic uses it.
    synchronized void settle(InetAddress remote) {
        IpPrefix site = IpPrefix.siteOf(remote);
        counts.computeIfPresent(site, (_, count) -> count > 1 ? count - 1 : null);
        sum--;
    }

    synchronized int unconfirmed() {
        return sum;
    }
}
