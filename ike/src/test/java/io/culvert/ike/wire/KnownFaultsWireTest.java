package io.culvert.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.sun.management.ThreadMXBean;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Faults that IKE daemons had in reading payloads: lengths that lie, and very much of something.
class KnownFaultsWireTest {
    /// Octets of memory that one octet of a message may cost, whatever it says. A payload of four octets becomes an
    /// object with a list around it; no message may cost more than some such objects for each of its octets.
    private static final long MEMORY_PER_OCTET = 120;

    /// What a decoder needs for any message at all.
    private static final long MEMORY = 20_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final MessageCodec codec = new MessageCodec();

    @Test
    @DisplayName(
            "every payload, cut at every octet, with its length corrected: some result (KF-08)")
    void cutEverywhere() {
        Properties.forAll(
                300,
                WireGenerators.payload(),
                payload -> {
                    Octets whole = MessageCodec.encodePayloads(List.of(payload));
                    for (int size = 0; size < whole.size(); size++) {
                        read(payload.type(), whole.slice(0, size));
                        if (size >= Wire.PAYLOAD_HEADER_OCTETS) {
                            read(payload.type(), withLength(whole.slice(0, size)));
                        }
                    }
                });
    }

    @Test
    @DisplayName(
            "every payload, any two octets in it replaced by an extreme length: some result (KF-08)")
    void everyLengthLies() {
        Properties.forAll(
                150,
                WireGenerators.payload(),
                payload -> {
                    Octets whole = MessageCodec.encodePayloads(List.of(payload));
                    int last = Math.min(whole.size(), 200) - 1;
                    for (int at = 2; at < last; at++) {
                        byte[] octets = whole.toArray();
                        for (int lie : new int[] {0, 1, 3, 4, 7, 8, 0x7fff, 0x8000, 0xffff}) {
                            octets[at] = (byte) (lie >> 8);
                            octets[at + 1] = (byte) lie;
                            read(payload.type(), Octets.of(octets));
                        }
                    }
                });
    }

    @TestFactory
    @DisplayName(
            "very much of something costs memory in proportion to its octets, no more (IK-009)")
    Stream<DynamicTest> floods() {
        return Stream.of(
                flood("empty vendor IDs", PayloadType.VENDOR_ID, "2b000004".repeat(10_000)),
                flood("notifications", PayloadType.NOTIFY, "29000008 00004000".repeat(8_000)),
                flood("unknown payloads", new PayloadType(200), "c8000004".repeat(10_000)),
                flood("SPIs", PayloadType.DELETE, delete(16_000)),
                flood("one SPI 4096 times", PayloadType.DELETE, delete(4096)),
                flood("announced SPIs that are not there", PayloadType.DELETE, "00000008 0304ffff"),
                flood(
                        "proposals",
                        PayloadType.SA,
                        wrapped("02000010010100010000000802000005".repeat(4000))),
                flood("transforms", PayloadType.SA, oneProposal("0300000802000005".repeat(255))),
                flood("attributes", PayloadType.SA, oneProposal(longTransform(8000))),
                flood("selectors", PayloadType.TSI, selectors(255)),
                flood("empty selectors", PayloadType.TSI, emptySelectors(255)),
                flood(
                        "CP attributes",
                        PayloadType.CP,
                        wrapped("01000000" + "00010000".repeat(16_000))),
                flood("hashes", PayloadType.CERTREQ, wrapped("04" + "00".repeat(65_000))),
                flood("identification", PayloadType.IDI, wrapped("02000000" + "ff".repeat(65_527))),
                flood("a cookie", PayloadType.NOTIFY, wrapped("00004006" + "00".repeat(65_000))));
    }

    @Test
    @DisplayName("ten thousand payloads: no more than the limit is read (IK-009)")
    void manyPayloads() {
        ChainResult result =
                codec.decodePayloads(
                        PayloadType.VENDOR_ID, Octets.ofHex("2b000004".repeat(10_000)));

        assertThat(result)
                .isInstanceOfSatisfying(
                        ChainResult.Malformed.class,
                        m -> assertThat(m.reason()).isEqualTo(MalformedReason.LIMIT_EXCEEDED));
    }

    @TestFactory
    @DisplayName(
            "identifications of 0 and of 65 527 octets are read; one that lies is not (IK-086)")
    Stream<DynamicTest> identificationLengths() {
        return Stream.of(
                dynamicTest("0", () -> assertThat(idOf("00000008 02000000")).hasSize(1)),
                dynamicTest(
                        "65 527",
                        () ->
                                assertThat(idOf(wrapped("02000000" + "61".repeat(65_527))))
                                        .singleElement()
                                        .satisfies(p ->
                                                assertThat(((Identification) p).data().size())
                                                        .isEqualTo(65_527))),
                dynamicTest("too short", () -> assertThat(idOf("00000007 020000")).isEmpty()),
                dynamicTest("lying", () -> assertThat(idOf("0000ffff 02000000")).isEmpty()));
    }

    @Test
    @DisplayName("fragments numbered 0, above their total, of 0 and of 65 535 (E1-3, KF-09)")
    void fragmentNumbers() {
        for (String numbers : List.of("00000000", "00000001", "00010000", "00020001", "ffff0001")) {
            assertThat(codec.decode(fragment(numbers)))
                    .as(numbers)
                    .isInstanceOf(DecodeResult.Malformed.class);
        }
        for (String numbers : List.of("00010001", "0001ffff", "ffffffff")) {
            assertThat(codec.decode(fragment(numbers)))
                    .as(numbers)
                    .isInstanceOf(DecodeResult.Decoded.class);
        }
    }

    private DynamicTest flood(String name, PayloadType type, String hex) {
        return dynamicTest(
                name,
                () -> {
                    Octets octets = Octets.ofHex(hex);
                    codec.decodePayloads(type, octets); // classes are loaded now
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    ChainResult result = codec.decodePayloads(type, octets);
                    long used = THREADS.getCurrentThreadAllocatedBytes() - before;

                    assertThat(used).isLessThan(MEMORY + MEMORY_PER_OCTET * octets.size());
                    if (result instanceof ChainResult.Payloads(List<Payload> payloads)) {
                        assertThat(Readings.of(payloads)).isNotNull();
                    }
                });
    }

    /// Decodes, and reads all that can be read.
    private void read(PayloadType type, Octets octets) {
        if (codec.decodePayloads(type, octets) instanceof ChainResult.Payloads(var payloads)) {
            assertThat(Readings.of(payloads)).isNotNull();
            assertThat(codec.decodePayloads(type, MessageCodec.encodePayloads(payloads)))
                    .isEqualTo(new ChainResult.Payloads(payloads));
        }
    }

    private List<Payload> idOf(String hex) {
        return codec.decodePayloads(PayloadType.IDI, Octets.ofHex(hex))
                        instanceof ChainResult.Payloads(var payloads)
                ? payloads
                : List.of();
    }

    private static Octets fragment(String numbers) {
        OctetsBuilder message =
                new OctetsBuilder()
                        .u64(new IkeSpi(1).value())
                        .u64(new IkeSpi(2).value())
                        .octets(Octets.ofHex("35202508 00000001 00000000"))
                        .octets(Octets.ofHex("00000030" + numbers))
                        .zeros(40);
        return message.putU32(24, message.size()).build();
    }

    private static Octets withLength(Octets payload) {
        return new OctetsBuilder().octets(payload).putU16(2, payload.size()).build();
    }

    private static String wrapped(String body) {
        int octets = Wire.PAYLOAD_HEADER_OCTETS + Octets.ofHex(body).size();
        return "0000%04x".formatted(octets & 0xffff) + body;
    }

    private static String delete(int spis) {
        return wrapped("0304%04x".formatted(spis) + "c0ffee01".repeat(spis));
    }

    private static String oneProposal(String transforms) {
        int octets = 8 + Octets.ofHex(transforms).size();
        return wrapped("0000%04x010100ff".formatted(octets) + transforms);
    }

    private static String longTransform(int attributes) {
        return "0000%04x".formatted(8 + 4 * attributes)
                + "01000014"
                + "800e0100".repeat(attributes);
    }

    private static String selectors(int count) {
        return wrapped(
                "%02x000000".formatted(count) + "070000100000ffff0a0000000affffff".repeat(count));
    }

    private static String emptySelectors(int count) {
        return wrapped("%02x000000".formatted(count) + "63000004".repeat(count));
    }
}
