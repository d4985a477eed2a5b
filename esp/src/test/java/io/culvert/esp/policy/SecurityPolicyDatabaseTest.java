package io.culvert.esp.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.esp.ip.IpHeaderView;
import io.culvert.esp.ip.IpPackets;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The security policy database")
class SecurityPolicyDatabaseTest {
    private static final List<TrafficSelector> ANYWHERE =
            List.of(selector("0.0.0.0/0"), selector("::/0"));

    private final PacketPool pool = new PacketPool(1, 2048, 64);
    private final PacketBuffer buffer = pool.acquire().orElseThrow();
    private final IpHeaderView view = new IpHeaderView();

    @Test
    void discardsWhatNoPolicySelects() {
        SecurityPolicyDatabase<String> spd =
                SecurityPolicyDatabase.<String>empty()
                        .with(policy("net", selector("10.0.0.0/8"), selector("10.9.0.0/16")));

        assertThat(lookup(spd, IpPackets.tcp("10.0.0.1", 1, "10.9.3.4", 2))).contains("net");
        assertThat(lookup(spd, IpPackets.tcp("10.0.0.1", 1, "10.8.3.4", 2))).isEmpty();
        assertThat(lookup(spd, IpPackets.tcp("11.0.0.1", 1, "10.9.3.4", 2))).isEmpty();
        assertThat(lookup(spd, IpPackets.tcp("::1", 1, "a09:304::", 2)))
                .as("an IPv6 address that begins like the IPv4 one")
                .isEmpty();
    }

    @Test
    @DisplayName("the narrowest remote addresses decide, whatever came first")
    void narrowestDecides() {
        SecurityPolicyDatabase<String> spd = SecurityPolicyDatabase.empty();
        for (String prefix : List.of("10.9.1.0/24", "0.0.0.0/0", "10.9.1.7", "10.9.0.0/16")) {
            spd = spd.with(new SecurityPolicy<>(ANYWHERE, List.of(selector(prefix)), prefix));
        }

        assertThat(lookup(spd, IpPackets.tcp("1.1.1.1", 1, "10.9.1.7", 2))).contains("10.9.1.7");
        assertThat(lookup(spd, IpPackets.tcp("1.1.1.1", 1, "10.9.1.8", 2))).contains("10.9.1.0/24");
        assertThat(lookup(spd, IpPackets.tcp("1.1.1.1", 1, "10.9.2.8", 2))).contains("10.9.0.0/16");
        assertThat(lookup(spd, IpPackets.tcp("1.1.1.1", 1, "11.9.2.8", 2))).contains("0.0.0.0/0");
    }

    @Test
    @DisplayName("of equal addresses, ports before all ports, then the latest")
    void detailThenLatest() {
        TrafficSelector https =
                new TrafficSelector(6, 443, 443, address("10.9.0.0"), address("10.9.255.255"));
        SecurityPolicyDatabase<String> spd =
                SecurityPolicyDatabase.<String>empty()
                        .with(policy("https", selector("10.0.0.0/8"), https))
                        .with(policy("old", selector("10.0.0.0/8"), selector("10.9.0.0/16")))
                        .with(policy("new", selector("10.0.0.0/8"), selector("10.9.0.0/16")));

        assertThat(lookup(spd, IpPackets.tcp("10.0.0.1", 1, "10.9.0.1", 443))).contains("https");
        assertThat(lookup(spd, IpPackets.tcp("10.0.0.1", 1, "10.9.0.1", 80))).contains("new");
    }

    @Test
    @DisplayName("a packet whose ports cannot be seen matches ANY and OPAQUE, not a range")
    void opaquePorts() {
        Octets later =
                IpPackets.ipv4("10.0.0.1", "10.9.0.1", 6, 1, Octets.EMPTY, Octets.of(new byte[8]));
        TrafficSelector range =
                new TrafficSelector(6, 0, 65_534, address("10.9.0.0"), address("10.9.0.9"));
        TrafficSelector opaque =
                new TrafficSelector(6, 65_535, 0, address("10.9.0.0"), address("10.9.0.9"));
        SecurityPolicyDatabase<String> empty = SecurityPolicyDatabase.empty();

        assertThat(lookup(empty.with(policy("range", ANYWHERE.getFirst(), range)), later))
                .isEmpty();
        assertThat(lookup(empty.with(policy("opaque", ANYWHERE.getFirst(), opaque)), later))
                .contains("opaque");
        assertThat(
                        lookup(
                                empty.with(policy("opaque", ANYWHERE.getFirst(), opaque)),
                                IpPackets.tcp("10.0.0.1", 1, "10.9.0.1", 80)))
                .isEmpty();
    }

    @Test
    @DisplayName("E15-4: inbound, the peer's side is the source")
    void inbound() {
        SecurityPolicy<String> policy =
                policy("net", selector("10.0.0.0/8"), selector("192.0.2.0/24"));

        assertThat(read(IpPackets.tcp("192.0.2.1", 1, "10.0.0.1", 2))).isTrue();
        assertThat(policy.admitsInbound(view)).isTrue();
        assertThat(read(IpPackets.tcp("10.0.0.1", 1, "192.0.2.1", 2))).isTrue();
        assertThat(policy.admitsInbound(view)).isFalse();
        assertThat(read(IpPackets.tcp("192.0.3.1", 1, "10.0.0.1", 2))).isTrue();
        assertThat(policy.admitsInbound(view)).isFalse();
    }

    private record Remote(TrafficSelector selector, int bits) {}

    /// Addresses of few bits, so that prefixes nest and meet.
    private static final Gen<InetAddress> ADDRESSES =
            choices ->
                    IpPrefix.address(
                            (byte) 10,
                            Gen.of(0, 1, 128, 255).draw(choices).byteValue(),
                            Gen.of(0, 1, 128, 255).draw(choices).byteValue(),
                            Gen.of(0, 1, 2, 255).draw(choices).byteValue());

    private static final Gen<Remote> PREFIXES =
            choices -> {
                int bits = Gen.oneOf(Gen.of(32, 0, 24, 16), Gen.ints(0, 32)).draw(choices);
                IpPrefix prefix = new IpPrefix(ADDRESSES.draw(choices), bits);
                return new Remote(TrafficSelector.of(prefix), bits);
            };

    @Test
    @DisplayName("decides like a list that is searched from the longest prefix to the shortest")
    void agreesWithNaiveList() {
        Properties.forAll(
                Gen.listOf(PREFIXES, 12),
                ADDRESSES,
                (remotes, destination) -> {
                    SecurityPolicyDatabase<Integer> spd = SecurityPolicyDatabase.empty();
                    for (int i = 0; i < remotes.size(); i++) {
                        spd =
                                spd.with(
                                        new SecurityPolicy<>(
                                                ANYWHERE, List.of(remotes.get(i).selector()), i));
                    }
                    List<Integer> matching = new ArrayList<>();
                    for (int i = 0; i < remotes.size(); i++) {
                        if (remotes.get(i).selector().matches(6, destination, 5)) {
                            matching.add(i);
                        }
                    }
                    Optional<Integer> expected =
                            matching.stream()
                                    .max(
                                            Comparator.<Integer>comparingInt(
                                                            i -> remotes.get(i).bits())
                                                    .thenComparingInt(i -> i));
                    String to = destination.getHostAddress();
                    assertThat(lookup(spd, IpPackets.tcp("1.2.3.4", 5, to, 5))).isEqualTo(expected);
                });
    }

    private static final Gen<TrafficSelector> RANGES =
            choices -> {
                InetAddress one = ADDRESSES.draw(choices);
                InetAddress other = ADDRESSES.draw(choices);
                boolean upsideDown =
                        Octets.of(one.getAddress()).compareTo(Octets.of(other.getAddress())) > 0;
                return new TrafficSelector(
                        0, 0, 65_535, upsideDown ? other : one, upsideDown ? one : other);
            };

    @Test
    @DisplayName(
            "ranges that are no prefixes select exactly their addresses, until they are removed")
    void rangesComeAndGo() {
        Properties.forAll(
                Gen.listOf(RANGES, 1, 8),
                ADDRESSES,
                (ranges, destination) -> {
                    Octets packet = IpPackets.tcp("1.2.3.4", 5, destination.getHostAddress(), 5);
                    List<SecurityPolicy<TrafficSelector>> policies =
                            ranges.stream()
                                    .map(r -> new SecurityPolicy<>(ANYWHERE, List.of(r), r))
                                    .toList();
                    SecurityPolicyDatabase<TrafficSelector> spd = SecurityPolicyDatabase.empty();
                    for (SecurityPolicy<TrafficSelector> policy : policies) {
                        spd = spd.with(policy);
                    }
                    for (int i = 0; i < policies.size(); i++) {
                        List<TrafficSelector> left = ranges.subList(i, ranges.size());
                        boolean any = left.stream().anyMatch(r -> r.matches(6, destination, 5));
                        Optional<TrafficSelector> found = lookup(spd, packet);
                        assertThat(found.isPresent()).isEqualTo(any);
                        assertThat(found.stream())
                                .allMatch(r -> r.matches(6, destination, 5) && left.contains(r));
                        spd = spd.without(policies.get(i));
                    }
                    assertThat(spd.isEmpty()).isTrue();
                });
    }

    @Test
    @DisplayName("an IPv6 range selects its first and last address and no neighbour")
    void ipv6Range() {
        TrafficSelector range =
                new TrafficSelector(
                        0, 0, 65_535, address("2001:db8::ffff"), address("2001:db8:0:1::1"));
        SecurityPolicyDatabase<String> spd =
                SecurityPolicyDatabase.<String>empty()
                        .with(new SecurityPolicy<>(ANYWHERE, List.of(range), "range"));

        assertThat(lookup(spd, IpPackets.tcp("::1", 1, "2001:db8::fffe", 1))).isEmpty();
        assertThat(lookup(spd, IpPackets.tcp("::1", 1, "2001:db8::ffff", 1))).contains("range");
        assertThat(lookup(spd, IpPackets.tcp("::1", 1, "2001:db8::8000:0:0:0", 1)))
                .contains("range");
        assertThat(lookup(spd, IpPackets.tcp("::1", 1, "2001:db8:0:1::1", 1))).contains("range");
        assertThat(lookup(spd, IpPackets.tcp("::1", 1, "2001:db8:0:1::2", 1))).isEmpty();
    }

    @AfterEach
    void leavesNothingBehind() {
        buffer.release();
        assertThat(pool.inUse()).isZero();
        pool.close();
    }

    private <S> Optional<S> lookup(SecurityPolicyDatabase<S> spd, Octets packet) {
        assertThat(read(packet)).isTrue();
        return switch (spd.lookup(view)) {
            case Verdict.Protect<S>(S sa) -> Optional.of(sa);
            case Verdict.Discard<S>() -> Optional.empty();
        };
    }

    private boolean read(Octets packet) {
        buffer.set(64, packet);
        return view.read(buffer);
    }

    private static SecurityPolicy<String> policy(
            String name, TrafficSelector local, TrafficSelector remote) {
        return new SecurityPolicy<>(List.of(local), List.of(remote), name);
    }

    private static TrafficSelector selector(String prefix) {
        return TrafficSelector.of(IpPrefix.parse(prefix));
    }

    private static InetAddress address(String literal) {
        return IpPrefix.parseAddress(literal);
    }
}
