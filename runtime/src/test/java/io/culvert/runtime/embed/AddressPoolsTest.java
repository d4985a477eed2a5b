package io.culvert.runtime.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Question;
import io.culvert.ike.auth.Identity;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class AddressPoolsTest {
    private static final String ANY = "0.0.0.0";

    private final AddressPools pools =
            new AddressPools(
                    List.of(
                            pool("rw", "10.9.0.0/29", "10.9.0.1"),
                            pool("more", "10.8.0.0/30"),
                            pool("six", "fd00::/120", "fd00::53"),
                            pool("one", "10.7.0.7/32")));

    @Test
    @DisplayName("IK-122: addresses of a pool are leased but for its edges and its DNS servers")
    void allOfAPool() {
        List<InetAddress> leased = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            leased.addAll(addresses(pools.lease(i, question("user" + i, List.of("rw"), ANY))));
        }
        assertThat(leased)
                .extracting(InetAddress::getHostAddress)
                .containsExactly("10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5", "10.9.0.6");
        assertThat(pools.lease(9, question("user9", List.of("rw"), ANY)))
                .isInstanceOfSatisfying(
                        Answer.AddressesRefused.class,
                        refused -> assertThat(refused.reason()).contains("rw"));
        assertThat(addresses(pools.lease(9, question("user9", List.of("rw", "more"), ANY))))
                .containsExactly(address("10.8.0.1"));
    }

    @Test
    @DisplayName("a peer gets the address that it had, or that it asks for, if that is free")
    void stable() {
        InetAddress first =
                addresses(pools.lease(1, question("alice", List.of("rw"), ANY))).getFirst();
        pools.releaseAll(1);
        InetAddress other =
                addresses(pools.lease(2, question("bob", List.of("rw"), ANY))).getFirst();
        assertThat(other).isNotEqualTo(first);
        assertThat(addresses(pools.lease(3, question("alice", List.of("rw"), ANY))))
                .containsExactly(first);
        assertThat(addresses(pools.lease(4, question("carol", List.of("rw"), "10.9.0.6"))))
                .containsExactly(address("10.9.0.6"));
        assertThat(addresses(pools.lease(5, question("dave", List.of("rw"), "10.9.0.6"))))
                .doesNotContain(address("10.9.0.6"));
    }

    @Test
    @DisplayName(
            "who is anonymous neither shares nor inherits the address of another such (RFC 7619)")
    void anonymous() {
        InetAddress first = addresses(pools.lease(1, anonymous(ANY))).getFirst();
        InetAddress second =
                addresses(pools.lease(2, anonymous(first.getHostAddress()))).getFirst();
        assertThat(second).isNotEqualTo(first);

        pools.releaseAll(1);
        pools.releaseAll(2);
        assertThat(addresses(pools.lease(3, anonymous(ANY)))).doesNotContain(first, second);
    }

    private static Question.LeaseAddresses anonymous(String wanted) {
        return new Question.LeaseAddresses(Identity.NULL, List.of("rw"), List.of(address(wanted)));
    }

    @Test
    @DisplayName(
            "of addresses that were all leased before, the one given back first is leased first")
    void restedLongest() {
        for (int i = 0; i < 5; i++) {
            pools.lease(i, question("user" + i, List.of("rw"), ANY));
        }
        for (long session : new long[] {3, 0, 4}) {
            pools.releaseAll(session);
        }
        assertThat(addresses(pools.lease(5, question("user0", List.of("rw"), ANY))))
                .containsExactly(address("10.9.0.2"));
        assertThat(addresses(pools.lease(6, question("new", List.of("rw"), ANY))))
                .containsExactly(address("10.9.0.5"));
        assertThat(addresses(pools.lease(7, question("newer", List.of("rw"), ANY))))
                .containsExactly(address("10.9.0.6"));
    }

    @Test
    @DisplayName("the same peer in two sessions has two addresses")
    void twoSessions() {
        assertThat(addresses(pools.lease(1, question("alice", List.of("rw"), ANY))))
                .doesNotContainAnyElementsOf(
                        addresses(pools.lease(2, question("alice", List.of("rw"), ANY))));
    }

    @Test
    @DisplayName(
            "IK-122: one address of each family that is asked for, and the DNS servers of both")
    void bothFamilies() {
        Answer answer = pools.lease(1, question("alice", List.of("rw", "six", "more"), ANY, "::"));
        assertThat(answer)
                .isEqualTo(
                        new Answer.AddressesLeased(
                                List.of(address("10.9.0.2"), address("fd00::1")),
                                List.of(address("10.9.0.1"), address("fd00::53"))));
        assertThat(pools.leased()).isEqualTo(2);
    }

    @Test
    @DisplayName("a pool of one address has that one")
    void onlyOne() {
        assertThat(addresses(pools.lease(1, question("alice", List.of("one"), ANY))))
                .containsExactly(address("10.7.0.7"));
    }

    @Test
    @DisplayName("without pools nothing is leased, and the reason says so")
    void noPools() {
        assertThat(pools.lease(1, question("alice", List.of(), ANY)))
                .isInstanceOfSatisfying(
                        Answer.AddressesRefused.class,
                        refused -> assertThat(refused.reason()).contains("names none"));
    }

    @Test
    @DisplayName("only what a session holds can be released by it")
    void foreignRelease() {
        InetAddress held =
                addresses(pools.lease(1, question("alice", List.of("rw"), ANY))).getFirst();
        assertThat(pools.release(2, List.of(held))).containsExactly(held);
        assertThat(pools.leased()).isEqualTo(1);
        InetAddress foreign = address("192.0.2.1");
        assertThat(pools.release(1, List.of(held, foreign))).containsExactly(foreign);
        assertThat(pools.leased()).isZero();
    }

    @Test
    @DisplayName("whatever comes and goes, nobody has another's address")
    void neverTwice() {
        record Step(long session, boolean lease) {}
        Gen<Step> steps = Gen.both(Gen.longs(0, 9), Gen.booleans(), Step::new);
        Properties.forAll(
                Gen.listOf(steps, 60),
                list -> {
                    AddressPools fresh =
                            new AddressPools(List.of(pool("rw", "10.9.0.0/29", "10.9.0.1")));
                    Map<Long, List<InetAddress>> held = new HashMap<>();
                    for (Step step : list) {
                        if (step.lease()) {
                            Answer answer =
                                    fresh.lease(
                                            step.session(),
                                            question("user" + step.session(), List.of("rw"), ANY));
                            int total = held.values().stream().mapToInt(List::size).sum();
                            assertThat(answer instanceof Answer.AddressesLeased)
                                    .isEqualTo(total < 5);
                            held.computeIfAbsent(step.session(), _ -> new ArrayList<>())
                                    .addAll(addresses(answer));
                        } else {
                            fresh.releaseAll(step.session());
                            held.remove(step.session());
                        }
                        assertThat(held.values().stream().flatMap(List::stream))
                                .doesNotHaveDuplicates()
                                .hasSize(fresh.leased());
                    }
                });
    }

    private static List<InetAddress> addresses(Answer answer) {
        return answer instanceof Answer.AddressesLeased leased ? leased.addresses() : List.of();
    }

    private static Question.LeaseAddresses question(
            String name, List<String> pools, String... wanted) {
        return new Question.LeaseAddresses(
                Identity.parse(name + ".example.org"),
                pools,
                java.util.Arrays.stream(wanted).map(AddressPoolsTest::address).toList());
    }

    private static AddressPool pool(String name, String prefix, String... dns) {
        return new AddressPool(
                name,
                IpPrefix.parse(prefix),
                java.util.Arrays.stream(dns).map(AddressPoolsTest::address).toList());
    }

    private static InetAddress address(String literal) {
        return IpPrefix.parseAddress(literal);
    }
}
