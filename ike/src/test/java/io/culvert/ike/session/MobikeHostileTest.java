package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.extension.Mobike;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.dataplane.DataPlaneEvent;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// MOBIKE among NATs, and against who would move a tunnel that is not theirs.
class MobikeHostileTest extends MobikeFixture {
    // NATs

    @Test
    @DisplayName("a NAT that appears with a move is found, and one that disappears (E2-2, E2-5)")
    void natComesAndGoes() {
        pair.start();
        pair.nat = behind(NEW, "203.0.113.9", 40_123);
        moveTo(NEW, NEW);
        assertThat(pair.client.session.orElseThrow().status().natUs()).isTrue();
        assertThat(pair.gatewayRoute())
                .isEqualTo(
                        new EspRoute.Udp(
                                at(Pair.GATEWAY, 4500),
                                at(IpPrefix.parseAddress("203.0.113.9"), 40_123)));
        pair.advance(Duration.ofSeconds(21));
        assertThat(pair.client.actions(Action.SendNatKeepalive.class)).isNotEmpty();

        moveTo(OLD, OLD);
        assertThat(pair.client.session.orElseThrow().status().natUs()).isFalse();
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
    }

    @Test
    @DisplayName("behind a NAT a liveness check asks for our address, and a new one is told (E2-5)")
    void mappingChanges() {
        pair.nat = behind(OLD, "203.0.113.9", 40_123);
        pair.start();
        pair.advance(Duration.ofSeconds(70));
        pair.client.events.clear();
        pair.nat = behind(OLD, "203.0.113.9", 50_321);
        pair.advance(Duration.ofSeconds(70));
        assertThat(sent(pair.client))
                .contains("N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP)")
                .anyMatch(p -> p.startsWith("N(UPDATE_SA_ADDRESSES)"));
        assertThat(pair.gatewayRoute())
                .isEqualTo(
                        new EspRoute.Udp(
                                at(Pair.GATEWAY, 4500),
                                at(IpPrefix.parseAddress("203.0.113.9"), 50_321)));
    }

    @Test
    @DisplayName(
            "IKE packets from elsewhere move nothing; ESP moves ESP alone, and back with the next packet (E2-6, IK-126)")
    void sourcesAreNotFollowed() {
        pair.start();
        Forger forger = RequestWindowTest.forger(pair);
        inject(pair, NEW, forger.message(update(forger, 2), List.of()));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
        pair.gateway.handle(espFrom(SPOOFED));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, SPOOFED));
        pair.gateway.handle(new Input.Commanded(new Command.CheckLiveness()));
        assertThat(lastRequestTo(pair)).isEqualTo(OLD);
        pair.gateway.handle(espFrom(OLD));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));

        var elsewhere = new DataPlaneEvent.PeerMoved(onlyChild(pair), route(OLD, GATEWAY_2));
        pair.client.handle(new Input.DataPlaneReported(elsewhere));
        assertThat(pair.clientRoute()).as("it decides").isEqualTo(route(OLD, Pair.GATEWAY));
    }

    private Input espFrom(InetAddress address) {
        return new Input.DataPlaneReported(
                new DataPlaneEvent.PeerMoved(onlyChild(pair), route(Pair.GATEWAY, address)));
    }

    @Test
    @DisplayName("a peer that allows no NAT is told of one, and only of one (E2-7)")
    void noNatsAllowed() {
        pair.start();
        Forger forger = RequestWindowTest.forger(pair);
        Payload right = new Notification.NoNatsAllowed(NEW, Pair.GATEWAY, 4500, 4500).toNotify();
        Payload wrong = new Notification.NoNatsAllowed(OLD, Pair.GATEWAY, 4500, 4500).toNotify();
        inject(pair, NEW, forger.message(update(forger, 2), List.of(updateNotify(), wrong)));
        assertThat(forger.open(pair.traffic.getLast().message()))
                .extracting(Payload::notation)
                .containsExactly("N(UNEXPECTED_NAT_DETECTED)");
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
        inject(pair, NEW, forger.message(update(forger, 3), List.of(updateNotify(), right)));
        assertThat(lastRequestTo(pair)).isEqualTo(NEW);
    }

    // Hostile

    @Test
    @DisplayName(
            "an update whose source was changed on the way moves no ESP, and the tunnel lives on (E2-4)")
    void changedSource() {
        pair.start();
        pair.delivers = m -> !m.path().remote().getAddress().equals(SPOOFED);
        pair.nat = local -> at(local.getAddress().equals(NEW) ? SPOOFED : local.getAddress(), 4500);
        pair.keeps = m -> m.from() == pair.client && m.path().local().getAddress().equals(NEW);
        moveTo(NEW, OLD, NEW);
        pair.letGo();
        assertThat(lastRequestTo(pair)).isEqualTo(SPOOFED);
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));

        pair.nat = local -> local;
        moveTo(OLD, OLD);
        pair.advance(Duration.ofMinutes(2));
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.clientRoute()).isEqualTo(route(OLD, Pair.GATEWAY));
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
        assertStillWorks();
    }

    @Test
    @DisplayName("another COOKIE2 than ours, or none, ends the IKE SA (E2-4)")
    void wrongCookie() {
        for (List<Payload> echo :
                List.of(
                        List.of(Mobike.challenge(Octets.ofHex("00".repeat(16)))),
                        List.<Payload>of())) {
            Pair each = pair(Way.UDP);
            each.start();
            each.keeps = m -> m.from() == each.gateway && isRequest(m);
            each.client.handle(changed(NEW, NEW));
            each.settle();
            Forger forger = RequestWindowTest.forger(each);
            IkeHeader asked = IkeHeader.peek(each.kept.getLast().message()).orElseThrow();
            inject(
                    each,
                    NEW,
                    forger.message(
                            forger.response(ExchangeType.INFORMATIONAL, true, asked.messageId()),
                            echo));
            each.letGo();
            assertThat(each.gateway.events(IkeEvent.IkeSaClosed.class)).hasSize(1);
            assertThat(each.gateway.events(IkeEvent.IkeSaClosed.class).getFirst().failure())
                    .containsInstanceOf(SessionFailure.PeerMisbehaved.class);
        }
    }

    @Test
    @DisplayName("a replayed update moves nothing (E2-2)")
    void replay() {
        pair.start();
        moveTo(NEW, OLD, NEW);
        Octets update =
                pair.traffic.stream()
                        .filter(m -> m.from() == pair.client && isRequest(m))
                        .reduce((_, last) -> last)
                        .orElseThrow()
                        .message();
        moveTo(OLD, OLD, NEW);
        inject(pair, NEW, update);
        inject(pair, SPOOFED, update);
        assertThat(pair.gatewayRoute()).isEqualTo(route(Pair.GATEWAY, OLD));
        assertStillWorks();
    }
}
