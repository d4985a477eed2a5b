package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.Session;
import io.culvert.ike.proposal.EspProposal;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Large messages over UDP, here an IKE_AUTH request with very many proposals.
@DisplayName("Fragments of IKE messages")
final class FragmentationTest {
    private static final int FIRST_INNER_AT = IkeHeader.OCTETS;
    private static final int NUMBER_AT = IkeHeader.OCTETS + 4;
    private static final int TOTAL_AT = IkeHeader.OCTETS + 6;

    private static ConnectionConfig large(ConnectionConfig config, int packetOctets) {
        List<ChildConfig> children = new ArrayList<>();
        for (ChildConfig child : config.children()) {
            List<EspProposal> many = Collections.nCopies(100, child.proposals().getFirst());
            children.add(
                    new ChildConfig(
                            child.name(),
                            child.local(),
                            child.remote(),
                            many,
                            child.mode(),
                            child.lifetime(),
                            child.lifespan(),
                            child.replayWindow()));
        }
        return Configs.with(
                config,
                children,
                new IkeSaLimits(Lifespan.UNLIMITED, Duration.ZERO, 1, packetOctets, 64));
    }

    private static Pair pair(Pairs.Way way, int ours, int theirs) {
        return Pairs.of(
                large(Configs.client(way.choice(), Configs.X25519), ours),
                large(Configs.gateway(Configs.X25519), theirs));
    }

    private static boolean isAuthRequest(Pair.InFlight message) {
        IkeHeader header = IkeHeader.peek(message.message()).orElseThrow();
        return header.exchangeType().equals(ExchangeType.IKE_AUTH) && !header.response();
    }

    private static List<Octets> authRequests(Pair pair) {
        return pair.traffic.stream()
                .filter(FragmentationTest::isAuthRequest)
                .map(Pair.InFlight::message)
                .toList();
    }

    private static boolean isFragment(Octets message) {
        return message.u8(16) == PayloadType.SKF.value();
    }

    @Test
    @DisplayName(
            "both understand them: no datagram is too large, and the IKE SA is set up (E1-1, E1-2)")
    void fragments() {
        Pair pair = pair(Pairs.Way.UDP, 1280, 1280).start();

        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
        assertThat(authRequests(pair))
                .hasSizeGreaterThan(3)
                .allMatch(FragmentationTest::isFragment);
        assertThat(authRequests(pair)).allMatch(m -> m.size() <= 1280 - 52);
    }

    @Test
    @DisplayName("not over TCP (E1-7), and not if one side does not want them (E1-1)")
    void whole() {
        for (Pairs.Way way : List.of(Pairs.Way.IKE_TCP, Pairs.Way.TCP_ENCAPSULATION)) {
            Pair pair = pair(way, 1280, 1280).start();
            assertThat(pair.isUp()).isTrue();
            assertThat(authRequests(pair)).hasSize(1).noneMatch(FragmentationTest::isFragment);
        }
        for (Pair pair : List.of(pair(Pairs.Way.UDP, 0, 1280), pair(Pairs.Way.UDP, 1280, 0))) {
            pair.start();
            assertThat(pair.isUp()).isTrue();
            assertThat(authRequests(pair)).hasSize(1).noneMatch(FragmentationTest::isFragment);
        }
    }

    @Test
    @DisplayName("in any order, late, lost and doubled (E1-3)")
    void anyOrder() {
        Properties.forAll(
                150,
                Gen.ints(0, 100_000),
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    Pair pair = pair(Pairs.Way.UDP, 1280, 1280);
                    int[] losses = {0};
                    pair.delays =
                            message -> {
                                if (losses[0] < 3 && random.nextInt(100) < 15) {
                                    losses[0]++;
                                    return List.of();
                                }
                                Duration first = Duration.ofMillis(random.nextInt(1500));
                                return random.nextInt(4) == 0
                                        ? List.of(first, Duration.ofMillis(random.nextInt(3000)))
                                        : List.of(first);
                            };
                    pair.start().advance(Duration.ofMinutes(4));

                    assertThat(pair.isUp()).isTrue();
                    Pairs.assertKeysFit(pair);
                });
    }

    @Test
    @DisplayName("where packets of 1280 octets do not arrive 576 are tried (E1-4)")
    void smaller() {
        Pair pair = pair(Pairs.Way.UDP, 1280, 576);
        pair.delivers = message -> message.message().size() <= 576 - 32;
        pair.start().advance(Duration.ofMinutes(1));

        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName("an answered request comes again: its first fragment alone is answered (E1-5)")
    void repeated() {
        Pair pair = pair(Pairs.Way.UDP, 1280, 1280).start();
        List<Octets> request = authRequests(pair);
        int before = pair.gateway.ladder().size();

        request.stream()
                .skip(1)
                .forEach(f -> pair.inject(pair.gateway, pair.pathTo(pair.gateway), f));
        assertThat(pair.gateway.ladder()).hasSize(before);

        pair.inject(pair.gateway, pair.pathTo(pair.gateway), request.getFirst());
        assertThat(pair.gateway.ladder()).hasSize(before + 1);
        byte[] forged = request.getFirst().toArray();
        forged[forged.length - 1] ^= 1;
        pair.inject(pair.gateway, pair.pathTo(pair.gateway), Octets.wrap(forged));
        assertThat(pair.gateway.ladder()).as("not for what is not the peer's").hasSize(before + 1);
    }

    @Test
    @DisplayName(
            "numbers that fit to nothing: dropped, and the true fragments still count (E1-3, E1-6, KF-09)")
    void forgedNumbers() {
        Pair pair = pair(Pairs.Way.UDP, 1280, 1280);
        pair.keeps = FragmentationTest::isAuthRequest;
        pair.start();
        Octets first = authRequests(pair).getFirst();
        int total = first.u16(TOTAL_AT);
        int[][] numbers = {
            {0, total},
            {1, 0},
            {total + 1, total},
            {1, total + 1},
            {1, total - 1},
            {1, 65_535},
            {65_535, 65_535},
            {2, total},
            {0, 0},
            {1, 1}
        };
        for (int[] pairOfNumbers : numbers) {
            byte[] forged = first.toArray();
            forged[NUMBER_AT] = (byte) (pairOfNumbers[0] >> 8);
            forged[NUMBER_AT + 1] = (byte) pairOfNumbers[0];
            forged[TOTAL_AT] = (byte) (pairOfNumbers[1] >> 8);
            forged[TOTAL_AT + 1] = (byte) pairOfNumbers[1];
            forged[FIRST_INNER_AT] = 0;
            pair.inject(pair.gateway, pair.pathTo(pair.gateway), Octets.wrap(forged));
        }
        assertThat(pair.isUp()).isFalse();

        pair.letGo();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gateway.events(IkeEvent.MessageDropped.class)).hasSizeGreaterThan(8);
    }

    @Test
    @DisplayName("a message of which not all fragments come is forgotten (E1-3)")
    void forgotten() {
        Pair pair = pair(Pairs.Way.UDP, 1280, 1280);
        pair.delivers = message -> !isAuthRequest(message) || message.message().u16(NUMBER_AT) == 1;
        pair.start().advance(Duration.ofMinutes(10));

        assertThat(pair.isUp()).isFalse();
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.sessions).allMatch(Session::isOver);
    }
}
