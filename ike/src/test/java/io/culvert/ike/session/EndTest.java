package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.Input;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.Delete;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How sessions and Child SAs end, and that nothing is left of them.
class EndTest {
    @ParameterizedTest
    @EnumSource(Way.class)
    @DisplayName(
            "a peer that never sends IKE_AUTH: forgotten after 30 s, said once, everything given back (IK-049)")
    void halfOpenEnds(Way way) {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(way, 1);
        pair.delivers = message -> message.from() == pair.gateway;
        pair.advance(Duration.ofSeconds(31));

        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(handshakesEnded(pair.gateway)).containsExactly(false);
        GarbageTest.checkNothingLeaks(pair.gateway);
        pair.advance(Duration.ofMinutes(10));
        assertThat(handshakesEnded(pair.gateway)).containsExactly(false);
    }

    @Test
    @DisplayName("an established session says that its handshake is over once, an initiator never")
    void handshakeEndedOnce() {
        Pair pair = Pairs.of(Way.UDP).start();
        assertThat(handshakesEnded(pair.gateway)).containsExactly(true);
        terminate(pair.client, pair);

        assertThat(handshakesEnded(pair.gateway)).containsExactly(true);
        assertThat(handshakesEnded(pair.client)).isEmpty();
    }

    @Test
    @DisplayName(
            "a parked gateway that gives up gives the SPI back, and an address that is leased too late")
    void parkedEnds() {
        Pair pair = Situation.PARKED.reach(Way.UDP, 1);
        pair.delivers = _ -> false;
        pair.advance(Duration.ofSeconds(31));
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.heldSpis).isEmpty();

        RequestWindowTest.answerLease(pair);
        assertThat(pair.gateway.actions(Action.ReleaseAddresses.class))
                .containsExactly(new Action.ReleaseAddresses(List.of(Pairs.LEASED)));
        assertThat(pair.gateway.heldAddresses).isEmpty();
    }

    @Test
    @DisplayName(
            "an answer to a question that nobody asked changes nothing, and is given back at the end")
    void strangeAnswer() {
        Pair pair = Situation.PARKED.reach(Way.UDP, 1);
        pair.gateway.handle(
                new Input.Answered(
                        77, new Answer.AddressesLeased(List.of(Pairs.LEASED), List.of())));
        assertThat(pair.isUp()).isFalse();
        pair.gateway.handle(new Input.Commanded(new Command.Abandon("test")));

        assertThat(pair.gateway.heldAddresses).isEmpty();
    }

    @Test
    @DisplayName("what a session asked for and gets after its end is given back")
    void lateGifts() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        pair.client.handle(new Input.Commanded(new Command.Abandon("test")));
        int before = pair.client.actions.size();
        var connection =
                new TransportPath.Tcp(
                        new ConnectionId(77),
                        StreamFraming.TCP_ENCAPSULATION,
                        true,
                        new InetSocketAddress(Pair.CLIENT, 1),
                        new InetSocketAddress(Pair.GATEWAY, 4500));
        Spi late = new Spi(0x7777);
        pair.client.heldSpis.add(late);
        pair.client.handle(new Input.ConnectionOpened(9, connection));
        pair.client.handle(new Input.SpisReserved(List.of(late)));

        assertThat(pair.client.actions.subList(before, pair.client.actions.size()))
                .containsExactly(
                        new Action.CloseConnection(new ConnectionId(77)),
                        new Action.ReleaseSpis(List.of(late)));
    }

    @Test
    @DisplayName("INITIAL_CONTACT from an authenticated peer replaces its other IKE SAs (IK-029)")
    void initialContact() {
        Pair pair = Pairs.of(Way.UDP).start();

        assertThat(pair.gateway.actions(Action.ReplaceOthers.class))
                .singleElement()
                .satisfies(r -> {
                    assertThat(r.remote()).hasToString("alice@example.org");
                    assertThat(r.local()).hasToString("vpn.example.org");
                });
        assertThat(pair.client.actions(Action.ReplaceOthers.class)).isEmpty();
    }

    @Test
    @DisplayName("who is replaced is abandoned without a message (IK-029)")
    void abandonedSilently() {
        Pair pair = Pairs.of(Way.UDP).start();
        int before = pair.traffic.size();
        pair.gateway.handle(new Input.Commanded(new Command.Abandon("replaced")));

        assertThat(pair.traffic).hasSize(before);
        GarbageTest.checkNothingLeaks(pair.gateway);
    }

    @Test
    @DisplayName(
            "the peer deletes a Child SA: answered with the SPI of the other direction, the IKE SA lives (IK-108)")
    void childDeletedByPeer() {
        Pair pair = Pairs.of(Way.UDP).start();
        ChildSaSpec ofGateway = Pairs.onlyChild(pair.gateway);
        pair.inject(
                pair.gateway,
                Pairs.udpTo(pair.gateway, 4500),
                RequestWindowTest.fromClient(
                        pair, 2, Delete.childSas(List.of(ofGateway.outboundSpi()))));

        assertThat(pair.gateway.children).isEmpty();
        assertThat(RequestWindowTest.lastSent(pair.gateway).payloads()).startsWith("D");
        assertThat(opened(pair, pair.traffic.getLast().message()))
                .containsExactly(Delete.childSas(List.of(ofGateway.inboundSpi())));
        assertThat(pair.gateway.session.orElseThrow().isOver()).isFalse();
    }

    @Test
    @DisplayName(
            "a delete for a Child SA that is not there is answered without one (IK-107, KF-17)")
    void unknownChildDeleted() {
        Pair pair = Pairs.of(Way.UDP).start();
        // the SPI of our own direction is none that the peer may delete
        Spi inbound = Pairs.onlyChild(pair.gateway).inboundSpi();
        pair.inject(
                pair.gateway,
                Pairs.udpTo(pair.gateway, 4500),
                RequestWindowTest.fromClient(
                        pair, 2, Delete.childSas(List.of(inbound, new Spi(0x0bad_5b1)))));

        assertThat(RequestWindowTest.lastSent(pair.gateway).payloads()).isEmpty();
        assertThat(pair.gateway.children).hasSize(1);
    }

    @Test
    @DisplayName(
            "we delete a Child SA whose life is over: both ends lose it, the IKE SA lives (IK-108)")
    void childDeletedByUs() {
        Pair pair = Pairs.of(Way.UDP).start();
        ChildSaSpec child = Pairs.onlyChild(pair.gateway);
        pair.gateway.handle(
                new Input.DataPlaneReported(new DataPlaneEvent.LifetimeReached(child.id(), true)));
        pair.settle();

        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName(
            "a Child SA that ends while another request is outstanding is deleted after its answer (IK-025, IK-108)")
    void childDeletedLater() {
        Pair pair = Pairs.of(Way.UDP).start();
        pair.keeps = _ -> true;
        pair.gateway.handle(new Input.Commanded(new Command.CheckLiveness()));
        pair.gateway.handle(
                new Input.DataPlaneReported(
                        new DataPlaneEvent.LifetimeReached(
                                Pairs.onlyChild(pair.gateway).id(), true)));
        pair.letGo();

        assertThat(pair.client.children).isEmpty();
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("both ends delete the same Child SA at once: each is answered without D (IK-107)")
    void childDeletedByBoth() {
        Pair pair = Pairs.of(Way.UDP).start();
        pair.keeps = _ -> true;
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            end.handle(
                    new Input.DataPlaneReported(
                            new DataPlaneEvent.LifetimeReached(Pairs.onlyChild(end).id(), true)));
        }
        pair.letGo();

        assertThat(RequestWindowTest.lastSent(pair.client).payloads()).isEmpty();
        assertThat(RequestWindowTest.lastSent(pair.gateway).payloads()).isEmpty();
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName(
            "both ends delete the IKE SA at once: each answers the other, and nothing is left (IK-107)")
    void bothDelete() {
        Pair pair = Pairs.of(Way.UDP).start();
        pair.keeps = _ -> true;
        pair.client.handle(new Input.Commanded(new Command.Terminate("test")));
        pair.gateway.handle(new Input.Commanded(new Command.Terminate("test")));
        pair.letGo().advance(Duration.ofSeconds(1));

        GarbageTest.checkNothingLeaks(pair.client);
        GarbageTest.checkNothingLeaks(pair.gateway);
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
    }

    @Test
    @DisplayName(
            "while the IKE SA is being deleted: rekeying it is TEMPORARY_FAILURE, a child NO_ADDITIONAL_SAS (IK-107)")
    void createWhileDeleting() {
        assertThat(answerWhileDeleting(ProtocolId.IKE)).isEqualTo("N(TEMPORARY_FAILURE)");
        assertThat(answerWhileDeleting(ProtocolId.ESP)).isEqualTo("N(NO_ADDITIONAL_SAS)");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    @DisplayName("a peer that does not answer the DELETE is waited for four seconds")
    void unansweredDelete(Way way) {
        Pair pair = Situation.DELETING.reach(way, 1);
        pair.delivers = _ -> false;
        pair.advance(Duration.ofSeconds(5));

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        GarbageTest.checkNothingLeaks(pair.client);
    }

    @Test
    @DisplayName("also over a connection that carries something else, or breaks")
    void unansweredDeleteOverStream() {
        Pair pair = Situation.DELETING.reach(Way.TCP_ENCAPSULATION, 1);
        pair.gateway.handle(new Input.Commanded(new Command.CheckLiveness()));
        pair.settle();
        pair.delivers = _ -> false;
        pair.reset();
        pair.advance(Duration.ofSeconds(5));

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
    }

    @Test
    @DisplayName("forged errors without protection end nothing (IK-028)")
    void forgedErrors() {
        Pair pair = Pairs.of(Way.UDP).start();
        for (NotifyType type :
                List.of(
                        NotifyType.INVALID_IKE_SPI,
                        NotifyType.AUTHENTICATION_FAILED,
                        NotifyType.INVALID_SYNTAX,
                        NotifyType.INVALID_MAJOR_VERSION)) {
            IkeHeader header =
                    RequestWindowTest.forger(pair).response(ExchangeType.INFORMATIONAL, false, 2);
            Octets forged = MessageCodec.encode(new IkeMessage(header, List.of(Notify.of(type))));
            pair.inject(pair.client, Pairs.udpTo(pair.client, 4500), forged);
        }
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName("a half-open SA may be deleted by who cannot go on")
    void deletedBeforeAuth() {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
        pair.inject(
                pair.gateway,
                Pairs.udpTo(pair.gateway, 4500),
                RequestWindowTest.fromClient(pair, 1, Delete.ikeSa()));

        assertThat(RequestWindowTest.lastSent(pair.gateway).payloads()).isEmpty();
        GarbageTest.checkNothingLeaks(pair.gateway);
    }

    private static String answerWhileDeleting(ProtocolId protocol) {
        Pair pair = Situation.DELETING.reach(Way.UDP, 1);
        Payload offer =
                new SecurityAssociation(
                        List.of(
                                new ProposalSubstructure(
                                        1,
                                        protocol,
                                        Octets.EMPTY,
                                        List.of(
                                                new TransformSubstructure(
                                                        TransformType.ENCR, 12, List.of())))));
        Forger forger = RequestWindowTest.forger(pair);
        pair.inject(
                pair.client,
                Pairs.udpTo(pair.client, 4500),
                forger.message(
                        forger.request(ExchangeType.CREATE_CHILD_SA, false, 0), List.of(offer)));
        return RequestWindowTest.lastSent(pair.client).payloads();
    }

    /// What is inside a message of the gateway.
    private static List<Payload> opened(Pair pair, Octets message) {
        return RequestWindowTest.forger(pair).open(message);
    }

    private static void terminate(Pair.End end, Pair pair) {
        end.handle(new Input.Commanded(new Command.Terminate("test")));
        pair.settle();
    }

    private static List<Boolean> handshakesEnded(Pair.End end) {
        return end.actions(Action.HandshakeEnded.class).stream()
                .map(Action.HandshakeEnded::established)
                .toList();
    }
}
