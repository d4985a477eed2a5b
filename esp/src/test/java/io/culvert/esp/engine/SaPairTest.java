package io.culvert.esp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.ipsec.crypto.CryptoProvider;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.crypto.UnauthenticatedCipher;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An outbound SA and the inbound SA of its peer")
class SaPairTest {
    private static final int HEADROOM = 40;
    private static final Spi SPI = new Spi(0xc0ffee01);
    private static final List<EspTransform> TRANSFORMS =
            List.of(
                    transform(EncryptionAlgorithm.AES_GCM_16, 128, IntegrityAlgorithm.NONE),
                    transform(EncryptionAlgorithm.AES_GCM_16, 256, IntegrityAlgorithm.NONE),
                    transform(EncryptionAlgorithm.CHACHA20_POLY1305, 0, IntegrityAlgorithm.NONE),
                    transform(
                            EncryptionAlgorithm.AES_CBC, 128, IntegrityAlgorithm.HMAC_SHA2_256_128),
                    transform(
                            EncryptionAlgorithm.AES_CTR,
                            256,
                            IntegrityAlgorithm.HMAC_SHA2_512_256));

    private final CryptoProvider crypto = new JdkCrypto();
    private final PacketPool pool = new PacketPool(2, 2048, HEADROOM);
    private final OpenedPacket opened = new OpenedPacket();

    @Test
    @DisplayName("carry any payload of any size with every transform")
    void carryAnyPayload() {
        for (EspTransform transform : TRANSFORMS) {
            try (OutboundSa out = outbound(transform);
                    InboundSa in = inbound(transform)) {
                PacketBuffer packet = pool.acquire().orElseThrow();
                Properties.forAll(
                        Gen.bytes(0, 1500),
                        Gen.ints(0, 255),
                        (payload, nextHeader) -> {
                            packet.set(HEADROOM, Octets.of(payload));
                            assertThat(out.seal(packet, nextHeader)).isEqualTo(SealResult.SEALED);
                            assertThat(packet.length())
                                    .isEqualTo(out.layout().packetOctets(payload.length));
                            assertThat(packet.u32(0)).isEqualTo(SPI.value());
                            assertThat(in.open(packet, opened)).isEqualTo(OpenResult.OPENED);
                            assertThat(packet.toOctets()).isEqualTo(Octets.of(payload));
                            assertThat(opened.nextHeader()).isEqualTo(nextHeader);
                            assertThat(opened.isNewest()).isTrue();
                        });
                packet.release();
            }
        }
    }

    @Test
    @DisplayName("never open octets that the peer did not send, and never throw")
    void refuseRandomOctets() {
        for (EspTransform transform : TRANSFORMS) {
            try (InboundSa in = inbound(transform)) {
                PacketBuffer packet = pool.acquire().orElseThrow();
                Properties.forAll(
                        Gen.bytes(0, 200),
                        octets -> {
                            packet.set(HEADROOM, Octets.of(octets));
                            assertThat(in.open(packet, opened))
                                    .isIn(
                                            OpenResult.MALFORMED,
                                            OpenResult.FORGED,
                                            OpenResult.REPLAYED);
                        });
                packet.release();
            }
        }
    }

    @Test
    @DisplayName("a forged packet does not move the window: the genuine one is still accepted")
    void forgeryDoesNotMoveTheWindow() {
        EspTransform transform = TRANSFORMS.getFirst();
        try (OutboundSa out = outbound(transform);
                InboundSa in = inbound(transform)) {
            PacketBuffer genuine = sealed(out, Octets.of(new byte[20]));
            PacketBuffer forged = pool.acquire().orElseThrow();
            forged.set(HEADROOM, genuine.toOctets());
            forged.putU32(4, 0x7fff_ffff);

            assertThat(in.open(forged, opened)).isEqualTo(OpenResult.FORGED);
            assertThat(in.open(genuine, opened)).isEqualTo(OpenResult.OPENED);
            genuine.release();
            forged.release();
        }
    }

    @Test
    @DisplayName("an older packet in the window is opened and known not to be the newest")
    void reordered() {
        EspTransform transform = TRANSFORMS.getFirst();
        try (OutboundSa out = outbound(transform);
                InboundSa in = inbound(transform)) {
            PacketBuffer first = sealed(out, Octets.of(new byte[] {1}));
            PacketBuffer second = sealed(out, Octets.of(new byte[] {2}));

            assertThat(in.open(second, opened)).isEqualTo(OpenResult.OPENED);
            assertThat(in.open(first, opened)).isEqualTo(OpenResult.OPENED);
            assertThat(opened.isNewest()).isFalse();
            first.release();
            second.release();
        }
    }

    @Test
    @DisplayName("E15-1: an SA without sequence numbers left seals nothing")
    void exhausted() {
        EspTransform transform = TRANSFORMS.getFirst();
        try (OutboundSa out =
                new OutboundSa(
                        crypto,
                        transform,
                        SPI,
                        keys(transform),
                        IvSource.of(transform.encryption(), new SecureRandom()),
                        new SequenceNumbers(false, 0xffff_fffeL))) {
            PacketBuffer packet = sealed(out, Octets.EMPTY);
            assertThat(packet.u32(4)).isEqualTo(0xffff_ffff);
            assertThat(out.isNearlyExhausted()).isTrue();

            packet.set(HEADROOM, Octets.of(new byte[] {1, 2, 3}));
            assertThat(out.seal(packet, 4)).isEqualTo(SealResult.SEQUENCE_EXHAUSTED);
            assertThat(packet.toOctets()).isEqualTo(Octets.of(new byte[] {1, 2, 3}));
            packet.release();
        }
    }

    @Test
    @DisplayName("a buffer without room is refused and left as it was")
    void noRoom() {
        EspTransform transform = TRANSFORMS.getFirst();
        try (OutboundSa out = outbound(transform)) {
            PacketBuffer packet = pool.acquire().orElseThrow();
            packet.range(15, 100);
            assertThat(out.seal(packet, 4)).isEqualTo(SealResult.NO_ROOM);
            assertThat(packet.start()).isEqualTo(15);

            packet.range(16, packet.capacity() - 16 - 17);
            assertThat(out.seal(packet, 4)).isEqualTo(SealResult.NO_ROOM);
            assertThat(packet.tailroom()).isEqualTo(17);
            packet.release();
        }
    }

    @Test
    @DisplayName("E15-3: with CBC, authentic padding other than 1, 2, 3 is refused")
    void wrongPadding() {
        EspTransform transform = TRANSFORMS.get(3);
        PacketBuffer packet = pool.acquire().orElseThrow();
        try (InboundSa in = inbound(transform)) {
            packet.set(HEADROOM, packetWithTrailer(transform, 1, "aa 01 02 04 04 04"));
            assertThat(in.open(packet, opened)).isEqualTo(OpenResult.BAD_TRAILER);

            packet.set(HEADROOM, packetWithTrailer(transform, 2, "01 02 03 04 04 04"));
            assertThat(in.open(packet, opened)).isEqualTo(OpenResult.OPENED);
            assertThat(packet.length()).isEqualTo(10);

            packet.set(HEADROOM, packetWithTrailer(transform, 3, "01 02 03 04 0f 04"));
            assertThat(in.open(packet, opened))
                    .as("more padding than there are octets")
                    .isEqualTo(OpenResult.BAD_TRAILER);
        }
        packet.release();
    }

    @Test
    @DisplayName("a closed SA does nothing, however often it is closed")
    void closed() {
        EspTransform transform = TRANSFORMS.getFirst();
        OutboundSa out = outbound(transform);
        InboundSa in = inbound(transform);
        PacketBuffer packet = sealed(out, Octets.EMPTY);
        out.close();
        out.close();
        in.close();
        in.close();

        assertThat(in.open(packet, opened)).isEqualTo(OpenResult.CLOSED);
        packet.set(HEADROOM, Octets.EMPTY);
        assertThat(out.seal(packet, 4)).isEqualTo(SealResult.CLOSED);
        packet.release();
    }

    @Test
    void keysOfTheWrongSizeAreRefused() {
        EspTransform transform = TRANSFORMS.getFirst();
        KeyMaterial withoutSalt = KeyMaterial.wrap("key", new byte[16]);
        EspKeys wrong = new EspKeys(withoutSalt, KeyMaterial.wrap("none", new byte[0]));

        assertThatThrownBy(() -> new InboundSa(crypto, transform, wrong, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("20 octets");
    }

    @AfterEach
    void leavesNothingBehind() {
        assertThat(pool.inUse()).isZero();
        pool.close();
    }

    /// One block of ten zero octets and the given trailer, as a peer with other ideas of padding would send it.
    private Octets packetWithTrailer(EspTransform transform, int sequence, String trailer) {
        byte[] block = new byte[16];
        Octets.ofHex(trailer).copyTo(block, 10);
        byte[] iv = new byte[16];
        try (KeyMaterial key = keys(transform).encryption();
                UnauthenticatedCipher cipher = crypto.cipher(transform.encryption(), key);
                var integrity =
                        crypto.integrity(transform.integrity(), keys(transform).integrity())) {
            Octets covered =
                    Octets.concat(
                            SPI.toOctets(),
                            Octets.of(new byte[] {0, 0, 0, (byte) sequence}),
                            Octets.of(iv),
                            Octets.of(cipher.encrypt(iv, block)));
            return Octets.concat(covered, Octets.of(integrity.icvOf(covered.toArray())));
        }
    }

    private PacketBuffer sealed(OutboundSa out, Octets payload) {
        PacketBuffer packet = pool.acquire().orElseThrow();
        packet.set(HEADROOM, payload);
        assertThat(out.seal(packet, 4)).isEqualTo(SealResult.SEALED);
        return packet;
    }

    private OutboundSa outbound(EspTransform transform) {
        return new OutboundSa(
                crypto,
                transform,
                SPI,
                keys(transform),
                IvSource.of(transform.encryption(), new SecureRandom()));
    }

    private InboundSa inbound(EspTransform transform) {
        return new InboundSa(crypto, transform, keys(transform), 64);
    }

    private static EspKeys keys(EspTransform transform) {
        byte[] encryption = new byte[transform.encryptionKeyOctets()];
        byte[] integrity = new byte[transform.integrity().keyOctets()];
        Arrays.fill(encryption, (byte) 0x11);
        Arrays.fill(integrity, (byte) 0x22);
        return new EspKeys(
                KeyMaterial.wrap("encryption", encryption),
                KeyMaterial.wrap("integrity", integrity));
    }

    private static EspTransform transform(
            EncryptionAlgorithm encryption, int bits, IntegrityAlgorithm integrity) {
        return new EspTransform(encryption, bits, integrity, false);
    }
}
