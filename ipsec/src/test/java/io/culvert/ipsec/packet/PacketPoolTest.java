package io.culvert.ipsec.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.culvert.ipsec.value.Octets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PacketPoolTest {
    private static final Octets PACKET = Octets.of((byte) 1, (byte) 2);

    @Test
    @DisplayName("A pool is not closed while a buffer is in use, and goes on giving out others")
    void inUse() {
        try (PacketPool pool = new PacketPool(2, 64, 8)) {
            PacketBuffer first = pool.acquire().orElseThrow();
            assertThat(pool.closeIfUnused()).isFalse();
            first.set(8, PACKET);
            assertThat(first.toOctets()).isEqualTo(PACKET);
            assertThat(pool.acquire()).hasValueSatisfying(PacketBuffer::release);
            first.release();
        }
    }

    @Test
    @DisplayName("A closed pool has no buffer for anybody")
    void closed() {
        PacketPool pool = new PacketPool(1, 64, 8);
        assertThat(pool.closeIfUnused()).isTrue();
        assertThat(pool.acquire()).isEmpty();
        assertThat(pool.inUse()).isZero();
    }

    @Test
    @DisplayName(
            "A buffer that is out when its pool closes fails on use, and its return is harmless")
    void outlived() {
        PacketPool pool = new PacketPool(1, 64, 8);
        PacketBuffer buffer = pool.acquire().orElseThrow();
        pool.close();
        assertThatIllegalStateException().isThrownBy(() -> buffer.set(8, PACKET));
        buffer.release();
        assertThat(pool.acquire()).isEmpty();
    }
}
