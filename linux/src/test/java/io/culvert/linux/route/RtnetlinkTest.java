package io.culvert.linux.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.linux.route.NetworkEntry.Address;
import io.culvert.linux.route.NetworkEntry.Route;
import io.culvert.linux.route.NetworkEntry.Rule;
import io.culvert.linux.route.NetworkEntry.Verdict;
import io.culvert.linux.sys.Errno;
import io.culvert.linux.sys.SystemCallException;
import io.culvert.linux.testing.NeedsNamespace;
import io.culvert.linux.testing.NetworkNamespace;
import io.culvert.linux.tun.LinuxTun;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NeedsNamespace
class RtnetlinkTest {
    private static final InetAddress OURS = IpPrefix.parseAddress("192.0.2.7");
    private static final InetAddress GATEWAY = IpPrefix.parseAddress("192.0.2.1");

    /// What a test does with a device that is up.
    @FunctionalInterface
    private interface Body {
        void run(Rtnetlink netlink, LinuxTun device, int link) throws Exception;
    }

    @Test
    @DisplayName("links are listed with index, MTU and state, and brought up")
    void links() throws Exception {
        NetworkNamespace.run(() -> {
            try (Rtnetlink netlink = Rtnetlink.open();
                    LinuxTun tun = LinuxTun.open("dev0", 1300)) {
                Link before = netlink.link("dev0").orElseThrow();
                assertThat(before).isEqualTo(new Link(before.index(), "dev0", 1300, false));
                assertThat(netlink.link("lo")).map(Link::index).contains(1);
                assertThat(netlink.link("none")).isEmpty();
                netlink.setUp(before.index());
                assertThat(netlink.link(tun.name())).map(Link::isUp).contains(true);
            }
        });
    }

    @Test
    @DisplayName("addresses, routes and rules are added, read back as they were given, and removed")
    void entries() throws Exception {
        withDevice((netlink, device, link) -> {
            Address ipv4 = new Address(link, OURS, 24);
            Address ipv6 = Address.host(link, IpPrefix.parseAddress("2001:db8::7"));
            Route viaGateway =
                    new Route(
                            IpPrefix.parse("10.0.0.0/8"),
                            link,
                            Optional.of(GATEWAY),
                            Optional.of(OURS),
                            NetworkEntry.MAIN_TABLE);
            Route otherTable =
                    new Route(
                            IpPrefix.parse("::/0"),
                            link,
                            Optional.empty(),
                            Optional.empty(),
                            670_123);
            Rule flow =
                    new Rule(
                            4300,
                            IpPrefix.parse("198.51.100.1/32"),
                            Optional.of(
                                    new OuterFlow(
                                            IpPrefix.parseAddress("198.51.100.1"),
                                            OuterFlow.Protocol.TCP,
                                            40_000,
                                            4500)),
                            new Verdict.Skip(4600));
            Rule longer =
                    new Rule(
                            4310,
                            IpPrefix.parse("2001:db8::/32"),
                            Optional.empty(),
                            new Verdict.LookupLonger(NetworkEntry.MAIN_TABLE, 32));

            for (NetworkEntry entry :
                    new NetworkEntry[] {ipv4, ipv6, viaGateway, otherTable, flow, longer}) {
                netlink.add(entry);
            }
            assertThat(netlink.addresses()).contains(ipv4, ipv6);
            assertThat(netlink.routes()).contains(viaGateway, otherTable);
            assertThat(netlink.ownRules()).containsExactlyInAnyOrder(flow, longer);

            assertThatThrownBy(() -> netlink.add(viaGateway))
                    .isInstanceOfSatisfying(
                            SystemCallException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
                    .hasMessageContaining("route 10.0.0.0/8 via 192.0.2.1 from 192.0.2.7");

            for (NetworkEntry entry :
                    new NetworkEntry[] {longer, flow, otherTable, viaGateway, ipv6, ipv4}) {
                assertThat(netlink.remove(entry)).as("%s", entry).isTrue();
                assertThat(netlink.remove(entry)).as("%s", entry).isFalse();
            }
            assertThat(netlink.addresses()).doesNotContain(ipv4, ipv6);
            assertThat(netlink.routes()).doesNotContain(viaGateway, otherTable);
            assertThat(netlink.ownRules()).isEmpty();
        });
    }

    @Test
    @DisplayName("the way to an address has interface, gateway and source, or is absent")
    void lookup() throws Exception {
        withDevice((netlink, device, link) -> {
            InetAddress far = IpPrefix.parseAddress("203.0.113.9");
            assertThat(netlink.lookup(far)).isEmpty();
            netlink.add(new Address(link, OURS, 24));
            netlink.add(
                    new Route(
                            IpPrefix.parse("0.0.0.0/0"),
                            link,
                            Optional.of(GATEWAY),
                            Optional.empty(),
                            NetworkEntry.MAIN_TABLE));
            assertThat(netlink.lookup(far))
                    .contains(new RouteLookup(far, link, Optional.of(GATEWAY), Optional.of(OURS)));
            assertThat(netlink.lookup(GATEWAY))
                    .contains(new RouteLookup(GATEWAY, link, Optional.empty(), Optional.of(OURS)));
        });
    }

    @Test
    @DisplayName("the way of a flow follows rules for its ports, that of other packets does not")
    void flowLookup() throws Exception {
        withDevice((netlink, device, link) -> {
            InetAddress far = IpPrefix.parseAddress("203.0.113.9");
            Optional<InetAddress> none = Optional.empty();
            InetAddress inner = IpPrefix.parseAddress("10.0.0.7");
            netlink.add(new Address(link, OURS, 24));
            netlink.add(Address.host(link, inner));
            IpPrefix all = IpPrefix.parse("0.0.0.0/0");
            netlink.add(new Route(all, link, Optional.of(GATEWAY), none, NetworkEntry.MAIN_TABLE));
            netlink.add(new Route(all, link, none, Optional.of(inner), 670_123));
            OuterFlow flow = OuterFlow.udpFrom(4500, far);
            IpPrefix host = new IpPrefix(far, 32);
            netlink.add(
                    new Rule(
                            4300,
                            host,
                            Optional.of(flow),
                            new Verdict.Lookup(NetworkEntry.MAIN_TABLE)));
            netlink.add(new Rule(4310, host, Optional.empty(), new Verdict.Lookup(670_123)));

            assertThat(netlink.lookup(far).orElseThrow().source()).contains(inner);
            assertThat(netlink.lookup(OuterFlow.udpFrom(4501, far)).orElseThrow().source())
                    .contains(inner);
            assertThat(netlink.lookup(flow).orElseThrow().source()).contains(OURS);
            assertThat(netlink.lookup(OuterFlow.udpFrom(4500, IpPrefix.parseAddress("fd00::1"))))
                    .isEmpty();
        });
    }

    @Test
    @DisplayName("a refusal comes with the kernel's own words")
    void kernelExplains() throws Exception {
        withDevice((netlink, device, link) -> {
            Route unreachableGateway =
                    new Route(
                            IpPrefix.parse("10.0.0.0/8"),
                            link,
                            Optional.of(GATEWAY),
                            Optional.empty(),
                            NetworkEntry.MAIN_TABLE);
            assertThatThrownBy(() -> netlink.add(unreachableGateway))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("the kernel says: Nexthop has invalid gateway");
        });
    }

    @Test
    @DisplayName("without the capability reading works, and changing says what is needed")
    void unprivileged() throws Exception {
        withDevice((netlink, device, link) -> {
            NetworkNamespace.dropCapabilities();
            try (Rtnetlink ordinary = Rtnetlink.open()) {
                assertThat(ordinary.link(device.name())).isPresent();
                assertThatThrownBy(() -> ordinary.add(new Address(link, OURS, 24)))
                        .isInstanceOfSatisfying(
                                SystemCallException.class,
                                e -> assertThat(e.errno()).isEqualTo(Errno.EPERM))
                        .hasMessageContaining("CAP_NET_ADMIN");
            }
        });
    }

    @Test
    @DisplayName("many more entries than fit into one answer are all listed")
    void longDump() throws Exception {
        withDevice((netlink, device, link) -> {
            for (int i = 0; i < 2000; i++) {
                IpPrefix prefix = IpPrefix.parse("10.7." + i / 256 + "." + i % 256);
                netlink.add(new Route(prefix, link, Optional.empty(), Optional.empty(), 670_001));
            }
            assertThat(netlink.routes())
                    .filteredOn(route -> route.table() == 670_001)
                    .hasSize(2000)
                    .doesNotHaveDuplicates();
        });
    }

    @Test
    @DisplayName(
            "a journal keeps an entry until its last user, and closes over what the kernel removed")
    void journal() throws Exception {
        withDevice((netlink, device, link) -> {
            NetworkChanges changes = new NetworkChanges(netlink);
            Address address = Address.host(link, OURS);
            changes.add(address);
            changes.add(address);
            changes.remove(address);
            assertThat(netlink.addresses()).contains(address);
            changes.remove(address);
            assertThat(netlink.addresses()).doesNotContain(address);
            changes.remove(address);

            Route route =
                    new Route(
                            IpPrefix.parse("10.0.0.0/8"),
                            link,
                            Optional.empty(),
                            Optional.of(OURS),
                            NetworkEntry.MAIN_TABLE);
            assertThatThrownBy(() -> changes.add(route)).isInstanceOf(SystemCallException.class);
            assertThat(changes.entries()).isEmpty();
            changes.add(address);
            changes.add(route);
            assertThat(changes.entries()).containsExactly(address, route);
            device.close();
            changes.close();
            assertThat(netlink.routes()).doesNotContain(route);
            assertThatThrownBy(() -> changes.add(address))
                    .isInstanceOf(IllegalStateException.class);
        });
    }

    private static void withDevice(Body body) throws Exception {
        NetworkNamespace.run(() -> {
            try (Rtnetlink netlink = Rtnetlink.open();
                    LinuxTun tun = LinuxTun.open("dev0", 1400)) {
                int link = netlink.link("dev0").orElseThrow().index();
                netlink.setUp(link);
                body.run(netlink, tun, link);
            }
        });
    }
}
