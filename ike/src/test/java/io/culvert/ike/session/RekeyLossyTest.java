package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.Input;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Rekeyings and deletes by both sides at random moments, over a link that loses, delays and doubles.
@DisplayName("Rekeying over a bad link")
final class RekeyLossyTest {
    private static final int STEPS = 25;

    private static Command any(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0, 1 -> new Command.RekeyChildSas(Optional.empty());
            case 2, 3 -> new Command.RekeyIkeSa();
            default -> new Command.CheckLiveness();
        };
    }

    private static void run(Pair pair, SplittableRandom random, int lossPercent) {
        int[] losses = {0};
        pair.delays =
                message -> {
                    // fewer in a row than a request is repeated
                    if (message.path() instanceof TransportPath.Tcp) {
                        return List.of(Duration.ofMillis(30));
                    }
                    if (losses[0] < 3 && random.nextInt(100) < lossPercent) {
                        losses[0]++;
                        return List.of();
                    }
                    losses[0] = 0;
                    Duration delay = Duration.ofMillis(random.nextInt(400));
                    return random.nextInt(10) == 0
                            ? List.of(delay, Duration.ofMillis(random.nextInt(4000)))
                            : List.of(delay);
                };
        for (int step = 0; step < STEPS; step++) {
            for (Pair.End end : List.of(pair.client, pair.gateway)) {
                if (random.nextInt(3) > 0) {
                    end.handle(new Input.Commanded(any(random)));
                }
            }
            pair.advance(Duration.ofMillis(random.nextInt(900)));
        }
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName(
            "in the end one IKE SA and one Child SA, the same at both ends (IK-103, IK-105, IK-107)")
    void converges(Pairs.Way way) {
        int lossPercent = way == Pairs.Way.UDP ? 20 : 0;
        Properties.forAll(
                60,
                Gen.ints(0, 1_000_000),
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    Pair pair = Pairs.of(way, seed).start();
                    run(pair, random, lossPercent);

                    pair.delays = _ -> List.of(Duration.ofMillis(5));
                    pair.advance(Duration.ofMinutes(12));

                    RekeyTest.assertAtOne(pair);
                    RekeyTest.assertNothingElse(pair);
                });
    }

    @Test
    @DisplayName(
            "the old Child SA is never removed before the peer may send by the new one (IK-101)")
    void nothingIsCutOff() {
        Properties.forAll(
                60,
                Gen.ints(0, 1_000_000),
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    Pair pair = Pairs.of(Pairs.Way.UDP, seed).start();
                    pair.watch =
                            (_, _) -> {
                                assertThat(pair.client.children).isNotEmpty();
                                assertThat(pair.gateway.children).isNotEmpty();
                            };
                    run(pair, random, 20);
                });
    }
}
