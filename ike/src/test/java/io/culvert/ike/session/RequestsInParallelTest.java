package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.session.RequestWindow.Standing;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Windows of more than one request.
@DisplayName("Several requests at a time")
final class RequestsInParallelTest {
    private static ConnectionConfig config(ConnectionConfig config, int window) {
        ChildConfig first = config.children().getFirst();
        ChildConfig second =
                new ChildConfig(
                        "more",
                        first.local(),
                        first.remote(),
                        first.proposals(),
                        first.mode(),
                        first.lifetime(),
                        first.lifespan(),
                        first.replayWindow());
        return Configs.with(
                config,
                List.of(first, second),
                new IkeSaLimits(Lifespan.UNLIMITED, Duration.ZERO, window, 1280, 64));
    }

    private static Pair pair(int window) {
        return Pairs.of(
                        config(Configs.client(Pairs.Way.UDP.choice(), Configs.X25519), 1),
                        config(Configs.gateway(Configs.X25519), window))
                .start();
    }

    private static boolean isClientsRequest(Pair.InFlight message) {
        return message.from().isClient
                && !IkeHeader.peek(message.message()).orElseThrow().response();
    }

    private static void askForTwoThings(Pair pair) {
        pair.keeps = RequestsInParallelTest::isClientsRequest;
        for (Command command :
                List.of(
                        new Command.RekeyChildSas(Optional.of("net")),
                        new Command.CloseChild("more", "no longer wanted"))) {
            pair.client.handle(new Input.Commanded(command));
        }
        pair.settle();
    }

    @Test
    @DisplayName(
            "the peer allows four: two go at once, and come in the wrong order (IK-025, IK-027)")
    void wrongOrder() {
        Pair pair = pair(4);
        assertThat(pair.client.children).hasSize(2);

        askForTwoThings(pair);

        assertThat(pair.kept).hasSize(2);
        List<Pair.InFlight> late = pair.kept.reversed();
        pair.keeps = _ -> false;
        TransportPath path = pair.pathTo(pair.gateway);
        late.forEach(message -> pair.inject(pair.gateway, path, message.message()));
        // and once more, in the right order: each is executed once
        pair.letGo();
        pair.advance(Duration.ofMinutes(1));
        RekeyTest.assertAtOne(pair);
        assertThat(pair.client.children).hasSize(1);
        assertThat(pair.gateway.children).hasSize(1);
    }

    @Test
    @DisplayName("the peer has said nothing: the second waits for the first's answer (IK-025)")
    void oneByOne() {
        Pair pair = pair(1);

        askForTwoThings(pair);

        assertThat(pair.kept).hasSize(1);
        pair.letGo();
        pair.advance(Duration.ofMinutes(1));
        RekeyTest.assertAtOne(pair);
    }

    @Test
    @DisplayName("a rekeyed IKE SA begins with one, until the peer has allowed more again (IK-025)")
    void anewAfterRekeying() {
        Pair pair = pair(4);
        pair.client.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.settle();

        askForTwoThings(pair);

        assertThat(pair.kept).hasSize(2);
    }

    @Test
    @DisplayName(
            "a message ID is new once, and not beyond the window of what has no answer (IK-025, IK-026)")
    void standing() {
        RequestWindow window = new RequestWindow(0);
        window.grow(3);
        assertThat(window.standing(2)).isEqualTo(Standing.NEW);
        assertThat(window.standing(3)).isEqualTo(Standing.OUTSIDE);

        window.take(1);
        assertThat(window.standing(1)).isEqualTo(Standing.REPEATED);
        assertThat(window.standing(0)).isEqualTo(Standing.NEW);
        window.take(0);
        assertThat(window.standing(3)).as("0 has no answer yet").isEqualTo(Standing.OUTSIDE);
        window.answered(0, Pairs.udpTo(Pairs.of(Pairs.Way.UDP).gateway, 4500));
        assertThat(window.standing(3)).isEqualTo(Standing.NEW);
        assertThat(window.standing(4)).isEqualTo(Standing.OUTSIDE);
        assertThat(window.standing(IkeSa.LAST_MESSAGE_ID)).isEqualTo(Standing.OUTSIDE);

        window.grow(1);
        assertThat(window.size()).as("it may only grow").isEqualTo(3);
    }
}
