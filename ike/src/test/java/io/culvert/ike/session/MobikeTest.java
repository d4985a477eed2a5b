package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IpPrefix;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// MOBIKE: who moves, who is asked, and where ESP goes meanwhile.
class MobikeTest extends MobikeFixture {
    // Moving

    @Test
    @DisplayName(
            "the client moves: update, answer, COOKIE2 and its echo, and ESP goes between the new addresses (E2-1, E2-2, E2-4)")
    void move() {
        pair.start();
        assertThat(clientPayloads("IKE_AUTH")).anyMatch(p -> p.contains("N(MOBIKE_SUPPORTED)"));
        pair.gateway.events.clear();
        pair.client.events.clear();
        pair.client.actions.clear();
        moveTo(NEW, NEW);

        assertThat(sent(pair.client))
                .containsExactly(
                        "N(UPDATE_SA_ADDRESSES) N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)",
                        "N(COOKIE2)");
        assertThat(sent(pair.gateway))
                .containsExactly(
                        "N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)", "N(COOKIE2)");
        assertThat(pair.clientRoute()).isEqualTo(route(NEW, Pair.GATEWAY));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
        assertThat(pair.client.events(IkeEvent.PathChanged.class)).hasSize(1);
        assertThat(pair.gateway.events(IkeEvent.PathChanged.class)).hasSize(1);
        assertThat(pair.client.actions(Action.RouteEsp.class)).hasSize(1);
        assertThat(pair.client.session.orElseThrow().status().natUs()).isFalse();
        assertStillWorks();
    }

    @Test
    @DisplayName(
            "ESP follows at the client when the update is answered, at the gateway when the client has proved to be there (E2-4)")
    void espWaits() {
        pair.start();
        pair.keeps = message -> message.from() == pair.gateway;
        moveTo(NEW, NEW);
        assertThat(pair.clientRoute()).isEqualTo(route(OLD, Pair.GATEWAY));
        List<Pair.InFlight> check = pair.kept.stream().filter(MobikeTest::isRequest).toList();
        pair.kept.removeAll(check);
        pair.letGo();
        assertThat(pair.clientRoute()).isEqualTo(route(NEW, Pair.GATEWAY));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
        pair.kept.addAll(check);
        pair.letGo();
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
    }

    @Test
    @DisplayName("a peer without MOBIKE is not told anything, and nothing moves (E2-1)")
    void withoutMobike() {
        Pair half = Pairs.of(mobile(clientConfig(Way.UDP)), Configs.gateway(Configs.X25519));
        half.start();
        int messages = half.traffic.size();
        half.client.handle(changed(NEW, NEW));
        half.settle();
        assertThat(half.traffic).hasSize(messages);
        assertThat(half.clientRoute()).isEqualTo(route(OLD, Pair.GATEWAY));

        Pair other = Pairs.of(clientConfig(Way.UDP), mobile(Configs.gateway(Configs.X25519)));
        other.start();
        assertThat(other.gateway.session.orElseThrow().status().state()).isEqualTo("Established");
        assertThat(other.gateway.events(IkeEvent.MessagePassed.class))
                .noneMatch(m -> m.sent() && m.payloads().contains("MOBIKE"));
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "IKE_TCP"})
    @DisplayName(
            "the move works after the IKE SA was rekeyed, by whomever, also over ike-tcp (E2-2)")
    void afterRekeying(Way way) {
        Pair both = pair(way);
        both.start();
        both.client.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        both.settle();
        both.gateway.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        both.settle();
        both.advance(Duration.ofSeconds(20));
        both.client.handle(changed(NEW, NEW));
        both.settle();
        assertThat(both.clientRoute()).isEqualTo(route(NEW, Pair.GATEWAY));
        assertThat(both.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
        assertThat(both.isUp()).isTrue();
    }

    @Test
    @DisplayName("what changed during the handshake is told right after it (E2-2)")
    void movedDuringHandshake() {
        pair.keeps = message -> message.from() == pair.gateway;
        pair.start();
        pair.client.handle(changed(NEW, NEW));
        pair.letGo();
        assertThat(pair.clientRoute()).isEqualTo(route(NEW, Pair.GATEWAY));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
    }

    @Test
    @DisplayName(
            "ike-tcp through a NAT: the check after IKE_AUTH is an update, so that ESP is moved by it, over UDP (IT-069, IT-082)")
    void checkAfterIkeTcp() {
        Pair both = pair(Way.IKE_TCP);
        both.start();
        assertThat(sent(both.client)).anyMatch(p -> p.startsWith("N(UPDATE_SA_ADDRESSES)"));
        assertThat(both.client.ladder()).last().isEqualTo("INFORMATIONAL request 2 udp");
        assertThat(both.clientRoute()).isEqualTo(route(OLD, Pair.GATEWAY));
        assertThat(both.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
    }

    @Test
    @DisplayName(
            "in a TCP connection the move is a new connection and an update, without COOKIE2 (TE-089, TE-052)")
    void overTcpEncapsulation() {
        Pair both = pair(Way.TCP_ENCAPSULATION);
        both.start();
        both.client.events.clear();
        both.client.handle(changed(NEW, NEW));
        both.settle();
        both.advance(Duration.ofSeconds(1));
        assertThat(both.client.actions(Action.OpenConnection.class).getLast().local())
                .isEqualTo(NEW);
        assertThat(both.client.actions(Action.CloseConnection.class)).hasSize(1);
        assertThat(sent(both.client))
                .containsExactly(
                        "N(UPDATE_SA_ADDRESSES) N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)");
        assertThat(both.clientRoute()).isEqualTo(new EspRoute.Tcp(2));
        assertThat(both.gatewayRoute()).isEqualTo(new EspRoute.Tcp(2));
        assertThat(both.isUp()).isTrue();
    }

    @Test
    @DisplayName(
            "ike-tcp: an update is not taken to TCP, it stays on UDP until it is answered or given up (IT-057, IT-059)")
    void updatesStayOnUdp() {
        Pair both = pair(Way.IKE_TCP);
        both.start();
        both.client.events.clear();
        both.delivers = m -> m.path() instanceof TransportPath.Tcp;
        both.client.handle(changed(NEW, OLD, NEW));
        both.advance(Duration.ofMinutes(10));
        assertThat(both.client.events(IkeEvent.MessagePassed.class))
                .filteredOn(m -> m.payloads().contains("N(UPDATE_SA_ADDRESSES)"))
                .hasSizeGreaterThan(3)
                .allMatch(m -> m.path() instanceof TransportPath.Udp);
        assertThat(both.client.events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .satisfies(closed ->
                        assertThat(closed.failure())
                                .containsInstanceOf(SessionFailure.Unreachable.class));
    }

    // Loss and haste

    @Test
    @DisplayName("lost updates, answers, checks and echoes are repeated (E2-2)")
    void losses() {
        for (int lost = 0; lost < 4; lost++) {
            Pair each = pair(Way.UDP);
            each.start();
            AtomicInteger left = new AtomicInteger(lost);
            each.delivers = _ -> left.getAndDecrement() != 0;
            each.client.handle(changed(NEW, NEW));
            each.settle();
            each.advance(Duration.ofSeconds(10));
            assertThat(each.clientRoute()).as("%d", lost).isEqualTo(route(NEW, Pair.GATEWAY));
            assertThat(each.gatewayRoute()).as("%d", lost).isEqualTo(route(Pair.GATEWAY, NEW));
        }
    }

    @Test
    @DisplayName(
            "from A to B and back to A while nothing gets through: another update settles it (E2-3)")
    void flap() {
        pair.start();
        pair.keeps = message -> message.from() == pair.client;
        moveTo(NEW, OLD, NEW);
        moveTo(OLD, OLD, NEW);
        pair.client.events.clear();
        pair.letGo();
        pair.advance(Duration.ofSeconds(10));
        assertThat(sent(pair.client))
                .as("the update went from two addresses, so it proves nothing")
                .anyMatch(p -> p.startsWith("N(UPDATE_SA_ADDRESSES)"));
        assertThat(pair.clientRoute()).isEqualTo(route(OLD, Pair.GATEWAY));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
        assertStillWorks();
    }

    @Test
    @DisplayName(
            "twenty moves in a row, some while the one before is under way, end where the client is")
    void manyMoves() {
        pair.start();
        for (int i = 0; i < 20; i++) {
            InetAddress to = i % 2 == 0 ? NEW : OLD;
            pair.keeps = i % 3 == 0 ? _ -> true : _ -> false;
            moveTo(to, OLD, NEW);
            pair.advance(Duration.ofMillis(700));
            if (i % 3 == 2) {
                pair.letGo();
            }
        }
        pair.letGo();
        moveTo(NEW, OLD, NEW);
        pair.advance(Duration.ofSeconds(20));
        assertThat(pair.clientRoute()).isEqualTo(route(NEW, Pair.GATEWAY));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
        assertStillWorks();
    }

    @Test
    @DisplayName(
            "an update in an IKE SA older than the one of the last update has no effect (E2-2)")
    void olderUpdate() {
        pair.start();
        Forger old = RequestWindowTest.forger(pair);
        IkeHeader ofOld = update(old, 3);
        pair.keeps =
                m ->
                        IkeHeader.peek(m.message()).orElseThrow().messageId() == ofOld.messageId()
                                && m.from() == pair.client
                                && belongsTo(ofOld, m);
        pair.client.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.settle();
        assertThat(pair.kept).as("the delete of the old IKE SA").hasSize(1);
        moveTo(NEW, NEW);
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
        int messages = pair.traffic.size();
        inject(pair, SPOOFED, old.message(ofOld, List.of(updateNotify())));
        assertThat(pair.traffic).as("answered, no more").hasSize(messages + 1);
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
    }

    private static boolean belongsTo(IkeHeader header, Pair.InFlight message) {
        return IkeHeader.peek(message.message())
                .orElseThrow()
                .initiatorSpi()
                .equals(header.initiatorSpi());
    }

    // Several addresses

    @Test
    @DisplayName(
            "the gateway tells its other addresses, and the client goes there when the first is dead (E2-1, E2-3)")
    void otherAddressOfGateway() {
        tellGateway = List.of(Pair.GATEWAY, GATEWAY_2);
        startWithGatewayAddresses();
        pair.client.handle(changed(OLD, OLD));
        pair.delivers =
                m ->
                        !m.path().remote().getAddress().equals(Pair.GATEWAY)
                                && !m.path().local().getAddress().equals(Pair.GATEWAY);
        pair.advance(Duration.ofSeconds(60));
        assertThat(pair.client.events(IkeEvent.PeerAddresses.class))
                .containsExactly(new IkeEvent.PeerAddresses(List.of(GATEWAY_2)));
        assertThat(pair.clientRoute()).isEqualTo(route(OLD, GATEWAY_2));
        assertThat(pair.gatewayRoute()).isEqualTo(route(GATEWAY_2, OLD));
        assertStillWorks();
    }

    @Test
    @DisplayName(
            "from IPv4 to IPv6: without a way to the peer's address the other family is taken at once (E2-2)")
    void otherFamily() {
        InetAddress unreachable = IpPrefix.parseAddress("2001:db8:200::1");
        tellGateway = List.of(Pair.GATEWAY, unreachable, GATEWAY_6);
        startWithGatewayAddresses();
        pair.delivers = m -> !m.path().remote().getAddress().equals(unreachable);
        pair.client.handle(
                new Input.Commanded(
                        new Command.AddressesChanged(Optional.empty(), List.of(NEW_6))));
        pair.settle();
        assertThat(pair.clientRoute()).isEqualTo(route(NEW_6, GATEWAY_6));
        assertThat(pair.gatewayRoute()).isEqualTo(route(GATEWAY_6, NEW_6));
        assertStillWorks();
    }

    @Test
    @DisplayName("a gateway whose addresses change tells the client (E2-1)")
    void gatewayAnnounces() {
        tellGateway = List.of(Pair.GATEWAY, GATEWAY_2);
        startWithGatewayAddresses();
        pair.gateway.handle(gatewayHas(Pair.GATEWAY, GATEWAY_6));
        pair.gateway.handle(gatewayHas(Pair.GATEWAY, GATEWAY_6));
        pair.settle();
        pair.gateway.handle(gatewayHas(Pair.GATEWAY));
        pair.settle();
        assertThat(pair.client.events(IkeEvent.PeerAddresses.class))
                .extracting(IkeEvent.PeerAddresses::addresses)
                .containsExactly(List.of(GATEWAY_2), List.of(GATEWAY_6), List.of());
    }

    @Test
    @DisplayName("a dead path is left for another one of ours before anybody gives up (E2-3)")
    void deadPath() {
        pair.start();
        pair.client.handle(changed(OLD, OLD, NEW));
        pair.delivers =
                m ->
                        !m.path().remote().getAddress().equals(OLD)
                                && !m.path().local().getAddress().equals(OLD);
        pair.advance(Duration.ofSeconds(60));
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.clientRoute()).isEqualTo(route(NEW, Pair.GATEWAY));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, NEW));
    }

    @Test
    @DisplayName("where the gateway does not want the client, the client stays where it was (E2-2)")
    void unacceptable() {
        Pair choosy =
                Pairs.of(
                        mobile(clientConfig(Way.UDP)),
                        admittingOnly(mobile(Configs.gateway(Configs.X25519)), "192.0.2.0/25"));
        choosy.start();
        choosy.client.handle(changed(NEW, OLD, NEW));
        choosy.settle();
        assertThat(choosy.clientRoute()).isEqualTo(route(OLD, Pair.GATEWAY));
        assertThat(choosy.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
        choosy.advance(Duration.ofSeconds(200));
        assertThat(choosy.isUp()).isTrue();
    }
}
