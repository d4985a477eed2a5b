package io.culvert.linux.route;

import static io.culvert.linux.route.NetlinkRequest.ACK;
import static io.culvert.linux.route.NetlinkRequest.CREATE;
import static io.culvert.linux.route.NetlinkRequest.DUMP;
import static io.culvert.linux.route.NetlinkRequest.EXCLUSIVE;

import io.culvert.ipsec.value.Octets;
import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The network configuration of the system: links, addresses, routes and policy rules. Safe for use by many threads.
///
/// It acts in the network namespace of the thread that opened it. Routes and rules that it adds carry [#PROTOCOL], so
/// that anybody can see whose they are (`ip route show proto 67`). Calls take microseconds.
///
/// @spec https://www.rfc-editor.org/rfc/rfc3549#section-3.1 RFC 3549 section 3.1
public final class Rtnetlink implements AutoCloseable {
    /// The origin that our routes and rules name; a number that no routing daemon has.
    public static final int PROTOCOL = 67;

    private static final int AF_UNSPEC = 0;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// Opens it. Needs no privilege; adding and removing does.
    public static Rtnetlink open() throws SystemCallException {
        return new Rtnetlink(NetlinkSocket.open());
    }

    @Override
    public void close() {
        socket.close();
    }

    // Links

    /// All interfaces.
    public List<Link> links() throws SystemCallException {
        NetlinkRequest request = linkRequest(Codes.RTM_GETLINK, DUMP, 0, 0, 0);
        List<Link> links = new ArrayList<>();
        for (NetlinkMessage message : socket.dump("list the network devices", request)) {
            Octets payload = message.payload();
            if (message.type() == Codes.RTM_NEWLINK && payload.size() >= Codes.IFINFOMSG) {
                Map<Integer, Octets> attributes = message.attributes(Codes.IFINFOMSG);
                links.add(
                        new Link(
                                NetlinkMessage.number(payload.slice(4, 8)),
                                NetlinkMessage.text(
                                        attributes.getOrDefault(Codes.IFLA_IFNAME, Octets.EMPTY)),
                                NetlinkMessage.number(
                                        attributes.getOrDefault(Codes.IFLA_MTU, Octets.EMPTY)),
                                (NetlinkMessage.number(payload.slice(8, 12)) & Codes.IFF_UP) != 0));
            }
        }
        return List.copyOf(links);
    }

    /// The interface of this name, if there is one.
    public Optional<Link> link(String name) throws SystemCallException {
        return links().stream().filter(link -> link.name().equals(name)).findFirst();
    }

    /// Brings an interface up.
    public void setUp(int link) throws SystemCallException {
        NetlinkRequest request =
                linkRequest(Codes.RTM_SETLINK, ACK, link, Codes.IFF_UP, Codes.IFF_UP);
        socket.request("bring the device up", request);
    }

    /// Keeps the kernel from giving an interface an IPv6 address of its own when it comes up, and so from soliciting
    /// routers through it.
    ///
    /// @return whether it could; it cannot where IPv6 is turned off, and then there is no need to
    public boolean withoutLinkLocalAddress(int link) throws SystemCallException {
        NetlinkRequest request =
                linkRequest(Codes.RTM_SETLINK, ACK, link, 0, 0)
                        .nestedOctet(
                                Codes.IFLA_AF_SPEC,
                                AF_INET6,
                                Codes.IFLA_INET6_ADDR_GEN_MODE,
                                Codes.IN6_ADDR_GEN_MODE_NONE);
        try {
            socket.request("turn off link-local addresses", request);
            return true;
        } catch (SystemCallException e) {
            if (e.errno().equals(Errno.EPERM) || e.errno().equals(Errno.ENODEV)) {
                throw e;
            }
            return false;
        }
    }

    // Entries

    /// Adds an entry.
    ///
    /// @throws SystemCallException if the kernel refuses it, or has it already (`EEXIST`; never for a rule)
    public void add(NetworkEntry entry) throws SystemCallException {
        // Rules may be there several times, so two programs can have the same one.
        int flags = ACK | CREATE | (entry instanceof NetworkEntry.Rule ? 0 : EXCLUSIVE);
        String attempt = "add " + entry;
        try {
            socket.request(attempt, encode(entry, true, flags));
        } catch (SystemCallException e) {
            if (e.errno().equals(Errno.EEXIST)) {
                throw new SystemCallException(
                        attempt, e.call(), e.errno(), "remove the one that exists, or change ours");
            }
            throw e;
        }
    }

    /// Removes an entry.
    ///
    /// @return whether it was still there; the kernel removes what depends on an interface with the interface
    /// @throws SystemCallException if the kernel refuses for any other reason
    public boolean remove(NetworkEntry entry) throws SystemCallException {
        try {
            socket.request("remove " + entry, encode(entry, false, ACK));
            return true;
        } catch (SystemCallException e) {
            if (Codes.GONE.contains(e.errno())) {
                return false;
            }
            throw e;
        }
    }

    /// All addresses of all interfaces.
    public List<NetworkEntry.Address> addresses() throws SystemCallException {
        NetlinkRequest request =
                new NetlinkRequest(Codes.RTM_GETADDR, DUMP).octets(AF_UNSPEC, 0, 0, 0).numbers(0);
        List<NetworkEntry.Address> addresses = new ArrayList<>();
        for (NetlinkMessage message : socket.dump("list the addresses", request)) {
            if (message.type() == Codes.RTM_NEWADDR) {
                RouteCodec.address(message).ifPresent(addresses::add);
            }
        }
        return List.copyOf(addresses);
    }

    /// All routes that lead somewhere by one interface, of all tables.
    public List<NetworkEntry.Route> routes() throws SystemCallException {
        NetlinkRequest request =
                new NetlinkRequest(Codes.RTM_GETROUTE, DUMP)
                        .octets(AF_UNSPEC, 0, 0, 0, 0, 0, 0, 0)
                        .numbers(0);
        List<NetworkEntry.Route> routes = new ArrayList<>();
        for (NetlinkMessage message : socket.dump("list the routes", request)) {
            if (message.type() == Codes.RTM_NEWROUTE) {
                RouteCodec.route(message).ifPresent(routes::add);
            }
        }
        return List.copyOf(routes);
    }

    /// All policy rules that carry [#PROTOCOL].
    public List<NetworkEntry.Rule> ownRules() throws SystemCallException {
        List<NetworkEntry.Rule> rules = new ArrayList<>();
        for (int family : new int[] {AF_INET, AF_INET6}) {
            NetlinkRequest request =
                    new NetlinkRequest(Codes.RTM_GETRULE, DUMP)
                            .octets(family, 0, 0, 0, 0, 0, 0, 0)
                            .numbers(0);
            for (NetlinkMessage message : socket.dump("list the rules", request)) {
                if (message.type() == Codes.RTM_NEWRULE) {
                    RouteCodec.ownRule(message).ifPresent(rules::add);
                }
            }
        }
        return List.copyOf(rules);
    }

    /// Which way a packet of this host to `destination` would take now; empty if there is none.
    public Optional<RouteLookup> lookup(InetAddress destination) throws SystemCallException {
        return lookup(destination, lookupRequest(destination));
    }

    /// Which way packets of this flow would take now, by rules that look at ports, too; empty if there is none.
    public Optional<RouteLookup> lookup(OuterFlow flow) throws SystemCallException {
        NetlinkRequest request =
                lookupRequest(flow.peer()).octet(Codes.RTA_IP_PROTO, flow.protocol().number());
        if (flow.localPort() != 0) {
            request.networkPort(Codes.RTA_SPORT, flow.localPort());
        }
        if (flow.remotePort() != 0) {
            request.networkPort(Codes.RTA_DPORT, flow.remotePort());
        }
        return lookup(flow.peer(), request);
    }

    private static NetlinkRequest lookupRequest(InetAddress destination) {
        int bits = destination.getAddress().length * 8;
        return new NetlinkRequest(Codes.RTM_GETROUTE, 0)
                .octets(family(destination), bits, 0, 0, 0, 0, 0, 0)
                .numbers(0)
                .address(Codes.RTA_DST, destination);
    }

    private Optional<RouteLookup> lookup(InetAddress destination, NetlinkRequest request)
            throws SystemCallException {
        String attempt = "find the way to " + destination.getHostAddress();
        try {
            return socket.request(attempt, request).stream()
                    .filter(message -> message.type() == Codes.RTM_NEWROUTE)
                    .findFirst()
                    .flatMap(RouteCodec::route)
                    .map(route ->
                            new RouteLookup(
                                    destination, route.link(), route.gateway(), route.source()));
        } catch (SystemCallException e) {
            if (e.errno().equals(Errno.ENETUNREACH) || e.errno().equals(Errno.EHOSTUNREACH)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    static int family(InetAddress address) {
        return address.getAddress().length == 4 ? AF_INET : AF_INET6;
    }

    private static NetlinkRequest encode(NetworkEntry entry, boolean add, int flags) {
        return switch (entry) {
            case NetworkEntry.Address address -> RouteCodec.encode(address, add, flags);
            case NetworkEntry.Route route -> RouteCodec.encode(route, add, flags);
            case NetworkEntry.Rule rule -> RouteCodec.encode(rule, add, flags);
        };
    }

    private static NetlinkRequest linkRequest(
            int type, int flags, int link, int interfaceFlags, int change) {
        return new NetlinkRequest(type, flags)
                .octets(AF_UNSPEC, 0, 0, 0)
                .numbers(link, interfaceFlags, change);
    }
}
