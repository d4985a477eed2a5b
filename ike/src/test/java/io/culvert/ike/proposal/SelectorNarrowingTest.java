package io.culvert.ike.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("IK-120: narrowing")
class SelectorNarrowingTest {
    @Test
    void commonPartsAreKept() {
        assertThat(narrow(prefixes("10.0.0.0/8"), prefixes("0.0.0.0/0")))
                .isEqualTo(prefixes("10.0.0.0/8"));
        assertThat(
                        narrow(
                                prefixes("10.0.0.0/8", "192.168.0.0/16"),
                                prefixes("192.168.7.0/24", "10.1.0.0/16", "172.16.0.0/12")))
                .isEqualTo(prefixes("192.168.7.0/24", "10.1.0.0/16"));
    }

    @Test
    void nothingInCommonIsEmpty() {
        assertThat(narrow(prefixes("10.0.0.0/8"), prefixes("2001:db8::/32"))).isEmpty();
        assertThat(narrow(prefixes("10.0.0.0/8"), List.of())).isEmpty();
    }

    @Test
    void protocolsAndPortsAreNarrowed() {
        InetAddress address = IpPrefix.parseAddress("10.0.0.1");
        TrafficSelector web = new TrafficSelector(6, 80, 90, address, address);
        TrafficSelector higher = new TrafficSelector(6, 85, 65_535, address, address);
        assertThat(narrow(List.of(web), List.of(higher)))
                .containsExactly(new TrafficSelector(6, 85, 90, address, address));
    }

    @Test
    @DisplayName("the peer's first selector stands first, whole if it is acceptable")
    void theFirstSelectorIsPreferred() {
        InetAddress host = IpPrefix.parseAddress("10.0.0.7");
        TrafficSelector packet = new TrafficSelector(6, 443, 443, host, host);
        List<TrafficSelector> theirs = List.of(packet, prefixes("10.0.0.0/24").getFirst());
        assertThat(narrow(List.of(packet), theirs)).containsExactly(packet);
        assertThat(narrow(prefixes("10.0.0.0/8"), theirs))
                .as("the wider one covers it and takes its place")
                .isEqualTo(prefixes("10.0.0.0/24"));
        Properties.forAll(
                selectors(),
                selectors(),
                (ours, wanted) -> {
                    List<TrafficSelector> narrowed = narrow(ours, wanted);
                    TrafficSelector first = wanted.getFirst();
                    if (ours.stream().anyMatch(first::isSubsetOf)) {
                        assertThat(first.isSubsetOf(narrowed.getFirst())).isTrue();
                    }
                });
    }

    @Test
    @DisplayName("the result lies within both, and has no selector inside another")
    void theResultIsASubset() {
        Properties.forAll(
                1000,
                selectors(),
                selectors(),
                (ours, theirs) -> {
                    List<TrafficSelector> narrowed = narrow(ours, theirs);
                    for (TrafficSelector one : narrowed) {
                        assertThat(ours).anyMatch(one::isSubsetOf);
                        assertThat(theirs).anyMatch(one::isSubsetOf);
                        assertThat(narrowed.stream().filter(one::isSubsetOf)).containsExactly(one);
                    }
                    if (!narrowed.isEmpty()) {
                        assertThat(SelectorNarrowing.isWithin(narrowed, theirs)).isTrue();
                        assertThat(SelectorNarrowing.isWithin(narrowed, ours)).isTrue();
                    }
                });
    }

    @Test
    @DisplayName("a packet is selected exactly if both sides select it")
    void nothingIsLost() {
        Gen<List<TrafficSelector>> some = selectors();
        Properties.forAll(
                1000,
                Gen.both(some, some, Pair::new),
                packets(),
                (pair, packet) -> {
                    List<TrafficSelector> narrowed = narrow(pair.ours(), pair.theirs());
                    assertThat(packet.isIn(narrowed))
                            .isEqualTo(packet.isIn(pair.ours()) && packet.isIn(pair.theirs()));
                });
    }

    @Test
    void narrowingTwiceChangesNothing() {
        Properties.forAll(
                1000,
                selectors(),
                selectors(),
                (ours, theirs) -> {
                    List<TrafficSelector> once = narrow(ours, theirs);
                    assertThat(narrow(ours, once)).isEqualTo(once);
                });
    }

    @Test
    void anAnswerStaysWithinTheQuestion() {
        List<TrafficSelector> asked = prefixes("10.0.0.0/8", "192.168.0.0/16");
        assertThat(SelectorNarrowing.isWithin(prefixes("192.168.1.0/24"), asked)).isTrue();
        assertThat(SelectorNarrowing.isWithin(prefixes("10.0.0.0/8", "11.0.0.0/8"), asked))
                .isFalse();
        assertThat(SelectorNarrowing.isWithin(List.of(), asked)).isFalse();
    }

    @Test
    @DisplayName("no more selectors than a payload holds")
    void boundedSize() {
        List<TrafficSelector> hosts =
                IntStream.range(0, 600)
                        .mapToObj(i -> IpPrefix.parse("10.0." + i / 250 + "." + i % 250))
                        .map(TrafficSelector::of)
                        .toList();
        assertThat(narrow(hosts, prefixes("10.0.0.0/8"))).isEqualTo(hosts.subList(0, 255));
    }

    private static List<TrafficSelector> narrow(
            List<TrafficSelector> ours, List<TrafficSelector> theirs) {
        return SelectorNarrowing.narrow(ours, theirs);
    }

    private record Pair(List<TrafficSelector> ours, List<TrafficSelector> theirs) {}

    private record Packet(int protocol, InetAddress address, int port) {
        boolean isIn(List<TrafficSelector> selectors) {
            return selectors.stream().anyMatch(s -> s.matches(protocol, address, port));
        }
    }

    private static List<TrafficSelector> prefixes(String... prefixes) {
        return List.of(prefixes).stream().map(IpPrefix::parse).map(TrafficSelector::of).toList();
    }

    /// Few addresses of both families, ports and protocols, so that ranges often meet; OPAQUE ports among them.
    private static Gen<List<TrafficSelector>> selectors() {
        Gen<TrafficSelector> selector =
                choices -> {
                    int low = Gen.ints(0, 7).draw(choices);
                    int high = Gen.ints(low, 8).draw(choices);
                    boolean ipv6 = choices.oncePer(3);
                    int start = Gen.of(0, 80, 81, 443).draw(choices);
                    int end = Gen.of(65_535, 443, 500).draw(choices);
                    boolean opaque = choices.oncePer(10);
                    return new TrafficSelector(
                            Gen.of(0, 6, 17).draw(choices),
                            opaque ? 65_535 : start,
                            opaque ? 0 : end,
                            address(ipv6, low),
                            address(ipv6, high));
                };
        return Gen.listOf(selector, 1, 5);
    }

    private static Gen<Packet> packets() {
        return choices ->
                new Packet(
                        Gen.of(6, 17, 1).draw(choices),
                        address(choices.oncePer(3), Gen.ints(0, 8).draw(choices)),
                        Gen.of(80, 443, 0, 81, 500, 9999).draw(choices));
    }

    private static InetAddress address(boolean ipv6, int last) {
        return IpPrefix.parseAddress((ipv6 ? "2001:db8::" : "10.0.0.") + last);
    }
}
