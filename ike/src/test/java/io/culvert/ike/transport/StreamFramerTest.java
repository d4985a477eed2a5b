package io.culvert.ike.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.culvert.ike.transport.RecordingSink.Found;
import io.culvert.ike.transport.RecordingSink.Result;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StreamFramerTest {
    private static final Set<StreamFraming> BOTH = EnumSet.allOf(StreamFraming.class);

    private static final Gen<Octets> IKE = Gen.octets(0, 300).map(body -> ike(0x20, body));
    private static final Gen<Octets> ESP =
            Gen.octets(3, 300).map(rest -> Octets.concat(Octets.of((byte) 0x7f), rest));

    @Test
    @DisplayName(
            "IT-001, IT-002: raw messages come out the same, wherever the stream is cut in two")
    void rawMessagesSurviveEveryCut() {
        List<Octets> messages = List.of(ike(0x20, "a1a2"), ike(0x21, ""), ike(0x30, "b1"));
        Octets stream = Octets.concat(messages.toArray(Octets[]::new));
        List<Found> expected = messages.stream().<Found>map(Found.Ike::new).toList();

        for (int cut = 0; cut <= stream.size(); cut++) {
            Result result =
                    RecordingSink.run(
                            StreamFramer.accepted(BOTH),
                            List.of(stream.slice(0, cut), stream.slice(cut)));
            assertThat(result)
                    .isEqualTo(
                            new Result(
                                    expected,
                                    Optional.empty(),
                                    Optional.of(StreamFraming.IKE_TCP)));
        }
    }

    @Test
    @DisplayName(
            "TE-002, TE-004, TE-008: frames come out the same, wherever the stream is cut in two")
    void framesSurviveEveryCut() {
        Octets stream =
                Octets.concat(
                        StreamFrames.PREFIX,
                        frame("00000000" + ike(0x20, "a1a2").toHex()),
                        frame("ff"),
                        frame("01020304aabb"),
                        frame(""),
                        frame("000000"),
                        frame("00000000" + ike(0x20, "").toHex()));
        List<Found> expected =
                List.of(
                        new Found.Ike(ike(0x20, "a1a2")),
                        new Found.Keepalive(),
                        new Found.Esp(Octets.ofHex("01020304aabb")),
                        new Found.Ignored(IgnoredFrame.EMPTY),
                        new Found.Ignored(IgnoredFrame.MEANINGLESS),
                        new Found.Ike(ike(0x20, "")));

        for (int cut = 0; cut <= stream.size(); cut++) {
            Result result =
                    RecordingSink.run(
                            StreamFramer.accepted(BOTH),
                            List.of(stream.slice(0, cut), stream.slice(cut)));
            assertThat(result)
                    .isEqualTo(
                            new Result(
                                    expected,
                                    Optional.empty(),
                                    Optional.of(StreamFraming.TCP_ENCAPSULATION)));
        }
    }

    @ParameterizedTest
    @EnumSource(StreamFraming.class)
    @DisplayName(
            "TE-012, IT-002: one octet at a time, in random pieces and all at once are the same")
    void piecesDoNotMatter(StreamFraming framing) {
        Gen<Boolean> esp = framing == StreamFraming.IKE_TCP ? Gen.constant(false) : Gen.booleans();
        Gen<List<Found>> conversations =
                Gen.listOf(
                        esp.flatMap(isEsp ->
                                isEsp
                                        ? ESP.<Found>map(Found.Esp::new)
                                        : IKE.<Found>map(Found.Ike::new)),
                        1,
                        12);
        Gen<List<Integer>> sizes = Gen.listOf(Gen.ints(1, 700), 1, 12);
        Properties.forAll(
                conversations,
                sizes,
                (conversation, pieceSizes) -> {
                    Octets stream = stream(framing, conversation);
                    for (List<Integer> cuts :
                            List.of(pieceSizes, List.of(1), List.of(stream.size()))) {
                        Result result =
                                RecordingSink.run(
                                        StreamFramer.accepted(BOTH), pieces(stream, cuts));
                        assertThat(result)
                                .isEqualTo(
                                        new Result(
                                                conversation,
                                                Optional.empty(),
                                                Optional.of(framing)));
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({
        "0000, LENGTH_TOO_SMALL",
        "0001, LENGTH_TOO_SMALL",
    })
    @DisplayName("TE-005: a length that does not count itself ends the stream")
    void lengthBelowTwoIsFatal(String hex, StreamFault fault) {
        Octets stream =
                Octets.concat(
                        StreamFrames.PREFIX, frame("01020304"), Octets.ofHex(hex), frame("ff"));
        for (List<Integer> cuts : List.of(List.of(1), List.of(stream.size()))) {
            Result result = RecordingSink.run(StreamFramer.accepted(BOTH), pieces(stream, cuts));
            assertThat(result.fault()).contains(fault);
            assertThat(result.found()).containsExactly(new Found.Esp(Octets.ofHex("01020304")));
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, EMPTY",
                "00, MEANINGLESS",
                "fe, MEANINGLESS",
                "ffff, MEANINGLESS",
                "010203, MEANINGLESS",
                "00000000, MEANINGLESS",
                "00000000ff, MEANINGLESS",
            })
    @DisplayName("TE-006, TE-008: bodies without meaning are skipped and what follows is read")
    void meaninglessBodies(String body, IgnoredFrame ignored) {
        Octets stream =
                Octets.concat(
                        StreamFrames.PREFIX, frame(body == null ? "" : body), frame("01020304"));
        Result result = RecordingSink.run(StreamFramer.accepted(BOTH), List.of(stream));
        assertThat(result.fault()).isEmpty();
        assertThat(result.found())
                .containsExactly(
                        new Found.Ignored(ignored), new Found.Esp(Octets.ofHex("01020304")));
    }

    @Test
    @DisplayName("TE-004, TE-007: the largest frame is read; a larger message cannot be framed")
    void largestFrame() {
        Octets message = ike(0x20, Octets.wrap(new byte[StreamFrames.MAX_FRAMED_IKE_OCTETS - 28]));
        Octets frame = StreamFrames.ike(StreamFraming.TCP_ENCAPSULATION, message);
        assertThat(frame.size()).isEqualTo(0xffff);
        Result result =
                RecordingSink.run(
                        StreamFramer.opened(StreamFraming.TCP_ENCAPSULATION), List.of(frame));
        assertThat(result.found()).containsExactly(new Found.Ike(message));

        Octets larger = Octets.concat(message, Octets.of((byte) 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamFrames.ike(StreamFraming.TCP_ENCAPSULATION, larger))
                .withMessageContaining("65530");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 27})
    @DisplayName("IT-003: a raw length below the header ends the stream")
    void rawLengthTooSmall(long length) {
        Result result =
                RecordingSink.run(
                        StreamFramer.accepted(BOTH),
                        List.of(ike(0x20, ""), header(0x20, length), ike(0x20, "")));
        assertThat(result.fault()).contains(StreamFault.LENGTH_TOO_SMALL);
        assertThat(result.found()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {131_073, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL})
    @DisplayName("IT-003: a raw length above the limit ends the stream at its header")
    void rawLengthTooLarge(long length) {
        Result result =
                RecordingSink.run(StreamFramer.accepted(BOTH), List.of(header(0x20, length)));
        assertThat(result.fault()).contains(StreamFault.LENGTH_TOO_LARGE);
    }

    @Test
    @DisplayName("IT-003: an authenticated peer may send up to 1 048 576 octets, others 131 072")
    void limitGrowsWithAuthentication() {
        StreamFramer framer = StreamFramer.accepted(BOTH);
        RecordingSink sink = new RecordingSink();
        assertThat(framer.feed(zeros(131_072).asByteBuffer(), sink)).isEmpty();
        framer.peerAuthenticated();
        assertThat(framer.feed(zeros(1_048_576).asByteBuffer(), sink)).isEmpty();
        assertThat(framer.frames()).isEqualTo(2);
        assertThat(framer.feed(header(0x20, 1_048_577).asByteBuffer(), sink))
                .contains(StreamFault.LENGTH_TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10, 0x00, 0x1f})
    @DisplayName("IT-004: version 1 ends the stream unanswered")
    void oldVersions(int version) {
        Result result = RecordingSink.run(StreamFramer.accepted(BOTH), List.of(ike(version, "")));
        assertThat(result.fault()).contains(StreamFault.VERSION_TOO_OLD);
        assertThat(result.found()).isEmpty();
    }

    @Test
    @DisplayName("IT-004: a version above 2 is a message, to be answered")
    void newVersions() {
        Octets message = ike(0x30, "");
        Result result = RecordingSink.run(StreamFramer.accepted(BOTH), List.of(message));
        assertThat(result.found()).containsExactly(new Found.Ike(message));
    }

    @Test
    @DisplayName("IT-006: a keepalive on a raw stream desynchronises it and ends it")
    void keepaliveOnRawStream() {
        Octets stream =
                Octets.concat(ike(0x20, ""), Octets.of((byte) 0xff), ike(0x20, ""), ike(0x20, ""));
        Result result = RecordingSink.run(StreamFramer.accepted(BOTH), List.of(stream));
        assertThat(result.found()).hasSize(1);
        assertThat(result.fault()).isPresent();
    }

    @Test
    @DisplayName("TE-003: without the prefix nothing is read where only encapsulation is served")
    void prefixIsRequired() {
        Octets stream = frame("00000000" + ike(0x20, "").toHex());
        Result result =
                RecordingSink.run(
                        StreamFramer.accepted(Set.of(StreamFraming.TCP_ENCAPSULATION)),
                        List.of(stream));
        assertThat(result.found()).isEmpty();
        assertThat(result.fault()).contains(StreamFault.FRAMING_NOT_SERVED);
    }

    @Test
    @DisplayName("IT-084: with the prefix nothing is read where only raw IKE is served")
    void prefixIsRefused() {
        Result result =
                RecordingSink.run(
                        StreamFramer.accepted(Set.of(StreamFraming.IKE_TCP)),
                        List.of(StreamFrames.PREFIX, frame("01020304")));
        assertThat(result.found()).isEmpty();
        assertThat(result.fault()).contains(StreamFault.FRAMING_NOT_SERVED);
    }

    @Test
    @DisplayName("IT-084: raw streams that begin like the prefix are raw from where they differ")
    void nearlyThePrefix() {
        for (int same = 0; same < 6; same++) {
            byte[] octets = ike(0x20, "aabb").toArray();
            StreamFrames.PREFIX.slice(0, same).copyTo(octets, 0);
            Octets message = Octets.wrap(octets);
            Result result =
                    RecordingSink.run(StreamFramer.accepted(BOTH), pieces(message, List.of(1)));
            assertThat(result.found()).containsExactly(new Found.Ike(message));
        }
    }

    @Test
    @DisplayName("a fault is final")
    void faultIsFinal() {
        StreamFramer framer = StreamFramer.opened(StreamFraming.TCP_ENCAPSULATION);
        RecordingSink sink = new RecordingSink();
        framer.feed(Octets.ofHex("0000").asByteBuffer(), sink);
        ByteBuffer good = frame("01020304").asByteBuffer();
        assertThat(framer.feed(good, sink)).contains(StreamFault.LENGTH_TOO_SMALL);
        assertThat(good.hasRemaining()).isFalse();
        assertThat(framer.frames()).isZero();
        assertThat(framer.isMidMessage()).isFalse();
    }

    @Test
    @DisplayName("whatever octets come, all are taken and nothing is thrown")
    void totalOverAllOctets() {
        Gen<Octets> garbage =
                Gen.oneOf(
                        Gen.octets(0, 200),
                        Gen.octets(0, 200).map(o -> Octets.concat(StreamFrames.PREFIX, o)));
        Properties.forAll(
                1000,
                garbage,
                octets -> {
                    ByteBuffer buffer = octets.asByteBuffer();
                    StreamFramer.accepted(BOTH).feed(buffer, new RecordingSink());
                    assertThat(buffer.hasRemaining()).isFalse();
                });
    }

    @Test
    @DisplayName("TE-004: an ESP packet is framed in place")
    void espFramedInPlace() {
        try (PacketPool pool = new PacketPool(1, 100, 8)) {
            PacketBuffer packet = pool.acquire().orElseThrow();
            packet.set(8, Octets.ofHex("0102030405"));
            StreamFrames.frameEsp(packet);
            assertThat(packet.toOctets()).isEqualTo(Octets.ofHex("00070102030405"));
            packet.release();
        }
    }

    private static Octets stream(StreamFraming framing, List<Found> conversation) {
        List<Octets> parts = new ArrayList<>();
        if (framing == StreamFraming.TCP_ENCAPSULATION) {
            parts.add(StreamFrames.PREFIX);
        }
        for (Found each : conversation) {
            parts.add(
                    switch (each) {
                        case Found.Ike(Octets message) -> StreamFrames.ike(framing, message);
                        case Found.Esp(Octets packet) -> frame(packet.toHex());
                        case Found.Keepalive() -> frame("ff");
                        case Found.Ignored(IgnoredFrame _) -> frame("");
                    });
        }
        return Octets.concat(parts.toArray(Octets[]::new));
    }

    /// Cuts a stream into pieces of these sizes, over and over.
    private static List<Octets> pieces(Octets stream, List<Integer> sizes) {
        List<Octets> pieces = new ArrayList<>();
        int next = 0;
        for (int at = 0; at < stream.size(); ) {
            int end = Math.min(stream.size(), at + Math.max(1, sizes.get(next++ % sizes.size())));
            pieces.add(stream.slice(at, end));
            at = end;
        }
        return pieces;
    }

    private static Octets frame(String bodyHex) {
        Octets body = Octets.ofHex(bodyHex);
        return new OctetsBuilder().u16(2 + body.size()).octets(body).build();
    }

    private static Octets ike(int version, String bodyHex) {
        return ike(version, Octets.ofHex(bodyHex));
    }

    private static Octets ike(int version, Octets body) {
        return Octets.concat(header(version, 28L + body.size()), body);
    }

    private static Octets header(int version, long length) {
        return new OctetsBuilder()
                .u64(0x0102030405060708L)
                .u64(0)
                .u8(33)
                .u8(version)
                .u8(34)
                .u8(8)
                .u32(0)
                .u32(length)
                .build();
    }

    private static Octets zeros(int octets) {
        return ike(0x20, Octets.wrap(new byte[octets - 28]));
    }
}
