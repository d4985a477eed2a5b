package io.culvert.esp.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.esp.engine.IvSource;
import io.culvert.esp.engine.OutboundSa;
import io.culvert.esp.engine.SealResult;
import io.culvert.esp.ip.IpPackets;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The data plane in user space")
class UserspaceDataPlaneTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final EspRoute UNKNOWN = new EspRoute.Unknown();
    private static final String HERE = "10.1.0.9";
    private static final String THERE = "10.2.0.1";
    private static final int IPV4 = 4;

    private final MemoryDevice device = new MemoryDevice("memory", 9000, 256);
    private final PlaneFixture fixture = new PlaneFixture(device);
    private final UserspaceDataPlane plane = fixture.plane;
    private final Tunnels tunnel = Tunnels.of(1);
    private final OutboundSa peer = peer(tunnel);

    @Test
    @DisplayName("E15-3: dummy packets and payloads that are no IP are dropped and counted")
    void nextHeaders() throws InterruptedException {
        plane.install(tunnel.leftSpec());
        Octets inner = toUs(1);

        arrive(sealed(inner, 59));
        arrive(sealed(inner, 17));
        arrive(sealed(inner, 41));
        arrive(sealed(Octets.ofHex("45"), IPV4));
        arrive(sealed(Octets.concat(inner, Octets.of(new byte[100])), IPV4));

        assertThat(device.receive(PATIENCE)).as("traffic padding is cut off").contains(inner);
        assertThat(fixture.drops(DropReason.DUMMY)).isEqualTo(1);
        assertThat(fixture.drops(DropReason.UNSUPPORTED_NEXT_HEADER)).isEqualTo(1);
        assertThat(fixture.drops(DropReason.MALFORMED_INNER)).isEqualTo(2);
        assertThat(plane.counters(tunnel.id()).inboundPackets()).isEqualTo(5);
        assertThat(plane.counters(tunnel.id()).integrityDrops()).isEqualTo(3);
    }

    @Test
    @DisplayName("forged packets count against the SA and change nothing")
    void forged() throws InterruptedException {
        plane.install(tunnel.leftSpec());
        Octets genuine = sealed(toUs(1), IPV4);
        byte[] changed = genuine.toArray();
        changed[20] ^= 1;

        fixture.arrive(Octets.of(changed), Tunnels.udp(9));
        assertThat(fixture.drops(DropReason.FORGED)).isEqualTo(1);
        assertThat(plane.counters(tunnel.id()).integrityDrops()).isEqualTo(1);
        assertThat(plane.counters(tunnel.id()).inboundPackets()).isZero();
        arrive(genuine);
        assertThat(device.receive(PATIENCE)).isPresent();
        assertThat(fixture.events).as("a forger does not move the peer").isEmpty();
    }

    @Test
    @DisplayName(
            "TE-054, TE-110: only a newer authentic packet from elsewhere says that the peer moved")
    void peerMoved() throws InterruptedException {
        plane.install(tunnel.leftSpec());
        Octets first = sealed(toUs(1), IPV4);
        Octets second = sealed(toUs(2), IPV4);
        EspRoute elsewhere = Tunnels.udp(61_000);
        EspRoute tcp = new EspRoute.Tcp(5);

        arrive(second);
        fixture.arrive(second, elsewhere);
        fixture.arrive(first, elsewhere);
        assertThat(fixture.events).as("a replay and an older packet move nothing").isEmpty();

        fixture.arrive(sealed(toUs(3), IPV4), elsewhere);
        assertThat(fixture.nextEvent())
                .isEqualTo(new DataPlaneEvent.PeerMoved(tunnel.id(), elsewhere));
        fixture.arrive(sealed(toUs(4), IPV4), elsewhere);
        assertThat(fixture.events).as("said once").isEmpty();

        plane.route(List.of(tunnel.id()), elsewhere);
        fixture.arrive(sealed(toUs(5), IPV4), elsewhere);
        assertThat(fixture.events).isEmpty();
        fixture.arrive(sealed(toUs(6), IPV4), tcp);
        assertThat(fixture.nextEvent()).isEqualTo(new DataPlaneEvent.PeerMoved(tunnel.id(), tcp));
    }

    @Test
    @DisplayName("packets with unknown SPIs are told of, at a bounded rate")
    void unknownSpi() throws InterruptedException {
        Octets stray = Octets.ofHex("0000abcd 00000001 00");
        for (int i = 0; i < 100; i++) {
            arrive(stray);
        }
        assertThat(fixture.events)
                .hasSize(32)
                .containsOnly(new DataPlaneEvent.UnknownSpi(new Spi(0xabcd), Tunnels.UDP));
        fixture.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        arrive(stray);
        assertThat(fixture.events).hasSize(33);
        assertThat(fixture.drops(DropReason.UNKNOWN_SPI)).isEqualTo(101);
    }

    @Test
    @DisplayName("IT-063: without a route packets wait, 64 of them for 2 seconds, in order")
    void waitForRoute() throws InterruptedException {
        plane.install(tunnel.with(UNKNOWN).leftSpec());
        for (int i = 0; i < 70; i++) {
            assertThat(device.send(fromUs(i))).isTrue();
        }
        awaitSealed(70);
        assertThat(fixture.drops(DropReason.NO_ROUTE)).isEqualTo(6);
        assertThat(fixture.sent).isEmpty();

        fixture.nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        plane.route(List.of(tunnel.id()), Tunnels.UDP);
        for (int i = 1; i <= 64; i++) {
            PlaneFixture.Sent sent = fixture.nextSent();
            assertThat(sent.packet().u32(4)).isEqualTo(i);
            assertThat(sent.route()).isEqualTo(Tunnels.UDP);
        }
        assertThat(device.send(fromUs(1))).isTrue();
        assertThat(fixture.nextSent().packet().u32(4)).isEqualTo(71);
    }

    @Test
    @DisplayName("IT-063: what waited longer than 2 seconds is not sent")
    void routeTooLate() throws InterruptedException {
        plane.install(tunnel.with(UNKNOWN).leftSpec());
        assertThat(device.send(fromUs(1))).isTrue();
        awaitSealed(1);
        fixture.nanos.addAndGet(Duration.ofSeconds(2).toNanos() + 1);
        assertThat(device.send(fromUs(2))).isTrue();
        awaitSealed(2);
        plane.route(List.of(tunnel.id()), Tunnels.UDP);

        assertThat(fixture.nextSent().packet().u32(4)).isEqualTo(2);
        assertThat(fixture.drops(DropReason.ROUTE_TOO_LATE)).isEqualTo(1);
    }

    @Test
    @DisplayName("what waits for a route is given back when the SA is removed")
    void removedWhileWaiting() throws InterruptedException {
        plane.install(tunnel.with(UNKNOWN).leftSpec());
        assertThat(device.send(fromUs(1))).isTrue();
        awaitSealed(1);
        plane.remove(tunnel.id());

        assertThat(fixture.drops(DropReason.CLOSED)).isEqualTo(1);
        assertThat(fixture.sent).isEmpty();
    }

    @Test
    @DisplayName("lifetimes are reported once when soft, and end the SA when hard")
    void lifetime() throws InterruptedException {
        plane.install(tunnel.with(new Lifetime(0, 0, 2, 3)).leftSpec());
        for (int i = 0; i < 4; i++) {
            assertThat(device.send(fromUs(i))).isTrue();
        }
        for (int i = 0; i < 3; i++) {
            fixture.nextSent();
        }
        assertThat(fixture.nextEvent())
                .isEqualTo(new DataPlaneEvent.LifetimeReached(tunnel.id(), false));
        assertThat(fixture.nextEvent())
                .isEqualTo(new DataPlaneEvent.LifetimeReached(tunnel.id(), true));
        for (int i = 0; i < 4; i++) {
            arrive(sealed(toUs(i), IPV4));
        }
        assertThat(plane.counters(tunnel.id()).inboundPackets()).isEqualTo(3);
        assertThat(plane.counters(tunnel.id()).outboundPackets()).isEqualTo(3);
        assertThat(fixture.events).isEmpty();
        plane.remove(tunnel.id());
    }

    @Test
    @DisplayName("lifetimes in octets count inner octets")
    void lifetimeInOctets() throws InterruptedException {
        int octets = fromUs(1).size();
        plane.install(tunnel.with(new Lifetime(2L * octets, 0, 0, 0)).leftSpec());
        assertThat(device.send(fromUs(1))).isTrue();
        fixture.nextSent();
        assertThat(fixture.events).isEmpty();
        assertThat(device.send(fromUs(2))).isTrue();

        assertThat(fixture.nextEvent())
                .isEqualTo(new DataPlaneEvent.LifetimeReached(tunnel.id(), false));
        fixture.nextSent();
    }

    @Test
    @DisplayName("a packet larger than the path is answered with the size that fits, which does")
    void tooBig() throws InterruptedException {
        plane.install(tunnel.leftSpec());
        Octets big = IpPackets.udp(HERE, 1, THERE, 2, Octets.of(new byte[1500]));
        assertThat(device.send(big)).isTrue();

        Octets answer = device.receive(PATIENCE).orElseThrow();
        assertThat(answer.u16(20)).isEqualTo(0x0304);
        int mtu = answer.u16(26);
        assertThat(device.send(IpPackets.udp(HERE, 1, THERE, 2, Octets.of(new byte[mtu - 28]))))
                .isTrue();
        assertThat(fixture.nextSent().packet().size())
                .as("with IPv4 and UDP before it")
                .isBetween(1500 - 28 - 3, 1500 - 28);
        assertThat(fixture.drops(DropReason.TOO_BIG)).isEqualTo(1);

        assertThat(device.send(IpPackets.ipv4(HERE, THERE, 17, 0, Octets.EMPTY, big.slice(20))))
                .isTrue();
        assertThat(fixture.nextSent().packet().size()).as("may be cut outside").isGreaterThan(1500);
    }

    @Test
    @DisplayName("packets of one batch leave grouped by route, in order")
    void groupedByRoute() throws InterruptedException {
        Tunnels other =
                Tunnels.of(2)
                        .between(Tunnels.LEFT, Tunnels.selectors("10.3.0.0/16"))
                        .with(new EspRoute.Tcp(8));
        plane.install(tunnel.leftSpec());
        plane.install(other.leftSpec());
        for (int i = 0; i < 20; i++) {
            String to = i % 2 == 0 ? THERE : "10.3.0.1";
            assertThat(device.send(IpPackets.echoRequest(HERE, to, i, Octets.EMPTY))).isTrue();
        }
        List<Long> overUdp = new ArrayList<>();
        List<Long> overTcp = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            PlaneFixture.Sent sent = fixture.nextSent();
            boolean udp = sent.route().equals(Tunnels.UDP);
            assertThat(sent.packet().u32(0)).isEqualTo(udp ? 0x2001 : 0x2002);
            (udp ? overUdp : overTcp).add(sent.packet().u32(4));
        }
        assertThat(overUdp).hasSize(10).isSorted();
        assertThat(overTcp).hasSize(10).isSorted();
    }

    @Test
    @DisplayName("E15-4: what no policy selects does not leave")
    void noPolicy() throws InterruptedException {
        plane.install(tunnel.leftSpec());
        assertThat(device.send(IpPackets.echoRequest(HERE, "10.9.0.1", 1, Octets.EMPTY))).isTrue();
        assertThat(device.send(IpPackets.echoRequest("10.9.0.1", THERE, 1, Octets.EMPTY))).isTrue();
        assertThat(device.send(fromUs(1))).isTrue();
        fixture.nextSent();

        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.NO_POLICY)).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "any octets from the net and from the device are dropped, and every buffer comes back")
    void randomOctets() throws InterruptedException {
        plane.install(tunnel.leftSpec());
        Gen<Octets> packets =
                choices -> {
                    Octets octets = Octets.of(Gen.bytes(0, 150).draw(choices));
                    return Gen.booleans().draw(choices)
                            ? Octets.concat(tunnel.leftSpi().toOctets(), octets)
                            : octets;
                };
        Properties.forAll(
                500,
                packets,
                octets -> {
                    arrive(octets);
                    device.send(octets);
                });
        assertThat(plane.counters(tunnel.id()).inboundPackets()).isZero();
        awaitRoundTrip();
        arrive(sealed(toUs(1), IPV4));
        assertThat(device.receive(PATIENCE)).as("the SA is unharmed").contains(toUs(1));
    }

    @Test
    @DisplayName("a closed data plane takes no SAs, and gives back what still arrives")
    void closed() throws InterruptedException {
        plane.install(tunnel.leftSpec());
        plane.close();
        arrive(sealed(toUs(1), IPV4));

        assertThat(fixture.drops(DropReason.CLOSED)).isEqualTo(1);
        assertThatThrownBy(() -> plane.install(tunnel.leftSpec()))
                .isInstanceOf(IllegalStateException.class);
    }

    @AfterEach
    void leavesNothingBehind() {
        fixture.close();
        peer.close();
    }

    private void arrive(Octets packet) {
        fixture.arrive(packet, Tunnels.UDP);
    }

    /// Waits until so many packets were sealed.
    private void awaitSealed(int packets) throws InterruptedException {
        awaitRoundTrip();
        assertThat(plane.counters(tunnel.id()).outboundPackets()).isEqualTo(packets);
    }

    /// Waits until all that was given to the device so far has been worked off: a packet of another SA comes last.
    private void awaitRoundTrip() throws InterruptedException {
        Tunnels marker = Tunnels.of(9).between(Tunnels.LEFT, Tunnels.selectors("10.99.0.0/16"));
        plane.install(marker.leftSpec());
        Octets last = IpPackets.echoRequest(HERE, "10.99.0.1", 1, Octets.EMPTY);
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!device.send(last)) {
            // the device's queue is still full of what came before
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
        assertThat(fixture.nextSent().packet().u32(0)).isEqualTo(0x2009);
        plane.remove(marker.id());
    }

    private Octets sealed(Octets inner, int nextHeader) {
        PacketBuffer buffer = fixture.pool.acquire().orElseThrow();
        buffer.set(PlaneFixture.HEADROOM, inner);
        assertThat(peer.seal(buffer, nextHeader)).isEqualTo(SealResult.SEALED);
        Octets packet = buffer.toOctets();
        buffer.release();
        return packet;
    }

    private static OutboundSa peer(Tunnels tunnel) {
        return new OutboundSa(
                new JdkCrypto(),
                tunnel.transform(),
                tunnel.leftSpi(),
                tunnel.toLeft(),
                IvSource.of(tunnel.transform().encryption(), new SecureRandom()));
    }

    private static Octets fromUs(int number) {
        return IpPackets.echoRequest(HERE, THERE, number, Octets.EMPTY);
    }

    private static Octets toUs(int number) {
        return IpPackets.echoRequest(THERE, HERE, number, Octets.EMPTY);
    }
}
