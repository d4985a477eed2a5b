package io.culvert.ike.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.ChildConfig;
import io.culvert.ike.api.Lifespan;
import io.culvert.ike.api.SelectorTemplate;
import io.culvert.ike.extension.ChildNegotiation.Agreement;
import io.culvert.ike.extension.ChildNegotiation.Hosts;
import io.culvert.ike.extension.ChildNegotiation.Occasion;
import io.culvert.ike.extension.ChildNegotiation.Result;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ike.wire.PayloadChain;
import io.culvert.ike.wire.Role;
import io.culvert.ike.wire.TrafficSelectors;
import io.culvert.ipsec.dataplane.ChildSaSpec.Mode;
import io.culvert.ipsec.dataplane.ChildSaSpec.PeerView;
import io.culvert.ipsec.dataplane.Lifetime;
import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.ipsec.value.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Negotiating a Child SA")
class ChildNegotiationTest {
    private static final Spi OURS = new Spi(0x1001);
    private static final Spi THEIRS = new Spi(0x2002);

    // as in RFC 7296 section 2.23.1: each host, and what the other sees of it
    private static final InetAddress IP1 = IpPrefix.parseAddress("10.0.0.1");
    private static final InetAddress IPN1 = IpPrefix.parseAddress("192.0.2.1");
    private static final InetAddress IP2 = IpPrefix.parseAddress("10.9.0.2");
    private static final InetAddress IPN2 = IpPrefix.parseAddress("203.0.113.2");
    private static final List<SelectorTemplate> DYNAMIC = List.of(SelectorTemplate.Dynamic.ANY);

    @Test
    @DisplayName("IK-121: transport mode where both want it, on both sides")
    void transportMode() {
        Talk talk = talk(child(Mode.TRANSPORT), child(Mode.TRANSPORT), IPN1, IPN2);

        assertThat(notifies(talk.request(), NotifyType.USE_TRANSPORT_MODE)).isTrue();
        assertThat(notifies(talk.response(), NotifyType.USE_TRANSPORT_MODE)).isTrue();
        for (Agreement side : List.of(talk.client(), talk.server())) {
            assertThat(side.mode()).isEqualTo(Mode.TRANSPORT);
            assertThat(side.peerView()).isEmpty();
        }
        assertThat(talk.client().local()).containsExactly(TrafficSelector.of(IPN1));
        assertThat(talk.server().local()).containsExactly(TrafficSelector.of(IPN2));
    }

    @Test
    @DisplayName("IK-121: tunnel mode unless asked and configured")
    void tunnelModeElse() {
        for (Mode client : Mode.values()) {
            for (Mode server : Mode.values()) {
                Talk talk = talk(child(client), child(server), IPN1, IPN2);
                boolean both = client == Mode.TRANSPORT && server == Mode.TRANSPORT;
                Mode agreed = both ? Mode.TRANSPORT : Mode.TUNNEL;
                assertThat(talk.client().mode()).isEqualTo(agreed);
                assertThat(talk.server().mode()).isEqualTo(agreed);
                assertThat(notifies(talk.request(), NotifyType.USE_TRANSPORT_MODE))
                        .isEqualTo(client == Mode.TRANSPORT);
                assertThat(notifies(talk.response(), NotifyType.USE_TRANSPORT_MODE))
                        .isEqualTo(both);
            }
        }
    }

    @Test
    @DisplayName("IK-121: through two NATs each side has selectors of addresses that it knows")
    void addressSubstitution() {
        Talk talk = talk(child(Mode.TRANSPORT), child(Mode.TRANSPORT), IP1, IP2);

        assertThat(selectors(talk.request(), Role.INITIATOR))
                .containsExactly(TrafficSelector.of(IP1));
        assertThat(selectors(talk.request(), Role.RESPONDER))
                .containsExactly(TrafficSelector.of(IPN2));
        assertThat(selectors(talk.response(), Role.INITIATOR))
                .containsExactly(TrafficSelector.of(IPN1));
        assertThat(selectors(talk.response(), Role.RESPONDER))
                .containsExactly(TrafficSelector.of(IP2));
        assertThat(talk.server().local()).containsExactly(TrafficSelector.of(IP2));
        assertThat(talk.server().remote()).containsExactly(TrafficSelector.of(IPN1));
        assertThat(talk.server().peerView()).contains(new PeerView(IP1, IPN2));
        assertThat(talk.client().local()).containsExactly(TrafficSelector.of(IP1));
        assertThat(talk.client().remote()).containsExactly(TrafficSelector.of(IPN2));
        assertThat(talk.client().peerView()).contains(new PeerView(IP2, IPN1));
    }

    @Test
    @DisplayName("IK-121: if transport mode comes to nothing the substitution is undone")
    void substitutionUndone() {
        ChildConfig tunnelForPrivate =
                child(
                        "vpn",
                        Mode.TUNNEL,
                        List.of(fixed("203.0.113.2/32")),
                        List.of(fixed("10.0.0.0/8")));
        Talk talk = talk(child(Mode.TRANSPORT), tunnelForPrivate, IP1, IP2);

        assertThat(talk.server().mode()).isEqualTo(Mode.TUNNEL);
        assertThat(talk.server().remote()).containsExactly(TrafficSelector.of(IP1));
        assertThat(talk.server().local()).containsExactly(TrafficSelector.of(IPN2));
        assertThat(talk.client().remote()).containsExactly(TrafficSelector.of(IPN2));
    }

    @Test
    @DisplayName(
            "IK-121: policy is asked about the addresses of the IKE SA, not those in the offer")
    void policyOfRealAddresses() {
        ChildConfig onlyIp1 = child("net", Mode.TRANSPORT, DYNAMIC, List.of(fixed("10.0.0.1/32")));
        List<Payload> request =
                ChildNegotiation.offer(
                        Occasion.IKE_AUTH,
                        child(Mode.TRANSPORT),
                        THEIRS,
                        List.of(TrafficSelector.of(IP1)),
                        List.of(TrafficSelector.of(IPN2)));
        Hosts hosts = new Hosts(List.of(IPN2), List.of(IPN1));

        assertThat(agreed(choose(List.of(onlyIp1), hosts, request)).agreement().mode())
                .as("a tunnel to who merely says so")
                .isEqualTo(Mode.TUNNEL);
    }

    @Test
    @DisplayName("IK-121: transport mode is asked for between single hosts of one family only")
    void onlyBetweenHosts() {
        for (List<TrafficSelector> remote :
                List.of(
                        ranges("10.0.0.0/24"),
                        ranges("10.0.0.1/32", "10.0.0.2/32"),
                        ranges("10.0.0.1/32", "2001:db8::1/128"))) {
            assertThat(
                            notifies(
                                    ChildNegotiation.offer(
                                            Occasion.IKE_AUTH,
                                            child(Mode.TRANSPORT),
                                            OURS,
                                            ranges("10.9.0.1/32"),
                                            remote),
                                    NotifyType.USE_TRANSPORT_MODE))
                    .isFalse();
        }
    }

    @Test
    @DisplayName("IK-121: transport mode that was not asked for is an error of the peer's")
    void unaskedTransport() {
        Talk talk = talk(child(Mode.TUNNEL), child(Mode.TUNNEL), IPN1, IPN2);
        List<Payload> response = new ArrayList<>(talk.response());
        response.addFirst(Notify.of(NotifyType.USE_TRANSPORT_MODE));

        assertThat(accept(child(Mode.TUNNEL), response)).isInstanceOf(Result.Refused.class);
    }

    @Test
    @DisplayName(
            "IK-120: the child that holds the packet's selectors is preferred, the rest possible")
    void packetSpecificSelector() {
        ChildConfig first = child("first", Mode.TUNNEL, List.of(fixed("10.1.0.0/16")), DYNAMIC);
        ChildConfig second = child("second", Mode.TUNNEL, List.of(fixed("10.2.0.0/16")), DYNAMIC);
        Hosts hosts = new Hosts(List.of(IPN2), List.of(IPN1));
        List<TrafficSelector> packetFirst = ranges("10.2.0.7/32", "10.0.0.0/8");

        Result.Agreed agreed = agreed(choose(List.of(first, second), hosts, request(packetFirst)));
        assertThat(agreed.agreement().config().name()).isEqualTo("second");
        assertThat(agreed.agreement().local()).isEqualTo(ranges("10.2.0.0/16"));
        assertThat(notifies(agreed.payloads(), NotifyType.ADDITIONAL_TS_POSSIBLE)).isTrue();

        agreed = agreed(choose(List.of(first, second), hosts, request(ranges("10.0.0.0/8"))));
        assertThat(agreed.agreement().config().name()).isEqualTo("first");
        agreed = agreed(choose(List.of(first, second), hosts, request(ranges("10.2.0.0/24"))));
        assertThat(notifies(agreed.payloads(), NotifyType.ADDITIONAL_TS_POSSIBLE)).isFalse();
    }

    @Test
    @DisplayName("IK-120: both families in one offer, unknown types of selectors left out")
    void families() {
        ChildConfig both =
                child(
                        "net",
                        Mode.TUNNEL,
                        List.of(fixed("10.1.0.0/16"), fixed("2001:db8:1::/48")),
                        DYNAMIC);
        Hosts hosts = new Hosts(List.of(IPN2), List.of(IPN1));
        List<TrafficSelector> wanted = ranges("::/0", "0.0.0.0/0");
        List<Payload> request = new ArrayList<>(request(wanted));
        TrafficSelectors withUnknown =
                new TrafficSelectors(
                        Role.RESPONDER,
                        List.of(
                                new TrafficSelectors.Selector.Unknown(9, 0, Octets.ofHex("abcd")),
                                new TrafficSelectors.Selector.Range(wanted.getFirst()),
                                new TrafficSelectors.Selector.Range(wanted.getLast())));
        request.replaceAll(p ->
                p instanceof TrafficSelectors ts && ts.role() == Role.RESPONDER ? withUnknown : p);

        Result.Agreed agreed = agreed(choose(List.of(both), hosts, request));
        assertThat(agreed.agreement().local()).isEqualTo(ranges("2001:db8:1::/48", "10.1.0.0/16"));
        assertThat(selectors(agreed.payloads(), Role.RESPONDER))
                .isEqualTo(agreed.agreement().local());
    }

    @Test
    @DisplayName("IK-132: what we do not do is neither refused nor promised")
    void passedOver() {
        Hosts hosts = new Hosts(List.of(IPN2), List.of(IPN1));
        List<Payload> request = new ArrayList<>(request(List.of(TrafficSelector.of(IPN2))));
        request.addFirst(Notify.of(NotifyType.IPCOMP_SUPPORTED, Octets.ofHex("abcd02")));
        request.addFirst(Notify.of(NotifyType.ESP_TFC_PADDING_NOT_SUPPORTED));
        request.addFirst(Notify.of(NotifyType.NON_FIRST_FRAGMENTS_ALSO));

        Result.Agreed agreed = agreed(choose(List.of(child(Mode.TUNNEL)), hosts, request));
        assertThat(PayloadChain.all(agreed.payloads(), Notify.class)).isEmpty();
        List<Payload> response = new ArrayList<>(agreed.payloads());
        response.addFirst(Notify.of(NotifyType.ESP_TFC_PADDING_NOT_SUPPORTED));
        assertThat(accept(child(Mode.TUNNEL), response)).isInstanceOf(Result.Agreed.class);
    }

    private record Talk(
            List<Payload> request, List<Payload> response, Agreement client, Agreement server) {}

    /// A client at `here` that sees the server as IPN2 asks a server at `there` that sees the client as IPN1.
    private static Talk talk(
            ChildConfig client, ChildConfig server, InetAddress here, InetAddress there) {
        List<TrafficSelector> local = ChildNegotiation.resolve(client.local(), List.of(here));
        List<TrafficSelector> remote = ChildNegotiation.resolve(client.remote(), List.of(IPN2));
        List<Payload> request =
                ChildNegotiation.offer(Occasion.IKE_AUTH, client, THEIRS, local, remote);
        Hosts hosts = new Hosts(List.of(there), List.of(IPN1));
        Result.Agreed chosen = agreed(choose(List.of(server), hosts, request));
        Result accepted =
                ChildNegotiation.accept(
                        Occasion.IKE_AUTH, client, THEIRS, local, remote, chosen.payloads());
        return new Talk(
                request, chosen.payloads(), agreed(accepted).agreement(), chosen.agreement());
    }

    private static Result choose(List<ChildConfig> children, Hosts hosts, List<Payload> request) {
        return ChildNegotiation.choose(Occasion.IKE_AUTH, children, OURS, hosts, request);
    }

    private static Result accept(ChildConfig child, List<Payload> response) {
        return ChildNegotiation.accept(
                Occasion.IKE_AUTH,
                child,
                THEIRS,
                List.of(TrafficSelector.of(IPN1)),
                List.of(TrafficSelector.of(IPN2)),
                response);
    }

    private static List<Payload> request(List<TrafficSelector> remote) {
        return ChildNegotiation.offer(
                Occasion.IKE_AUTH,
                child(Mode.TUNNEL),
                THEIRS,
                List.of(TrafficSelector.of(IPN1)),
                remote);
    }

    private static Result.Agreed agreed(Result result) {
        return switch (result) {
            case Result.Agreed agreed -> agreed;
            case Result.Refused refused -> throw new AssertionError(refused.failure());
        };
    }

    private static boolean notifies(List<Payload> payloads, NotifyType type) {
        return PayloadChain.notification(payloads, type).isPresent();
    }

    private static List<TrafficSelector> selectors(List<Payload> payloads, Role role) {
        return PayloadChain.trafficSelectors(payloads, role).orElseThrow().ranges();
    }

    private static ChildConfig child(Mode mode) {
        return child("net", mode, DYNAMIC, DYNAMIC);
    }

    private static ChildConfig child(
            String name, Mode mode, List<SelectorTemplate> local, List<SelectorTemplate> remote) {
        return new ChildConfig(
                name,
                local,
                remote,
                ProposalParser.esp("default"),
                mode,
                Lifetime.UNLIMITED,
                Lifespan.UNLIMITED,
                64);
    }

    private static SelectorTemplate fixed(String prefix) {
        return new SelectorTemplate.Fixed(TrafficSelector.of(IpPrefix.parse(prefix)));
    }

    private static List<TrafficSelector> ranges(String... prefixes) {
        return List.of(prefixes).stream().map(IpPrefix::parse).map(TrafficSelector::of).toList();
    }
}
