package io.culvert.esp.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.esp.ip.IpPackets;
import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaCounters;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Two data planes back to back")
class TwoPlanesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String LEFT = "10.1.0.9";
    private static final String RIGHT = "10.2.0.1";
    private static final String LEFT6 = "2001:db8:1::9";
    private static final String RIGHT6 = "2001:db8:2::1";

    private final MemoryDevice leftDevice = new MemoryDevice("left", 9000, 256);
    private final PlaneFixture left = new PlaneFixture(leftDevice);
    private final IpEcho echo =
            new IpEcho(
                    "right",
                    9000,
                    List.of(IpPrefix.parseAddress(RIGHT), IpPrefix.parseAddress(RIGHT6)));
    private final PlaneFixture right = new PlaneFixture(echo);

    static List<EspTransform> transforms() {
        List<EspTransform> transforms = new ArrayList<>();
        for (boolean extended : List.of(false, true)) {
            for (int bits : List.of(128, 192, 256)) {
                transforms.add(
                        new EspTransform(
                                EncryptionAlgorithm.AES_GCM_16,
                                bits,
                                IntegrityAlgorithm.NONE,
                                extended));
                transforms.add(
                        new EspTransform(
                                EncryptionAlgorithm.AES_CBC,
                                bits,
                                IntegrityAlgorithm.HMAC_SHA2_256_128,
                                extended));
                transforms.add(
                        new EspTransform(
                                EncryptionAlgorithm.AES_CTR,
                                bits,
                                IntegrityAlgorithm.HMAC_SHA2_384_192,
                                extended));
            }
            transforms.add(
                    new EspTransform(
                            EncryptionAlgorithm.CHACHA20_POLY1305,
                            0,
                            IntegrityAlgorithm.NONE,
                            extended));
        }
        return transforms;
    }

    @ParameterizedTest
    @MethodSource("transforms")
    @DisplayName("carry pings of both families with every transform")
    void ping(EspTransform transform) throws InterruptedException {
        connect(Tunnels.of(1).with(transform));
        Octets text = Octets.of(new byte[999]);

        assertThat(ask(IpPackets.echoRequest(LEFT, RIGHT, 1, text)).slice(20))
                .isEqualTo(IpPackets.echoReply(RIGHT, LEFT, 1, text).slice(20));
        assertThat(ask(IpPackets.echoRequest(LEFT6, RIGHT6, 2, text)).slice(8))
                .isEqualTo(IpPackets.echoReply(RIGHT6, LEFT6, 2, text).slice(8));
        assertThat(ask(IpPackets.udp(LEFT, 4711, RIGHT, 7, text)).slice(20))
                .isEqualTo(IpPackets.udp(RIGHT, 7, LEFT, 4711, text).slice(20));

        long octets = 1027 + 1047 + 1027;
        assertThat(left.plane.counters(Tunnels.of(1).id()))
                .isEqualTo(new ChildSaCounters(3, octets, 3, octets, 0, 0, 0));
        assertThat(left.plane.drops().values()).containsOnly(0L);
        assertThat(right.plane.drops().values()).containsOnly(0L);
    }

    @Test
    @DisplayName(
            "E15-2: after loss, disorder and repetition each packet that arrived is there once")
    void lossDisorderRepetition() {
        Gen<Long> seeds = Gen.longs();
        Tunnels tunnel = Tunnels.of(1);
        right.plane.install(tunnel.rightSpec());
        left.plane.install(tunnel.leftSpec());
        Properties.forAll(
                50,
                seeds,
                seed -> {
                    Random random = new Random(seed);
                    List<Octets> wire = new ArrayList<>();
                    Set<Octets> expected = new HashSet<>();
                    int repeated = 0;
                    for (int i = 0; i < 40; i++) {
                        Octets ping = IpPackets.echoRequest(LEFT, RIGHT, i, Octets.EMPTY);
                        assertThat(leftDevice.send(ping)).isTrue();
                        Octets packet = left.nextSent().packet();
                        int copies = random.nextInt(3);
                        for (int copy = 0; copy < copies; copy++) {
                            wire.add(packet);
                        }
                        if (copies > 0) {
                            expected.add(
                                    IpPackets.echoReply(RIGHT, LEFT, i, Octets.EMPTY).slice(20));
                            repeated += copies - 1;
                        }
                    }
                    Collections.shuffle(wire, random);
                    long replaysBefore = right.drops(DropReason.REPLAYED);
                    right.arrive(wire, Tunnels.UDP);

                    List<Octets> replies = new ArrayList<>();
                    for (int i = 0; i < expected.size(); i++) {
                        left.arrive(right.nextSent().packet(), Tunnels.UDP);
                        replies.add(leftDevice.receive(PATIENCE).orElseThrow().slice(20));
                    }
                    assertThat(replies).containsExactlyInAnyOrderElementsOf(expected);
                    assertThat(right.drops(DropReason.REPLAYED) - replaysBefore)
                            .isEqualTo(repeated);
                });
        assertThat(right.plane.counters(tunnel.id()).replayDrops())
                .isEqualTo(right.drops(DropReason.REPLAYED));
    }

    @Test
    @DisplayName("IK-101: both SAs receive, the old one sends until the new one is told to")
    void rekey() throws InterruptedException {
        Tunnels old = Tunnels.of(1);
        Tunnels young = Tunnels.of(2);
        connect(old);
        right.plane.replace(young.rightSpec(), old.id());
        left.plane.replace(young.leftSpec(), old.id());
        Octets ping = IpPackets.echoRequest(LEFT, RIGHT, 1, Octets.EMPTY);

        assertThat(spiOf(ping)).isEqualTo(old.rightSpi().value());
        left.plane.switchOutbound(young.id());
        assertThat(spiOf(ping)).isEqualTo(young.rightSpi().value());

        assertThat(leftDevice.send(ping)).isTrue();
        right.arrive(left.nextSent().packet(), Tunnels.UDP);
        Octets reply = right.nextSent().packet();
        assertThat(reply.u32(0)).as("the right side still sends old").isEqualTo(0x1001);
        left.arrive(reply, Tunnels.UDP);
        assertThat(leftDevice.receive(PATIENCE)).isPresent();

        right.plane.remove(old.id());
        left.plane.remove(old.id());
        assertThat(ask(ping).size()).isEqualTo(ping.size());
        assertThat(right.plane.counters(young.id()).outboundPackets()).isEqualTo(1);
        assertThat(right.plane.counters(old.id())).isEqualTo(ChildSaCounters.ZERO);
    }

    @Test
    @DisplayName(
            "IK-111: an SA that the peer may not have yet sends once the peer has used it, or the old one is gone")
    void installedBehind() throws InterruptedException {
        Tunnels old = Tunnels.of(1);
        Tunnels young = Tunnels.of(2);
        Tunnels youngest = Tunnels.of(3);
        connect(old);
        Octets ping = IpPackets.echoRequest(LEFT, RIGHT, 1, Octets.EMPTY);

        left.plane.installBehind(young.leftSpec());
        assertThat(ask(ping).size())
                .as("the right side has only the old one")
                .isEqualTo(ping.size());
        assertThat(spiOf(ping)).isEqualTo(old.rightSpi().value());
        left.plane.switchOutbound(young.id());
        assertThat(spiOf(ping)).isEqualTo(young.rightSpi().value());

        left.plane.installBehind(youngest.leftSpec());
        assertThat(spiOf(ping)).isEqualTo(young.rightSpi().value());
        left.plane.remove(young.id());
        assertThat(spiOf(ping)).isEqualTo(youngest.rightSpi().value());
    }

    @Test
    @DisplayName(
            "an SA that the peer may not have yet sends at once where there is no other with its selectors")
    void installedAlone() throws InterruptedException {
        Tunnels other = Tunnels.of(1).between(Tunnels.LEFT, Tunnels.selectors("10.7.0.0/16"));
        left.plane.install(other.leftSpec());
        left.plane.installBehind(Tunnels.of(2).leftSpec());
        assertThat(spiOf(IpPackets.echoRequest(LEFT, RIGHT, 1, Octets.EMPTY)))
                .isEqualTo(Tunnels.of(2).rightSpi().value());
    }

    @Test
    @DisplayName("E15-4: what the SA's selectors do not select is dropped, authentic or not")
    void selectorsAreChecked() throws InterruptedException {
        Tunnels wide = Tunnels.of(1).between(Tunnels.LEFT, Tunnels.selectors("0.0.0.0/0"));
        left.plane.install(wide.leftSpec());
        right.plane.install(Tunnels.of(1).rightSpec());

        assertThat(leftDevice.send(IpPackets.echoRequest(LEFT, "10.3.0.1", 1, Octets.EMPTY)))
                .isTrue();
        right.arrive(left.nextSent().packet(), Tunnels.UDP);

        assertThat(right.drops(DropReason.SELECTOR_MISMATCH)).isEqualTo(1);
        assertThat(right.plane.counters(wide.id()).selectorDrops()).isEqualTo(1);
        assertThat(right.plane.counters(wide.id()).inboundPackets()).isEqualTo(1);
    }

    @AfterEach
    void leavesNothingBehind() {
        left.close();
        right.close();
    }

    private void connect(Tunnels tunnel) {
        left.plane.install(tunnel.leftSpec());
        right.plane.install(tunnel.rightSpec());
    }

    /// The SPI with which the left side sends a packet; it does not arrive.
    private long spiOf(Octets packet) throws InterruptedException {
        assertThat(leftDevice.send(packet)).isTrue();
        return left.nextSent().packet().u32(0);
    }

    private Octets ask(Octets request) throws InterruptedException {
        assertThat(leftDevice.send(request)).isTrue();
        right.arrive(left.nextSent().packet(), Tunnels.UDP);
        left.arrive(right.nextSent().packet(), Tunnels.UDP);
        return leftDevice.receive(PATIENCE).orElseThrow();
    }
}
