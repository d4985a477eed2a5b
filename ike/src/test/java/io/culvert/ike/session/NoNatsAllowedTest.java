package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Connections on whose way nobody may change addresses.
class NoNatsAllowedTest extends MobikeFixture {
    private static final String SAID = "N(NO_NATS_ALLOWED)";

    private static Pair strict(Way way) {
        return Pairs.of(
                withoutNats(clientConfig(way)), withoutNats(Configs.gateway(Configs.X25519)));
    }

    @Test
    @DisplayName("it is said in the first IKE_AUTH request, in updates and with addresses (E2-7)")
    void said() {
        Pair strict = strict(Way.UDP);
        strict.start();
        assertThat(strict.isUp()).isTrue();
        assertThat(payloads(strict.client, "IKE_AUTH")).singleElement().asString().contains(SAID);
        assertThat(payloads(strict.gateway, "IKE_AUTH")).noneMatch(p -> p.contains(SAID));

        strict.client.handle(changed(NEW, OLD, NEW));
        strict.settle();
        assertThat(sent(strict.client).getFirst()).contains("N(UPDATE_SA_ADDRESSES)", SAID);
        assertThat(strict.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));

        strict.gateway.handle(gatewayHas(Pair.GATEWAY, GATEWAY_2));
        strict.settle();
        assertThat(sent(strict.gateway).getLast()).contains("N(ADDITIONAL_IP4_ADDRESS)", SAID);
        assertThat(strict.client.events(IkeEvent.PeerAddresses.class).getLast().addresses())
                .containsExactly(GATEWAY_2);
    }

    @Test
    @DisplayName("a NAT on the way ends IKE_AUTH at both sides, and says why (E2-7)")
    void natFromTheBeginning() {
        Pair strict = strict(Way.UDP);
        strict.nat = behind(OLD, "203.0.113.9", 40_123);
        strict.start();
        assertThat(strict.isUp()).isFalse();
        for (Pair.End end : List.of(strict.client, strict.gateway)) {
            assertThat(end.events(IkeEvent.IkeSaClosed.class))
                    .singleElement()
                    .extracting(closed -> closed.failure().orElseThrow())
                    .isInstanceOf(SessionFailure.Incompatible.class);
        }
        assertThat(payloads(strict.gateway, "IKE_AUTH"))
                .containsExactly("N(UNEXPECTED_NAT_DETECTED)");
    }

    @Test
    @DisplayName(
            "to behind a NAT nothing moves: after four updates in vain the client goes back, and says so (E2-7)")
    void natAfterAMove() {
        Pair strict = strict(Way.UDP);
        strict.start();
        strict.nat = behind(NEW, "203.0.113.9", 40_123);
        strict.client.handle(changed(NEW, OLD, NEW));
        strict.settle();
        assertThat(sent(strict.client)).hasSize(5).allMatch(p -> p.contains(SAID));
        assertThat(sent(strict.gateway))
                .containsOnlyOnce("N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)")
                .startsWith(
                        Collections.nCopies(4, "N(UNEXPECTED_NAT_DETECTED)")
                                .toArray(String[]::new));
        assertThat(strict.isUp()).isTrue();
        assertThat(strict.clientRoute()).isEqualTo(route(OLD, Pair.GATEWAY));
        assertThat(strict.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
    }

    @Test
    @DisplayName("somebody who changes one packet only does not keep the client from moving (E2-7)")
    void onePacketChanged() {
        Pair strict = strict(Way.UDP);
        strict.start();
        int[] changed = {0};
        strict.nat =
                local ->
                        local.getAddress().equals(NEW) && changed[0]++ == 0
                                ? at(SPOOFED, 4500)
                                : local;
        strict.client.handle(changed(NEW, OLD, NEW));
        strict.settle();
        assertThat(sent(strict.client)).hasSizeGreaterThanOrEqualTo(2);
        assertThat(strict.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
    }

    @Test
    @DisplayName("ESP that comes from elsewhere is not followed (E2-7)")
    void espIsNotFollowed() {
        Pair strict = strict(Way.UDP);
        strict.start();
        strict.gateway.handle(
                new Input.DataPlaneReported(
                        new DataPlaneEvent.PeerMoved(
                                onlyChild(strict), route(Pair.GATEWAY, SPOOFED))));
        assertThat(strict.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
    }

    @Test
    @DisplayName("over TCP encapsulation it is not said (TE-088)")
    void tcpEncapsulation() {
        Pair strict = strict(Way.TCP_ENCAPSULATION);
        strict.start();
        assertThat(strict.isUp()).isTrue();
        assertThat(payloads(strict.client, "IKE_AUTH")).noneMatch(p -> p.contains(SAID));
    }

    @Test
    @DisplayName(
            "with ike-tcp the path is chosen before the addresses are written: UDP, as for ESP (IT-058)")
    void ikeTcp() {
        Pair strict = strict(Way.IKE_TCP);
        strict.start();
        assertThat(strict.isUp()).isTrue();
        assertThat(payloads(strict.client, "IKE_AUTH")).singleElement().asString().contains(SAID);
        assertThat(strict.client.events(IkeEvent.MessagePassed.class))
                .filteredOn(m -> m.sent() && m.exchange().equals("IKE_AUTH"))
                .allMatch(m -> m.path() instanceof TransportPath.Udp);
    }

    private static List<String> payloads(Pair.End end, String exchange) {
        return end.events(IkeEvent.MessagePassed.class).stream()
                .filter(m -> m.sent() && m.exchange().equals(exchange) && !m.repeated())
                .map(IkeEvent.MessagePassed::payloads)
                .toList();
    }
}
