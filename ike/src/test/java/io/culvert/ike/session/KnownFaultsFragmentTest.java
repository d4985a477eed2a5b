package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.UnknownPayload;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Faults that IKE daemons had in putting fragments together: the peer has the keys, and sends fragments as it likes.
class KnownFaultsFragmentTest {
    private static final PayloadType UNKNOWN = new PayloadType(200);
    private static final PayloadType NONE = PayloadType.NONE;

    @Test
    @DisplayName(
            "fragments number 0, above the total, and of no total: dropped, then the true ones count (E1-3)")
    void impossibleNumbers() {
        HostileClient client = HostileClient.established();
        IkeHeader header = client.header(ExchangeType.INFORMATIONAL);
        int[][] all = {{0, 2}, {3, 2}, {0, 0}, {1, 0}, {65_535, 65_534}, {0, 65_535}};
        for (int[] numbers : all) {
            send(client, header, UNKNOWN, numbers[0], numbers[1], zeros(20));
        }
        assertThat(answers(client)).isZero();
        assertTaken(client, header, 3);
    }

    @Test
    @DisplayName("a total of 65 535: nothing is kept for it (E1-6)")
    void largestTotal() {
        HostileClient client = HostileClient.established();
        IkeHeader header = client.header(ExchangeType.INFORMATIONAL);
        for (int number = 1; number < 200; number++) {
            send(client, header, UNKNOWN, number, 65_535, zeros(1000));
        }
        assertThat(client.pair.gateway.session.orElseThrow().status().state())
                .isEqualTo("Established");
        assertTaken(client, header, 2);
    }

    @Test
    @DisplayName("a total that grows and shrinks with each fragment: the largest counts (E1-3)")
    void changingTotal() {
        HostileClient client = HostileClient.established();
        IkeHeader header = client.header(ExchangeType.INFORMATIONAL);
        for (int total : new int[] {2, 9, 3, 8, 10, 2, 1, 11, 4}) {
            send(client, header, UNKNOWN, Math.min(2, total), total == 1 ? 2 : total, zeros(9));
        }
        assertThat(answers(client)).isZero();
        assertTaken(client, header, 12);
    }

    @Test
    @DisplayName("one fragment a thousand times: it is there once (E1-3)")
    void sameFragment() {
        HostileClient client = HostileClient.established();
        IkeHeader header = client.header(ExchangeType.INFORMATIONAL);
        for (int i = 0; i < 1000; i++) {
            send(client, header, NONE, 2, 4, zeros(500));
        }
        assertThat(answers(client)).isZero();
        assertTaken(client, header, 5);
    }

    @Test
    @DisplayName(
            "fragments that make more than a message may have: dropped, and the next message is taken (E1-6)")
    void tooLarge() {
        HostileClient client = HostileClient.established();
        IkeHeader header = client.header(ExchangeType.INFORMATIONAL);
        for (int number = 1; number <= 100; number++) {
            send(client, header, UNKNOWN, number, 101, zeros(2000));
        }
        assertThat(answers(client)).isZero();
        assertTaken(client, header, 102);
    }

    @Test
    @DisplayName(
            "unknown payloads that fill a table, in fragments: read within the limit, else refused (IK-009)")
    void unknownPayloads() {
        HostileClient client = HostileClient.established();
        IkeHeader header = client.header(ExchangeType.INFORMATIONAL);
        sendWhole(client, header, 4, unknown(250));
        assertThat(answers(client)).isEqualTo(1);

        sendWhole(client, client.header(ExchangeType.INFORMATIONAL), 4, unknown(300));
        assertThat(RequestWindowTest.lastSent(client.pair.gateway).payloads())
                .isEqualTo("N(INVALID_SYNTAX)");
    }

    @Test
    @DisplayName("fragments that hold another SK or SKF payload: the end of it (IK-009)")
    void nested() {
        for (PayloadType inner : List.of(PayloadType.SK, PayloadType.SKF)) {
            HostileClient client = HostileClient.established();
            IkeHeader header = client.header(ExchangeType.INFORMATIONAL);
            send(client, header, inner, 1, 1, Octets.concat(Octets.ofHex("0000002c"), zeros(40)));
            assertThat(RequestWindowTest.lastSent(client.pair.gateway).payloads())
                    .isEqualTo("N(INVALID_SYNTAX)");
        }
    }

    /// A message in this many pieces is put together and answered.
    private static void assertTaken(HostileClient client, IkeHeader header, int total) {
        int before = answers(client);
        sendWhole(client, header, total, unknown(20));
        assertThat(answers(client)).isEqualTo(before + 1);
    }

    private static void sendWhole(
            HostileClient client, IkeHeader header, int total, Octets plaintext) {
        int piece = plaintext.size() / total;
        for (int number = 1; number <= total; number++) {
            int end = number == total ? plaintext.size() : number * piece;
            Octets part = plaintext.slice((number - 1) * piece, end);
            send(client, header, number == 1 ? UNKNOWN : NONE, number, total, part);
        }
    }

    private static void send(
            HostileClient client,
            IkeHeader header,
            PayloadType first,
            int number,
            int total,
            Octets part) {
        client.pair.inject(
                client.pair.gateway,
                Pairs.udpTo(client.pair.gateway, 4500),
                client.forger().fragment(header, first, number, total, part));
    }

    private static int answers(HostileClient client) {
        return (int)
                client.pair.gateway.ladder().stream()
                        .filter(line -> line.startsWith("INFORMATIONAL response"))
                        .count();
    }

    private static Octets unknown(int count) {
        return MessageCodec.encodePayloads(
                Collections.nCopies(count, new UnknownPayload(UNKNOWN, false, zeros(4))));
    }

    private static Octets zeros(int octets) {
        return new OctetsBuilder().zeros(octets).build();
    }
}
