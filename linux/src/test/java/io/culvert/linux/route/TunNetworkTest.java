package io.culvert.linux.route;

import static io.culvert.linux.testing.NetworkNamespace.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.TrafficSelector;
import io.culvert.linux.sys.SystemCallException;
import io.culvert.linux.testing.EchoPacket;
import io.culvert.linux.testing.NeedsNamespace;
import io.culvert.linux.testing.NetworkNamespace;
import io.culvert.linux.tun.LinuxTun;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The system has an uplink 192.0.2.7/24 with a default route, and the peer is behind it at 203.0.113.9.
@NeedsNamespace
class TunNetworkTest {
    private static final InetAddress OUTER = IpPrefix.parseAddress("192.0.2.7");
    private static final InetAddress GATEWAY = IpPrefix.parseAddress("192.0.2.1");
    private static final InetAddress PEER = IpPrefix.parseAddress("203.0.113.9");
    private static final InetAddress PEER6 = IpPrefix.parseAddress("2001:db8:9::9");
    private static final InetAddress VIRTUAL = IpPrefix.parseAddress("10.9.0.5");
    private static final InetAddress VIRTUAL6 = IpPrefix.parseAddress("fd00:9::5");
    private static final InetAddress FAR = IpPrefix.parseAddress("10.1.2.3");

    private static final List<OuterFlow> UDP_FLOWS =
            List.of(OuterFlow.udpFrom(500, PEER), OuterFlow.udpFrom(4500, PEER));

    @Test
    @DisplayName(
            "a tunnel to a subnet: its packets enter, others stay out, and the kernel pings back")
    void subnet() throws Exception {
        withUplink((uplink, tunnel) -> {
            tunnel.addAddress(VIRTUAL);
            tunnel.route(selectors("10.1.0.0/16"), List.of(VIRTUAL), UDP_FLOWS);
            try (Traffic traffic = new Traffic(uplink, tunnel.device())) {
                traffic.send(FAR, 9);
                assertThat(traffic.next()).isEqualTo("tunnel udp 10.9.0.5 > 10.1.2.3:9");
                traffic.send(PEER, 9);
                assertThat(traffic.next()).isEqualTo("uplink udp 192.0.2.7 > 203.0.113.9:9");

                traffic.fromTunnel(EchoPacket.request(FAR, VIRTUAL, 3, 100));
                assertThat(traffic.next()).isEqualTo("tunnel icmp 10.9.0.5 > 10.1.2.3");
            }
            assertThat(command("ip", "rule")).doesNotContain("proto 67");
        });
    }

    @Test
    @DisplayName(
            "everything through the tunnel: IKE and ESP never enter it, the local network stays local")
    void everything() throws Exception {
        withUplink((uplink, tunnel) -> {
            tunnel.addAddress(VIRTUAL);
            tunnel.route(
                    selectors("0.0.0.0/0"),
                    List.of(VIRTUAL),
                    List.of(
                            OuterFlow.udpFrom(4500, PEER),
                            OuterFlow.tcpTo(PEER, 4500),
                            OuterFlow.tcpFrom(500, PEER)));
            try (Traffic traffic = new Traffic(uplink, tunnel.device())) {
                traffic.send(FAR, 9);
                assertThat(traffic.next()).isEqualTo("tunnel udp 10.9.0.5 > 10.1.2.3:9");
                traffic.send(GATEWAY, 53);
                assertThat(traffic.next()).isEqualTo("uplink udp 192.0.2.7 > 192.0.2.1:53");
                traffic.sendFrom(4500, PEER, 31_000);
                assertThat(traffic.next()).isEqualTo("uplink udp 192.0.2.7 > 203.0.113.9:31000");
                traffic.connect(PEER, 4500);
                assertThat(traffic.next()).isEqualTo("uplink tcp 192.0.2.7 > 203.0.113.9:4500");

                // Nothing else to the peer leaves in the clear.
                traffic.send(PEER, 4500);
                assertThat(traffic.next()).isEqualTo("tunnel udp 10.9.0.5 > 203.0.113.9:4500");
                traffic.connect(PEER, 443);
                assertThat(traffic.next()).isEqualTo("tunnel tcp 10.9.0.5 > 203.0.113.9:443");
                traffic.sendFrom(4500, FAR, 4500);
                assertThat(traffic.next()).isEqualTo("tunnel udp 10.9.0.5 > 10.1.2.3:4500");
            }
        });
    }

    @Test
    @DisplayName("host to host: the peer's address is the tunnel's other end and its destination")
    void hostToHost() throws Exception {
        withUplink((uplink, tunnel) -> {
            tunnel.route(List.of(TrafficSelector.of(PEER)), List.of(OUTER), UDP_FLOWS);
            try (Traffic traffic = new Traffic(uplink, tunnel.device())) {
                traffic.send(PEER, 9);
                assertThat(traffic.next()).isEqualTo("tunnel udp 192.0.2.7 > 203.0.113.9:9");
                traffic.sendFrom(4500, PEER, 4500);
                assertThat(traffic.next()).isEqualTo("uplink udp 192.0.2.7 > 203.0.113.9:4500");
                // The kernel accepts an inner packet from the peer, and its answer goes back in.
                traffic.fromTunnel(EchoPacket.request(PEER, OUTER, 1, 8));
                assertThat(traffic.next()).isEqualTo("tunnel icmp 192.0.2.7 > 203.0.113.9");
            }
        });
    }

    @Test
    @DisplayName(
            "when the way to the peer is lost its packets are refused, not led into the tunnel")
    void uplinkLost() throws Exception {
        withUplink((uplink, tunnel) -> {
            tunnel.addAddress(VIRTUAL);
            tunnel.route(selectors("0.0.0.0/0"), List.of(VIRTUAL), UDP_FLOWS);
            command("ip", "route", "del", "default");
            try (Traffic traffic = new Traffic(uplink, tunnel.device())) {
                assertThatThrownBy(() -> traffic.sendFrom(4500, PEER, 4500))
                        .hasMessageContaining("unreachable");
                command("ip", "route", "add", "default", "via", "192.0.2.99", "dev", "uplink");
                traffic.sendFrom(4500, PEER, 4500);
                assertThat(traffic.next()).isEqualTo("uplink udp 192.0.2.7 > 203.0.113.9:4500");
            }
        });
    }

    @Test
    @DisplayName(
            "nested prefixes: the longer one, of the tunnel or of the system, decides; ours wins a tie")
    void nested() throws Exception {
        withUplink((uplink, tunnel) -> {
            command("ip", "route", "add", "10.1.0.0/16", "via", "192.0.2.2", "dev", "uplink");
            command("ip", "route", "add", "203.0.0.0/8", "via", "192.0.2.2", "dev", "uplink");
            tunnel.addAddress(VIRTUAL);
            tunnel.route(selectors("0.0.0.0/0", "203.0.0.0/8"), List.of(VIRTUAL), UDP_FLOWS);
            try (Traffic traffic = new Traffic(uplink, tunnel.device())) {
                traffic.send(FAR, 9);
                assertThat(traffic.next()).isEqualTo("uplink udp 192.0.2.7 > 10.1.2.3:9");
                traffic.send(IpPrefix.parseAddress("203.5.5.5"), 9);
                assertThat(traffic.next()).isEqualTo("tunnel udp 10.9.0.5 > 203.5.5.5:9");
            }
        });
    }

    @Test
    @DisplayName("IPv6 is led like IPv4")
    void ipv6() throws Exception {
        withUplink((uplink, tunnel) -> {
            tunnel.addAddress(VIRTUAL);
            tunnel.addAddress(VIRTUAL6);
            tunnel.route(
                    selectors("0.0.0.0/0", "::/0"),
                    List.of(VIRTUAL, VIRTUAL6),
                    List.of(OuterFlow.udpFrom(4500, PEER6)));
            try (Traffic traffic = new Traffic(uplink, tunnel.device())) {
                traffic.send(IpPrefix.parseAddress("2001:db8:1::1"), 9);
                assertThat(traffic.next())
                        .isEqualTo("tunnel udp fd00:9:0:0:0:0:0:5 > 2001:db8:1:0:0:0:0:1:9");
                traffic.sendFrom(4500, PEER6, 4500);
                assertThat(traffic.next())
                        .isEqualTo("uplink udp 2001:db8:0:0:0:0:0:7 > 2001:db8:9:0:0:0:0:9:4500");
                traffic.send(FAR, 9);
                assertThat(traffic.next()).isEqualTo("tunnel udp 10.9.0.5 > 10.1.2.3:9");
            }
        });
    }

    @Test
    @DisplayName("routes that two Child SAs share stay until both are gone")
    void shared() throws Exception {
        withUplink((uplink, tunnel) -> {
            tunnel.addAddress(VIRTUAL);
            String before = system();
            List<InetAddress> from = List.of(VIRTUAL);
            ChildRoutes old = tunnel.route(selectors("0.0.0.0/0", "10.1.0.0/16"), from, UDP_FLOWS);
            String during = system();
            ChildRoutes rekeyed =
                    tunnel.route(selectors("0.0.0.0/0", "10.1.0.0/16"), from, UDP_FLOWS);
            assertThat(system()).isEqualTo(during).isNotEqualTo(before);
            old.close();
            old.close();
            assertThat(system()).isEqualTo(during);
            rekeyed.close();
            assertThat(system()).isEqualTo(before);
        });
    }

    @Test
    @DisplayName("closing leaves the system as it was, also when the device went first")
    void nothingLeft() throws Exception {
        for (boolean deviceFirst : new boolean[] {false, true}) {
            NetworkNamespace.run(() -> {
                try (LinuxTun uplink = uplink()) {
                    String before = system();
                    TunNetwork tunnel = TunNetwork.open(LinuxTun.NUMBERED, 1400);
                    tunnel.addAddress(VIRTUAL);
                    tunnel.addAddress(VIRTUAL6);
                    ChildRoutes routes =
                            tunnel.route(
                                    selectors("0.0.0.0/0", "::/0", "10.1.0.0/16"),
                                    List.of(VIRTUAL),
                                    UDP_FLOWS);
                    assertThat(system()).isNotEqualTo(before).contains("proto 67");
                    assertThat(routes.entries()).hasSizeGreaterThan(8);
                    if (deviceFirst) {
                        tunnel.device().close();
                    }
                    tunnel.close();
                    assertThat(system()).isEqualTo(before);
                    routes.close();
                    assertThat(uplink.mtu()).isEqualTo(1500);
                }
            });
        }
    }

    @Test
    @DisplayName(
            "rules that a killed program left are removed at the next start, those of a living one are not")
    void leftovers() throws Exception {
        NetworkNamespace.run(() -> {
            try (LinuxTun uplink = uplink()) {
                String before = system();
                // A device that goes away without its rules is what is left of a killed program.
                TunNetwork killed = TunNetwork.open(LinuxTun.NUMBERED, 1400);
                killed.route(selectors("0.0.0.0/0"), List.of(), UDP_FLOWS);
                killed.device().close();
                assertThat(system()).contains("proto 67");
                try (TunNetwork living = TunNetwork.open(LinuxTun.NUMBERED, 1400)) {
                    assertThat(system()).doesNotContain("proto 67");
                    living.route(selectors("0.0.0.0/0"), List.of(), UDP_FLOWS);
                    String rules = command("ip", "rule");
                    try (TunNetwork second = TunNetwork.open(LinuxTun.NUMBERED, 1400)) {
                        assertThat(second.device().name()).isEqualTo("culvert1");
                        assertThat(command("ip", "rule")).isEqualTo(rules);
                    }
                }
                assertThat(system()).isEqualTo(before);
                assertThat(uplink.mtu()).isEqualTo(1500);
            }
        });
    }

    @Test
    @DisplayName(
            "a route that somebody else has is a conflict with a next step, and nothing is left of the attempt")
    void conflict() throws Exception {
        withUplink((uplink, tunnel) -> {
            command("ip", "route", "add", "10.1.0.0/16", "via", "192.0.2.2", "dev", "uplink");
            String before = system();
            assertThatThrownBy(() ->
                            tunnel.route(
                                    selectors("10.2.0.0/16", "0.0.0.0/0", "10.1.0.0/16"),
                                    List.of(),
                                    UDP_FLOWS))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("10.1.0.0/16")
                    .hasMessageContaining("remove the one that exists");
            assertThat(system()).isEqualTo(before);
        });
    }

    @Test
    @DisplayName("an IPv6 address on a device too small for IPv6 says so")
    void smallMtu() throws Exception {
        NetworkNamespace.run(() -> {
            try (TunNetwork tunnel = TunNetwork.open(LinuxTun.NUMBERED, 1279)) {
                assertThatThrownBy(() -> tunnel.addAddress(VIRTUAL6))
                        .isInstanceOf(SystemCallException.class)
                        .hasMessageContaining("1280");
                tunnel.addAddress(VIRTUAL);
                tunnel.removeAddress(VIRTUAL);
            }
        });
    }

    @Test
    @DisplayName("a gateway finds its own address inside its side of the tunnel")
    void localAddress() throws Exception {
        withUplink((uplink, tunnel) -> {
            tunnel.addAddress(VIRTUAL);
            assertThat(tunnel.localAddressWithin(selectors("192.0.2.0/24"))).contains(OUTER);
            assertThat(tunnel.localAddressWithin(selectors("0.0.0.0/0"))).contains(OUTER);
            assertThat(tunnel.localAddressWithin(selectors("10.0.0.0/8"))).isEmpty();
            assertThat(tunnel.lookup(PEER).orElseThrow().gateway()).contains(GATEWAY);
        });
    }

    // The system around the tunnel

    /// What a test does with both devices.
    @FunctionalInterface
    private interface Body {
        void run(LinuxTun uplink, TunNetwork tunnel) throws Exception;
    }

    private static void withUplink(Body body) throws Exception {
        NetworkNamespace.run(() -> {
            try (LinuxTun uplink = uplink();
                    TunNetwork tunnel = TunNetwork.open(LinuxTun.NUMBERED, 1400)) {
                body.run(uplink, tunnel);
            }
        });
    }

    private static LinuxTun uplink() throws Exception {
        LinuxTun uplink = LinuxTun.open("uplink", 1500);
        command("ip", "link", "set", "uplink", "up");
        command("ip", "address", "add", "192.0.2.7/24", "dev", "uplink");
        command("ip", "address", "add", "2001:db8::7/64", "dev", "uplink", "nodad");
        command("ip", "route", "add", "default", "via", "192.0.2.1", "dev", "uplink");
        command("ip", "route", "add", "default", "via", "2001:db8::1", "dev", "uplink");
        // Strict checking of sources, the harder case.
        command("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1");
        awaitLocalRoutes("2001:db8::7", "fe80:");
        return uplink;
    }

    /// The kernel adds the local routes of IPv6 addresses a moment after the addresses.
    private static void awaitLocalRoutes(String... addresses) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            String local = command("ip", "-6", "route", "show", "table", "local");
            if (Stream.of(addresses).allMatch(address -> local.contains("local " + address))) {
                return;
            }
            assertThat(System.nanoTime()).as("local routes: " + local).isLessThan(deadline);
        }
    }

    private static String system() throws Exception {
        return command("ip", "rule")
                + command("ip", "-6", "rule")
                + command("ip", "-N", "route", "show", "table", "all")
                + command("ip", "-6", "-N", "route", "show", "table", "all")
                + command("ip", "-o", "address");
    }

    private static Collection<TrafficSelector> selectors(String... prefixes) {
        Collection<TrafficSelector> selectors = new ArrayList<>();
        for (String prefix : prefixes) {
            selectors.add(TrafficSelector.of(IpPrefix.parse(prefix)));
        }
        return selectors;
    }

    /// Sends packets as programs do, and says which device each of them leaves by.
    private static final class Traffic implements AutoCloseable {
        private final PacketPool pool = new PacketPool(64, 2048, 64);
        private final LinuxTun uplink;
        private final LinuxTun tunnel;
        private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        private final Set<String> connections = ConcurrentHashMap.newKeySet();
        private final List<CompletableFuture<Void>> readers = new ArrayList<>();
        private final List<Closeable> sockets = new ArrayList<>();

        Traffic(LinuxTun uplink, LinuxTun tunnel) {
            this.uplink = uplink;
            this.tunnel = tunnel;
            watch("uplink", uplink);
            watch("tunnel", tunnel);
        }

        void send(InetAddress to, int port) throws Exception {
            sendFrom(0, to, port);
        }

        void sendFrom(int localPort, InetAddress to, int port) throws Exception {
            try (DatagramChannel channel = DatagramChannel.open()) {
                channel.bind(new InetSocketAddress(localPort));
                channel.send(ByteBuffer.wrap(new byte[] {1}), new InetSocketAddress(to, port));
            }
        }

        void connect(InetAddress to, int port) throws Exception {
            SocketChannel channel = SocketChannel.open();
            sockets.add(channel);
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(to, port));
        }

        void fromTunnel(Octets packet) throws Exception {
            PacketBuffer buffer = pool.acquire().orElseThrow();
            buffer.set(0, packet);
            tunnel.write(new PacketBuffer[] {buffer}, 1);
        }

        String next() throws InterruptedException {
            String line = seen.poll(10, TimeUnit.SECONDS);
            return line == null ? "nothing" : line;
        }

        @Override
        public void close() throws IOException {
            for (Closeable socket : sockets) {
                socket.close();
            }
            uplink.close();
            tunnel.close();
            readers.forEach(CompletableFuture::join);
            assertThat(pool.inUse()).isZero();
            pool.close();
            assertThat(seen).isEmpty();
        }

        private void watch(String name, LinuxTun device) {
            readers.add(
                    CompletableFuture.runAsync(
                            () -> describeAll(name, device),
                            task -> Thread.ofPlatform().start(task)));
        }

        private void describeAll(String name, LinuxTun device) {
            PacketBuffer[] buffers = {pool.acquire().orElseThrow()};
            try {
                while (device.read(buffers, 1) > 0) {
                    describe(name, buffers[0].toOctets());
                }
            } catch (IOException e) {
                seen.add(e.toString());
            } finally {
                buffers[0].release();
            }
        }

        /// Notes UDP, TCP and ICMP echo; what the kernel says on its own about IPv6 neighbours is not of interest.
        private void describe(String device, Octets packet) {
            boolean isIpv4 = packet.u8(0) >> 4 == 4;
            int header = isIpv4 ? 20 : 40;
            String from = address(isIpv4 ? packet.slice(12, 16) : packet.slice(8, 24));
            String to = address(isIpv4 ? packet.slice(16, 20) : packet.slice(24, 40));
            String what = device + " %s " + from + " > " + to;
            int port = packet.size() >= header + 4 ? packet.u16(header + 2) : 0;
            switch (packet.u8(isIpv4 ? 9 : 6)) {
                case 17 -> seen.add(what.formatted("udp") + ":" + port);
                case 6 -> {
                    // A connection that nobody answers is tried again after a second.
                    if (connections.add(packet.u16(header) + " " + port)) {
                        seen.add(what.formatted("tcp") + ":" + port);
                    }
                }
                case 1 -> seen.add(what.formatted("icmp"));
                default -> {}
            }
        }

        private static String address(Octets octets) {
            return IpPrefix.address(octets.toArray()).getHostAddress();
        }
    }
}
