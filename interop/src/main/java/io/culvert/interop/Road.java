package io.culvert.interop;

import java.util.List;

/// The way between a client and a gateway: their hosts, their addresses, and a router if there is one on the way.
///
/// The gateway protects [#PROTECTED_PREFIX] and is itself [#PROTECTED_HOST] in it, and the same in IPv6. Every cable
/// carries both; only IPv4 is ever translated.
public record Road(Host client, Host gateway, List<Router> routers) {
    /// The gateway's address on every road.
    public static final String GATEWAY_ADDRESS = "192.0.2.20";

    /// What is behind the gateway, reachable through the tunnel only.
    public static final String PROTECTED_PREFIX = "10.200.0.0/24";

    /// The address to ping.
    public static final String PROTECTED_HOST = "10.200.0.1";

    /// The gateway's IPv6 address on every road.
    public static final String GATEWAY_ADDRESS_6 = "2001:db8:1::20";

    /// What is behind the gateway in IPv6.
    public static final String PROTECTED_PREFIX_6 = "2001:db8:200::/64";

    /// The IPv6 address to ping.
    public static final String PROTECTED_HOST_6 = "2001:db8:200::1";

    /// Copies the list.
    public Road {
        routers = List.copyOf(routers);
    }

    /// One cable.
    public static Road direct(Lab lab) {
        Host client = lab.host("client");
        Host gateway = gateway(lab);
        lab.cable(client, "192.0.2.10/24", gateway, GATEWAY_ADDRESS + "/24");
        lab.number(client, "2001:db8:1::10/64", gateway, GATEWAY_ADDRESS_6 + "/64");
        return new Road(client, gateway, List.of());
    }

    /// A router between two networks, without address translation.
    public static Road routed(Lab lab) {
        Host client = lab.host("client");
        Host router = lab.host("router");
        Host gateway = gateway(lab);
        lab.cable(client, "192.168.7.2/24", router, "192.168.7.1/24");
        lab.cable(router, "192.0.2.1/24", gateway, GATEWAY_ADDRESS + "/24");
        lab.number(client, "2001:db8:7::2/64", router, "2001:db8:7::1/64");
        lab.number(router, "2001:db8:1::1/64", gateway, GATEWAY_ADDRESS_6 + "/64");
        client.run("ip", "route", "add", "default", "via", "192.168.7.1").orFail();
        client.run("ip", "route", "add", "default", "via", "2001:db8:7::1").orFail();
        gateway.run("ip", "route", "add", "default", "via", "192.0.2.1").orFail();
        gateway.run("ip", "route", "add", "default", "via", "2001:db8:1::1").orFail();
        return new Road(client, gateway, List.of(new Router(router)));
    }

    /// A client behind a NAT that always changes source ports.
    public static Road behindNat(Lab lab) {
        Road road = routed(lab);
        road.router().masquerade("to-gateway", true);
        return road;
    }

    /// The router of a road that has one.
    public Router router() {
        return routers.getFirst();
    }

    private static Host gateway(Lab lab) {
        Host gateway = lab.host("gateway");
        gateway.run("ip", "address", "add", PROTECTED_HOST + "/32", "dev", "lo").orFail();
        gateway.run("ip", "address", "add", PROTECTED_HOST_6 + "/128", "dev", "lo").orFail();
        return gateway;
    }
}
