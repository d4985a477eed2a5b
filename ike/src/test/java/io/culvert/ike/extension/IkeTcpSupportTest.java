package io.culvert.ike.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.VendorId;
import io.culvert.ipsec.value.Octets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IkeTcpSupportTest {
    private static final VendorId OURS = new VendorId(IkeTcpSupport.VENDOR);

    @ParameterizedTest
    @CsvSource({
        "'', 500", // no data: the default port
        "3c8c, 15500",
        "3c8cffff, 15500", // what follows the port is ignored
        "01, -1", // half a port is none
        "0000, -1" // cannot be reached
    })
    @DisplayName("the port that a peer announces (IT-033)")
    void announcedPort(String data, int port) {
        Notify notify = Notify.of(NotifyType.IKE_TCP_SUPPORTED, Octets.ofHex(data));

        assertThat(IkeTcpSupport.announcedPort(List.of(OURS), List.of(notify)))
                .isEqualTo(port < 0 ? OptionalInt.empty() : OptionalInt.of(port));
    }

    @Test
    @DisplayName("beside another vendor the private number means nothing (IK-131)")
    void otherVendor() {
        Notify notify = Notify.of(NotifyType.IKE_TCP_SUPPORTED, Octets.EMPTY);
        VendorId other = new VendorId(Octets.of((byte) 1));

        assertThat(IkeTcpSupport.announcedPort(List.of(other), List.of(notify))).isEmpty();
        assertThat(IkeTcpSupport.announcedPort(List.of(), List.of(notify))).isEmpty();
    }

    @Test
    @DisplayName("who cannot be reached announces port 0, who can its port (IT-032)")
    void announcement() {
        assertThat(port(IkeTcpSupport.announcement(OptionalInt.empty()))).isEqualTo("0000");
        assertThat(port(IkeTcpSupport.announcement(OptionalInt.of(15_500)))).isEqualTo("3c8c");
    }

    @Test
    @DisplayName("the Vendor ID is the start of a SHA-256")
    void vendor() throws NoSuchAlgorithmException {
        byte[] digest =
                MessageDigest.getInstance("SHA-256")
                        .digest(
                                "IKE-over-TCP/draft-ietf-ipsecme-ike-tcp-01"
                                        .getBytes(StandardCharsets.US_ASCII));

        assertThat(IkeTcpSupport.VENDOR).isEqualTo(Octets.wrap(Arrays.copyOf(digest, 16)));
    }

    private static String port(List<Payload> announcement) {
        assertThat(announcement.getFirst()).isEqualTo(OURS);
        return PayloadChain.notification(announcement, NotifyType.IKE_TCP_SUPPORTED)
                .orElseThrow()
                .data()
                .toHex();
    }
}
