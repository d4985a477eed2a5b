package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportOrder;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.VendorId;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// IKE in a TCP connection, ESP in UDP.
final class SeparateTransportsTest {
    private static final TransportChoice SEPARATE = new TransportChoice.Separate();
    private static final Input CHECK = new Input.Commanded(new Command.CheckLiveness());

    @Test
    @DisplayName(
            "ST-001, ST-002, ST-003, ST-005, ST-018: begun over UDP 4500, the next exchange is on TCP 4500, and ESP in UDP")
    void begins() {
        Pair pair = pair(OptionalInt.of(500), knowing()).start();
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder())
                .containsExactly(
                        "IKE_SA_INIT request 0 udp", "IKE_AUTH request 1 tcp-encapsulation");
        assertThat(pair.gateway.ladder())
                .containsExactly(
                        "IKE_SA_INIT response 0 udp", "IKE_AUTH response 1 tcp-encapsulation");
        assertThat(inits(pair)).allSatisfy(SeparateTransportsTest::announces).hasSize(2);
        assertThat(pair.traffic.getFirst().path())
                .isInstanceOfSatisfying(TransportPath.Udp.class, SeparateTransportsTest::isFloated);
        assertThat(pair.client.actions(Action.OpenConnection.class))
                .singleElement()
                .satisfies(open -> assertThat(open.remote().getPort()).isEqualTo(4500));
        assertThat(pair.clientRoute()).isEqualTo(espTo(Pair.CLIENT, Pair.GATEWAY));
        assertThat(pair.gatewayRoute()).isEqualTo(espTo(Pair.GATEWAY, Pair.CLIENT));
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName(
            "ST-015, ST-004: NAT detection is in IKE_SA_INIT, and the same IKE SA goes on over TCP")
    void sameIkeSa() {
        Pair pair = pair(OptionalInt.empty(), knowing()).start();
        assertThat(inits(pair))
                .allSatisfy(message ->
                        assertThat(message.notification(NotifyType.NAT_DETECTION_SOURCE_IP))
                                .isPresent());
        assertThat(pair.traffic.stream().map(m -> decoded(m.message()).header().initiatorSpi()))
                .containsOnly(decoded(pair.traffic.getFirst().message()).header().initiatorSpi());
    }

    @Test
    @DisplayName(
            "ST-002: a responder that is not configured for it does not return the notification, and all is over UDP")
    void unknown() {
        Pair pair = pair(OptionalInt.empty(), Configs.gateway(Configs.X25519)).start();
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder())
                .containsExactly("IKE_SA_INIT request 0 udp", "IKE_AUTH request 1 udp");
        assertThat(inits(pair).getLast().notification(NotifyType.SEPARATE_TRANSPORTS)).isEmpty();
        assertThat(pair.client.session.orElseThrow().status().transportWhy())
                .contains("does not know separate transports");
    }

    @Test
    @DisplayName("ST-002: the notification without the Vendor ID means nothing")
    void withoutVendorId() {
        Pair pair = pair(OptionalInt.empty(), knowing());
        pair.tamper = SeparateTransportsTest::withoutVendorIds;
        pair.start();
        assertThat(inits(pair).getLast().notification(NotifyType.SEPARATE_TRANSPORTS)).isEmpty();
    }

    @Test
    @DisplayName("ST-009: who begins over TCP has all in the connection")
    void begunOverTcp() {
        ConnectionConfig client =
                Configs.client(new TransportChoice.TcpEncapsulation(), Configs.X25519);
        Pair pair = pair(OptionalInt.empty(), client, knowing()).start();
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.clientRoute()).isInstanceOf(EspRoute.Tcp.class);
    }

    @Test
    @DisplayName("ST-006: without TCP this attempt is over, and nothing more of it goes over UDP")
    void withoutTcp() {
        Pair pair = pair(OptionalInt.empty(), knowing());
        pair.accepts = () -> false;
        pair.start();
        assertThat(pair.client.ladder()).containsExactly("IKE_SA_INIT request 0 udp");
        assertThat(pair.client.events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .satisfies(closed ->
                        assertThat(closed.failure())
                                .hasValueSatisfying(why ->
                                        assertThat(why)
                                                .isInstanceOf(SessionFailure.Unreachable.class)));
    }

    @Test
    @DisplayName(
            "ST-006: where UDP is configured too, another IKE SA begins over it, without the notification")
    void withoutTcpButWithUdp() {
        ConnectionConfig client =
                Configs.client(SEPARATE, Configs.X25519)
                        .over(
                                new TransportOrder(
                                        List.of(SEPARATE, new TransportChoice.Udp()),
                                        Duration.ofSeconds(5),
                                        TransportOrder.FAMILY_HEAD_START));
        Pair pair = pair(OptionalInt.empty(), client, knowing());
        pair.accepts = () -> false;
        pair.start().advance(Duration.ofSeconds(6));
        assertThat(pair.isUp()).isTrue();
        List<IkeMessage> requests =
                inits(pair).stream().filter(m -> !m.header().response()).toList();
        assertThat(requests).hasSize(2);
        assertThat(requests.getLast().header().initiatorSpi())
                .isNotEqualTo(requests.getFirst().header().initiatorSpi());
        assertThat(requests.getLast().notification(NotifyType.SEPARATE_TRANSPORTS)).isEmpty();
    }

    @Test
    @DisplayName("ST-010: all later exchanges stay on TCP, those of the responder, too")
    void stays() {
        Pair pair = pair(OptionalInt.empty(), knowing()).start();
        pair.client.handle(CHECK);
        pair.settle();
        pair.gateway.handle(CHECK);
        pair.settle();
        pair.client.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.settle();
        pair.gateway.handle(CHECK);
        pair.settle();
        assertThat(pair.client.ladder().stream().skip(1))
                .allMatch(m -> m.endsWith("tcp-encapsulation"));
        assertThat(pair.gateway.ladder().stream().skip(1))
                .allMatch(m -> m.endsWith("tcp-encapsulation"))
                .anyMatch(m -> m.startsWith("INFORMATIONAL request"));
    }

    @Test
    @DisplayName("ST-010: a request of the peer over UDP is not taken")
    void nothingOverUdp() {
        Pair pair = pair(OptionalInt.empty(), knowing()).start();
        pair.keeps = message -> message.from().isClient;
        pair.client.handle(CHECK);
        pair.settle();
        Octets check = pair.kept.getFirst().message();
        pair.kept.clear();
        int before = pair.gateway.ladder().size();
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 4500), check);
        assertThat(pair.gateway.ladder()).hasSize(before);
        assertThat(pair.gateway.events(IkeEvent.MessageDropped.class))
                .last()
                .satisfies(dropped -> assertThat(dropped.reason()).isEqualTo("OTHER_MODE"));
    }

    @Test
    @DisplayName(
            "ST-010, TE-045: a connection that breaks is opened again, and ESP does not notice")
    void reconnects() {
        Pair pair = pair(OptionalInt.empty(), knowing()).start();
        pair.reset();
        pair.advance(Duration.ofSeconds(2));
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.connections).hasSize(1);
        assertThat(pair.clientRoute()).isEqualTo(espTo(Pair.CLIENT, Pair.GATEWAY));
        pair.gateway.handle(CHECK);
        pair.settle();
        assertThat(pair.gateway.ladder().getLast()).startsWith("INFORMATIONAL request");
        assertThat(pair.client.ladder().getLast())
                .startsWith("INFORMATIONAL response")
                .endsWith("tcp-encapsulation");
        assertThat(pair.gatewayRoute()).isEqualTo(espTo(Pair.GATEWAY, Pair.CLIENT));
    }

    @Test
    @DisplayName(
            "ST-012, ST-014, ST-016, ST-017: a NAT on the way of UDP: ESP goes to where it lets IKE_SA_INIT out, and is kept there whatever TCP does")
    void behindNat() {
        Pair pair = pair(OptionalInt.empty(), knowing());
        var outside = new InetSocketAddress(IpPrefix.parseAddress("203.0.113.9"), 40_123);
        pair.nat = inside -> inside.getPort() == 4500 ? outside : inside;
        pair.start();
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gatewayRoute())
                .isEqualTo(new EspRoute.Udp(new InetSocketAddress(Pair.GATEWAY, 4500), outside));
        int before = pair.client.actions(Action.SendNatKeepalive.class).size();
        for (int i = 0; i < 12; i++) {
            pair.client.handle(CHECK);
            pair.settle().advance(Duration.ofSeconds(5));
        }
        assertThat(pair.client.actions(Action.SendNatKeepalive.class).stream().skip(before))
                .hasSizeBetween(2, 3)
                .allSatisfy(kept -> isFloated(kept.path()));
    }

    @Test
    @DisplayName("ST-023: MOBIKE is not agreed on, so no change of address takes IKE back to UDP")
    void withoutMobike() {
        Pair pair =
                pair(
                                OptionalInt.empty(),
                                MobikeFixture.mobile(Configs.client(SEPARATE, Configs.X25519)),
                                MobikeFixture.mobile(knowing()))
                        .start();
        pair.client.handle(
                new Input.Commanded(
                        new Command.AddressesChanged(
                                Optional.of(IpPrefix.parseAddress("192.0.2.77")),
                                List.of(Pair.CLIENT, IpPrefix.parseAddress("192.0.2.77")))));
        pair.settle().advance(Duration.ofSeconds(5));
        assertThat(pair.client.ladder().stream().skip(1))
                .allMatch(m -> m.endsWith("tcp-encapsulation"));
        assertThat(pair.isUp()).isTrue();
    }

    private static ConnectionConfig knowing() {
        return Configs.gateway(Configs.X25519).over(TransportOrder.of(SEPARATE));
    }

    private static Pair pair(OptionalInt rawPort, ConnectionConfig gateway) {
        return pair(rawPort, Configs.client(SEPARATE, Configs.X25519), gateway);
    }

    private static Pair pair(
            OptionalInt rawPort, ConnectionConfig client, ConnectionConfig gateway) {
        SessionContext ours = Configs.context(1, "secret", OptionalInt.empty());
        SessionContext theirs = Configs.context(2, "secret", rawPort);
        return Pairs.of(ours, client, theirs, gateway, HalfOpenAdmission.Limits.DEFAULT);
    }

    private static EspRoute espTo(InetAddress from, InetAddress to) {
        return new EspRoute.Udp(new InetSocketAddress(from, 4500), new InetSocketAddress(to, 4500));
    }

    private static void isFloated(TransportPath.Udp path) {
        assertThat(path.nonEspMarker()).isTrue();
        assertThat(path.remote().getPort()).isEqualTo(4500);
    }

    private static void announces(IkeMessage message) {
        assertThat(message.payloads(VendorId.class)).containsOnlyOnce(VendorId.IKE_OVER_TCP);
        assertThat(message.payloads(Notify.class))
                .filteredOn(n -> n.is(NotifyType.SEPARATE_TRANSPORTS))
                .singleElement()
                .satisfies(n -> assertThat(n.data()).isEqualTo(Octets.EMPTY));
    }

    private static List<IkeMessage> inits(Pair pair) {
        return pair.traffic.stream()
                .map(message -> decoded(message.message()))
                .filter(m -> m.header().exchangeType().equals(ExchangeType.IKE_SA_INIT))
                .toList();
    }

    private static Octets withoutVendorIds(Octets octets) {
        IkeMessage message = decoded(octets);
        return message.payloads(VendorId.class).isEmpty()
                ? octets
                : MessageCodec.encode(
                        new IkeMessage(
                                message.header(),
                                message.payloads().stream()
                                        .filter(p -> !(p instanceof VendorId))
                                        .toList()));
    }

    private static IkeMessage decoded(Octets octets) {
        return ((DecodeResult.Decoded) new MessageCodec().decode(octets)).message();
    }
}
