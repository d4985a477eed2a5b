package io.culvert.ike.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CookiesTest {
    private static final InetSocketAddress OURS =
            new InetSocketAddress(IpPrefix.parseAddress("198.51.100.2"), 500);
    private static final IkeSpi SPI = new IkeSpi(0x0102030405060708L);
    private static final Octets NONCE = Octets.ofHex("00112233445566778899aabbccddeeff");
    private static final MonoTime START = MonoTime.ZERO.plus(Duration.ofHours(5));

    private final Cookies cookies = new Cookies(new JdkCrypto(), new SeededRandom(1));

    @Test
    @DisplayName("a cookie is good for the same initiator at the same place (IK-042)")
    void accepted() {
        Octets cookie = cookies.make(START, udp("192.0.2.1", 500), SPI, NONCE);

        assertThat(cookie.size()).isBetween(1, 64);
        assertThat(accepts(START, cookie, udp("192.0.2.1", 500))).isTrue();
    }

    @Test
    @DisplayName("and for no other address, port, SPI or nonce")
    void refused() {
        Octets cookie = cookies.make(START, udp("192.0.2.1", 500), SPI, NONCE);

        assertThat(accepts(START, cookie, udp("192.0.2.2", 500))).isFalse();
        assertThat(accepts(START, cookie, udp("192.0.2.1", 501))).isFalse();
        TransportPath path = udp("192.0.2.1", 500);
        assertThat(cookies.accepts(START, cookie, path, new IkeSpi(9), NONCE)).isFalse();
        assertThat(cookies.accepts(START, cookie, path, SPI, NONCE.slice(1))).isFalse();
        assertThat(accepts(START, cookie.slice(1), path)).isFalse();
        assertThat(accepts(START, Octets.EMPTY, path)).isFalse();
    }

    @Test
    @DisplayName(
            "one of UDP is void on TCP and the other way round; one of TCP is good on a second connection (IT-055, TE-065)")
    void transports() {
        TransportPath udp = udp("192.0.2.1", 500);
        TransportPath first = tcp(1, StreamFraming.IKE_TCP, 40_001);
        TransportPath second = tcp(2, StreamFraming.IKE_TCP, 40_002);
        Octets ofUdp = cookies.make(START, udp, SPI, NONCE);
        Octets ofTcp = cookies.make(START, first, SPI, NONCE);

        assertThat(accepts(START, ofUdp, first)).isFalse();
        assertThat(accepts(START, ofTcp, udp)).isFalse();
        assertThat(accepts(START, ofTcp, second)).isTrue();
        assertThat(accepts(START, ofTcp, tcp(3, StreamFraming.TCP_ENCAPSULATION, 40_001)))
                .isFalse();
    }

    @Test
    @DisplayName(
            "secrets rotate: a cookie of the previous one is taken for a while, none for long (IK-042)")
    void rotation() {
        TransportPath path = udp("192.0.2.1", 500);
        Octets cookie = cookies.make(START, path, SPI, NONCE);
        MonoTime minute = START.plus(Duration.ofSeconds(61));
        assertThat(accepts(minute, cookie, path)).isTrue();
        assertThat(cookies.make(minute, path, SPI, NONCE)).isNotEqualTo(cookie);

        assertThat(accepts(START.plus(Duration.ofSeconds(122)), cookie, path)).isFalse();
    }

    @Test
    @DisplayName("a pause makes no old cookie fresh")
    void pause() {
        TransportPath path = udp("192.0.2.1", 500);
        Octets cookie = cookies.make(START, path, SPI, NONCE);

        assertThat(accepts(START.plus(Duration.ofHours(1)), cookie, path)).isFalse();
    }

    @Test
    @DisplayName("more than 256 rotations do no harm")
    void manyRotations() {
        TransportPath path = udp("192.0.2.1", 500);
        MonoTime now = START;
        for (int i = 0; i < 600; i++) {
            now = now.plus(Duration.ofSeconds(61));
            Octets cookie = cookies.make(now, path, SPI, NONCE);
            assertThat(accepts(now, cookie, path)).isTrue();
        }
    }

    private boolean accepts(MonoTime now, Octets cookie, TransportPath path) {
        return cookies.accepts(now, cookie, path, SPI, NONCE);
    }

    private static TransportPath udp(String address, int port) {
        return new TransportPath.Udp(
                OURS, new InetSocketAddress(IpPrefix.parseAddress(address), port), false);
    }

    private static TransportPath tcp(long id, StreamFraming framing, int port) {
        return new TransportPath.Tcp(
                new ConnectionId(id),
                framing,
                false,
                OURS,
                new InetSocketAddress(IpPrefix.parseAddress("192.0.2.1"), port));
    }
}
