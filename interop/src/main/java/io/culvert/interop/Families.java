package io.culvert.interop;

import java.util.ArrayList;
import java.util.List;

/// The versions of IP that a scenario uses outside and inside the tunnel.
///
/// @param outerIpv6 whether the peers speak IPv6 with each other, else IPv4
/// @param innerIpv4 whether the tunnel carries IPv4
/// @param innerIpv6 whether the tunnel carries IPv6
public record Families(boolean outerIpv6, boolean innerIpv4, boolean innerIpv6) {
    /// IPv4 inside and outside.
    public static final Families IPV4 = new Families(false, true, false);

    /// The addresses that a client gets from a gateway, one prefix for each family.
    private static final String POOL = "10.9.0.0/24";

    private static final String POOL_6 = "2001:db8:9::/120";

    /// The gateway's address outside.
    public String gatewayAddress() {
        return outerIpv6 ? Road.GATEWAY_ADDRESS_6 : Road.GATEWAY_ADDRESS;
    }

    /// What is behind the gateway.
    public List<String> protectedPrefixes() {
        return choose(Road.PROTECTED_PREFIX, Road.PROTECTED_PREFIX_6);
    }

    /// The addresses to ping through the tunnel.
    public List<String> protectedHosts() {
        return choose(Road.PROTECTED_HOST, Road.PROTECTED_HOST_6);
    }

    /// What a client asks for: any address of each family.
    public List<String> wantedAddresses() {
        return choose("0.0.0.0", "::");
    }

    /// The gateway's pools, named `rw4` and `rw6`.
    public List<String> poolNames() {
        return choose("rw4", "rw6");
    }

    /// The prefixes of the pools, in the order of [#poolNames].
    public List<String> pools() {
        return choose(POOL, POOL_6);
    }

    private List<String> choose(String ipv4, String ipv6) {
        List<String> chosen = new ArrayList<>(2);
        if (innerIpv4) {
            chosen.add(ipv4);
        }
        if (innerIpv6) {
            chosen.add(ipv6);
        }
        return List.copyOf(chosen);
    }

    @Override
    public String toString() {
        String inner = innerIpv4 && innerIpv6 ? "both" : innerIpv6 ? "IPv6" : "IPv4";
        return inner + " in " + (outerIpv6 ? "IPv6" : "IPv4");
    }
}
