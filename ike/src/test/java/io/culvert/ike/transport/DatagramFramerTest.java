package io.culvert.ike.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.DatagramFramer.Kind;
import io.culvert.ipsec.packet.PacketBuffer;
import io.culvert.ipsec.packet.PacketPool;
import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.Octets;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DatagramFramerTest {
    private static final String HEADER = "01".repeat(28);

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, MEANINGLESS",
                "ff, KEEPALIVE",
                "fe, MEANINGLESS",
                "00, MEANINGLESS",
                "ffff, MEANINGLESS",
                "ffffff, MEANINGLESS",
                "00000000, MEANINGLESS",
                "000000001111, MEANINGLESS",
                "00000001, ESP",
                "ffffffff, ESP",
                "0102030400000001aa, ESP",
            })
    @DisplayName("E15-8: what shares UDP port 4500 is told apart by its first octets")
    void sharedPort(String hex, Kind kind) {
        with(Octets.ofHex(hex == null ? "" : hex), d -> assertThat(kind(d, true)).isEqualTo(kind));
    }

    @Test
    @DisplayName(
            "E15-8, IK-072: an IKE message stands behind four zero octets on a shared port only")
    void marker() {
        Octets message = Octets.ofHex(HEADER);
        with(
                DatagramFramer.payload(message, true),
                datagram -> {
                    assertThat(datagram.toOctets()).isEqualTo(Octets.ofHex("00000000" + HEADER));
                    assertThat(kind(datagram, true)).isEqualTo(Kind.IKE);
                    assertThat(DatagramFramer.ike(datagram, true)).isEqualTo(message);
                });
        with(
                DatagramFramer.payload(message, false),
                datagram -> {
                    assertThat(datagram.toOctets()).isEqualTo(message);
                    assertThat(kind(datagram, false)).isEqualTo(Kind.IKE);
                    assertThat(DatagramFramer.ike(datagram, false)).isEqualTo(message);
                });
        with(
                message.slice(0, 27),
                datagram -> assertThat(kind(datagram, false)).isEqualTo(Kind.MEANINGLESS));
    }

    @Test
    @DisplayName("any datagram is something")
    void total() {
        Properties.forAll(
                Gen.octets(0, 64),
                Gen.booleans(),
                (octets, shared) ->
                        with(octets, datagram -> assertThat(kind(datagram, shared)).isNotNull()));
    }

    private static Kind kind(PacketBuffer datagram, boolean nonEspMarker) {
        return DatagramFramer.kind(datagram, nonEspMarker);
    }

    private static void with(Octets octets, Consumer<PacketBuffer> test) {
        try (PacketPool pool = new PacketPool(1, 200, 0)) {
            PacketBuffer datagram = pool.acquire().orElseThrow();
            datagram.set(0, octets);
            test.accept(datagram);
            datagram.release();
        }
    }
}
