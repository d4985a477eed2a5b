package io.culvert.linux.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.ipsec.testing.Gen;
import io.culvert.ipsec.testing.Properties;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.linux.route.NetworkEntry.Rule;
import io.culvert.linux.route.NetworkEntry.Verdict;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NetlinkMessageTest {
    private static final Gen<Octets> MESSAGES =
            Gen.bytes(0, 200)
                    .map(octets -> {
                        // Most first lengths would be wrong; make them right, and the types known
                        // ones.
                        if (octets.length >= 16) {
                            octets[0] = (byte) octets.length;
                            octets[1] = octets[2] = octets[3] = 0;
                        }
                        return Octets.of(octets);
                    });

    @BeforeEach
    void littleEndian() {
        assumeTrue(
                ByteOrder.nativeOrder().equals(ByteOrder.LITTLE_ENDIAN),
                "the expected octets are those of a little-endian machine");
    }

    @Test
    @DisplayName("a request for a route is, octet for octet, what RFC 3549 and Linux define")
    void routeRequest() {
        NetworkEntry.Route route =
                new NetworkEntry.Route(
                        IpPrefix.parse("10.1.0.0/16"),
                        7,
                        Optional.of(IpPrefix.parseAddress("192.0.2.1")),
                        Optional.of(IpPrefix.parseAddress("192.0.2.7")),
                        670_007);
        Octets encoded =
                Octets.of(
                        RouteCodec.encode(
                                        route,
                                        true,
                                        NetlinkRequest.ACK
                                                | NetlinkRequest.CREATE
                                                | NetlinkRequest.EXCLUSIVE)
                                .encode(9));
        assertThat(encoded)
                .isEqualTo(
                        Octets.ofHex(
                                """
                                44000000 1800 0506 09000000 00000000
                                02 10 00 00 fc 43 00 01 00000000
                                0800 0f00 37390a00
                                0800 0400 07000000
                                0800 0100 0a010000
                                0800 0500 c0000201
                                0800 0700 c0000207
                                """));
    }

    @Test
    @DisplayName("texts and single octets are padded, but not counted with their padding")
    void ruleRequest() {
        Rule rule =
                new Rule(
                        4300,
                        IpPrefix.parse("192.0.2.1/32"),
                        Optional.of(OuterFlow.udpFrom(4500, IpPrefix.parseAddress("192.0.2.1"))),
                        new Verdict.Skip(4600));
        Octets encoded = Octets.of(RouteCodec.encode(rule, false, NetlinkRequest.ACK).encode(1));
        assertThat(encoded)
                .isEqualTo(
                        Octets.ofHex(
                                """
                                54000000 2100 0500 01000000 00000000
                                02 20 00 00 00 00 00 02 00000000
                                0800 0600 cc100000
                                0500 1500 43000000
                                0800 0100 c0000201
                                0700 0300 6c6f0000
                                0500 1600 11000000
                                0800 1700 94119411
                                0800 0400 f8110000
                                """));
    }

    @Test
    @DisplayName("an error gives its number and the kernel's words")
    void explainedError() {
        Octets error =
                Octets.ofHex(
                        """
                        30000000 0200 0003 05000000 00000000
                        eaffffff
                        44000000 1800 0506 05000000 00000000
                        0900 0100 4261642100000000
                        """);
        List<NetlinkMessage> messages = NetlinkMessage.decodeAll(error);
        assertThat(messages).hasSize(1);
        assertThat(messages.getFirst().errorNumber()).isEqualTo(22);
        assertThat(messages.getFirst().sequence()).isEqualTo(5);
        assertThat(messages.getFirst().explanation()).contains("Bad!");
    }

    @Test
    @DisplayName(
            "any octets give messages, attributes and entries, or none, and never an exception")
    void totalDecoder() {
        Properties.forAll(
                MESSAGES,
                octets -> {
                    for (NetlinkMessage message : NetlinkMessage.decodeAll(octets)) {
                        message.attributes(Codes.RTMSG);
                        message.errorNumber();
                        message.explanation();
                        RouteCodec.address(message);
                        RouteCodec.route(message);
                        RouteCodec.ownRule(message);
                    }
                });
    }

    @Test
    @DisplayName("what is encoded as a request is read back as the same entry")
    void roundTrip() {
        Gen<IpPrefix> prefixes =
                Gen.both(
                        Gen.oneOf(Gen.bytes(4, 4), Gen.bytes(16, 16)),
                        Gen.ints(0, 32),
                        (base, bits) -> new IpPrefix(IpPrefix.address(base), bits));
        Properties.forAll(
                prefixes,
                Gen.ints(1, 1_000_000),
                (prefix, number) -> {
                    NetworkEntry.Route route =
                            new NetworkEntry.Route(
                                    prefix,
                                    number,
                                    Optional.empty(),
                                    Optional.of(prefix.last()),
                                    number);
                    assertThat(RouteCodec.route(decode(RouteCodec.encode(route, true, 0))))
                            .contains(route);
                    List<Verdict> verdicts =
                            List.of(
                                    new Verdict.Lookup(number),
                                    new Verdict.LookupLonger(number, prefix.bits()),
                                    new Verdict.Skip(number),
                                    new Verdict.Continue());
                    for (Verdict verdict : verdicts) {
                        Rule rule =
                                new Rule(
                                        number,
                                        prefix,
                                        Optional.of(OuterFlow.tcpTo(prefix.base(), 4500)),
                                        verdict);
                        assertThat(RouteCodec.ownRule(decode(RouteCodec.encode(rule, true, 0))))
                                .contains(rule);
                    }
                });
    }

    private static NetlinkMessage decode(NetlinkRequest request) {
        return NetlinkMessage.decodeAll(Octets.of(request.encode(1))).getFirst();
    }
}
