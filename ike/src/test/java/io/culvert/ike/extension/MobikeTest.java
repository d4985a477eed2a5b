package io.culvert.ike.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.transport.ConnectionId;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MobikeTest {
    private static final InetSocketAddress HERE = at("192.0.2.1", 4500);
    private static final InetSocketAddress THERE = at("198.51.100.2", 4500);
    private static final TransportPath SENT = new TransportPath.Udp(HERE, THERE, true);

    @Test
    @DisplayName("further addresses are told all at once, and none are told as none (E2-1)")
    void additionalAddresses() {
        List<InetAddress> some = addresses("192.0.2.7", "2001:db8::7");
        List<Payload> told = Mobike.additionalAddresses(some);
        assertThat(told)
                .extracting(Payload::notation)
                .containsExactly("N(ADDITIONAL_IP4_ADDRESS)", "N(ADDITIONAL_IP6_ADDRESS)");
        assertThat(Mobike.toldAddresses(told)).contains(some);
        List<Payload> none = Mobike.additionalAddresses(List.of());
        assertThat(Mobike.toldAddresses(none)).contains(List.of());
        assertThat(Mobike.toldAddresses(List.of())).isEmpty();
    }

    @Test
    @DisplayName("a peer's addresses that are nobody's, malformed or too many are left out")
    void hostileAddresses() {
        List<Payload> told = new ArrayList<>();
        Stream.of("127.0.0.1", "0.0.0.0", "224.0.0.5", "169.254.1.1", "::1", "ff02::1", "fe80::1")
                .map(IpPrefix::parseAddress)
                .map(a -> Mobike.additionalAddresses(List.of(a)).getFirst())
                .forEach(told::add);
        told.add(Notify.of(NotifyType.ADDITIONAL_IP4_ADDRESS, Octets.ofHex("c00002")));
        assertThat(Mobike.toldAddresses(told)).contains(List.of());
        IntStream.range(0, 1000)
                .mapToObj(i -> Octets.of((byte) 10, (byte) 0, (byte) (i >> 8), (byte) i))
                .forEach(a -> told.add(Notify.of(NotifyType.ADDITIONAL_IP4_ADDRESS, a)));
        assertThat(Mobike.toldAddresses(told).orElseThrow()).hasSize(8);
    }

    @Test
    @DisplayName(
            "a NAT that is not allowed shows in address or port, and does not count over TCP (E2-7, TE-088)")
    void noNatsAllowed() {
        List<Payload> request = List.of(Mobike.noNatsAllowed(SENT));
        TransportPath straight = new TransportPath.Udp(THERE, HERE, true);
        TransportPath otherPort = new TransportPath.Udp(THERE, at("192.0.2.1", 4501), true);
        TransportPath otherHost = new TransportPath.Udp(THERE, at("192.0.2.9", 4500), true);
        assertThat(Mobike.findsForbiddenNat(straight, request)).isFalse();
        assertThat(Mobike.findsForbiddenNat(otherPort, request)).isTrue();
        assertThat(Mobike.findsForbiddenNat(otherHost, request)).isTrue();
        assertThat(Mobike.findsForbiddenNat(otherHost, List.of())).isFalse();
        TransportPath stream =
                new TransportPath.Tcp(
                        new ConnectionId(1), StreamFraming.TCP_ENCAPSULATION, false, THERE, HERE);
        assertThat(Mobike.findsForbiddenNat(stream, request)).isFalse();
    }

    @Test
    @DisplayName("a cookie comes back as it was, or does not count (E2-4)")
    void cookies() {
        Octets cookie = Octets.ofHex("00112233445566778899aabbccddeeff");
        List<Payload> echo = Mobike.echo(List.of(Mobike.challenge(cookie)));
        assertThat(Mobike.isEchoed(cookie, echo)).isTrue();
        assertThat(Mobike.isEchoed(Octets.ofHex("00".repeat(16)), echo)).isFalse();
        assertThat(Mobike.isEchoed(cookie, List.of())).isFalse();
        assertThat(Mobike.echo(List.of(Mobike.support()))).isEmpty();
    }

    private static List<InetAddress> addresses(String... texts) {
        return Stream.of(texts).map(IpPrefix::parseAddress).toList();
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(IpPrefix.parseAddress(address), port);
    }
}
