package io.culvert.interop;

import java.util.ArrayList;
import java.util.List;

/// A host that forwards between its cables, with a firewall and an optional NAT made of nftables rules.
///
/// The firewall looks at packets as they come off the cable, before connection tracking puts fragments together.
public final class Router {
    /// Drops all UDP, in both directions.
    public static final String ALL_UDP = "meta l4proto udp drop";

    /// Cuts the cable.
    public static final String EVERYTHING = "drop";

    /// Drops what goes to or comes from UDP port 4500.
    public static final String UDP_4500 = "udp sport 4500 drop; udp dport 4500 drop";

    /// Drops every fragment.
    public static final String FRAGMENTS =
            "ip frag-off & 0x3fff != 0 drop; exthdr frag exists drop";

    /// Drops all TCP, in both directions.
    public static final String ALL_TCP = "meta l4proto tcp drop";

    private final Host host;
    private final List<String> firewall = new ArrayList<>();
    private String translation = "";
    private String output = "";

    /// Makes a host forward.
    public Router(Host host) {
        this.host = host;
        host.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1").orFail();
        host.run("sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1").orFail();
    }

    /// The rule that loses one of so many UDP datagrams, always the last one of a group: the same in every run.
    public static String losingOneOf(int count) {
        return "meta l4proto udp numgen inc mod " + count + " == " + (count - 1) + " drop";
    }

    public Host host() {
        return host;
    }

    /// Adds firewall rules, at once.
    public void filter(String... rules) {
        firewall.addAll(List.of(rules));
        load();
    }

    /// Answers segments that this host sends itself with RST.
    ///
    /// @param which such as `tcp dport 4500`
    public void resetLeaving(String which) {
        output = which + " reject with tcp reset";
        load();
    }

    /// Removes all firewall rules; the NAT stays.
    public void open() {
        firewall.clear();
        output = "";
        load();
    }

    /// Hides the IPv4 sources of what leaves by this device behind the router's own address.
    ///
    /// @param randomPorts whether source ports are changed always, not only when taken
    public void masquerade(String device, boolean randomPorts) {
        translation =
                "oifname \""
                        + device
                        + "\" meta nfproto ipv4 masquerade"
                        + (randomPorts ? " random" : "");
        load();
    }

    /// Makes the way narrower in both directions: what is larger is answered with ICMP, or cut if it may be.
    public void narrow(int mtu) {
        for (String family : List.of("-4", "-6")) {
            host.run("ip", family, "route", "show", "proto", "kernel")
                    .orFail()
                    .output()
                    .lines()
                    .filter(route -> !route.startsWith("fe80:"))
                    .forEach(route -> {
                        List<String> change = new ArrayList<>(List.of("ip", family, "route"));
                        change.add("change");
                        change.addAll(List.of(route.strip().split(" ")));
                        change.addAll(List.of("proto", "kernel", "mtu", Integer.toString(mtu)));
                        host.run(change.toArray(String[]::new)).orFail();
                    });
        }
    }

    private void load() {
        String rules =
                """
                flush ruleset
                table inet lab {
                  chain firewall {
                    type filter hook prerouting priority -450;
                    %s
                  }
                  chain leaving {
                    type filter hook output priority 0;
                    %s
                  }
                  chain translation {
                    type nat hook postrouting priority 100;
                    %s
                  }
                }
                """
                        .formatted(String.join("\n    ", firewall), output, translation);
        host.run("nft", "-f", host.write("nftables.conf", rules).toString()).orFail();
    }
}
