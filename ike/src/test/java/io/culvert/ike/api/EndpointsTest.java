package io.culvert.ike.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.StreamWrapping;
import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Where connections are opened")
class EndpointsTest {
    private static final InetAddress HERE = IpPrefix.parseAddress("192.0.2.1");
    private static final InetAddress THERE = IpPrefix.parseAddress("192.0.2.2");
    private static final Endpoints USUAL =
            new Endpoints(HERE, 500, 4500, THERE, 500, 4500, 501, 4501);
    private static final Endpoints MOVED =
            new Endpoints(HERE, 500, 4500, THERE, 500, 4500, 501, 4501, 8443);

    @Test
    @DisplayName("TCP encapsulation within TLS has a port of its own, by default 443 (TE-022)")
    void encapsulation() {
        assertThat(USUAL.encapsulation(7, StreamWrapping.PLAIN))
                .isEqualTo(opened(StreamFraming.TCP_ENCAPSULATION, StreamWrapping.PLAIN, 4501));
        assertThat(USUAL.encapsulation(7, StreamWrapping.TLS))
                .isEqualTo(opened(StreamFraming.TCP_ENCAPSULATION, StreamWrapping.TLS, 443));
        assertThat(MOVED.encapsulation(7, StreamWrapping.TLS))
                .isEqualTo(opened(StreamFraming.TCP_ENCAPSULATION, StreamWrapping.TLS, 8443));
    }

    @Test
    @DisplayName("raw IKE goes to the announced port, or to the configured one")
    void rawIke() {
        assertThat(USUAL.rawConnection(7, OptionalInt.empty()))
                .isEqualTo(opened(StreamFraming.IKE_TCP, StreamWrapping.PLAIN, 501));
        assertThat(USUAL.rawConnection(7, OptionalInt.of(15_500)))
                .isEqualTo(opened(StreamFraming.IKE_TCP, StreamWrapping.PLAIN, 15_500));
    }

    private static Action.OpenConnection opened(
            StreamFraming framing, StreamWrapping wrapping, int port) {
        return new Action.OpenConnection(
                7, framing, wrapping, HERE, new InetSocketAddress(THERE, port));
    }
}
