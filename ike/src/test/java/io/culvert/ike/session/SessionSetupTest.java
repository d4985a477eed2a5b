package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Answer;
import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Question;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.api.SessionFailure;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionSetupTest {
    private static final TransportChoice UDP = new TransportChoice.Udp();
    private static final TransportChoice STREAM = new TransportChoice.TcpEncapsulation();
    private static final InetAddress LEASED = IpPrefix.parseAddress("10.9.0.7");

    @Test
    @DisplayName(
            "over UDP: four messages, floating to 4500, keys that fit (IK-020, IK-060, IK-125)")
    void overUdp() {
        Pair pair = pair(UDP).start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder())
                .containsExactly("IKE_SA_INIT request 0 udp", "IKE_AUTH request 1 udp");
        assertThat(pair.gateway.ladder())
                .containsExactly("IKE_SA_INIT response 0 udp", "IKE_AUTH response 1 udp");
        assertThat(pair.clientRoute())
                .isEqualTo(
                        new EspRoute.Udp(
                                new InetSocketAddress(Pair.CLIENT, 4500),
                                new InetSocketAddress(Pair.GATEWAY, 4500)));
        assertKeysFit(pair);
    }

    @Test
    @DisplayName("a virtual IP is leased, assigned and narrows the selectors (IK-120, IK-122)")
    void virtualIp() {
        Pair pair = pair(UDP).start();

        ChildSaSpec child = only(pair.client);
        assertThat(child.local()).containsExactly(TrafficSelector.of(LEASED));
        assertThat(child.remote())
                .containsExactly(TrafficSelector.of(IpPrefix.parse("10.0.0.0/8")));
        assertThat(pair.client.actions(Action.AssignAddresses.class))
                .containsExactly(
                        new Action.AssignAddresses(
                                List.of(LEASED), List.of(IpPrefix.parseAddress("10.9.0.1"))));
    }

    @Test
    @DisplayName(
            "tcp-encapsulation: everything in one connection, ESP too (TE-030, TE-040, TE-053)")
    void tcpEncapsulation() {
        Pair pair = pair(STREAM).start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder()).allMatch(rung -> rung.endsWith("tcp-encapsulation"));
        assertThat(pair.clientRoute()).isEqualTo(new EspRoute.Tcp(1));
        assertThat(pair.gatewayRoute()).isEqualTo(new EspRoute.Tcp(1));
        assertThat(pair.client.actions(Action.OpenConnection.class)).hasSize(1);
        assertKeysFit(pair);
    }

    @Test
    @DisplayName(
            "ike-tcp always: handshake over TCP, then at once a liveness check over UDP 4500 (IT-017, IT-019, IT-038, IT-060, IT-061, IT-062, IT-067, IT-080, IT-082)")
    void ikeTcpAlways() {
        Pair pair = pair(ikeTcp(IkeTcpPolicy.ALWAYS)).start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder())
                .containsExactly(
                        "IKE_SA_INIT request 0 ike-tcp",
                        "IKE_AUTH request 1 ike-tcp",
                        "INFORMATIONAL request 2 udp");
        assertThat(pair.gatewayRoute())
                .isEqualTo(
                        new EspRoute.Udp(
                                new InetSocketAddress(Pair.GATEWAY, 4500),
                                new InetSocketAddress(Pair.CLIENT, 4500)));
        assertThat(pair.client.actions(Action.CloseConnection.class)).hasSize(1);
    }

    @Test
    @DisplayName("the responder guesses no ESP endpoint before the check over UDP (IT-063)")
    void noEndpointBeforeTheCheck() {
        Pair pair = pair(ikeTcp(IkeTcpPolicy.ALWAYS));
        pair.delivers = message -> !(message.path() instanceof TransportPath.Udp);
        pair.start();

        assertThat(pair.gatewayRoute()).isEqualTo(new EspRoute.Unknown());
    }

    @Test
    @DisplayName("a check over UDP that nobody answers takes the SA down, told over TCP (IT-064)")
    void deadEspPathTakesTheSaDown() {
        Pair pair = pair(ikeTcp(IkeTcpPolicy.ALWAYS));
        pair.delivers = message -> !(message.path() instanceof TransportPath.Udp);
        pair.start().advance(Duration.ofSeconds(200));

        assertThat(pair.client.ladder().getLast()).isEqualTo("INFORMATIONAL request 3 ike-tcp");
        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(failure(pair.client)).isInstanceOf(SessionFailure.Unreachable.class);
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
    }

    @Test
    @DisplayName(
            "ike-tcp mission: discovered over UDP, IKE_AUTH over TCP to the announced port (IT-030, IT-031, IT-034, IT-035, IT-080, IT-083)")
    void ikeTcpDiscovered() {
        Pair pair = pair(ikeTcp(IkeTcpPolicy.MISSION), OptionalInt.of(15_500)).start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder())
                .containsExactly(
                        "IKE_SA_INIT request 0 udp",
                        "IKE_AUTH request 1 ike-tcp",
                        "INFORMATIONAL request 2 udp");
        assertThat(pair.client.actions(Action.OpenConnection.class))
                .extracting(open -> open.remote())
                .containsExactly(new InetSocketAddress(Pair.GATEWAY, 15_500));
    }

    @Test
    @DisplayName("a peer that announces nothing sees no connection (IT-037, IT-06A)")
    void notAnnouncedNotTried() {
        Pair pair = pair(ikeTcp(IkeTcpPolicy.MISSION), OptionalInt.empty()).start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.actions(Action.OpenConnection.class)).isEmpty();
    }

    @Test
    @DisplayName("an announced port that is closed: IKE_AUTH goes over UDP (IT-036)")
    void closedPortFallsBackToUdp() {
        Pair pair = pair(ikeTcp(IkeTcpPolicy.MISSION), OptionalInt.of(500));
        pair.accepts = () -> false;
        pair.start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder())
                .containsExactly("IKE_SA_INIT request 0 udp", "IKE_AUTH request 1 udp");
    }

    @Test
    @DisplayName("behind a NAT: found, ESP goes to the mapped port (IK-124, IK-126, IK-127)")
    void behindNat() {
        Pair pair = pair(UDP);
        pair.nat =
                inside ->
                        new InetSocketAddress(
                                IpPrefix.parseAddress("203.0.113.9"), inside.getPort() + 20_000);
        pair.start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.session.orElseThrow().status().natUs()).isTrue();
        assertThat(pair.gatewayRoute())
                .isEqualTo(
                        new EspRoute.Udp(
                                new InetSocketAddress(Pair.GATEWAY, 4500),
                                new InetSocketAddress(
                                        IpPrefix.parseAddress("203.0.113.9"), 24_500)));
        pair.advance(Duration.ofSeconds(21));
        assertThat(pair.client.actions(Action.SendNatKeepalive.class)).isNotEmpty();
    }

    @Test
    @DisplayName(
            "INVALID_KE_PAYLOAD: the initiator tries once more with the method that is wanted (IK-041)")
    void invalidKe() {
        Pair pair =
                new Pair(
                                Configs.context(1, "secret", OptionalInt.empty()),
                                Configs.client(
                                        UDP,
                                        Configs.with(
                                                KeyExchangeMethod.CURVE25519,
                                                KeyExchangeMethod.ECP_256)),
                                Configs.context(2, "secret", OptionalInt.empty()),
                                List.of(Configs.gateway(Configs.with(KeyExchangeMethod.ECP_256))),
                                HalfOpenAdmission.Limits.DEFAULT)
                        .start();
        answerLeases(pair);
        pair.settle();

        assertThat(pair.client.ladder())
                .startsWith(
                        "IKE_SA_INIT request 0 udp",
                        "IKE_SA_INIT request 0 udp",
                        "IKE_AUTH request 1 udp");
    }

    @Test
    @DisplayName("a cookie is returned as it was given (IK-042)")
    void cookie() {
        Pair pair =
                pair(
                        UDP,
                        OptionalInt.empty(),
                        "secret",
                        new HalfOpenAdmission.Limits(0, 10, 10, 10));
        pair.start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.events(IkeEvent.MessagePassed.class))
                .filteredOn(IkeEvent.MessagePassed::sent)
                .element(1)
                .satisfies(m -> assertThat(m.payloads()).startsWith("N(COOKIE) SA"));
    }

    @Test
    @DisplayName("no cookie is asked for over TCP (IT-091, TE-063)")
    void noCookieOverTcp() {
        Pair pair =
                pair(
                        STREAM,
                        OptionalInt.empty(),
                        "secret",
                        new HalfOpenAdmission.Limits(0, 10, 10, 10));
        pair.start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder()).hasSize(2);
    }

    @Test
    @DisplayName("a wrong pre-shared key: refused, with cause, and nothing is left (IK-087)")
    void wrongSecret() {
        Pair pair =
                pair(UDP, OptionalInt.empty(), "another secret", HalfOpenAdmission.Limits.DEFAULT);
        pair.start();

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(failure(pair.client)).isInstanceOf(SessionFailure.AuthenticationFailed.class);
        assertThat(failure(pair.gateway).what()).contains("alice@example.org");
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
    }

    @Test
    @DisplayName(
            "no common IKE proposal: both offers are shown; over UDP a better answer is waited for (IK-045, IK-048)")
    void noCommonProposal() {
        IkeProposal other = Configs.with(KeyExchangeMethod.ECP_384);
        Pair pair =
                new Pair(
                                Configs.context(1, "secret", OptionalInt.empty()),
                                Configs.client(UDP, Configs.X25519),
                                Configs.context(2, "secret", OptionalInt.empty()),
                                List.of(Configs.gateway(other)),
                                HalfOpenAdmission.Limits.DEFAULT)
                        .start();

        assertThat(pair.client.session.orElseThrow().isOver()).isFalse();
        pair.advance(Duration.ofMillis(1100));
        assertThat(failure(pair.client))
                .isInstanceOfSatisfying(
                        SessionFailure.Incompatible.class,
                        failure -> {
                            assertThat(failure.ours()).contains("x25519");
                            assertThat(failure.theirs()).contains("NO_PROPOSAL_CHOSEN");
                        });
    }

    @Test
    @DisplayName("a refusal is told also by who gives up before it is believed (IK-048)")
    void refusalOutlivesImpatience() {
        Pair pair =
                new Pair(
                                Configs.context(1, "secret", OptionalInt.empty()),
                                Configs.impatient(Configs.client(UDP, Configs.X25519)),
                                Configs.context(2, "secret", OptionalInt.empty()),
                                List.of(Configs.gateway(Configs.with(KeyExchangeMethod.ECP_384))),
                                HalfOpenAdmission.Limits.DEFAULT)
                        .start();
        pair.advance(Duration.ofMillis(500));

        assertThat(failure(pair.client)).isInstanceOf(SessionFailure.Incompatible.class);
    }

    @Test
    @DisplayName(
            "selectors that do not meet: the IKE SA lives, the child fails with both offers (IK-088)")
    void wrongSelectors() {
        ChildConfig elsewhere =
                Configs.child(
                        "net",
                        List.of(SelectorTemplate.Dynamic.ANY),
                        List.of(Configs.net("172.16.0.0/12")),
                        Configs.cbc());
        Pair pair = pairOf(Configs.clientWithChild(elsewhere)).start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.client.events(IkeEvent.ChildSaFailed.class))
                .singleElement()
                .satisfies(e ->
                        assertThat(e.failure()).isInstanceOf(SessionFailure.Incompatible.class));
    }

    @Test
    @DisplayName("childless: no Child SA in IKE_AUTH where both sides know (E13-1)")
    void childless() {
        Pair pair = pairOf(Configs.clientWithoutChild(Configs.X25519)).start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gateway.children).isEmpty();
        assertThat(pair.gateway.actions(Action.ReleaseSpis.class)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    @DisplayName("any one message of the handshake may be lost (IK-023, IK-024)")
    void oneLoss(int lost) {
        Pair pair = pair(UDP);
        int[] count = {0};
        pair.delivers = _ -> count[0]++ != lost;
        pair.start().advance(Duration.ofSeconds(10));

        assertThat(pair.isUp()).isTrue();
        assertKeysFit(pair);
        assertThat(pair.gateway.actions(Action.InstallChildSa.class)).hasSize(1);
    }

    @Test
    @DisplayName("a peer that never answers is given up after the whole schedule (IK-023)")
    void neverAnswered() {
        Pair pair = pair(UDP);
        pair.delivers = _ -> false;
        pair.start().advance(Duration.ofMinutes(5));

        assertThat(pair.client.ladder()).hasSize(7);
        assertThat(failure(pair.client)).isInstanceOf(SessionFailure.Unreachable.class);
    }

    @Test
    @DisplayName("down: DELETE is answered and nothing is left on either side (IK-108)")
    void down() {
        Pair pair = pair(UDP).start();
        pair.client.handle(new Input.Commanded(new Command.Terminate("down")));
        pair.settle();

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.client.children).isEmpty();
        assertThat(pair.gateway.children).isEmpty();
        assertThat(pair.gateway.actions(Action.ReleaseAddresses.class))
                .containsExactly(new Action.ReleaseAddresses(List.of(LEASED)));
    }

    @Test
    @DisplayName(
            "a dead peer is noticed by the liveness check, a living one is not bothered before its time (IK-028)")
    void liveness() {
        Pair pair = pair(UDP).start();
        pair.advance(Duration.ofSeconds(100));
        assertThat(pair.isUp()).isTrue();
        pair.delivers = _ -> false;
        pair.advance(Duration.ofSeconds(400));

        assertThat(pair.client.session.orElseThrow().isOver()).isTrue();
        assertThat(pair.gateway.session.orElseThrow().isOver()).isTrue();
    }

    @Test
    @DisplayName(
            "a torn connection is opened again, shown by an INFORMATIONAL, and both ends move to it (TE-041, TE-045, TE-052)")
    void reconnection() {
        Pair pair = pair(STREAM).start();
        pair.reset();
        pair.advance(Duration.ofSeconds(1));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.clientRoute()).isEqualTo(new EspRoute.Tcp(2));
        assertThat(pair.gatewayRoute()).isEqualTo(new EspRoute.Tcp(2));
        assertThat(pair.gateway.actions(Action.OpenConnection.class)).isEmpty();
    }

    @Test
    @DisplayName(
            "a connection torn before the answer to IKE_AUTH: the request goes again on the next one (TE-061)")
    void tornInTheHandshake() {
        Pair pair = pair(STREAM);
        boolean[] torn = {false};
        pair.delivers =
                message -> {
                    boolean tear =
                            !torn[0]
                                    && message.from() == pair.gateway
                                    && pair.client.ladder().size() == 2;
                    torn[0] |= tear;
                    return !tear;
                };
        pair.start();
        assertThat(torn[0]).isTrue();
        pair.reset();
        pair.advance(Duration.ofSeconds(1));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gateway.actions(Action.InstallChildSa.class)).hasSize(1);
    }

    private static Pair pair(TransportChoice transport) {
        return pair(transport, OptionalInt.of(500));
    }

    private static Pair pair(TransportChoice transport, OptionalInt announced) {
        return pair(transport, announced, "secret", HalfOpenAdmission.Limits.DEFAULT);
    }

    private static Pair pair(
            TransportChoice transport,
            OptionalInt announced,
            String gatewaySecret,
            HalfOpenAdmission.Limits limits) {
        Pair pair =
                new Pair(
                        Configs.context(1, "secret", OptionalInt.empty()),
                        Configs.client(transport, Configs.X25519),
                        Configs.context(2, gatewaySecret, announced),
                        List.of(Configs.gateway(Configs.X25519)),
                        limits);
        return answerLeases(pair);
    }

    private static Pair pairOf(ConnectionConfig client) {
        return answerLeases(
                new Pair(
                        Configs.context(1, "secret", OptionalInt.empty()),
                        client,
                        Configs.context(2, "secret", OptionalInt.empty()),
                        List.of(Configs.gateway(Configs.X25519)),
                        HalfOpenAdmission.Limits.DEFAULT));
    }

    private static Pair answerLeases(Pair pair) {
        pair.gateway.answers =
                question ->
                        question instanceof Question.LeaseAddresses
                                ? Optional.of(
                                        new Answer.AddressesLeased(
                                                List.of(LEASED),
                                                List.of(IpPrefix.parseAddress("10.9.0.1"))))
                                : Optional.empty();
        return pair;
    }

    private static TransportChoice ikeTcp(IkeTcpPolicy policy) {
        return new TransportChoice.IkeTcp(policy, 1232);
    }

    private static ChildSaSpec only(Pair.End end) {
        assertThat(end.children).hasSize(1);
        return end.children.values().iterator().next();
    }

    private static SessionFailure failure(Pair.End end) {
        return end.events(IkeEvent.IkeSaClosed.class).getFirst().failure().orElseThrow();
    }

    private static void assertKeysFit(Pair pair) {
        ChildSaSpec ours = only(pair.client);
        ChildSaSpec theirs = only(pair.gateway);
        assertThat(ours.inboundKeys()).isEqualTo(theirs.outboundKeys());
        assertThat(ours.outboundKeys()).isEqualTo(theirs.inboundKeys());
        assertThat(ours.inboundKeys()).isNotEqualTo(ours.outboundKeys());
        assertThat(ours.inboundSpi()).isEqualTo(theirs.outboundSpi());
        assertThat(ours.local()).isEqualTo(theirs.remote());
    }
}
