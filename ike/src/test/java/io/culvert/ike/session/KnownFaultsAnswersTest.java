package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.Input;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.Role;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TrafficSelectors;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Faults that IKE daemons had in reading the answers to their own CREATE_CHILD_SA requests: nothing is installed that
/// was not asked for, and what is there goes on.
class KnownFaultsAnswersTest {
    private static final Command REKEY_CHILD = new Command.RekeyChildSas(Optional.empty());
    private static final Command REKEY_IKE = new Command.RekeyIkeSa();

    @TestFactory
    @DisplayName(
            "an answer to the rekeying of a Child SA that lacks something, or has it twice (IK-100)")
    Stream<DynamicTest> missing() {
        return Stream.of(PayloadType.SA, PayloadType.NONCE, PayloadType.TSI, PayloadType.TSR)
                .flatMap(type ->
                        Stream.of(
                                child("no " + type, p -> without(p, type)),
                                child("two " + type, p -> twice(p, type))));
    }

    @TestFactory
    @DisplayName(
            "an answer to the rekeying of a Child SA with what was not asked for (IK-100, IK-120)")
    Stream<DynamicTest> notAskedFor() {
        return Stream.of(
                child("nothing", _ -> List.of()),
                child("an SPI of 0", p -> replaced(p, HostileClient.esp(new Spi(0)))),
                child("no SPI", p -> replaced(p, esp(Octets.EMPTY))),
                child("an SPI of 8 octets", p -> replaced(p, esp(Octets.ofHex("11".repeat(8))))),
                child("the SA of an IKE SA", p -> replaced(p, HostileClient.ike(spi(1)))),
                child("wider selectors", p -> replaced(p, HostileClient.any(Role.RESPONDER))),
                child("other selectors", p -> replaced(p, elsewhere())),
                child("a refusal of our identity", _ -> List.of(error("AUTHENTICATION_FAILED"))),
                child("INVALID_KE_PAYLOAD", _ -> List.of(error("INVALID_KE_PAYLOAD"))));
    }

    @TestFactory
    @DisplayName(
            "an answer to the rekeying of the IKE SA that lacks something, or is wrong (IK-100)")
    Stream<DynamicTest> ikeRekeying() {
        return Stream.of(
                ike("no SA", p -> without(p, PayloadType.SA)),
                ike("no Nonce", p -> without(p, PayloadType.NONCE)),
                ike("no KE", p -> without(p, PayloadType.KE)),
                ike("two KE", p -> twice(p, PayloadType.KE)),
                ike("nothing", _ -> List.of()),
                ike("an SPI of 0", p -> replaced(p, HostileClient.ike(spi(0)))),
                ike("no SPI", p -> replaced(p, HostileClient.ike(Octets.EMPTY))),
                ike(
                        "an SPI of 4 octets",
                        p -> replaced(p, HostileClient.ike(Octets.ofHex("01020304")))),
                ike("a Child SA", p -> replaced(p, HostileClient.esp(new Spi(0x5000)))),
                ike("zeros as KE", p -> replaced(p, ke(31, 32))),
                ike("a short KE", p -> replaced(p, ke(31, 31))),
                ike("a KE of another method", p -> replaced(p, ke(19, 64))),
                ike("INVALID_KE_PAYLOAD", _ -> List.of(error("INVALID_KE_PAYLOAD"))),
                ike("NO_PROPOSAL_CHOSEN", _ -> List.of(error("NO_PROPOSAL_CHOSEN"))));
    }

    private static DynamicTest child(String name, UnaryOperator<List<Payload>> change) {
        return dynamicTest(
                name,
                () -> {
                    Pair pair = answered(REKEY_CHILD, change);
                    long carried = Pairs.onlyChild(pair.client).id().value();
                    assertThat(carried).as("the old Child SA").isEqualTo(0x1000);
                    assertThat(pair.client.session.orElseThrow().isOver()).isFalse();
                    GarbageTest.assertStillWorks(pair);
                    assertSettles(pair);
                });
    }

    /// The old IKE SA lives, or both sides have ended it together.
    private static DynamicTest ike(String name, UnaryOperator<List<Payload>> change) {
        return dynamicTest(
                name,
                () -> {
                    Pair pair = answered(REKEY_IKE, change);
                    assertThat(pair.client.events(io.culvert.ike.api.IkeEvent.IkeSaRekeyed.class))
                            .isEmpty();
                    assertSettles(pair);
                });
    }

    private static void assertSettles(Pair pair) {
        pair.advance(Duration.ofMinutes(20));
        assertThat(pair.client.session.orElseThrow().isOver())
                .isEqualTo(pair.gateway.session.orElseThrow().isOver());
        if (pair.isUp()) {
            GarbageTest.assertStillWorks(pair);
        }
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            assertThat(end.heldSpis.size()).isLessThanOrEqualTo(end.children.size() + 1);
        }
    }

    /// The client's command has led to a request, and its honest answer came changed.
    private static Pair answered(Command command, UnaryOperator<List<Payload>> change) {
        Pair pair = Pairs.of(Way.UDP).start();
        Forger forger = RequestWindowTest.forger(pair);
        pair.keeps = message -> message.from() == pair.gateway;
        pair.client.handle(new Input.Commanded(command));
        pair.settle();
        Octets honest = pair.kept.removeFirst().message();
        IkeHeader header = IkeHeader.peek(honest).orElseThrow();
        assertThat(header.exchangeType()).isEqualTo(ExchangeType.CREATE_CHILD_SA);
        Octets changed = forger.message(header, change.apply(forger.open(honest)));
        pair.keeps = _ -> false;
        pair.inject(pair.client, Pairs.udpTo(pair.client, 4500), changed);
        return pair;
    }

    private static List<Payload> without(List<Payload> payloads, PayloadType type) {
        return payloads.stream().filter(p -> !p.type().equals(type)).toList();
    }

    private static List<Payload> twice(List<Payload> payloads, PayloadType type) {
        List<Payload> all = new ArrayList<>(payloads);
        payloads.stream().filter(p -> p.type().equals(type)).forEach(all::add);
        return all;
    }

    private static List<Payload> replaced(List<Payload> payloads, Payload by) {
        return payloads.stream().map(p -> p.type().equals(by.type()) ? by : p).toList();
    }

    private static Payload elsewhere() {
        return TrafficSelectors.of(
                Role.RESPONDER, List.of(TrafficSelector.of(IpPrefix.parse("172.16.0.0/12"))));
    }

    private static Payload error(String name) {
        return Notify.of(NotifyType.valueOf(name));
    }

    private static Payload ke(int method, int octets) {
        return new KeyExchangePayload(method, Octets.wrap(new byte[octets]));
    }

    private static Octets spi(int last) {
        return Octets.ofHex("00000000000000%02x".formatted(last));
    }

    private static Payload esp(Octets spi) {
        return new SecurityAssociation(
                List.of(
                        new ProposalSubstructure(
                                1,
                                ProtocolId.ESP,
                                spi,
                                List.of(
                                        TransformSubstructure.withKeyLength(
                                                TransformType.ENCR, 20, 128),
                                        TransformSubstructure.of(TransformType.SN, 0)))));
    }
}
