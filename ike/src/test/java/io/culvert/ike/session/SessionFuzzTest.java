package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.culvert.ike.api.Action;
import io.culvert.ike.api.Input;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;

/// Runs its corpus as a plain test; with `JAZZER_FUZZ=1` it looks for more.
final class SessionFuzzTest {
    /// A message of the peer may be answered by three paths, and call for what waited for it.
    private static final int MOST_ANSWERS = 4;

    @FuzzTest
    @DisplayName(
            "any inputs in any situation: no exception, few answers to each message, nothing left at the end")
    void anyInputs(FuzzedDataProvider data) {
        Pairs.Way way = data.pickValue(Pairs.Way.values());
        Pair pair = data.pickValue(Situation.values()).reach(way, 1);
        pair.watch =
                (input, actions) -> {
                    if (input instanceof Input.MessageReceived) {
                        assertThat(actions.stream().filter(Action.Send.class::isInstance).count())
                                .isLessThanOrEqualTo(MOST_ANSWERS);
                    }
                };
        for (int i = 0; i < 20 && data.remainingBytes() > 0; i++) {
            Pair.End to = data.consumeBoolean() ? pair.client : pair.gateway;
            switch (data.consumeInt(0, 6)) {
                case 0 -> pair.inject(to, path(data, pair, to), message(data));
                case 1 -> pair.inject(to, path(data, pair, to), withSpis(data, pair, to));
                case 2 -> pair.inject(to, path(data, pair, to), changed(data, pair));
                case 3 -> pair.reset();
                case 4 -> pair.letGo();
                case 5 -> to.handle(new Input.SendFailed(path(data, pair, to), "unreachable"));
                default -> pair.advance(Duration.ofMillis(data.consumeInt(0, 100_000)));
            }
        }
        pair.letGo().advance(Duration.ofMinutes(20));
        GarbageTest.checkNothingLeaks(pair.client);
        GarbageTest.checkNothingLeaks(pair.gateway);
    }

    private static TransportPath path(FuzzedDataProvider data, Pair pair, Pair.End to) {
        return switch (data.consumeInt(0, 4)) {
            case 0 -> pair.pathTo(to);
            case 1 -> Pairs.udpTo(to, 500);
            case 2 -> Pairs.udpTo(to, 4500);
            case 3 -> pair.foreignConnection(StreamFraming.IKE_TCP);
            default -> pair.foreignConnection(StreamFraming.TCP_ENCAPSULATION);
        };
    }

    private static Octets message(FuzzedDataProvider data) {
        return Octets.wrap(data.consumeBytes(data.consumeInt(0, 2000)));
    }

    /// Any octets behind the SPIs of the IKE SA.
    private static Octets withSpis(FuzzedDataProvider data, Pair pair, Pair.End to) {
        Octets message = message(data);
        return pair.traffic.stream()
                .filter(m -> m.from() != to)
                .reduce((_, last) -> last)
                .map(m -> Octets.concat(m.message().slice(0, 16), message))
                .orElse(message);
    }

    /// A message that was sent, with one octet changed; or, if that octet is none, the same once more.
    private static Octets changed(FuzzedDataProvider data, Pair pair) {
        if (pair.traffic.isEmpty()) {
            return Octets.EMPTY;
        }
        int which = data.consumeInt(0, pair.traffic.size() - 1);
        byte[] octets = pair.traffic.get(which).message().toArray();
        int at = data.consumeInt(0, 400);
        if (at < octets.length) {
            octets[at] ^= data.consumeByte();
        }
        return Octets.wrap(octets);
    }
}
