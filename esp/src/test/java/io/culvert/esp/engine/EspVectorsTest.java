package io.culvert.esp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("E15-3, E15-5, E15-7: whole ESP packets of standards and of an independent program")
class EspVectorsTest {
    private static final int HEADROOM = 64;

    private final CryptoProvider crypto = new JdkCrypto();
    private final PacketPool pool = new PacketPool(1, 2048, HEADROOM);

    static List<EspVector> vectors() {
        return EspVector.all();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void seals(EspVector vector) {
        SequenceNumbers sequences =
                new SequenceNumbers(
                        vector.transform().extendedSequenceNumbers(), vector.sequence() - 1);
        PacketBuffer packet = buffer(vector.payload());
        try (OutboundSa sa =
                new OutboundSa(
                        crypto,
                        vector.transform(),
                        vector.spi(),
                        vector.keys(),
                        vector.ivs(),
                        sequences)) {
            assertThat(sa.seal(packet, vector.nextHeader())).isEqualTo(SealResult.SEALED);
            assertThat(packet.toOctets().toHex()).isEqualTo(vector.packet().toHex());
            assertThat(sa.layout().packetOctets(vector.payload().size()))
                    .isEqualTo(vector.packet().size());
        }
        packet.release();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void opens(EspVector vector) {
        OpenedPacket opened = new OpenedPacket();
        PacketBuffer packet = buffer(vector.packet());
        try (InboundSa sa = inbound(vector)) {
            assertThat(sa.open(packet, opened)).isEqualTo(OpenResult.OPENED);
            assertThat(opened.nextHeader()).isEqualTo(vector.nextHeader());
            assertThat(opened.isNewest()).isTrue();
            assertThat(packet.toOctets()).isEqualTo(vector.payload());

            packet.set(HEADROOM, vector.packet());
            assertThat(sa.open(packet, opened)).isEqualTo(OpenResult.REPLAYED);
        }
        packet.release();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void changesOfAnyOctetAreNoticed(EspVector vector) {
        OpenedPacket opened = new OpenedPacket();
        PacketBuffer packet = buffer(vector.packet());
        try (InboundSa sa = inbound(vector)) {
            for (int i = 0; i < vector.packet().size(); i++) {
                packet.set(HEADROOM, vector.packet());
                packet.putU8(i, packet.u8(i) ^ 1);
                assertThat(sa.open(packet, opened))
                        .as("octet %d changed", i)
                        .isIn(OpenResult.FORGED, OpenResult.REPLAYED);
            }
            packet.set(HEADROOM, vector.packet());
            assertThat(sa.open(packet, opened)).isEqualTo(OpenResult.OPENED);
        }
        packet.release();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void cutPacketsAreRefused(EspVector vector) {
        OpenedPacket opened = new OpenedPacket();
        PacketBuffer packet = buffer(vector.packet());
        try (InboundSa sa = inbound(vector)) {
            for (int size = 0; size < vector.packet().size(); size++) {
                packet.set(HEADROOM, vector.packet().slice(0, size));
                assertThat(sa.open(packet, opened))
                        .as("cut to %d octets", size)
                        .isIn(OpenResult.MALFORMED, OpenResult.FORGED);
            }
        }
        packet.release();
    }

    /// An SA that has received all but the packet before this one.
    private InboundSa inbound(EspVector vector) {
        ReplayWindow window = new ReplayWindow(64, vector.transform().extendedSequenceNumbers());
        if (vector.sequence() > 1) {
            window.accept(vector.sequence() - 1);
        }
        return new InboundSa(crypto, vector.transform(), vector.keys(), window);
    }

    private PacketBuffer buffer(Octets octets) {
        PacketBuffer packet = pool.acquire().orElseThrow();
        packet.set(HEADROOM, octets);
        return packet;
    }

    @AfterEach
    void leavesNothingBehind() {
        assertThat(pool.inUse()).isZero();
        pool.close();
    }
}
