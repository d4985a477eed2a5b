package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.IkeSaLimits;
import io.culvert.ike.api.Input;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A client and a gateway that know MOBIKE, and the words of its tests.
abstract class MobikeFixture {
    static final InetAddress OLD = Pair.CLIENT;
    static final InetAddress NEW = IpPrefix.parseAddress("192.0.2.201");
    static final InetAddress SPOOFED = IpPrefix.parseAddress("203.0.113.66");
    static final InetAddress GATEWAY_2 = IpPrefix.parseAddress("198.51.100.22");
    static final InetAddress NEW_6 = IpPrefix.parseAddress("2001:db8::1");
    static final InetAddress GATEWAY_6 = IpPrefix.parseAddress("2001:db8::2");

    final Pair pair;

    MobikeFixture() {
        this(pair(Way.UDP));
    }

    MobikeFixture(Pair pair) {
        this.pair = pair;
    }

    List<InetAddress> tellGateway = List.of();

    /// The gateway has several addresses before the client calls.
    void startWithGatewayAddresses() {
        pair.keeps = m -> m.from() == pair.gateway;
        pair.start();
        pair.gateway.handle(gatewayHas(tellGateway.toArray(InetAddress[]::new)));
        pair.letGo();
        assertThat(pair.isUp()).isTrue();
    }

    static Input gatewayHas(InetAddress... all) {
        return new Input.Commanded(new Command.AddressesChanged(Optional.of(all[0]), List.of(all)));
    }

    void moveTo(InetAddress to, InetAddress... all) {
        pair.client.handle(changed(to, all));
        pair.settle();
    }

    static Input changed(InetAddress to, InetAddress... all) {
        return new Input.Commanded(new Command.AddressesChanged(Optional.of(to), List.of(all)));
    }

    void assertStillWorks() {
        assertThat(pair.isUp()).isTrue();
        for (Pair.End end : List.of(pair.client, pair.gateway)) {
            int before = end.ladder().size();
            end.handle(new Input.Commanded(new Command.CheckLiveness()));
            pair.settle();
            assertThat(end.ladder().size()).isGreaterThan(before);
        }
        pair.advance(Duration.ofSeconds(1));
        assertThat(pair.isUp()).isTrue();
    }

    static Pair pair(Way way) {
        return Pairs.of(mobile(clientConfig(way)), mobile(Configs.gateway(Configs.X25519)));
    }

    static ConnectionConfig clientConfig(Way way) {
        return Configs.client(way.choice(), Configs.X25519);
    }

    static ConnectionConfig mobile(ConnectionConfig config) {
        return with(config, true, config.limits(), config.remoteAddresses());
    }

    static ConnectionConfig admittingOnly(ConnectionConfig config, String prefix) {
        return with(config, config.mobike(), config.limits(), List.of(IpPrefix.parse(prefix)));
    }

    static ConnectionConfig with(
            ConnectionConfig config, boolean mobike, IkeSaLimits limits, List<IpPrefix> remotes) {
        return new ConnectionConfig(
                config.name(),
                config.localAddresses(),
                remotes,
                config.transport(),
                config.proposals(),
                config.local(),
                config.remote(),
                config.virtualIps(),
                config.pools(),
                config.children(),
                config.uniqueness(),
                mobike,
                limits,
                config.timers());
    }

    /// The same, but nobody may change addresses.
    static ConnectionConfig withoutNats(ConnectionConfig config) {
        return new ConnectionConfig(
                config.name(),
                config.localAddresses(),
                config.remoteAddresses(),
                config.transport(),
                config.proposals(),
                config.local(),
                config.remote(),
                config.virtualIps(),
                config.pools(),
                config.children(),
                config.uniqueness(),
                config.childless(),
                true,
                false,
                config.limits(),
                config.timers());
    }

    static UnaryOperator<InetSocketAddress> behind(InetAddress inside, String outside, int port) {
        return local ->
                local.getAddress().equals(inside)
                        ? at(
                                IpPrefix.parseAddress(outside),
                                port + (local.getPort() == 500 ? 1 : 0))
                        : local;
    }

    static EspRoute route(InetAddress from, InetAddress to) {
        return new EspRoute.Udp(at(from, 4500), at(to, 4500));
    }

    static InetSocketAddress at(InetAddress address, int port) {
        return new InetSocketAddress(address, port);
    }

    static ChildSaId onlyChild(Pair of) {
        return Pairs.onlyChild(of.gateway).id();
    }

    /// To the gateway, from 4500 to 4500.
    static void inject(Pair to, InetAddress from, Octets message) {
        var path = new TransportPath.Udp(at(Pair.GATEWAY, 4500), at(from, 4500), true);
        to.inject(to.gateway, path, message);
    }

    static IkeHeader update(Forger forger, long messageId) {
        return forger.request(ExchangeType.INFORMATIONAL, true, messageId);
    }

    static Payload updateNotify() {
        return Notify.of(NotifyType.UPDATE_SA_ADDRESSES);
    }

    /// Where the gateway sent its latest request.
    static InetAddress lastRequestTo(Pair of) {
        return of.traffic.stream()
                .filter(m -> m.from() == of.gateway && isRequest(m))
                .reduce((_, last) -> last)
                .orElseThrow()
                .path()
                .remote()
                .getAddress();
    }

    static boolean isRequest(Pair.InFlight message) {
        return !IkeHeader.peek(message.message()).orElseThrow().response();
    }

    List<String> clientPayloads(String exchange) {
        return pair.client.events(IkeEvent.MessagePassed.class).stream()
                .filter(m -> m.sent() && m.exchange().equals(exchange))
                .map(IkeEvent.MessagePassed::payloads)
                .toList();
    }

    /// The payloads of the INFORMATIONAL messages that an end sent, without repetitions.
    static List<String> sent(Pair.End end) {
        return end.events(IkeEvent.MessagePassed.class).stream()
                .filter(m -> m.sent() && m.exchange().equals("INFORMATIONAL") && !m.repeated())
                .map(IkeEvent.MessagePassed::payloads)
                .toList();
    }
}
