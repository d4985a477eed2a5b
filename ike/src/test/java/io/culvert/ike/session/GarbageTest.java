package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Session;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What cannot be the peer's does nothing, in any situation, on any transport.
class GarbageTest {
    /// More than any answer of ours, much less than an amplifier would want.
    private static final int LARGEST_ANSWER = 1024;

    private static final List<Octets> FOREIGN = foreignMessages();

    private record Blow(Pairs.Way way, List<Garbage> garbage) {}

    private static Gen<Blow> blows() {
        return Gen.both(Gen.enums(Pairs.Way.class), Gen.listOf(Garbage.any(), 1, 6), Blow::new);
    }

    @ParameterizedTest
    @EnumSource(Situation.class)
    @DisplayName("one answer at most, no exception, no second Child SA, nothing left in the end")
    void garbageIsHarmless(Situation situation) {
        Properties.forAll(
                150,
                blows(),
                blow -> {
                    Pair pair = situation.reach(blow.way(), 1);
                    pair.watch = GarbageTest::checkAnswer;
                    for (Garbage garbage : blow.garbage()) {
                        garbage.hit(pair, FOREIGN);
                        assertThat(pair.client.children).hasSizeLessThanOrEqualTo(1);
                        assertThat(pair.gateway.children).hasSizeLessThanOrEqualTo(1);
                        checkChildrenPerSession(pair);
                    }
                    pair.watch = (_, _) -> {};
                    pair.letGo().advance(Duration.ofMinutes(10));
                    checkNothingLeaks(pair.client);
                    checkNothingLeaks(pair.gateway);
                });
    }

    @Test
    @DisplayName("an established IKE SA stays, and both ends still answer (IK-028, IT-090, TE-057)")
    void establishedSurvives() {
        Properties.forAll(
                250,
                blows(),
                blow -> {
                    Pair pair = Situation.ESTABLISHED.reach(blow.way(), 1);
                    for (Garbage garbage : blow.garbage()) {
                        garbage.hit(pair, FOREIGN);
                    }
                    pair.advance(Duration.ofSeconds(2));
                    assertStillWorks(pair);
                    Pairs.assertKeysFit(pair);
                });
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName("each message of the handshake, cut at every octet: the handshake succeeds")
    void truncatedEverywhere(Pairs.Way way) {
        Pair sample = Pairs.of(way).start();
        List<Pair.InFlight> messages = List.copyOf(sample.traffic);
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(way, 1);
        for (Pair.InFlight message : messages) {
            Pair.End to = message.from().isClient ? pair.gateway : pair.client;
            for (int octets = 0; octets < message.message().size(); octets++) {
                pair.inject(to, Pairs.udpTo(to, 4500), message.message().slice(0, octets));
            }
        }
        pair.letGo();

        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
        assertStillWorks(pair);
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName("the messages of two pairs, delivered to each other: neither takes harm")
    void messagesOfOtherSessions(Pairs.Way way) {
        Pair one = Pairs.of(way, 1).start();
        Pair other = Pairs.of(way, 2).start();
        List<Pair.InFlight> ofOne = List.copyOf(one.traffic);
        for (Pair.InFlight message : List.copyOf(other.traffic)) {
            Pair.End to = message.from().isClient ? one.gateway : one.client;
            one.inject(to, one.pathTo(to), message.message());
        }
        for (Pair.InFlight message : ofOne) {
            Pair.End to = message.from().isClient ? other.gateway : other.client;
            other.inject(to, other.pathTo(to), message.message());
        }

        assertStillWorks(one);
        assertStillWorks(other);
        Pairs.assertKeysFit(one);
        Pairs.assertKeysFit(other);
    }

    private static void checkAnswer(Input input, List<Action> actions) {
        if (!(input instanceof Input.MessageReceived)) {
            return;
        }
        List<Octets> sent =
                actions.stream()
                        .filter(Action.Send.class::isInstance)
                        .map(action -> ((Action.Send) action).message())
                        .toList();
        assertThat(sent).hasSizeLessThanOrEqualTo(1);
        assertThat(sent).allMatch(message -> message.size() <= LARGEST_ANSWER);
        assertThat(actions).hasSizeLessThanOrEqualTo(24);
    }

    private static void checkChildrenPerSession(Pair pair) {
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            for (Session session : end.sessions) {
                assertThat(session.status().children()).hasSizeLessThanOrEqualTo(1);
            }
        }
    }

    /// What is over holds nothing, and nothing is half done for ever.
    static void checkNothingLeaks(Pair.End end) {
        long established =
                end.sessions.stream().filter(s -> s.status().state().equals("Established")).count();
        long over = end.sessions.stream().filter(Session::isOver).count();
        long idle = end.sessions.stream().filter(s -> s.status().state().equals("Idle")).count();
        assertThat(over + established + idle).isEqualTo(end.sessions.size());
        // beside those in use, an established session has one ready for the next Child SA
        assertThat(end.heldSpis.size())
                .isBetween(end.children.size(), end.children.size() + (int) established);
        assertThat(end.children).hasSizeLessThanOrEqualTo((int) established);
        if (established == 0) {
            assertThat(end.heldAddresses).isEmpty();
            assertThat(end.bound).isEmpty();
        }
    }

    /// Both ends ask each other whether they live, and are answered.
    static void assertStillWorks(Pair pair) {
        assertThat(pair.isUp()).isTrue();
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            long before = livenessAnswers(end);
            end.handle(new Input.Commanded(new Command.CheckLiveness()));
            pair.settle();
            assertThat(livenessAnswers(end)).isEqualTo(before + 1);
        }
        assertThat(pair.isUp()).isTrue();
    }

    private static long livenessAnswers(Pair.End end) {
        return end.events(IkeEvent.MessagePassed.class).stream()
                .filter(m -> !m.sent() && !m.request() && m.exchange().equals("INFORMATIONAL"))
                .count();
    }

    private static List<Octets> foreignMessages() {
        Pair other = Pairs.of(Pairs.Way.UDP, 99).start();
        other.client.handle(new Input.Commanded(new Command.CheckLiveness()));
        other.settle();
        return other.traffic.stream().map(Pair.InFlight::message).toList();
    }
}
