package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.PayloadType;
import io.culvert.ike.wire.VendorId;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What is the same over TCP as over UDP, and what is not.
final class OverTcpTest {
    @Test
    @DisplayName(
            "TE-056: a message that is authentic and malformed is answered, and does not end the connection")
    void malformed() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        Forger forger = RequestWindowTest.forger(pair);
        TransportPath path = pair.pathTo(pair.gateway);
        IkeHeader header = forger.request(ExchangeType.INFORMATIONAL, true, 2);
        pair.inject(
                pair.gateway,
                path,
                forger.message(header, PayloadType.NOTIFY, Octets.ofHex("0000ffff00")));

        assertThat(pair.gateway.ladder().getLast())
                .isEqualTo("INFORMATIONAL response 2 tcp-encapsulation");
        assertThat(pair.isOpen((TransportPath.Tcp) path)).isTrue();
    }

    @Test
    @DisplayName("TE-090, IT-020: fragments are not sent over TCP, and taken when they come")
    void fragments() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        Forger forger = RequestWindowTest.forger(pair);
        TransportPath path = pair.pathTo(pair.gateway);
        IkeHeader header = forger.request(ExchangeType.INFORMATIONAL, true, 2);
        Octets inside =
                MessageCodec.encodePayloads(
                        List.of(Notify.of(NotifyType.ADDITIONAL_TS_POSSIBLE, Octets.EMPTY)));
        Octets first = forger.fragment(header, PayloadType.NOTIFY, 1, 2, inside.slice(0, 3));
        Octets second = forger.fragment(header, PayloadType.NONE, 2, 2, inside.slice(3));
        pair.inject(pair.gateway, path, first);
        assertThat(pair.gateway.ladder()).hasSize(2);
        pair.inject(pair.gateway, path, second);

        assertThat(pair.gateway.ladder().getLast())
                .isEqualTo("INFORMATIONAL response 2 tcp-encapsulation");
        assertThat(pair.traffic.stream().map(message -> decoded(message.message())))
                .noneMatch(m -> m.payloads().getLast().type().equals(PayloadType.SKF));
    }

    @Test
    @DisplayName("TE-043: who opened the connection closes it after the IKE SA is deleted")
    void closesAtTheEnd() {
        Pair pair = Pairs.of(Way.TCP_ENCAPSULATION).start();
        assertThat(pair.connections).hasSize(1);
        pair.gateway.handle(new Input.Commanded(new Command.Terminate("the end")));
        pair.settle();

        assertThat(pair.gateway.ladder().getLast()).startsWith("INFORMATIONAL request");
        assertThat(pair.client.ladder().getLast()).startsWith("INFORMATIONAL response");
        assertThat(pair.client.actions(Action.CloseConnection.class)).hasSize(1);
        assertThat(pair.gateway.actions(Action.CloseConnection.class)).isEmpty();
        assertThat(pair.connections).isEmpty();
    }

    @Test
    @DisplayName("IT-066: what TCP carries does not keep the mapping of UDP, so keepalives go on")
    void keepalives() {
        var all = new TransportChoice.IkeTcp(IkeTcpPolicy.LARGE, /* threshold= */ 1);
        Pair pair = Pairs.of(Configs.client(all, Configs.X25519), Configs.gateway(Configs.X25519));
        InetAddress nat = IpPrefix.parseAddress("203.0.113.9");
        pair.nat = inside -> new InetSocketAddress(nat, 40_000 + inside.getPort());
        pair.start();
        int before = pair.client.actions(Action.SendNatKeepalive.class).size();
        int sent = pair.client.ladder().size();
        for (int i = 0; i < 12; i++) {
            pair.client.handle(new Input.Commanded(new Command.RekeyIkeSa()));
            pair.settle().advance(Duration.ofSeconds(5));
        }

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder().stream().skip(sent))
                .hasSizeGreaterThan(12)
                .allMatch(m -> m.endsWith("ike-tcp"));
        assertThat(pair.client.actions(Action.SendNatKeepalive.class)).hasSize(before + 3);
    }

    @Test
    @DisplayName("IT-093: who takes the announcement out of IKE_SA_INIT is found out by AUTH")
    void announcementRemoved() {
        Pair pair = Pairs.of(Way.IKE_TCP);
        pair.tamper = OverTcpTest::withoutAnnouncement;
        pair.start();

        assertThat(pair.isUp()).isFalse();
        assertThat(pair.client.events(IkeEvent.IkeSaClosed.class))
                .singleElement()
                .asString()
                .contains("AUTHENTICATION_FAILED");
    }

    private static Octets withoutAnnouncement(Octets octets) {
        IkeMessage message = decoded(octets);
        return message.payloads(VendorId.class).isEmpty()
                ? octets
                : MessageCodec.encode(
                        new IkeMessage(
                                message.header(),
                                message.payloads().stream()
                                        .filter(p -> !(p instanceof VendorId))
                                        .filter(p ->
                                                !(p instanceof Notify n
                                                        && n.is(NotifyType.IKE_TCP_SUPPORTED)))
                                        .toList()));
    }

    private static IkeMessage decoded(Octets octets) {
        return ((DecodeResult.Decoded) new MessageCodec().decode(octets)).message();
    }
}
