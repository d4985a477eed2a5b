package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.session.RequestWindow.Standing;
import io.culvert.ike.wire.IkeHeader;
import java.lang.reflect.Field;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Message IDs near their end, which no test reaches by sending 2^32 requests: the counters are set forward.
class KnownFaultsMessageIdTest {
    private static final long LAST = 0xffff_ffffL;

    @Test
    @DisplayName(
            "before our message IDs run short the IKE SA is rekeyed, and they begin at 0 (IK-022)")
    void rekeyedInTime() throws ReflectiveOperationException {
        Pair pair = Pairs.of(Way.UDP).start();
        setForward(pair, LAST - 1000);
        pair.client.handle(new Input.Commanded(new Command.CheckLiveness()));
        pair.settle();

        assertThat(pair.client.events(IkeEvent.IkeSaRekeyed.class)).hasSize(1);
        GarbageTest.assertStillWorks(pair);
        IkeHeader last = IkeHeader.peek(pair.traffic.getLast().message()).orElseThrow();
        assertThat(last.messageId()).isLessThan(10);
    }

    @Test
    @DisplayName(
            "at 2^32-1 with a peer that does not rekey: the last ID is used, then the session ends (IK-022)")
    void neverWraps() throws ReflectiveOperationException {
        Pair pair = Pairs.of(Way.UDP).start();
        setForward(pair, LAST);
        long[] lowest = {LAST};
        pair.delivers =
                message -> {
                    if (message.from().isClient) {
                        IkeHeader header = IkeHeader.peek(message.message()).orElseThrow();
                        lowest[0] = Math.min(lowest[0], header.messageId());
                    }
                    return true;
                };
        pair.client.handle(new Input.Commanded(new Command.CheckLiveness()));
        pair.settle();
        assertThat(pair.gateway.ladder()).last().isEqualTo("INFORMATIONAL response 4294967295 udp");
        pair.client.handle(new Input.Commanded(new Command.CheckLiveness()));
        pair.settle().advance(Duration.ofMinutes(10));

        assertThat(lowest[0]).as("no request with a wrapped ID").isEqualTo(LAST);
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.client.children).isEmpty();
    }

    @Test
    @DisplayName(
            "the peer's window at its very end: each ID once, and none that has wrapped (IK-022, IK-027)")
    void windowAtTheEnd() {
        RequestWindow window = new RequestWindow(LAST - 1);
        window.grow(4);
        assertThat(window.standing(LAST)).isEqualTo(Standing.NEW);
        window.take(LAST);
        assertThat(window.standing(LAST)).isEqualTo(Standing.REPEATED);
        assertThat(window.standing(LAST - 1)).isEqualTo(Standing.NEW);
        window.take(LAST - 1);
        for (long wrapped : new long[] {0, 1, 2, LAST - 2, LAST - 1, LAST}) {
            assertThat(window.standing(wrapped)).isEqualTo(Standing.REPEATED);
        }
    }

    @Test
    @DisplayName("the edges of a window of 1 and of 8 (IK-025)")
    void edges() {
        RequestWindow window = new RequestWindow(5);
        assertThat(window.standing(4)).isEqualTo(Standing.REPEATED);
        assertThat(window.standing(5)).isEqualTo(Standing.NEW);
        assertThat(window.standing(6)).isEqualTo(Standing.OUTSIDE);
        assertThat(window.standing(LAST)).isEqualTo(Standing.OUTSIDE);
        window.grow(8);
        assertThat(window.standing(12)).isEqualTo(Standing.NEW);
        assertThat(window.standing(13)).isEqualTo(Standing.OUTSIDE);
        window.grow(2);
        assertThat(window.standing(12)).as("a window never shrinks").isEqualTo(Standing.NEW);
    }

    /// Lets the client's next request, and the one that the gateway expects, have this message ID.
    private static void setForward(Pair pair, long messageId) throws ReflectiveOperationException {
        set(current(pair.client), "nextRequestId", messageId);
        set(current(pair.gateway).window(), "lowestNew", messageId);
    }

    private static IkeSa current(Pair.End end) throws ReflectiveOperationException {
        Field field = IkeSession.class.getDeclaredField("peering");
        field.setAccessible(true);
        return ((Peering) field.get(end.session.orElseThrow())).theSa();
    }

    private static void set(Object of, String name, long value)
            throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        field.setLong(of, value);
    }
}
