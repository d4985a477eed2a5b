package io.culvert.linux.route;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.TrafficSelector;
import io.culvert.linux.route.NetworkEntry.Rule;
import io.culvert.linux.route.NetworkEntry.Verdict;
import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import io.culvert.linux.tun.LinuxTun;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A TUN device in the network of the system: its addresses, and the routes that lead to it.
///
/// Closing it leaves the system as it was. Safe for use by many threads.
///
/// Most routes go into the main table, where longest prefix wins. But a prefix that holds the peer's own outer address
/// would lead IKE and ESP into the tunnel that they carry, and a default route would replace the one that is there.
/// Such a prefix is *capturing*: its route goes into a table of this device, and policy rules lead to it so that
///
/// 1. the [OuterFlow]s to the peer go past them all, to whatever rules the system has: so they follow a change of the
///    way to the peer, and no other packet to the peer leaves in the clear;
/// 2. routes of the main table with a longer prefix, such as that of the local network, come first;
/// 3. everything else takes the route into the tunnel.
///
/// Ports of selectors do not matter here: a route is for all packets to an address, and the data plane drops those
/// that no SA covers.
public final class TunNetwork implements AutoCloseable {
    /// The priority of the rules for outer flows, the first of all our rules.
    public static final int FLOW_PRIORITY = 4300;

    /// The priority of the rule that [#FLOW_PRIORITY] leads to, the last of all our rules.
    public static final int END_PRIORITY = 4600;

    /// Two for each prefix length, the longest first: 4302 to 4559.
    private static final int CAPTURE_PRIORITY = 4302;

    private static final int LONGEST_PREFIX = 128;

    /// The table of a device has this number plus the index of its interface.
    private static final int TABLE_BASE = 670_000;

    private static final int TABLES = 100_000;
    private static final int LEAST_IPV6_MTU = 1280;

    private final LinuxTun device;
    private final Rtnetlink netlink;
    private final NetworkChanges changes;
    private final int link;

    private TunNetwork(LinuxTun device, Rtnetlink netlink, int link) {
        this.device = device;
        this.netlink = netlink;
        this.link = link;
        changes = new NetworkChanges(netlink);
    }

    /// Creates the device and brings it up, without addresses and routes.
    ///
    /// @param name as for [LinuxTun#open]
    /// @param mtu the largest inner packet in octets
    /// @throws SystemCallException if the kernel refuses; then nothing has changed
    public static TunNetwork open(String name, int mtu) throws SystemCallException {
        LinuxTun device = LinuxTun.open(name, mtu);
        try {
            return connect(device);
        } catch (SystemCallException | RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /// Where the packets come from and go to. Closing it removes the interface, and leaves rules that only [#close]
    /// removes.
    public LinuxTun device() {
        return device;
    }

    /// Gives the device an address, such as a virtual IP; or another user to an address it has.
    public void addAddress(InetAddress address) throws SystemCallException {
        boolean isIpv6 = address.getAddress().length == 16;
        if (isIpv6 && device.mtu() < LEAST_IPV6_MTU) {
            throw new SystemCallException(
                    "add address " + address.getHostAddress() + " to " + device.name(),
                    "netlink",
                    Errno.EINVAL,
                    "IPv6 needs an MTU of 1280, and that of the device is " + device.mtu());
        }
        changes.add(NetworkEntry.Address.host(link, address));
    }

    /// Takes the address, or one of its users, away again.
    public void removeAddress(InetAddress address) throws SystemCallException {
        changes.remove(NetworkEntry.Address.host(link, address));
    }

    /// Leads packets for the peer's side of a Child SA into the tunnel.
    ///
    /// @param remote the traffic selectors of the peer's side
    /// @param sources our addresses inside the tunnel, of which the first of each family becomes the source of packets
    ///     that have none yet; may be empty
    /// @param outer what carries the tunnel itself to the peer
    /// @return to remove them; [#close] does, too
    /// @throws SystemCallException if the kernel refuses; then nothing has changed
    public ChildRoutes route(
            Collection<TrafficSelector> remote,
            Collection<InetAddress> sources,
            Collection<OuterFlow> outer)
            throws SystemCallException {
        Set<IpPrefix> prefixes = new LinkedHashSet<>();
        remote.forEach(selector -> prefixes.addAll(AddressRange.prefixes(selector)));
        Set<NetworkEntry> entries = new LinkedHashSet<>();
        for (IpPrefix prefix : prefixes) {
            Optional<InetAddress> source =
                    sources.stream().filter(address -> sameFamily(address, prefix)).findFirst();
            if (isCapturing(prefix, outer)) {
                entries.addAll(capture(prefix, source, outer));
            } else {
                entries.add(routeTo(prefix, source, NetworkEntry.MAIN_TABLE));
            }
        }
        return ChildRoutes.add(changes, List.copyOf(entries));
    }

    /// Which way packets to `destination` take now; empty if there is none.
    public Optional<RouteLookup> lookup(InetAddress destination) throws SystemCallException {
        return netlink.lookup(destination);
    }

    /// An address of this host that `selectors` cover, other than those of the tunnel and loopback: what a gateway
    /// uses as source when it speaks to the peer's side itself.
    public Optional<InetAddress> localAddressWithin(Collection<TrafficSelector> selectors)
            throws SystemCallException {
        return netlink.addresses().stream()
                .filter(entry -> entry.link() != link)
                .map(NetworkEntry.Address::address)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .filter(address -> selectors.stream().anyMatch(one -> covers(one, address)))
                .findFirst();
    }

    /// Removes all routes, rules, addresses and the device.
    ///
    /// @throws SystemCallException if the kernel refused some of it; the rest is removed
    @Override
    public void close() throws SystemCallException {
        try {
            changes.close();
        } finally {
            netlink.close();
            device.close();
        }
    }

    private static TunNetwork connect(LinuxTun device) throws SystemCallException {
        Rtnetlink netlink = Rtnetlink.open();
        try {
            Link link =
                    netlink.link(device.name())
                            .orElseThrow(() ->
                                    new SystemCallException(
                                            "find " + device.name(),
                                            "netlink",
                                            Errno.ENODEV,
                                            "somebody removed the device"));
            removeLeftovers(netlink);
            netlink.withoutLinkLocalAddress(link.index());
            netlink.setUp(link.index());
            return new TunNetwork(device, netlink, link.index());
        } catch (SystemCallException | RuntimeException e) {
            netlink.close();
            throw e;
        }
    }

    /// Removes rules that a program left that was killed; its device and routes the kernel has removed.
    private static void removeLeftovers(Rtnetlink netlink) throws SystemCallException {
        Set<Integer> tables = new LinkedHashSet<>();
        netlink.links().forEach(link -> tables.add(table(link.index())));
        List<NetworkEntry> dead = new ArrayList<>();
        boolean anotherLives = false;
        List<Rule> rules = netlink.ownRules();
        for (Rule rule : rules) {
            if (rule.verdict() instanceof Verdict.Lookup lookup) {
                if (tables.contains(lookup.table())) {
                    anotherLives = true;
                } else {
                    dead.add(rule);
                }
            }
        }
        // The other rules do not say whose they are, and do nothing without those that lead to a
        // table.
        NetworkChanges.removeAll(anotherLives ? dead : List.copyOf(rules), netlink::remove);
    }

    private static boolean isCapturing(IpPrefix prefix, Collection<OuterFlow> outer) {
        return prefix.bits() == 0 || outer.stream().anyMatch(flow -> prefix.contains(flow.peer()));
    }

    /// What leads a capturing prefix here, in the order in which nothing is ever led wrong.
    private List<NetworkEntry> capture(
            IpPrefix prefix, Optional<InetAddress> source, Collection<OuterFlow> outer) {
        IpPrefix all = new IpPrefix(prefix.base(), 0);
        int priority = CAPTURE_PRIORITY + 2 * (LONGEST_PREFIX - prefix.bits());
        int table = table(link);
        Verdict longerInMain = new Verdict.LookupLonger(NetworkEntry.MAIN_TABLE, prefix.bits());

        List<NetworkEntry> entries = new ArrayList<>();
        entries.add(new Rule(END_PRIORITY, all, Optional.empty(), new Verdict.Continue()));
        for (OuterFlow flow : outer) {
            if (prefix.contains(flow.peer())) {
                IpPrefix peer = new IpPrefix(flow.peer(), flow.peer().getAddress().length * 8);
                Verdict skip = new Verdict.Skip(END_PRIORITY);
                entries.add(new Rule(FLOW_PRIORITY, peer, Optional.of(flow), skip));
            }
        }
        entries.add(routeTo(prefix, source, table));
        entries.add(new Rule(priority, prefix, Optional.empty(), longerInMain));
        entries.add(new Rule(priority + 1, prefix, Optional.empty(), new Verdict.Lookup(table)));
        return entries;
    }

    private NetworkEntry.Route routeTo(IpPrefix prefix, Optional<InetAddress> source, int table) {
        return new NetworkEntry.Route(prefix, link, Optional.empty(), source, table);
    }

    private static int table(int link) {
        return TABLE_BASE + link % TABLES;
    }

    private static boolean sameFamily(InetAddress address, IpPrefix prefix) {
        return address.getAddress().length == prefix.base().getAddress().length;
    }

    private static boolean covers(TrafficSelector selector, InetAddress address) {
        return TrafficSelector.of(address).intersect(selector).isPresent();
    }
}
