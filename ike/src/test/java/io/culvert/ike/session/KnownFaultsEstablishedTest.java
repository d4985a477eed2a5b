package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.culvert.ike.wire.Delete;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.KeyExchangePayload;
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
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Faults that IKE daemons had once the IKE SA was established: the peer has proved who it is, and is hostile or broken
/// all the same.
class KnownFaultsEstablishedTest {
    private static final ExchangeType CREATE = ExchangeType.CREATE_CHILD_SA;
    private static final ExchangeType INFORMATIONAL = ExchangeType.INFORMATIONAL;
    private static final Spi CLIENTS = new Spi(0x1000);
    private static final Spi GATEWAYS = new Spi(0x2000);

    @Test
    @DisplayName("the requests that all others here differ from are taken (IK-100)")
    void honestRequests() {
        HostileClient client = HostileClient.established();
        assertThat(client.newest()).isEqualTo(CLIENTS);
        assertThat(client.notationOf(CREATE, client.childRequest())).isEqualTo("SA Nonce TSi TSr");
        assertThat(client.notationOf(CREATE, client.rekeyRequest(CLIENTS)))
                .isEqualTo("SA Nonce TSi TSr");
        assertThat(client.pair.gateway.children).hasSize(3);
        assertThat(client.notationOf(CREATE, client.ikeRekeyRequest())).isEqualTo("SA Nonce KE");
        client.followRekeying();
        assertThat(client.answerTo(INFORMATIONAL, List.of())).isEmpty();
    }

    @TestFactory
    @DisplayName(
            "rekeying with protocol ID 0, 1, 2, 4 and 255, and with SPIs of other sizes (IK-100)")
    Stream<DynamicTest> rekeyOfStrangeProtocols() {
        return Stream.of(0, 1, 2, 4, 255)
                .flatMap(protocol ->
                        Stream.of("", "00001000", "0000100000001000", "ff".repeat(255))
                                .map(spi -> refusedRekey(protocol, spi)));
    }

    @TestFactory
    @DisplayName("rekeying of SPIs that are not the peer's (IK-104)")
    Stream<DynamicTest> rekeyOfStrangeSpis() {
        return Stream.of("", "00000000", "00002000", "c0ffee01", "0000100000", "ffffffff")
                .map(spi -> refusedRekey(3, spi));
    }

    @TestFactory
    @DisplayName("CREATE_CHILD_SA that lacks SA, Nonce, TSi, TSr or KE, or has one twice (IK-100)")
    Stream<DynamicTest> missing() {
        return Stream.of(PayloadType.SA, PayloadType.NONCE, PayloadType.TSI, PayloadType.TSR)
                .flatMap(type ->
                        Stream.of(
                                refused(
                                        "no " + type,
                                        "INVALID_SYNTAX",
                                        c -> without(c.childRequest(), type)),
                                refused(
                                        "two " + type,
                                        "INVALID_SYNTAX",
                                        c -> twice(c.childRequest(), type)),
                                refused(
                                        "rekeying without " + type,
                                        "INVALID_SYNTAX",
                                        c -> without(c.rekeyRequest(CLIENTS), type))));
    }

    @TestFactory
    @DisplayName("a rekeying of the IKE SA that lacks Nonce or KE, or has one twice (IK-100)")
    Stream<DynamicTest> missingInIkeRekeying() {
        return Stream.of(PayloadType.NONCE, PayloadType.KE)
                .flatMap(type ->
                        Stream.of(
                                refused(
                                        "no " + type,
                                        "INVALID_SYNTAX",
                                        c -> without(c.ikeRekeyRequest(), type)),
                                refused(
                                        "two " + type,
                                        "INVALID_SYNTAX",
                                        c -> twice(c.ikeRekeyRequest(), type))));
    }

    @TestFactory
    @DisplayName("a rekeying of the IKE SA with an SPI of 0, or of another size (IK-044)")
    Stream<DynamicTest> ikeRekeyingSpis() {
        return Stream.of("", "00", "01020304", "00".repeat(8), "11".repeat(16), "11".repeat(255))
                .map(spi ->
                        refused(
                                "SPI " + spi,
                                "NO_PROPOSAL_CHOSEN",
                                c ->
                                        replaced(
                                                c.ikeRekeyRequest(),
                                                HostileClient.ike(Octets.ofHex(spi)))));
    }

    @TestFactory
    @DisplayName(
            "a rekeying of the IKE SA without key exchange, or with one not negotiated (IK-047)")
    Stream<DynamicTest> ikeRekeyingMethods() {
        return Stream.concat(
                Stream.of(List.<Integer>of(), List.of(0), List.of(1023), List.of(19))
                        .map(methods ->
                                refused(
                                        "proposing " + methods,
                                        "NO_PROPOSAL_CHOSEN",
                                        c -> offering(c.ikeRekeyRequest(), methods))),
                Stream.of(0, 14, 19, 32, 1023, 65_535)
                        .map(method ->
                                refused(
                                        "KE of " + method,
                                        "INVALID_KE_PAYLOAD",
                                        c ->
                                                replaced(
                                                        c.ikeRekeyRequest(),
                                                        new KeyExchangePayload(
                                                                method, zeros(32))))));
    }

    @TestFactory
    @DisplayName(
            "public values that give a secret of zeros, or of wrong size, in a rekeying (RFC 8031)")
    Stream<DynamicTest> badPublicValues() {
        return Stream.of(0, 31, 33, 60_000)
                .map(octets ->
                        refused(
                                octets + " zeros",
                                "INVALID_SYNTAX",
                                c ->
                                        replaced(
                                                c.ikeRekeyRequest(),
                                                new KeyExchangePayload(31, zeros(octets)))));
    }

    @Test
    @DisplayName("32 zeros as a public value in a rekeying (RFC 8031)")
    void zeroSecret() {
        HostileClient client = HostileClient.established();
        assertRefused(
                client,
                "INVALID_SYNTAX",
                replaced(client.ikeRekeyRequest(), new KeyExchangePayload(31, zeros(32))));
    }

    @Test
    @DisplayName("deletes of SPIs that are not the peer's: an answer without SPIs, nothing is gone")
    void strangeDeletes() {
        HostileClient client = HostileClient.established();
        List<Payload> strange = new ArrayList<>();
        strange.add(Delete.childSas(List.of(GATEWAYS, new Spi(0), new Spi(-1))));
        for (int protocol : new int[] {0, 2, 4, 255}) {
            strange.add(new Delete(new ProtocolId(protocol), List.of(CLIENTS.toOctets())));
            strange.add(new Delete(new ProtocolId(protocol), List.of()));
        }
        strange.add(new Delete(ProtocolId.ESP, List.of()));
        strange.add(new Delete(ProtocolId.ESP, List.of(Octets.ofHex("00"))));
        strange.add(new Delete(ProtocolId.ESP, List.of(Octets.ofHex("0000100000001000"))));

        assertThat(client.answerTo(INFORMATIONAL, strange)).isEmpty();
        assertUnharmed(client);
    }

    @Test
    @DisplayName("a delete that lists one SPI a thousand times: it is deleted once (IK-108)")
    void oneSpiManyTimes() {
        HostileClient client = HostileClient.established();
        List<Payload> deletes =
                Collections.nCopies(4, Delete.childSas(Collections.nCopies(1000, CLIENTS)));

        assertThat(client.answerTo(INFORMATIONAL, deletes))
                .containsExactly(Delete.childSas(List.of(GATEWAYS)));
        assertThat(client.pair.gateway.children).isEmpty();
        assertThat(client.answerTo(INFORMATIONAL, deletes)).isEmpty();
    }

    @Test
    @DisplayName("a delete of ten thousand SPIs, the right one the last: it is found (IK-108)")
    void oneAmongMany() {
        HostileClient client = HostileClient.established();
        List<Payload> deletes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            List<Spi> spis = new ArrayList<>();
            for (int n = 0; n < 4000; n++) {
                spis.add(new Spi(0x7000_0000 + 4000 * i + n));
            }
            deletes.add(Delete.childSas(spis));
        }
        deletes.add(Delete.childSas(List.of(CLIENTS)));

        assertThat(client.answerTo(INFORMATIONAL, deletes))
                .containsExactly(Delete.childSas(List.of(GATEWAYS)));
    }

    @Test
    @DisplayName("notifications by the hundred, of all sorts: one answer, and nothing changes")
    void notificationFlood() {
        HostileClient client = HostileClient.established();
        List<Payload> flood = new ArrayList<>();
        for (NotifyType type : NotifyType.values()) {
            boolean ends =
                    type == NotifyType.AUTHENTICATION_FAILED || type == NotifyType.INVALID_SYNTAX;
            if (!ends && flood.size() < 240) {
                flood.add(Notify.of(type));
                flood.add(Notify.of(type, zeros(64)));
            }
        }
        int before = client.pair.traffic.size();
        client.answerTo(INFORMATIONAL, flood);

        assertThat(client.pair.traffic.size() - before).isLessThanOrEqualTo(2);
        assertUnharmed(client);
    }

    @Test
    @DisplayName("a message of 300 payloads, which is beyond the limit: the end of it (IK-009)")
    void tooManyPayloads() {
        HostileClient client = HostileClient.established();
        List<Payload> flood = Collections.nCopies(300, new VendorId(zeros(4)));

        assertThat(client.notationOf(INFORMATIONAL, flood)).isEqualTo("N(INVALID_SYNTAX)");
        assertThat(client.pair.gateway.session.orElseThrow().isOver()).isTrue();
    }

    private static DynamicTest refusedRekey(int protocol, String spi) {
        Notify rekey =
                new Notify(
                        new ProtocolId(protocol),
                        Octets.ofHex(spi),
                        NotifyType.REKEY_SA.code(),
                        Octets.EMPTY);
        return dynamicTest(
                "protocol " + protocol + " SPI " + spi,
                () -> {
                    HostileClient client = HostileClient.established();
                    List<Payload> request = new ArrayList<>(client.childRequest());
                    request.addFirst(rekey);
                    List<Payload> answer = client.answerTo(CREATE, request);

                    assertThat(answer).singleElement().isInstanceOf(Notify.class);
                    Notify error = (Notify) answer.getFirst();
                    assertThat(error.is(NotifyType.CHILD_SA_NOT_FOUND)).isTrue();
                    assertThat(error.spi()).isEqualTo(rekey.spi());
                    assertUnharmed(client);
                });
    }

    /// A request that is refused with an error.
    private interface Request {
        List<Payload> by(HostileClient client);
    }

    private static DynamicTest refused(String name, String error, Request request) {
        return dynamicTest(
                name,
                () -> {
                    HostileClient client = HostileClient.established();
                    assertRefused(client, error, request.by(client));
                });
    }

    private static void assertRefused(HostileClient client, String error, List<Payload> request) {
        assertThat(client.notationOf(CREATE, request)).isEqualTo("N(" + error + ")");
        assertUnharmed(client);
    }

    /// The IKE SA and its one Child SA are as they were, and nothing else is held.
    private static void assertUnharmed(HostileClient client) {
        assertThat(Pairs.onlyChild(client.pair.gateway).outboundSpi()).isEqualTo(CLIENTS);
        assertThat(client.pair.gateway.bound).hasSize(1);
        assertThat(client.pair.gateway.heldSpis).hasSizeLessThanOrEqualTo(2);
        assertThat(client.pair.gateway.session.orElseThrow().status().state())
                .isEqualTo("Established");
        assertThat(client.answerTo(INFORMATIONAL, List.of())).isEmpty();
        assertThat(client.notationOf(CREATE, client.childRequest())).isEqualTo("SA Nonce TSi TSr");
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

    private static List<Payload> offering(List<Payload> payloads, List<Integer> methods) {
        SecurityAssociation sa = (SecurityAssociation) payloads.getFirst();
        ProposalSubstructure proposal = sa.proposals().getFirst();
        List<TransformSubstructure> transforms = new ArrayList<>(proposal.transforms());
        transforms.removeIf(t -> t.type().equals(TransformType.KE));
        methods.forEach(m -> transforms.add(TransformSubstructure.of(TransformType.KE, m)));
        return replaced(
                payloads,
                new SecurityAssociation(
                        List.of(
                                new ProposalSubstructure(
                                        1, ProtocolId.IKE, proposal.spi(), transforms))));
    }

    private static Octets zeros(int octets) {
        return new OctetsBuilder().zeros(octets).build();
    }
}
