package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.api.SessionStatus.ChildSaStatus;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Rekeying of Child SAs and IKE SAs, one side at a time and both at once.
@DisplayName("Rekeying")
final class RekeyTest {
    private static final Command CHILDREN = new Command.RekeyChildSas(Optional.empty());
    private static final Command IKE = new Command.RekeyIkeSa();

    private static Pair.End end(Pair pair, boolean client) {
        return client ? pair.client : pair.gateway;
    }

    private static void command(Pair.End end, Command command) {
        end.handle(new Input.Commanded(command));
    }

    private static SessionStatus status(Pair.End end) {
        return end.session.orElseThrow().status();
    }

    private static ChildSaStatus onlyChild(Pair.End end) {
        assertThat(status(end).children()).hasSize(1);
        return status(end).children().getFirst();
    }

    /// Both ends have one IKE SA and one Child SA, the same, and nothing else.
    static void assertAtOne(Pair pair) {
        assertThat(pair.isUp()).isTrue();
        SessionStatus ours = status(pair.client);
        SessionStatus theirs = status(pair.gateway);
        assertThat(ours.initiatorSpi()).isEqualTo(theirs.initiatorSpi());
        assertThat(ours.responderSpi()).isEqualTo(theirs.responderSpi());
        ChildSaStatus here = onlyChild(pair.client);
        ChildSaStatus there = onlyChild(pair.gateway);
        assertThat(here.inboundSpi()).isEqualTo(there.outboundSpi());
        assertThat(here.outboundSpi()).isEqualTo(there.inboundSpi());
        ChildSaSpec one = pair.client.children.get(here.id().value());
        ChildSaSpec other = pair.gateway.children.get(there.id().value());
        assertThat(one.inboundKeys()).isEqualTo(other.outboundKeys());
        assertThat(one.outboundKeys()).isEqualTo(other.inboundKeys());
    }

    /// What was kept for a while is gone, too.
    static void assertNothingElse(Pair pair) {
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            assertThat(end.children).hasSize(1);
            assertThat(end.bound).hasSize(1);
            assertThat(end.heldSpis).hasSizeBetween(1, 2);
        }
    }

    private static boolean isRequest(Pair.InFlight message, ExchangeType exchange) {
        IkeHeader header = IkeHeader.peek(message.message()).orElseThrow();
        return !header.response() && header.exchangeType().equals(exchange);
    }

    private static boolean isCreateChildRequest(Pair.InFlight message) {
        return isRequest(message, ExchangeType.CREATE_CHILD_SA);
    }

    @ParameterizedTest(name = "{0}, by the client: true")
    @EnumSource(Pairs.Way.class)
    @DisplayName("a Child SA is replaced: new first, old deleted, by either side (IK-100, IK-101)")
    void child(Pairs.Way way) {
        for (boolean byClient : List.of(true, false)) {
            Pair pair = Pairs.of(way).start();
            ChildSaStatus before = onlyChild(pair.client);

            command(end(pair, byClient), CHILDREN);
            pair.settle();

            assertAtOne(pair);
            assertThat(onlyChild(pair.client).id()).isNotEqualTo(before.id());
            assertThat(end(pair, byClient).actions(Action.SwitchOutbound.class)).hasSize(1);
            assertThat(pair.client.children).as("the old one still receives").hasSize(2);
            pair.advance(Duration.ofSeconds(10));
            assertNothingElse(pair);
        }
    }

    @Test
    @DisplayName(
            "the responder of a rekeying sends by the new one once it has received by it (IK-101)")
    void responderSwitches() {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.keeps = message -> isRequest(message, ExchangeType.INFORMATIONAL);
        command(pair.client, CHILDREN);
        pair.settle();
        assertThat(status(pair.gateway).children()).hasSize(2);
        assertThat(pair.gateway.actions(Action.SwitchOutbound.class)).isEmpty();

        var fresh = status(pair.gateway).children().getLast().id();
        pair.gateway.handle(new Input.DataPlaneReported(new DataPlaneEvent.FirstPacket(fresh)));

        assertThat(pair.gateway.actions(Action.SwitchOutbound.class))
                .containsExactly(new Action.SwitchOutbound(fresh));
        pair.letGo();
        assertAtOne(pair);
    }

    @ParameterizedTest
    @EnumSource(Pairs.Way.class)
    @DisplayName(
            "an IKE SA is replaced: its Child SAs go on, message IDs begin at 0 (IK-003, IK-021)")
    void ike(Pairs.Way way) {
        for (boolean byClient : List.of(true, false)) {
            Pair pair = Pairs.of(way).start();
            SessionStatus before = status(pair.client);

            command(end(pair, byClient), IKE);
            pair.settle();

            assertAtOne(pair);
            assertThat(status(pair.client).initiatorSpi()).isNotEqualTo(before.initiatorSpi());
            assertThat(onlyChild(pair.client)).isEqualTo(before.children().getFirst());
            command(end(pair, !byClient), new Command.CheckLiveness());
            command(end(pair, byClient), CHILDREN);
            pair.settle();
            assertAtOne(pair);
            assertThat(end(pair, !byClient).ladder().toString())
                    .contains("INFORMATIONAL request 0");
            pair.advance(Duration.ofMinutes(6));
            assertNothingElse(pair);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("both rekey the same Child SA at once: one new one remains (IK-103)")
    void bothRekeyTheChild(long seed) {
        Pair pair = Pairs.of(Pairs.Way.UDP, seed).start();
        pair.keeps = RekeyTest::isCreateChildRequest;
        command(pair.client, CHILDREN);
        command(pair.gateway, CHILDREN);
        pair.settle();

        pair.letGo();

        assertAtOne(pair);
        assertThat(pair.client.events(IkeEvent.ChildSaRekeyed.class)).hasSize(2);
        pair.advance(Duration.ofSeconds(10));
        assertNothingElse(pair);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("both rekey the IKE SA at once: one new one remains, with the Child SA (IK-105)")
    void bothRekeyTheIkeSa(long seed) {
        Pair pair = Pairs.of(Pairs.Way.UDP, seed).start();
        pair.keeps = RekeyTest::isCreateChildRequest;
        command(pair.client, IKE);
        command(pair.gateway, IKE);
        pair.settle();

        pair.letGo();

        assertAtOne(pair);
        pair.advance(Duration.ofMinutes(6));
        assertAtOne(pair);
        assertNothingElse(pair);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("one side's rekeying is done before the other's request arrives (IK-104)")
    void lateChildRequest(boolean lateClient) {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.keeps =
                message ->
                        message.from().isClient == lateClient
                                && isRequest(message, ExchangeType.CREATE_CHILD_SA);
        command(end(pair, lateClient), CHILDREN);
        command(end(pair, !lateClient), CHILDREN);
        pair.settle();

        pair.letGo();

        assertAtOne(pair);
        assertThat(end(pair, lateClient).events(IkeEvent.RekeyingFailed.class)).isEmpty();
        pair.advance(Duration.ofSeconds(10));
        assertNothingElse(pair);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "one side has finished its IKE rekeying before the other's request arrives (IK-105)")
    void lateIkeRequest(boolean lateClient) {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.keeps =
                message ->
                        message.from().isClient == lateClient
                                && isRequest(message, ExchangeType.CREATE_CHILD_SA);
        command(end(pair, lateClient), IKE);
        command(end(pair, !lateClient), IKE);
        pair.settle();

        pair.letGo();

        pair.advance(Duration.ofMinutes(6));
        assertAtOne(pair);
        assertNothingElse(pair);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "a Child SA is rekeyed while the IKE SA is: it waits or is refused for a time (IK-106, IK-107)")
    void childDuringIke(boolean client) {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.keeps = RekeyTest::isCreateChildRequest;
        command(end(pair, client), IKE);
        command(end(pair, !client), CHILDREN);
        pair.settle();

        pair.letGo();

        pair.advance(Duration.ofMinutes(6));
        assertAtOne(pair);
        assertNothingElse(pair);
        assertThat(pair.client.events(IkeEvent.ChildSaRekeyed.class)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("a Child SA is deleted while the other side rekeys it (IK-107)")
    void deleteDuringRekey(boolean client) {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.keeps = message -> !IkeHeader.peek(message.message()).orElseThrow().response();
        command(end(pair, client), CHILDREN);
        command(end(pair, !client), new Command.CloseChild("net", "no longer wanted"));
        pair.settle();

        pair.letGo();

        pair.advance(Duration.ofMinutes(1));
        assertThat(pair.isUp()).isTrue();
        assertThat(status(pair.client).children()).hasSameSizeAs(status(pair.gateway).children());
        assertThat(pair.client.children).hasSameSizeAs(pair.gateway.children);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("both delete the same Child SA: no answer names it again (IK-107)")
    void bothDelete(boolean first) {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        pair.keeps = message -> !IkeHeader.peek(message.message()).orElseThrow().response();
        Command close = new Command.CloseChild("net", "no longer wanted");
        command(end(pair, first), close);
        command(end(pair, !first), close);
        pair.settle();

        pair.letGo();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
        assertThat(
                        pair.client.events(IkeEvent.MessagePassed.class).stream()
                                .filter(m -> !m.sent() && !m.request())
                                .filter(m -> m.exchange().equals("INFORMATIONAL"))
                                .map(IkeEvent.MessagePassed::payloads))
                .allMatch(String::isEmpty);
    }

    @Test
    @DisplayName("a further Child SA can be had, and is closed alone (IK-100, IK-108)")
    void furtherChild() {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        command(pair.client, new Command.CloseChild("net", "for a while"));
        pair.settle();
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gateway.children).isEmpty();

        command(pair.client, new Command.StartChild("net"));
        pair.settle();

        assertAtOne(pair);
        assertNothingElse(pair);
    }

    @Test
    @DisplayName(
            "the original initiator authenticates anew in time, by its own limit or the responder's (IK-111)")
    void reauthentication() {
        var hourly = new IkeSaLimits(Lifespan.UNLIMITED, Duration.ofHours(1), 1, 1280, 64);
        var client = Configs.client(Pairs.Way.UDP.choice(), Configs.X25519);
        var gateway = Configs.gateway(Configs.X25519);
        var calm = Configs.with(client, client.children(), IkeSaLimits.DEFAULT);
        for (Pair pair :
                List.of(
                        Pairs.of(Configs.with(client, client.children(), hourly), gateway),
                        Pairs.of(calm, Configs.with(gateway, gateway.children(), hourly)))) {
            pair.start().advance(Duration.ofMinutes(53));
            assertThat(pair.client.actions(Action.Reauthenticate.class)).isEmpty();

            pair.advance(Duration.ofMinutes(8));

            assertThat(pair.client.actions(Action.Reauthenticate.class)).hasSize(1);
            assertThat(pair.client.actions(Action.Reauthenticate.class).getFirst().addresses())
                    .isEqualTo(status(pair.client).virtualIps());
            assertThat(pair.gateway.actions(Action.Reauthenticate.class)).isEmpty();
            assertThat(pair.isUp()).as("the old one goes on until the new one is there").isTrue();
        }
    }

    @Test
    @DisplayName("the data plane's soft limit rekeys, its hard limit deletes")
    void lifetimes() {
        Pair pair = Pairs.of(Pairs.Way.UDP).start();
        ChildSaStatus before = onlyChild(pair.gateway);
        pair.gateway.handle(
                new Input.DataPlaneReported(
                        new DataPlaneEvent.LifetimeReached(before.id(), false)));
        pair.settle();
        assertAtOne(pair);
        ChildSaStatus after = onlyChild(pair.gateway);
        assertThat(after.id()).isNotEqualTo(before.id());

        pair.gateway.handle(
                new Input.DataPlaneReported(new DataPlaneEvent.LifetimeReached(after.id(), true)));
        pair.settle();
        assertThat(status(pair.client).children()).isEmpty();
    }
}
