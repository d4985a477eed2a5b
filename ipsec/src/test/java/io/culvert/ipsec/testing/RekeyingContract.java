package io.culvert.ipsec.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ipsec.crypto.EncryptionAlgorithm;
import io.culvert.ipsec.crypto.IntegrityAlgorithm;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.DataPlaneEvent.FirstPacket;
import io.culvert.ipsec.dataplane.DataPlaneEvent.LifetimeReached;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.EspTransform;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.OctetsBuilder;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// How every data plane carries packets while SAs replace one another. A data plane is tested by a subclass in its own
/// room.
///
/// Two of them face each other: what we send the test carries to the peer. SA number n has the SPI 0x1000 + n to us and
/// 0x2000 + n to the peer.
public abstract class RekeyingContract {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int TO_US = 0x1000;
    private static final int TO_PEER = 0x2000;
    private static final int EXPERIMENT = 253;
    private static final EspRoute ROUTE =
            new EspRoute.Udp(
                    new InetSocketAddress(IpPrefix.parseAddress("192.0.2.1"), 4500),
                    new InetSocketAddress(IpPrefix.parseAddress("192.0.2.2"), 4500));

    private final BlockingQueue<DataPlaneEvent> events = new LinkedBlockingQueue<>();
    private volatile Consumer<DataPlaneEvent> listener = events::add;
    private Station us;
    private Station peer;
    private DataPlane ours;
    private DataPlane theirs;

    /// A fresh data plane without SAs. The device lets 64 packets wait or more.
    protected abstract Station open(Consumer<DataPlaneEvent> events);

    @BeforeEach
    final void openBoth() {
        us = open(event -> listener.accept(event));
        peer = open(_ -> {});
        ours = us.plane();
        theirs = peer.plane();
    }

    @AfterEach
    final void closeBoth() {
        us.close();
        peer.close();
    }

    @Test
    @DisplayName("IK-101: the new SA receives at once, the old one sends until told otherwise")
    final void makeBeforeBreak() throws InterruptedException {
        install(1);
        replace(2, 1);
        assertThat(sender()).isEqualTo(1);
        assertThat(peersSender()).isEqualTo(1);

        theirs.switchOutbound(new ChildSaId(2));
        assertThat(peersSender()).as("both SAs receive").isEqualTo(2);
        assertThat(sender()).isEqualTo(1);

        ours.switchOutbound(new ChildSaId(2));
        assertThat(sender()).isEqualTo(2);
        theirs.switchOutbound(new ChildSaId(1));
        assertThat(peersSender()).as("the old SA still receives").isEqualTo(1);

        ours.remove(new ChildSaId(1));
        assertThat(sender()).isEqualTo(2);
    }

    @Test
    @DisplayName("IK-101: without being told, the new SA sends when the old one is removed")
    final void removalOfTheOldOneHandsOver() throws InterruptedException {
        install(1);
        replace(2, 1);
        ours.remove(new ChildSaId(1));
        assertThat(sender()).isEqualTo(2);
        ours.switchOutbound(new ChildSaId(2));
        assertThat(sender()).isEqualTo(2);
    }

    @Test
    @DisplayName("IK-101: the first packet on the new SA is told of, once; on others it is not")
    final void firstPacket() throws InterruptedException {
        install(1);
        assertThat(peersSender()).isEqualTo(1);
        replace(2, 1);
        assertThat(peersSender()).isEqualTo(1);
        assertThat(events).isEmpty();

        theirs.switchOutbound(new ChildSaId(2));
        Octets last = null;
        for (int i = 0; i < 3; i++) {
            last = peersPacket();
            us.arrive(last, ROUTE);
            assertThat(us.receive(PATIENCE)).isPresent();
        }
        assertThat(nextEvent()).isEqualTo(new FirstPacket(new ChildSaId(2)));
        assertThat(events).isEmpty();
    }

    @Test
    @DisplayName("IK-101: a forged packet is no sign of life of the new SA")
    final void forgedFirstPacket() throws InterruptedException {
        install(1);
        replace(2, 1);
        theirs.switchOutbound(new ChildSaId(2));
        Octets genuine = peersPacket();
        byte[] forged = genuine.toArray();
        forged[forged.length - 1] ^= 1;

        us.arrive(Octets.of(forged), ROUTE);
        assertThat(events).isEmpty();
        us.arrive(genuine, ROUTE);
        assertThat(nextEvent()).isEqualTo(new FirstPacket(new ChildSaId(2)));
    }

    @Test
    @DisplayName("IK-103: of two rivals either may win, and the old SA goes on if neither does")
    final void rivals() throws InterruptedException {
        install(1);
        replace(2, 1);
        replace(3, 1);
        assertThat(sender()).isEqualTo(1);
        ours.switchOutbound(new ChildSaId(2));
        assertThat(sender()).isEqualTo(2);
        ours.switchOutbound(new ChildSaId(3));
        assertThat(sender()).isEqualTo(3);
        ours.switchOutbound(new ChildSaId(2));
        assertThat(sender()).as("told again").isEqualTo(2);

        ours.remove(new ChildSaId(2));
        ours.remove(new ChildSaId(3));
        assertThat(sender()).isEqualTo(1);
        replace(4, 1);
        assertThat(sender()).isEqualTo(1);
        ours.remove(new ChildSaId(1));
        assertThat(sender()).isEqualTo(4);
    }

    @Test
    @DisplayName("IK-103: the loser of a collision is removed without a trace, whoever sends")
    final void loserRemoved() throws InterruptedException {
        install(1);
        replace(2, 1);
        replace(3, 1);
        ours.switchOutbound(new ChildSaId(3));
        ours.remove(new ChildSaId(2));
        assertThat(sender()).isEqualTo(3);
        ours.remove(new ChildSaId(1));
        assertThat(sender()).isEqualTo(3);
    }

    @Test
    @DisplayName("an SA that replaces another may be replaced before that one is gone")
    final void rekeyedAgain() throws InterruptedException {
        install(1);
        replace(2, 1);
        ours.switchOutbound(new ChildSaId(2));
        replace(3, 2);
        ours.remove(new ChildSaId(2));
        assertThat(sender()).as("the newest, not the oldest").isEqualTo(3);
        ours.remove(new ChildSaId(1));
        assertThat(sender()).isEqualTo(3);
    }

    @Test
    @DisplayName("an SA that replaces one that is gone is simply installed")
    final void replacesNobody() throws InterruptedException {
        replace(2, 1);
        assertThat(sender()).isEqualTo(2);
        assertThat(events).isEmpty();
    }

    @Test
    @DisplayName(
            "IK-102: SAs with the same selectors are legal: the newest or the chosen one sends")
    final void equalSelectors() throws InterruptedException {
        install(1);
        install(2);
        assertThat(sender()).isEqualTo(2);
        assertThat(peersSender()).isEqualTo(2);
        ours.switchOutbound(new ChildSaId(1));
        assertThat(sender()).isEqualTo(1);
        ours.remove(new ChildSaId(1));
        assertThat(sender()).isEqualTo(2);
        install(3);
        assertThat(sender()).isEqualTo(3);
        ours.remove(new ChildSaId(3));
        assertThat(sender()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "IK-102: narrower selectors of a new SA take nothing from the old one before its turn")
    final void narrowerSuccessor() throws InterruptedException {
        install(1);
        ours.replace(spec(2, TO_US, TO_PEER, "10.1.0.1/32", "10.2.0.1/32"), new ChildSaId(1));
        theirs.replace(spec(2, TO_PEER, TO_US, "10.2.0.1/32", "10.1.0.1/32"), new ChildSaId(1));
        assertThat(sender()).isEqualTo(1);
        ours.switchOutbound(new ChildSaId(2));
        assertThat(sender()).isEqualTo(2);
        ours.switchOutbound(new ChildSaId(1));
        assertThat(sender()).isEqualTo(1);
    }

    @Test
    @DisplayName("IK-101: no packet is lost however often SAs replace one another meanwhile")
    final void nothingIsLost() throws InterruptedException {
        int packets = 600;
        CountDownLatch loaded = new CountDownLatch(1);
        Lifetime five = new Lifetime(0, 0, 5, 0);
        ours.install(spec(1, five));
        theirs.install(peersSpec(1));
        // the peer keeps all old SAs, as it would while packets are on their way
        for (int n = 2; n <= packets; n++) {
            theirs.replace(peersSpec(n), new ChildSaId(n - 1));
        }
        listener =
                event -> {
                    if (event instanceof LifetimeReached(ChildSaId old, boolean hard) && !hard) {
                        awaitUninterrupted(loaded);
                        ChildSaId next = new ChildSaId(old.value() + 1);
                        ours.replace(spec((int) next.value(), five), old);
                        ours.switchOutbound(next);
                        ours.remove(old);
                    }
                };
        for (int i = 0; i < 60; i++) {
            assertThat(us.send(packet(i))).isTrue();
        }
        loaded.countDown();
        List<Octets> received = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            if (i + 60 < packets) {
                awaitSent(packet(i + 60));
            }
            peer.arrive(us.leave(PATIENCE).orElseThrow(), ROUTE);
            received.add(peer.receive(PATIENCE).orElseThrow());
        }
        for (int i = 0; i < packets; i++) {
            assertThat(received.get(i)).isEqualTo(packet(i));
        }
    }

    @Test
    @DisplayName("lifetimes: soft is told once while packets go on, hard is told once and ends it")
    final void lifetimes() throws InterruptedException {
        int octets = packet(0).size();
        ours.install(spec(2, TO_US, TO_PEER, "10.1.0.0/16", "10.9.0.0/16"));
        for (Lifetime lifetime :
                List.of(
                        new Lifetime(0, 0, 2, 4),
                        new Lifetime(2L * octets, 4L * octets, 0, 0),
                        new Lifetime(3L * octets, 4L * octets, 2, 9))) {
            ours.install(spec(1, lifetime));
            assertThat(senderOf("10.2.0.1")).isEqualTo(1);
            assertThat(events).isEmpty();
            assertThat(senderOf("10.2.0.1")).isEqualTo(1);
            assertThat(nextEvent()).isEqualTo(new LifetimeReached(new ChildSaId(1), false));
            assertThat(senderOf("10.2.0.1")).isEqualTo(1);
            assertThat(events).isEmpty();
            assertThat(senderOf("10.2.0.1")).isEqualTo(1);
            assertThat(nextEvent()).isEqualTo(new LifetimeReached(new ChildSaId(1), true));

            awaitSent(packet(5));
            assertThat(senderOf("10.9.0.1")).as("the packet before did not leave").isEqualTo(2);
            assertThat(events).isEmpty();
            ours.remove(new ChildSaId(1));
        }
    }

    @Test
    @DisplayName("lifetimes: what is received counts as what is sent does")
    final void lifetimeOfReception() throws InterruptedException {
        ours.install(spec(1, new Lifetime(0, 0, 1, 2)));
        theirs.install(peersSpec(1));
        List<Octets> wire = List.of(peersPacket(), peersPacket(), peersPacket());

        us.arrive(wire.get(0), ROUTE);
        assertThat(nextEvent()).isEqualTo(new LifetimeReached(new ChildSaId(1), false));
        us.arrive(wire.get(1), ROUTE);
        assertThat(nextEvent()).isEqualTo(new LifetimeReached(new ChildSaId(1), true));
        us.arrive(wire.get(2), ROUTE);
        assertThat(ours.counters(new ChildSaId(1)).inboundPackets()).isEqualTo(2);
        assertThat(events).isEmpty();
    }

    private void install(int number) {
        ours.install(spec(number, Lifetime.UNLIMITED));
        theirs.install(peersSpec(number));
    }

    private void replace(int number, int previous) {
        ours.replace(spec(number, Lifetime.UNLIMITED), new ChildSaId(previous));
        theirs.replace(peersSpec(number), new ChildSaId(previous));
    }

    /// The number of the SA by which our packet arrives at the peer.
    private int sender() throws InterruptedException {
        awaitSent(packet(7));
        Octets wire = us.leave(PATIENCE).orElseThrow();
        peer.arrive(wire, ROUTE);
        assertThat(peer.receive(PATIENCE)).contains(packet(7));
        return (int) wire.u32(0) - TO_PEER;
    }

    /// The number of the SA by which the peer's packet arrives here.
    private int peersSender() throws InterruptedException {
        Octets wire = peersPacket();
        us.arrive(wire, ROUTE);
        assertThat(us.receive(PATIENCE)).isPresent();
        return (int) wire.u32(0) - TO_US;
    }

    /// The number of the SA by which the next packet leaves, after sending one there.
    private int senderOf(String destination) throws InterruptedException {
        awaitSent(packet("10.1.0.1", destination, 8));
        return (int) us.leave(PATIENCE).orElseThrow().u32(0) - TO_PEER;
    }

    private Octets peersPacket() throws InterruptedException {
        assertThat(peer.send(packet("10.2.0.1", "10.1.0.1", 7))).isTrue();
        return peer.leave(PATIENCE).orElseThrow();
    }

    private void awaitSent(Octets packet) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!us.send(packet)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private DataPlaneEvent nextEvent() throws InterruptedException {
        return Objects.requireNonNull(
                events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS), "no event came");
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static ChildSaSpec spec(int number, Lifetime lifetime) {
        return spec(number, TO_US, TO_PEER, "10.1.0.0/16", "10.2.0.0/16", lifetime);
    }

    private static ChildSaSpec peersSpec(int number) {
        return spec(number, TO_PEER, TO_US, "10.2.0.0/16", "10.1.0.0/16");
    }

    private static ChildSaSpec spec(int number, int in, int out, String local, String remote) {
        return spec(number, in, out, local, remote, Lifetime.UNLIMITED);
    }

    private static ChildSaSpec spec(
            int number, int in, int out, String local, String remote, Lifetime lifetime) {
        return new ChildSaSpec(
                new ChildSaId(number),
                "contract/net",
                new EspTransform(
                        EncryptionAlgorithm.AES_GCM_16, 128, IntegrityAlgorithm.NONE, false),
                ChildSaSpec.Mode.TUNNEL,
                new Spi(in + number),
                keys(in + number),
                new Spi(out + number),
                keys(out + number),
                List.of(TrafficSelector.of(IpPrefix.parse(local))),
                List.of(TrafficSelector.of(IpPrefix.parse(remote))),
                ROUTE,
                64,
                lifetime);
    }

    /// The keys of packets with an SPI.
    private static EspKeys keys(int spi) {
        byte[] encryption = new byte[20];
        Arrays.fill(encryption, (byte) spi);
        encryption[0] = (byte) (spi >>> 8);
        return new EspKeys(
                KeyMaterial.wrap("contract", encryption),
                KeyMaterial.wrap("contract", new byte[0]));
    }

    private static Octets packet(int number) {
        return packet("10.1.0.1", "10.2.0.1", number);
    }

    /// An IPv4 packet with a right checksum, of a protocol for experiments.
    private static Octets packet(String source, String destination, int number) {
        Octets from = Octets.of(IpPrefix.parseAddress(source).getAddress());
        Octets to = Octets.of(IpPrefix.parseAddress(destination).getAddress());
        int sum = 0x4500 + 24 + 0x4000 + (64 << 8 | EXPERIMENT);
        sum += from.u16(0) + from.u16(2) + to.u16(0) + to.u16(2);
        int checksum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
        return new OctetsBuilder(24)
                .u16(0x4500)
                .u16(24)
                .u16(0)
                .u16(0x4000)
                .u16(64 << 8 | EXPERIMENT)
                .u16(checksum)
                .octets(from)
                .octets(to)
                .u32(number)
                .build();
    }
}
