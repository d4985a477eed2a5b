package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Session;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A handshake over a link that loses, repeats, delays and reorders datagrams and breaks connections.
class LossyLinkTest {
    /// So few that a request gets through, and is answered, while the gateway keeps a half-open IKE SA: 30 seconds, in
    /// which a request is sent four times.
    private static final int MOST_LOSSES = 3;

    /// How bad the link is.
    ///
    /// @param seed of the link and of both ends
    /// @param lossPercent of datagrams, as long as [#MOST_LOSSES] is not reached
    /// @param copyPercent of datagrams that arrive twice
    /// @param mostDelay in milliseconds; what is sent later may arrive earlier
    /// @param tearPercent of messages on a stream that break it instead
    private record Link(
            long seed, int lossPercent, int copyPercent, int mostDelay, int tearPercent) {
        static Gen<Link> any() {
            return choices ->
                    new Link(
                            choices.below(1 << 20),
                            Gen.ints(0, 90).draw(choices),
                            Gen.ints(0, 90).draw(choices),
                            Gen.ints(0, 3000).draw(choices),
                            Gen.ints(0, 60).draw(choices));
        }

        Pair pair(Pairs.Way way) {
            Pair pair = Pairs.of(way, seed);
            var random = new SplittableRandom(seed);
            int[] losses = {0};
            int[] tears = {0};
            boolean[] initTorn = {false};
            int[] refusals = {0};
            pair.delays =
                    message -> {
                        if (message.path() instanceof TransportPath.Tcp) {
                            return List.of(Duration.ZERO);
                        }
                        if (losses[0] < MOST_LOSSES && random.nextInt(100) < lossPercent) {
                            losses[0]++;
                            return List.of();
                        }
                        List<Duration> copies = new ArrayList<>();
                        copies.add(delay(random));
                        if (random.nextInt(100) < copyPercent) {
                            copies.add(delay(random));
                        }
                        return copies;
                    };
            pair.tears =
                    message -> {
                        boolean torn =
                                tears[0] < MOST_LOSSES
                                        && random.nextInt(100) < tearPercent
                                        && !(isInit(message) && initTorn[0]);
                        initTorn[0] |= torn && isInit(message);
                        tears[0] += torn ? 1 : 0;
                        return torn;
                    };
            // the first connection is opened: one that never was is no lossy link but a closed port
            pair.accepts =
                    () -> {
                        boolean first =
                                pair.client.actions(Action.OpenConnection.class).size() <= 1;
                        boolean refused =
                                !first && !initTorn[0] && refusals[0] < 2 && random.nextBoolean();
                        refusals[0] += refused ? 1 : 0;
                        return !refused;
                    };
            return pair;
        }

        private Duration delay(SplittableRandom random) {
            return Duration.ofMillis(random.nextInt(mostDelay + 1));
        }

        private static boolean isInit(Pair.InFlight message) {
            return IkeHeader.peek(message.message())
                    .orElseThrow()
                    .exchangeType()
                    .equals(ExchangeType.IKE_SA_INIT);
        }
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName("established at last, one Child SA each, keys that fit (IK-020, IK-023, IK-024)")
    void establishedAtLast(Pairs.Way way) {
        Properties.forAll(
                150,
                Link.any(),
                link -> {
                    Pair pair = link.pair(way).start().advance(Duration.ofMinutes(8));
                    pair.tears = _ -> false;
                    pair.advance(Duration.ofMinutes(2));

                    assertThat(pair.isUp()).isTrue();
                    Pairs.assertKeysFit(pair);
                    assertRoutesMeet(pair);
                    assertThat(pair.client.actions(Action.InstallChildSa.class)).hasSize(1);
                    assertThat(pair.gateway.actions(Action.InstallChildSa.class)).hasSize(1);
                    GarbageTest.checkNothingLeaks(pair.client);
                    GarbageTest.checkNothingLeaks(pair.gateway);
                });
    }

    private static void assertRoutesMeet(Pair pair) {
        switch (pair.clientRoute()) {
            case EspRoute.Tcp stream -> assertThat(pair.gatewayRoute()).isEqualTo(stream);
            case EspRoute.Udp(var ours, var theirs) ->
                    assertThat(pair.gatewayRoute()).isEqualTo(new EspRoute.Udp(theirs, ours));
            case EspRoute.Unknown _ -> throw new AssertionError("ESP goes nowhere");
        }
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName("from some message on nothing arrives: both end and hold nothing (IK-023, IK-049)")
    void totalLoss(Pairs.Way way) {
        Properties.forAll(
                60,
                Gen.ints(0, 8),
                Gen.booleans(),
                (last, told) -> {
                    Pair pair = Pairs.of(way, 1 + last);
                    int[] passed = {0};
                    pair.delivers = _ -> passed[0]++ < last;
                    pair.accepts = () -> passed[0] < last || passed[0] == 0;
                    pair.start();
                    if (told) {
                        pair.reset();
                    }
                    pair.advance(Duration.ofMinutes(20));
                    pair.accepts = () -> false;
                    pair.delivers = _ -> false;
                    pair.advance(Duration.ofMinutes(40));

                    for (Pair.End end : List.of(pair.client, pair.gateway)) {
                        assertThat(end.sessions).allMatch(Session::isOver);
                        assertThat(end.children).isEmpty();
                        assertThat(end.heldSpis).isEmpty();
                        assertThat(end.heldAddresses).isEmpty();
                        assertThat(end.bound).isEmpty();
                        assertThat(end.sessions).allMatch(s -> s.nextDeadline().isEmpty());
                    }
                    assertThat(((HalfOpenAdmission) pair.admission).halfOpen()).isZero();
                });
    }

    @Test
    @DisplayName("the same seed gives the same actions, to the octet")
    void replays() {
        Properties.forAll(
                30,
                Gen.enums(Pairs.Way.class),
                Link.any(),
                (way, link) -> {
                    Pair once = link.pair(way).start().advance(Duration.ofMinutes(2));
                    Pair again = link.pair(way).start().advance(Duration.ofMinutes(2));

                    assertThat(again.client.actions).isEqualTo(once.client.actions);
                    assertThat(again.gateway.actions).isEqualTo(once.gateway.actions);
                });
    }
}
