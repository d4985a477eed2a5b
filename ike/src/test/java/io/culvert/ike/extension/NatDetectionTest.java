package io.culvert.ike.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.extension.NatDetection.Finding;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NatDetectionTest {
    private static final IkeSpi INITIATOR = new IkeSpi(0x0123456789abcdefL);
    private static final IkeSpi RESPONDER = new IkeSpi(0xfedcba9876543210L);
    private static final InetSocketAddress CLIENT = at("192.0.2.1", 40_001);
    private static final InetSocketAddress GATEWAY = at("198.51.100.2", 4500);

    /// The hashes were computed by another program.
    @ParameterizedTest
    @CsvSource({
        "0, 192.0.2.1, 40001, 2cc3c62119be442d2d6a5470c9416293cec0fddf",
        "0, 198.51.100.2, 4500, c6680ad3252cc16b77a0bb86dff4252a16cfc76e",
        "-81985529216486896, 2001:db8::7, 500, 0659c64593f2d570336e0730324c7bf80a64003b",
    })
    @DisplayName("SHA-1 of SPIs, address and port, those of TCP too (IK-124, IT-05B, TE-070)")
    void knownHashes(long responder, String address, int port, String hash) {
        assertThat(NatDetection.hash(INITIATOR, new IkeSpi(responder), at(address, port)))
                .isEqualTo(Octets.ofHex(hash));
    }

    @Test
    @DisplayName("the source says whether the peer is behind a NAT, the destination whether we are")
    void findings() {
        assertThat(seen(CLIENT, GATEWAY, sent())).isEqualTo(new Finding(true, false, false));
        assertThat(seen(at("203.0.113.9", 40_001), GATEWAY, sent()))
                .isEqualTo(new Finding(true, false, true));
        assertThat(seen(at("192.0.2.1", 40_002), GATEWAY, sent()))
                .isEqualTo(new Finding(true, false, true));
        assertThat(seen(CLIENT, at("10.0.0.2", 4500), sent()))
                .isEqualTo(new Finding(true, true, false));
    }

    @Test
    @DisplayName("one right hash of several sources is enough (IK-124)")
    void severalSources() {
        List<Notify> several = new ArrayList<>(sent());
        several.addFirst(
                Notify.of(
                        NotifyType.NAT_DETECTION_SOURCE_IP,
                        NatDetection.hash(INITIATOR, RESPONDER, at("10.1.2.3", 500))));

        assertThat(seen(CLIENT, GATEWAY, several).anyNat()).isFalse();
    }

    @Test
    @DisplayName("without both notifications nothing is known (IK-124)")
    void absent() {
        for (Notify one : sent()) {
            assertThat(seen(CLIENT, GATEWAY, List.of(one))).isEqualTo(Finding.UNKNOWN);
        }
        assertThat(seen(CLIENT, GATEWAY, List.of()).carriedOut()).isFalse();
    }

    @Test
    @DisplayName(
            "a hash of nothing makes others encapsulate, and is no NAT to our own kind (IK-125)")
    void forced() {
        List<Notify> forced = sent(true);

        assertThat(forced.getFirst().data()).isNotEqualTo(sent().getFirst().data());
        assertThat(seen(CLIENT, GATEWAY, forced)).isEqualTo(new Finding(true, false, false));
    }

    private static List<Notify> sent() {
        return sent(false);
    }

    private static List<Notify> sent(boolean force) {
        return NatDetection.notifications(INITIATOR, RESPONDER, CLIENT, GATEWAY, force).stream()
                .map(Notify.class::cast)
                .toList();
    }

    private static Finding seen(
            InetSocketAddress source, InetSocketAddress destination, List<Notify> received) {
        return NatDetection.evaluate(INITIATOR, RESPONDER, destination, source, received);
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(IpPrefix.parseAddress(address), port);
    }
}
