package io.culvert.esp.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.esp.ip.IpPackets;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketDevice;
import io.culvert.ipsec.value.Octets;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The data plane in user space, when its surroundings fail")
class BrokenSurroundingsTest {
    private static final Octets PING =
            IpPackets.echoRequest("10.1.0.9", "10.2.0.1", 1, Octets.EMPTY);

    /// A device that cannot be read or written.
    private static final class BrokenDevice implements PacketDevice {
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public int mtu() {
            return 1400;
        }

        @Override
        public int read(PacketBuffer[] buffers, int count) throws IOException {
            throw new IOException("no such device");
        }

        @Override
        public void write(PacketBuffer[] packets, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                packets[i].release();
            }
            throw new IOException("no such device");
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    @DisplayName("a broken device is told once and ends in no leak")
    void brokenDevice() throws InterruptedException {
        BrokenDevice device = new BrokenDevice();
        try (PlaneFixture fixture = new PlaneFixture(device)) {
            assertThat(fixture.nextEvent())
                    .isEqualTo(new DataPlaneEvent.Failed("java.io.IOException: no such device"));
        }
        assertThat(device.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @DisplayName("packets for a broken device are counted")
    void brokenWrite() throws InterruptedException {
        MemoryDevice peerDevice = new MemoryDevice("peer", 1400, 8);
        try (PlaneFixture fixture = new PlaneFixture(new BrokenDevice());
                PlaneFixture peer = new PlaneFixture(peerDevice)) {
            fixture.plane.install(Tunnels.of(1).rightSpec());
            peer.plane.install(Tunnels.of(1).leftSpec());
            assertThat(peerDevice.send(PING)).isTrue();
            fixture.arrive(peer.nextSent().packet(), Tunnels.UDP);

            assertThat(fixture.drops(DropReason.DEVICE_BROKEN)).isEqualTo(1);
        }
    }

    @Test
    @Timeout(20)
    @DisplayName("without free buffers packets are dropped, and later ones sent again")
    void noBuffer() throws InterruptedException {
        MemoryDevice device = new MemoryDevice("memory", 1400, 8);
        Tunnels waiting =
                Tunnels.of(2)
                        .between(Tunnels.LEFT, Tunnels.selectors("10.4.0.0/16"))
                        .with(new EspRoute.Unknown());
        try (PlaneFixture fixture =
                new PlaneFixture(device, 4, UserspaceDataPlane.Limits.DEFAULT)) {
            fixture.plane.install(Tunnels.of(1).leftSpec());
            fixture.plane.install(waiting.leftSpec());
            for (int i = 0; i < 3; i++) {
                Octets ping = IpPackets.echoRequest("10.1.0.9", "10.4.0.1", i, Octets.EMPTY);
                assertThat(device.send(ping)).isTrue();
            }
            // three buffers wait for a route, the fourth is what the loop reads on with
            while (fixture.drops(DropReason.NO_BUFFER) == 0) {
                device.send(PING);
            }
            fixture.plane.route(List.of(waiting.id()), Tunnels.udp(1));
            for (int i = 0; i < 3; i++) {
                assertThat(fixture.nextSent().route()).isEqualTo(Tunnels.udp(1));
            }
            while (fixture.sent.isEmpty()) {
                device.send(PING);
            }
            assertThat(fixture.nextSent().route()).isEqualTo(Tunnels.UDP);
        }
    }
}
