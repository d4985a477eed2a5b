package io.culvert.esp.ip;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.culvert.esp.device.IpEcho;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/// Runs its corpus as a plain test; with `JAZZER_FUZZ=1` it looks for more.
final class IpHeaderFuzzTest {
    private static final int HEADROOM = 64;
    private static final int LARGEST = 4096;

    @FuzzTest
    @DisplayName("any octets are read, answered and echoed without an exception or a leak")
    void anyInnerPacket(byte[] octets) {
        try (PacketPool pool = new PacketPool(1, LARGEST + HEADROOM, HEADROOM)) {
            PacketBuffer packet = pool.acquire().orElseThrow();
            Octets inner = Octets.copyOf(octets, 0, Math.min(octets.length, LARGEST));
            packet.set(HEADROOM, inner);
            IpHeaderView view = new IpHeaderView();
            if (view.read(packet)) {
                assertThat(view.totalOctets()).isBetween(20, inner.size());
                assertThat(view.payloadAt()).isBetween(20, view.totalOctets());
                IpHeaderView answer = new IpHeaderView();
                if (PacketTooBig.answer(packet, view, 1280)) {
                    assertThat(answer.read(packet)).isTrue();
                    assertThat(answer.totalOctets()).isEqualTo(packet.length());
                    assertThat(answer.destinationHigh()).isEqualTo(view.sourceHigh());
                }
                packet.set(HEADROOM, inner);
            }
            echo(view.destinationHigh()).write(new PacketBuffer[] {packet}, 1);
            assertThat(pool.inUse()).isZero();
        }
    }

    /// A host that has the packet's IPv4 destination, so that the octets need not guess it.
    private static IpEcho echo(long destinationHigh) {
        int address = (int) (destinationHigh >>> 32);
        return new IpEcho(
                "fuzz",
                LARGEST,
                List.of(
                        IpPrefix.address(
                                (byte) (address >>> 24),
                                (byte) (address >>> 16),
                                (byte) (address >>> 8),
                                (byte) address),
                        IpPrefix.parseAddress("2001:db8::1")));
    }
}
