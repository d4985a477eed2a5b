package io.culvert.esp.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.culvert.esp.engine.IvSource;
import io.culvert.esp.engine.OutboundSa;
import io.culvert.esp.engine.SealResult;
import io.culvert.esp.ip.IpHeaderView;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.Octets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;

/// Runs its corpus as a plain test; with `JAZZER_FUZZ=1` it looks for more.
final class EspIntakeFuzzTest {
    private static final Tunnels TUNNEL = Tunnels.of(1);
    private static final EspRoute.Tcp FROM = new EspRoute.Tcp(1);
    private static final int LARGEST = 2000;

    @FuzzTest
    @DisplayName("octets from the net never pass, and leave no trace but a counter")
    void anyOctetsFromTheNet(FuzzedDataProvider data) throws InterruptedException {
        MemoryDevice device = new MemoryDevice("fuzz", LARGEST, 8);
        try (PlaneFixture fixture = fixture(device)) {
            while (data.remainingBytes() > 0) {
                boolean known = data.consumeBoolean();
                Octets octets = Octets.wrap(data.consumeBytes(LARGEST));
                fixture.arrive(
                        known ? Octets.concat(TUNNEL.leftSpi().toOctets(), octets) : octets, FROM);
            }
            assertThat(device.receive(Duration.ZERO)).isEmpty();
            assertThat(fixture.plane.counters(TUNNEL.id()).inboundPackets()).isZero();
        }
    }

    @FuzzTest
    @DisplayName(
            "E15-4: whatever an authentic peer seals, only whole packets of its selectors pass")
    void anyPayloadOfThePeer(FuzzedDataProvider data) throws InterruptedException {
        MemoryDevice device = new MemoryDevice("fuzz", LARGEST, 8);
        try (PlaneFixture fixture = fixture(device);
                OutboundSa peer =
                        new OutboundSa(
                                new JdkCrypto(),
                                TUNNEL.transform(),
                                TUNNEL.leftSpi(),
                                TUNNEL.toLeft(),
                                IvSource.of(TUNNEL.transform().encryption(), new SecureRandom()))) {
            while (data.remainingBytes() > 0) {
                int nextHeader = data.pickValue(List.of(4, 41, 59, 17));
                Octets payload = Octets.wrap(data.consumeBytes(LARGEST));
                fixture.arrive(sealed(fixture.pool, peer, payload, nextHeader), FROM);
                device.receive(Duration.ZERO)
                        .ifPresent(inner -> assertFromPeer(fixture.pool, inner));
            }
        }
    }

    @FuzzTest
    @DisplayName("whatever the device gives, what leaves is ESP of its SA")
    void anyPacketOfTheDevice(FuzzedDataProvider data) {
        MemoryDevice device = new MemoryDevice("fuzz", LARGEST, 8);
        try (PlaneFixture fixture = fixture(device)) {
            while (data.remainingBytes() > 0) {
                device.send(Octets.wrap(data.consumeBytes(LARGEST)));
            }
            fixture.plane.close();
            assertThat(fixture.sent)
                    .allMatch(sent -> sent.packet().u32(0) == TUNNEL.rightSpi().value());
            assertThat(fixture.events).isEmpty();
        }
    }

    private static PlaneFixture fixture(MemoryDevice device) {
        PlaneFixture fixture =
                new PlaneFixture(device, 8, UserspaceDataPlane.Limits.DEFAULT.withBatch(4));
        fixture.plane.install(TUNNEL.leftSpec());
        return fixture;
    }

    private static Octets sealed(PacketPool pool, OutboundSa peer, Octets payload, int nextHeader) {
        PacketBuffer buffer = pool.acquire().orElseThrow();
        buffer.set(PlaneFixture.HEADROOM, payload);
        assertThat(peer.seal(buffer, nextHeader)).isEqualTo(SealResult.SEALED);
        Octets packet = buffer.toOctets();
        buffer.release();
        return packet;
    }

    private static void assertFromPeer(PacketPool pool, Octets inner) {
        PacketBuffer buffer = pool.acquire().orElseThrow();
        buffer.set(PlaneFixture.HEADROOM, inner);
        IpHeaderView view = new IpHeaderView();
        assertThat(view.read(buffer)).isTrue();
        assertThat(view.totalOctets()).isEqualTo(inner.size());
        Optional<Long> network =
                Optional.of(view.sourceHigh())
                        .map(high -> view.isIpv6() ? high >>> 16 : high >>> 48);
        assertThat(network).contains(view.isIpv6() ? 0x20010db80002L : 0x0a02L);
        buffer.release();
    }
}
