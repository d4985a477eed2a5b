package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.wire.CertificateRequest;
import io.culvert.ike.wire.Delete;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.Identification;
import io.culvert.ike.wire.IdentificationType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
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
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Faults that IKE daemons had in IKE_AUTH, and before it: the sender has the keys and may still be anybody.
class KnownFaultsAuthTest {
    private static final int LARGEST_IDENTIFICATION = 65_000;

    @TestFactory
    @DisplayName("a request that lacks IDi or AUTH, or part of SA, TSi, TSr (IK-088, KF-04)")
    Stream<DynamicTest> missingInRequest() {
        return Stream.of(
                request("no IDi", "INVALID_SYNTAX", p -> without(p, PayloadType.IDI)),
                request("two IDi", "INVALID_SYNTAX", p -> twice(p, PayloadType.IDI)),
                request("no AUTH", "AUTHENTICATION_FAILED", p -> without(p, PayloadType.AUTH)),
                request("two AUTH", "INVALID_SYNTAX", p -> twice(p, PayloadType.AUTH)),
                request("no SA", "INVALID_SYNTAX", p -> without(p, PayloadType.SA)),
                request("no TSi", "INVALID_SYNTAX", p -> without(p, PayloadType.TSI)),
                request("no TSr", "INVALID_SYNTAX", p -> without(p, PayloadType.TSR)),
                request("two TSi", "INVALID_SYNTAX", p -> twice(p, PayloadType.TSI)),
                request("two SA", "INVALID_SYNTAX", p -> twice(p, PayloadType.SA)),
                request("nothing at all", "INVALID_SYNTAX", _ -> List.of()));
    }

    @TestFactory
    @DisplayName("a response that lacks IDr or AUTH, or part of SA, TSi, TSr (IK-088)")
    Stream<DynamicTest> missingInResponse() {
        return Stream.of(
                response("no IDr", p -> without(p, PayloadType.IDR)),
                response("two IDr", p -> twice(p, PayloadType.IDR)),
                response("no AUTH", p -> without(p, PayloadType.AUTH)),
                response("two AUTH", p -> twice(p, PayloadType.AUTH)),
                response("no SA", p -> without(p, PayloadType.SA)),
                response("no TSi", p -> without(p, PayloadType.TSI)),
                response("no TSr", p -> without(p, PayloadType.TSR)),
                response("nothing at all", _ -> List.of()));
    }

    @TestFactory
    @DisplayName("identifications of 0 and of as many octets as fit (IK-086, KF-15)")
    Stream<DynamicTest> identificationLengths() {
        return Stream.of(1, 2, 3, 5, 9, 10, 11, 12, 13, 200)
                .flatMap(type ->
                        Stream.of(0, 1, LARGEST_IDENTIFICATION)
                                .map(octets ->
                                        request(
                                                "type " + type + " of " + octets,
                                                "AUTHENTICATION_FAILED",
                                                p -> replaced(p, idi(type, octets)))));
    }

    @Test
    @DisplayName("an identification that says to be of 65 535 octets, in a message of 100 (IK-009)")
    void lyingLength() {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
        Octets body = Octets.concat(Octets.ofHex("0000ffff 02 000000"), zeros(90));
        Forger forger = RequestWindowTest.forger(pair);
        inject(pair, forger.message(header(pair), PayloadType.IDI, body));

        assertRefused(pair, "INVALID_SYNTAX");
    }

    @TestFactory
    @DisplayName("what a Child SA cannot be made of: it is refused, the IKE SA lives (IK-088)")
    Stream<DynamicTest> unacceptableChild() {
        return Stream.of(
                childless("SPI 0", "NO_PROPOSAL_CHOSEN", p -> withSpi(p, "00000000")),
                childless("SPI 255", "NO_PROPOSAL_CHOSEN", p -> withSpi(p, "000000ff")),
                childless("no SPI", "NO_PROPOSAL_CHOSEN", p -> withSpi(p, "")),
                childless("SPI of 8 octets", "NO_PROPOSAL_CHOSEN", p -> withSpi(p, "11".repeat(8))),
                childless("SPI of 255", "NO_PROPOSAL_CHOSEN", p -> withSpi(p, "11".repeat(255))),
                childless(
                        "no ESN transform",
                        "NO_PROPOSAL_CHOSEN",
                        p -> without(p, TransformType.SN)),
                childless("no cipher", "NO_PROPOSAL_CHOSEN", p -> without(p, TransformType.ENCR)),
                childless("an IKE proposal", "NO_PROPOSAL_CHOSEN", p -> of(p, ProtocolId.IKE)),
                childless("an AH proposal", "NO_PROPOSAL_CHOSEN", p -> of(p, ProtocolId.AH)),
                childless(
                        "selectors of unknown types",
                        "TS_UNACCEPTABLE",
                        p -> replaced(p, unknownSelectors(255))));
    }

    @Test
    @DisplayName(
            "255 selectors on each side, each one packet's: narrowed, no more than 255 (IK-120)")
    void manySelectors() {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
        inject(pair, p -> replaced(replaced(p, hosts(Role.RESPONDER)), hosts(Role.INITIATOR)));

        assertThat(Pairs.onlyChild(pair.gateway).local()).hasSizeLessThanOrEqualTo(255);
    }

    @TestFactory
    @DisplayName("traffic selectors that are malformed (IK-009, KF-07)")
    Stream<DynamicTest> malformedSelectors() {
        return Stream.of(
                        "00000008 00 000000",
                        "00000008 ff 000000",
                        "00000018 02 000000 07 00 0010 0000 ffff 0a000000 0affffff",
                        "00000018 01 000000 07 00 0010 0000 ffff 0affffff 0a000000",
                        "00000018 01 000000 07 00 0000 0000 ffff 0a000000 0affffff",
                        "00000018 01 000000 07 00 0003 0000 ffff 0a000000 0affffff",
                        "00000018 01 000000 07 00 ffff 0000 ffff 0a000000 0affffff",
                        "00000018 01 000000 08 00 0010 0000 ffff 0a000000 0affffff",
                        "00000010 01 000000 07 00 0008 0000 ffff",
                        "00000005 01",
                        "00000004")
                .map(hex ->
                        dynamicTest(
                                hex,
                                () -> {
                                    Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
                                    injectWithRaw(pair, PayloadType.TSI, Octets.ofHex(hex));
                                    assertRefused(pair, "INVALID_SYNTAX");
                                }));
    }

    @TestFactory
    @DisplayName(
            "INFORMATIONAL, CREATE_CHILD_SA and others before IKE_AUTH: the end (IK-020, KF-01)")
    Stream<DynamicTest> beforeAuthentication() {
        Payload rekey = new Notification.RekeySa(ProtocolId.ESP, new Spi(0x1000)).toNotify();
        return Stream.<List<Payload>>of(
                        List.of(),
                        List.of(rekey),
                        List.of(Delete.childSas(List.of(new Spi(0x2000)))),
                        List.of(Notify.of(NotifyType.AUTHENTICATION_FAILED)),
                        List.of(Notify.of(NotifyType.UPDATE_SA_ADDRESSES)))
                .flatMap(payloads ->
                        Stream.of(36, 37, 38, 43, 44, 255)
                                .map(exchange ->
                                        dynamicTest(
                                                exchange + " with " + payloads.size() + " payloads",
                                                () -> endsEarly(exchange, payloads))));
    }

    @TestFactory
    @DisplayName("requests to an initiator that has not verified the responder: nothing (IK-020)")
    Stream<DynamicTest> requestsBeforeResponse() {
        return Stream.of(35, 36, 37, 43, 44)
                .map(exchange ->
                        dynamicTest(
                                "exchange " + exchange,
                                () -> {
                                    Pair pair = Situation.PARKED.reach(Way.UDP, 1);
                                    Forger forger = RequestWindowTest.forger(pair);
                                    IkeHeader header =
                                            forger.request(new ExchangeType(exchange), false, 0);
                                    int before = pair.traffic.size();
                                    pair.inject(
                                            pair.client,
                                            Pairs.udpTo(pair.client, 4500),
                                            forger.message(header, List.of(Delete.ikeSa())));
                                    assertThat(pair.traffic).hasSize(before);
                                    RequestWindowTest.answerLease(pair);
                                    assertThat(pair.isUp()).isTrue();
                                }));
    }

    @Test
    @DisplayName("IKE_AUTH once more after it is done: refused, and all stays as it was (IK-020)")
    void authenticationAgain() {
        Pair pair = Pairs.of(Way.UDP).start();
        Forger forger = RequestWindowTest.forger(pair);
        List<Payload> first = forger.open(authRequest(pair));
        pair.inject(
                pair.gateway,
                Pairs.udpTo(pair.gateway, 4500),
                forger.message(forger.request(ExchangeType.IKE_AUTH, true, 2), first));

        assertThat(RequestWindowTest.lastSent(pair.gateway).payloads())
                .isEqualTo("N(INVALID_SYNTAX)");
        assertThat(pair.gateway.children).hasSize(1);
        assertThat(pair.gateway.events(IkeEvent.IkeSaEstablished.class)).hasSize(1);
    }

    @Test
    @DisplayName("notifications and certificate requests by the hundred: no harm (IK-009, KF-16)")
    void floods() {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
        Payload manyHashes = CertificateRequest.x509(Collections.nCopies(1000, zeros(20)));
        inject(
                pair,
                p -> {
                    List<Payload> all = new ArrayList<>(p);
                    all.addAll(Collections.nCopies(120, Notify.of(NotifyType.INITIAL_CONTACT)));
                    all.addAll(Collections.nCopies(3, manyHashes));
                    return all;
                });

        assertThat(pair.gateway.session.orElseThrow().status().state()).isEqualTo("Established");
    }

    private static void endsEarly(int exchange, List<Payload> payloads) {
        Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
        Forger forger = RequestWindowTest.forger(pair);
        IkeHeader header = forger.request(new ExchangeType(exchange), true, 1);
        inject(pair, forger.message(header, payloads));

        assertRefused(pair, "INVALID_SYNTAX");
    }

    private static DynamicTest request(
            String name, String error, UnaryOperator<List<Payload>> change) {
        return dynamicTest(
                name,
                () -> {
                    Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
                    inject(pair, change);
                    assertRefused(pair, error);
                });
    }

    /// The Child SA is refused with `error`; the IKE SA is established.
    private static DynamicTest childless(
            String name, String error, UnaryOperator<List<Payload>> change) {
        return dynamicTest(
                name,
                () -> {
                    Pair pair = Situation.AWAITING_AUTH_RESPONSE.reach(Way.UDP, 1);
                    inject(pair, change);
                    assertThat(RequestWindowTest.lastSent(pair.gateway).payloads())
                            .isEqualTo("IDr AUTH N(" + error + ")");
                    assertThat(pair.gateway.children).isEmpty();
                    assertThat(pair.gateway.heldSpis).as("one for the next").hasSize(1);
                });
    }

    private static void assertRefused(Pair pair, String error) {
        IkeEvent.MessagePassed last = RequestWindowTest.lastSent(pair.gateway);
        assertThat(last.payloads()).isEqualTo("N(" + error + ")");
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.children).isEmpty();
        GarbageTest.checkNothingLeaks(pair.gateway);
        assertThat(((HalfOpenAdmission) pair.admission).halfOpen()).isZero();
    }

    /// The gateway's honest response is kept, and changed before the client gets it.
    private static DynamicTest response(String name, UnaryOperator<List<Payload>> change) {
        return dynamicTest(
                name,
                () -> {
                    Pair pair = Pairs.of(Way.UDP);
                    pair.keeps =
                            message ->
                                    message.from() == pair.gateway
                                            && pair.gateway.ladder().size() == 2;
                    pair.start();
                    Forger forger = RequestWindowTest.forger(pair);
                    List<Payload> honest = forger.open(pair.kept.getLast().message());
                    IkeHeader header = forger.response(ExchangeType.IKE_AUTH, false, 1);
                    pair.inject(
                            pair.client,
                            Pairs.udpTo(pair.client, 4500),
                            forger.message(header, change.apply(honest)));

                    assertThat(pair.client.children).isEmpty();
                    assertThat(pair.client.events(IkeEvent.IkeSaEstablished.class)).isEmpty();
                    pair.keeps = _ -> false;
                    pair.advance(Duration.ofMinutes(10));
                    GarbageTest.checkNothingLeaks(pair.client);
                    GarbageTest.checkNothingLeaks(pair.gateway);
                    assertThat(pair.gateway.children).isEmpty();
                });
    }

    private static void inject(Pair pair, UnaryOperator<List<Payload>> change) {
        Forger forger = RequestWindowTest.forger(pair);
        List<Payload> honest = forger.open(pair.kept.getFirst().message());
        inject(pair, forger.message(header(pair), change.apply(honest)));
    }

    /// The honest payloads with these octets in place of the one of this type, which becomes the last.
    private static void injectWithRaw(Pair pair, PayloadType type, Octets raw) {
        Forger forger = RequestWindowTest.forger(pair);
        List<Payload> honest = without(forger.open(pair.kept.getFirst().message()), type);
        OctetsBuilder chain = new OctetsBuilder();
        int last = 0;
        for (Payload payload : honest) {
            last = chain.size();
            chain.octets(MessageCodec.encodePayloads(List.of(payload)));
            int next = honest.indexOf(payload) + 1;
            chain.putU8(
                    last, next < honest.size() ? honest.get(next).type().value() : type.value());
        }
        Octets padded = Octets.concat(chain.build(), raw, Octets.of((byte) 0));
        inject(pair, forger.message(header(pair), PayloadChain.firstType(honest), padded));
    }

    private static void inject(Pair pair, Octets message) {
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 4500), message);
    }

    private static IkeHeader header(Pair pair) {
        return RequestWindowTest.forger(pair).request(ExchangeType.IKE_AUTH, true, 1);
    }

    private static Octets authRequest(Pair pair) {
        return pair.traffic.stream()
                .filter(m -> m.from().isClient)
                .map(Pair.InFlight::message)
                .filter(m ->
                        IkeHeader.peek(m)
                                .orElseThrow()
                                .exchangeType()
                                .equals(ExchangeType.IKE_AUTH))
                .findFirst()
                .orElseThrow();
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

    private static List<Payload> changed(
            List<Payload> payloads, UnaryOperator<ProposalSubstructure> change) {
        SecurityAssociation sa =
                PayloadChain.first(payloads, SecurityAssociation.class).orElseThrow();
        return replaced(
                payloads, new SecurityAssociation(sa.proposals().stream().map(change).toList()));
    }

    private static List<Payload> withSpi(List<Payload> payloads, String hex) {
        return changed(
                payloads,
                p ->
                        new ProposalSubstructure(
                                p.number(), p.protocol(), Octets.ofHex(hex), p.transforms()));
    }

    private static List<Payload> of(List<Payload> payloads, ProtocolId protocol) {
        return changed(
                payloads,
                p -> new ProposalSubstructure(p.number(), protocol, p.spi(), p.transforms()));
    }

    private static List<Payload> without(List<Payload> payloads, TransformType type) {
        return changed(
                payloads,
                p -> {
                    List<TransformSubstructure> left =
                            p.transforms().stream().filter(t -> !t.type().equals(type)).toList();
                    return new ProposalSubstructure(p.number(), p.protocol(), p.spi(), left);
                });
    }

    private static Payload idi(int type, int octets) {
        return Identification.of(Role.INITIATOR, new IdentificationType(type), zeros(octets));
    }

    private static Payload unknownSelectors(int count) {
        return new TrafficSelectors(
                Role.INITIATOR,
                Collections.nCopies(count, new TrafficSelectors.Selector.Unknown(10, 0, zeros(4))));
    }

    private static Payload hosts(Role role) {
        List<TrafficSelector> hosts = new ArrayList<>();
        for (int i = 0; i < 255; i++) {
            String address = role == Role.RESPONDER ? "10.0." + i + ".1" : "10.9.0.7";
            var host = IpPrefix.parseAddress(address);
            hosts.add(new TrafficSelector(17, i, i, host, host));
        }
        return TrafficSelectors.of(role, hosts);
    }

    private static Octets zeros(int octets) {
        return new OctetsBuilder().zeros(octets).build();
    }
}
