package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.KeyExchangePayload;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.ProposalSubstructure;
import io.culvert.ike.wire.ProtocolId;
import io.culvert.ike.wire.SecurityAssociation;
import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ike.wire.VendorId;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.crypto.PrfAlgorithm;
import io.culvert.ipsec.testing.Vector;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Faults that IKE daemons had in IKE_SA_INIT, where anybody may send anything.
///
/// A stranger sends a request, or answers one, that differs from the honest one in a single thing. It gets one small
/// error at most, nothing is kept for it, and the honest message, which comes after it, still succeeds.
class KnownFaultsInitTest {
    private static final TransportChoice UDP = new TransportChoice.Udp();
    private static final int UNASSIGNED = 1023;
    private static final int PRIVATE_USE = 65_535;

    @TestFactory
    @DisplayName("a request that lacks SA, KE or Nonce, or has one twice (IK-047, KF-04)")
    Stream<DynamicTest> missingInRequest() {
        return Stream.of(PayloadType.SA, PayloadType.KE, PayloadType.NONCE)
                .flatMap(type ->
                        Stream.of(
                                request("no " + type, "INVALID_SYNTAX", p -> without(p, type)),
                                request("two " + type, "INVALID_SYNTAX", p -> twice(p, type))));
    }

    @TestFactory
    @DisplayName("a response that lacks SA, KE or Nonce, or has one twice (IK-047)")
    Stream<DynamicTest> missingInResponse() {
        return Stream.of(PayloadType.SA, PayloadType.KE, PayloadType.NONCE)
                .flatMap(type ->
                        Stream.of(
                                response("no " + type, p -> without(p, type)),
                                response("two " + type, p -> twice(p, type))));
    }

    @TestFactory
    @DisplayName(
            "a proposal without key exchange, or with none that is real (IK-045, IK-047, KF-05)")
    Stream<DynamicTest> proposalWithoutKeyExchange() {
        return Stream.of(
                request("no KE transform", "NO_PROPOSAL_CHOSEN", p -> offering(p, List.of())),
                request("KE NONE", "NO_PROPOSAL_CHOSEN", p -> offering(p, List.of(0))),
                request("unassigned", "NO_PROPOSAL_CHOSEN", p -> offering(p, List.of(UNASSIGNED))),
                request("private", "NO_PROPOSAL_CHOSEN", p -> offering(p, List.of(PRIVATE_USE))),
                response("no KE transform chosen", p -> offering(p, List.of())),
                response("KE NONE chosen", p -> offering(p, List.of(0))),
                response("two chosen", p -> offering(p, List.of(31, 31))),
                response("another chosen", p -> offering(p, List.of(19))));
    }

    @TestFactory
    @DisplayName(
            "a KE payload of a method that was not negotiated, or that does not exist (IK-047, KF-05)")
    Stream<DynamicTest> unnegotiatedMethod() {
        return Stream.of(0, 1, 19, 30, 32, UNASSIGNED, 1024, PRIVATE_USE)
                .flatMap(method ->
                        Stream.of(
                                request(
                                        "method " + method,
                                        "INVALID_KE_PAYLOAD",
                                        p -> replaced(p, ke(method, 32))),
                                response("method " + method, p -> replaced(p, ke(method, 32)))));
    }

    @TestFactory
    @DisplayName(
            "MODP public values 0, 1, p-1, p, p+1, over-long, short and empty (RFC 6989) (KF-10)")
    Stream<DynamicTest> modpValues() {
        BigInteger p = modp2048();
        return Stream.of(
                        named("0", padded(BigInteger.ZERO)),
                        named("1", padded(BigInteger.ONE)),
                        named("p-1", padded(p.subtract(BigInteger.ONE))),
                        named("p", padded(p)),
                        named("p+1", padded(p.add(BigInteger.ONE))),
                        named(
                                "over-long",
                                Octets.concat(Octets.of((byte) 0), padded(p.shiftRight(1)))),
                        named("10 000 octets", Octets.wrap(new byte[10_000])),
                        named("short", padded(p.shiftRight(1)).slice(1)),
                        named("empty", Octets.EMPTY))
                .flatMap(value -> badValue(KeyExchangeMethod.MODP_2048, value));
    }

    @TestFactory
    @DisplayName("ECP values off the curve, at infinity, above p, compressed (RFC 6989) (KF-11)")
    Stream<DynamicTest> points() {
        Octets ff = Octets.ofHex("ff".repeat(32));
        Octets gx =
                Octets.ofHex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
        Octets gy =
                Octets.ofHex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
        return Stream.of(
                        named("infinity as zeros", Octets.wrap(new byte[64])),
                        named("infinity as one octet", Octets.of((byte) 0)),
                        named("x and y exchanged", Octets.concat(gy, gx)),
                        named("y of another point", Octets.concat(gx, gx)),
                        named("x above p", Octets.concat(ff, gy)),
                        named("y above p", Octets.concat(gx, ff)),
                        named("compressed", Octets.concat(Octets.of((byte) 3), gx)),
                        named("uncompressed", Octets.concat(Octets.of((byte) 4), gx, gy)),
                        named("x alone", gx))
                .flatMap(value -> badValue(KeyExchangeMethod.ECP_256, value));
    }

    @TestFactory
    @DisplayName("X25519 values that give a secret of zeros, and of wrong size (RFC 8031) (KF-11)")
    Stream<DynamicTest> lowOrder() {
        return Stream.of(
                        named("0", Octets.wrap(new byte[32])),
                        named("1", Octets.ofHex("01" + "00".repeat(31))),
                        named("p-1", Octets.ofHex("ec" + "ff".repeat(30) + "7f")),
                        named("p", Octets.ofHex("ed" + "ff".repeat(30) + "7f")),
                        named("p+1", Octets.ofHex("ee" + "ff".repeat(30) + "7f")),
                        named(
                                "order 8",
                                Octets.ofHex(
                                        "e0eb7a7c3b41b8ae1656e3faf19fc46a"
                                                + "da098deb9c32b1fd866205165f49b800")),
                        named("31 octets", Octets.ofHex("09".repeat(31))),
                        named("33 octets", Octets.ofHex("09".repeat(33))))
                .flatMap(value -> badValue(KeyExchangeMethod.CURVE25519, value));
    }

    @TestFactory
    @DisplayName("a nonce of less than half the key of the PRF (IK-040)")
    Stream<DynamicTest> shortNonce() {
        IkeProposal sha512 =
                new IkeProposal(
                        Configs.X25519.encryption(),
                        List.of(PrfAlgorithm.HMAC_SHA2_512),
                        List.of(),
                        Configs.X25519.keyExchanges());
        UnaryOperator<List<Payload>> tooShort = p -> replaced(p, nonce(31));
        return Stream.of(
                dynamicTest(
                        "31 octets for SHA-512 in a request",
                        () -> refuses(sha512, "INVALID_SYNTAX", tooShort)),
                dynamicTest("31 octets for SHA-512 in a response", () -> ignores(sha512, tooShort)),
                dynamicTest(
                        "16 octets are enough for SHA-256",
                        () -> {
                            Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
                            injectRequest(pair, p -> replaced(p, nonce(16)));
                            assertThat(pair.gateway.forger).isPresent();
                        }));
    }

    @TestFactory
    @DisplayName("as many notifications, vendor IDs and proposals as a message holds (IK-001)")
    Stream<DynamicTest> floods() {
        List<Payload> most = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            most.add(
                    switch (i % 5) {
                        case 0 -> Notify.of(NotifyType.NAT_DETECTION_SOURCE_IP, zeros(i));
                        case 1 -> Notify.of(NotifyType.COOKIE, zeros(64));
                        case 2 -> Notify.of(NotifyType.INVALID_KE_PAYLOAD, zeros(2));
                        case 3 -> Notify.of(NotifyType.SIGNATURE_HASH_ALGORITHMS, zeros(255));
                        default -> new VendorId(zeros(i));
                    });
        }
        return Stream.of(
                dynamicTest(
                        "240 in a request: it is as good as without them",
                        () -> {
                            Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
                            injectRequest(pair, p -> concat(p, most));
                            assertThat(pair.gateway.forger).isPresent();
                            assertThat(pair.traffic.getLast().message().size()).isLessThan(600);
                        }),
                dynamicTest(
                        "257 payloads: silence",
                        () -> {
                            Pair pair = Situation.AWAITING_INIT_RESPONSE.reach(Way.UDP, 1);
                            injectRequest(pair, p -> concat(p, concat(most, most)));
                            assertThat(pair.traffic).hasSize(1);
                            assertStillSucceeds(pair);
                        }),
                request(
                        "128 proposals of nothing we have",
                        "NO_PROPOSAL_CHOSEN",
                        p -> replaced(p, strangeProposals(128))),
                response(
                        "250 vendor IDs and nothing else",
                        _ -> List.copyOf(Collections.nCopies(250, new VendorId(zeros(200))))));
    }

    @Test
    @DisplayName("a response that names no responder (IK-002)")
    void noResponder() {
        Pair pair = answeredInit(Configs.X25519);
        IkeMessage honest = decoded(pair.kept.getLast().message());
        inject(
                pair,
                new IkeMessage(honest.header().withResponderSpi(IkeSpi.ZERO), honest.payloads()));
        assertThat(pair.client.ladder()).hasSize(1);
        assertStillSucceeds(pair);
    }

    /// A request that differs from an honest one by `change`.
    private static DynamicTest request(
            String name, String error, UnaryOperator<List<Payload>> change) {
        return dynamicTest(name + " in a request", () -> refuses(Configs.X25519, error, change));
    }

    private static DynamicTest response(String name, UnaryOperator<List<Payload>> change) {
        return dynamicTest(name + " in a response", () -> ignores(Configs.X25519, change));
    }

    private record Named(String name, Octets value) {}

    private static Named named(String name, Octets value) {
        return new Named(name, value);
    }

    private static Stream<DynamicTest> badValue(KeyExchangeMethod method, Named value) {
        Payload ke = new KeyExchangePayload(method.transformId(), value.value());
        IkeProposal proposal = Configs.with(method);
        return Stream.of(
                dynamicTest(
                        method + " " + value.name() + " in a request",
                        () -> refuses(proposal, "INVALID_SYNTAX", p -> replaced(p, ke))),
                dynamicTest(
                        method + " " + value.name() + " in a response",
                        () -> ignores(proposal, p -> replaced(p, ke))));
    }

    private static void refuses(
            IkeProposal proposal, String error, UnaryOperator<List<Payload>> change) {
        Pair pair = pair(proposal);
        pair.keeps = _ -> true;
        pair.start();
        pair.keeps = message -> message.from() == pair.gateway;
        injectRequest(pair, change);

        List<Pair.InFlight> answers =
                pair.traffic.stream().filter(m -> m.from() == pair.gateway).toList();
        assertThat(answers).hasSize(1);
        IkeMessage answer = decoded(answers.getFirst().message());
        assertThat(answer.payloads()).singleElement().isInstanceOf(Notify.class);
        assertThat(answer.payloads().getFirst().notation()).isEqualTo("N(" + error + ")");
        assertThat(answers.getFirst().message().size()).isLessThan(40);
        assertThat(pair.gateway.forger).as("keys").isEmpty();
        assertThat(pair.gateway.bound).isEmpty();
        assertThat(((HalfOpenAdmission) pair.admission).halfOpen()).isZero();
        pair.kept.removeIf(message -> message.from() == pair.gateway);
        assertStillSucceeds(pair);
    }

    private static void ignores(IkeProposal proposal, UnaryOperator<List<Payload>> change) {
        Pair pair = answeredInit(proposal);
        IkeMessage honest = decoded(pair.kept.getLast().message());
        inject(pair, new IkeMessage(honest.header(), change.apply(honest.payloads())));

        assertThat(pair.client.ladder()).as("messages sent").hasSize(1);
        assertThat(pair.client.forger).as("keys").isEmpty();
        assertThat(pair.client.session.orElseThrow().isOver()).isFalse();
        assertStillSucceeds(pair);
    }

    private static void assertStillSucceeds(Pair pair) {
        pair.letGo();
        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
    }

    private static Pair pair(IkeProposal proposal) {
        return Pairs.of(Configs.client(UDP, proposal), Configs.gateway(proposal));
    }

    /// The gateway's honest response is kept.
    private static Pair answeredInit(IkeProposal proposal) {
        Pair pair = pair(proposal);
        pair.keeps = message -> message.from() == pair.gateway;
        return pair.start();
    }

    private static void injectRequest(Pair pair, UnaryOperator<List<Payload>> change) {
        IkeMessage honest = decoded(pair.kept.getFirst().message());
        Octets changed =
                MessageCodec.encode(
                        new IkeMessage(honest.header(), change.apply(honest.payloads())));
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 500), changed);
    }

    private static void inject(Pair pair, IkeMessage response) {
        pair.client.handle(
                new Input.MessageReceived(
                        Pairs.udpTo(pair.client, 500), MessageCodec.encode(response)));
        pair.settle();
        assertThat(pair.client.actions(Action.OpenConnection.class)).isEmpty();
    }

    private static IkeMessage decoded(Octets message) {
        return ((DecodeResult.Decoded) new MessageCodec().decode(message)).message();
    }

    private static List<Payload> without(List<Payload> payloads, PayloadType type) {
        return payloads.stream().filter(p -> !p.type().equals(type)).toList();
    }

    private static List<Payload> twice(List<Payload> payloads, PayloadType type) {
        return concat(payloads, payloads.stream().filter(p -> p.type().equals(type)).toList());
    }

    private static List<Payload> replaced(List<Payload> payloads, Payload by) {
        return payloads.stream().map(p -> p.type().equals(by.type()) ? by : p).toList();
    }

    private static List<Payload> concat(List<Payload> first, List<Payload> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /// The first proposal with these key exchange methods in place of its own.
    private static List<Payload> offering(List<Payload> payloads, List<Integer> methods) {
        SecurityAssociation sa =
                (SecurityAssociation)
                        payloads.stream()
                                .filter(SecurityAssociation.class::isInstance)
                                .findFirst()
                                .orElseThrow();
        ProposalSubstructure proposal = sa.proposals().getFirst();
        List<TransformSubstructure> transforms = new ArrayList<>(proposal.transforms());
        transforms.removeIf(t -> t.type().equals(TransformType.KE));
        methods.forEach(m -> transforms.add(TransformSubstructure.of(TransformType.KE, m)));
        return replaced(
                payloads,
                new SecurityAssociation(
                        List.of(
                                new ProposalSubstructure(
                                        proposal.number(),
                                        proposal.protocol(),
                                        proposal.spi(),
                                        transforms))));
    }

    private static SecurityAssociation strangeProposals(int count) {
        List<ProposalSubstructure> proposals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            proposals.add(
                    new ProposalSubstructure(
                            1 + i,
                            ProtocolId.IKE,
                            Octets.EMPTY,
                            List.of(
                                    TransformSubstructure.of(TransformType.ENCR, 2000 + i),
                                    TransformSubstructure.of(TransformType.KE, 31))));
        }
        return new SecurityAssociation(proposals);
    }

    private static KeyExchangePayload ke(int method, int octets) {
        return new KeyExchangePayload(method, Octets.ofHex("09".repeat(octets)));
    }

    private static Nonce nonce(int octets) {
        return new Nonce(Octets.ofHex("5a".repeat(octets)));
    }

    private static Octets zeros(int octets) {
        return new OctetsBuilder().zeros(octets).build();
    }

    private static BigInteger modp2048() {
        return Vector.all("key-exchange.txt").stream()
                .filter(v -> v.optional("prime").isPresent())
                .filter(v -> v.algorithm(KeyExchangeMethod.class) == KeyExchangeMethod.MODP_2048)
                .map(v -> new BigInteger(1, v.bytes("prime")))
                .findFirst()
                .orElseThrow();
    }

    private static Octets padded(BigInteger value) {
        return Octets.ofHex("%0512x".formatted(value));
    }
}
