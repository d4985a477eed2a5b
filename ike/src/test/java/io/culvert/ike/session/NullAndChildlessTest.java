package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.ConnectionConfig.Childless;
import io.culvert.ike.api.ConnectionConfig.Uniqueness;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.auth.LocalAuthentication;
import io.culvert.ike.auth.RemoteAuthentication;
import io.culvert.ike.wire.Authentication;
import io.culvert.ike.wire.AuthenticationMethod;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.TrafficSelector;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Setting up a session with nobody in particular, or without a Child SA")
class NullAndChildlessTest {
    private static final LocalAuthentication NOBODY = new LocalAuthentication.Null();
    private static final RemoteAuthentication ANYBODY = new RemoteAuthentication.Null();

    private static ConnectionConfig client() {
        return Configs.client(new TransportChoice.Udp(), Configs.X25519);
    }

    private static ConnectionConfig gateway() {
        return Configs.gateway(Configs.X25519);
    }

    private static ConnectionConfig with(
            ConnectionConfig config, Childless childless, Uniqueness uniqueness) {
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
                uniqueness,
                childless,
                config.mobike(),
                config.natsAllowed(),
                config.limits(),
                config.timers());
    }

    private static String failure(Pair.End end) {
        return end.events(IkeEvent.IkeSaClosed.class).getFirst().failure().orElseThrow().what();
    }

    private static String payloads(Pair.End end) {
        return end.events(IkeEvent.MessagePassed.class).stream()
                .filter(IkeEvent.MessagePassed::sent)
                .filter(m -> m.exchange().equals("IKE_AUTH"))
                .map(IkeEvent.MessagePassed::payloads)
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("both sides anonymous, where both are configured so (E11-2)")
    void bothAnonymous() {
        Pair pair =
                Pairs.of(
                        EapPairs.with(client(), NOBODY, ANYBODY),
                        EapPairs.with(gateway(), NOBODY, ANYBODY));
        pair.start();

        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
        assertThat(pair.gateway.session.orElseThrow().status().remote()).contains(Identity.NULL);
    }

    @Test
    @DisplayName("an anonymous client of a gateway that proves who it is (E11-2)")
    void anonymousClient() {
        Pair pair =
                EapPairs.pair(
                        EapPairs.with(client(), NOBODY, EapPairs.trust("root")),
                        EapPairs.scripted(),
                        EapPairs.with(gateway(), EapPairs.vpn(), ANYBODY),
                        EapPairs.scripted());
        pair.start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gateway.session.orElseThrow().status().remote()).contains(Identity.NULL);
    }

    @Test
    @DisplayName("an anonymous peer replaces nobody, whatever it and the configuration say (E11-2)")
    void replacesNobody() {
        Pair pair =
                Pairs.of(
                        EapPairs.with(client(), NOBODY, ANYBODY),
                        with(
                                EapPairs.with(gateway(), NOBODY, ANYBODY),
                                Childless.ALLOW,
                                Uniqueness.REPLACE));
        pair.start();

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.gateway.actions(Action.ReplaceOthers.class)).isEmpty();
        assertThat(pair.client.actions(Action.ReplaceOthers.class)).isEmpty();
    }

    @Test
    @DisplayName("NULL authentication where it is not configured is refused, both ways (E11-2)")
    void notConfigured() {
        Pair refusedHere = Pairs.of(EapPairs.with(client(), NOBODY, client().remote()), gateway());
        refusedHere.start();
        assertThat(failure(refusedHere.gateway)).contains("with NULL");

        Pair refusedThere =
                Pairs.of(client(), EapPairs.with(gateway(), NOBODY, gateway().remote()));
        refusedThere.start();
        assertThat(refusedThere.client.session.orElseThrow().isOver()).isTrue();
        assertThat(refusedThere.client.children).isEmpty();
    }

    @Test
    @DisplayName("who shows a secret where none was asked for is refused, too (E11-2)")
    void proofInstead() {
        Pair pair = Pairs.of(client(), EapPairs.with(gateway(), NOBODY, ANYBODY));
        pair.start();

        assertThat(failure(pair.gateway)).contains("with SHARED_KEY_MIC");
    }

    @Test
    @DisplayName("a wrong AUTH of method NULL is refused: it is bound to the IKE SA (E11-2)")
    void wrongNull() {
        Pair pair =
                Pairs.of(
                        EapPairs.with(client(), NOBODY, ANYBODY),
                        EapPairs.with(gateway(), NOBODY, ANYBODY));
        EapPairs.rewrite(
                pair,
                true,
                payloads ->
                        payloads.stream()
                                .<Payload>map(p ->
                                        p instanceof Authentication
                                                ? new Authentication(
                                                        AuthenticationMethod.NULL,
                                                        Octets.wrap(new byte[32]))
                                                : p)
                                .toList());
        pair.start();

        assertThat(failure(pair.gateway)).contains("AUTH payload of the anonymous peer is wrong");
    }

    @ParameterizedTest
    @CsvSource({
        "ALLOW, ALLOW, true, true",
        "ALLOW, NEVER, true, true",
        "NEVER, ALLOW, true, true",
        "PREFER, NEVER, true, true",
        "PREFER, ALLOW, true, false",
        "FORCE, ALLOW, true, false",
        "FORCE, FORCE, true, false",
        "ALLOW, FORCE, true, true",
        "FORCE, NEVER, false, false",
    })
    @DisplayName("whether IKE_AUTH asks for a Child SA, by `childless` of both sides (E13-1)")
    void childless(Childless ofClient, Childless ofGateway, boolean up, boolean asks) {
        Pair pair =
                Pairs.of(
                        with(client(), ofClient, Uniqueness.INITIAL_CONTACT),
                        with(gateway(), ofGateway, Uniqueness.INITIAL_CONTACT));
        pair.start();

        assertThat(pair.isUp()).isEqualTo(up);
        if (up) {
            assertThat(payloads(pair.client).contains("TSi")).isEqualTo(asks);
            boolean refused = asks && ofGateway == Childless.FORCE;
            assertThat(payloads(pair.gateway).contains(NotifyType.NO_PROPOSAL_CHOSEN.name()))
                    .isEqualTo(refused);
            if (!refused) {
                // asked for in IKE_AUTH or made by CREATE_CHILD_SA afterwards
                Pairs.assertKeysFit(pair);
                assertThat(Pairs.onlyChild(pair.client).local())
                        .containsExactly(TrafficSelector.of(Pairs.LEASED));
            }
        } else {
            assertThat(failure(pair.client)).contains("without a Child SA");
            assertThat(pair.client.heldSpis).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "without a Child SA the addresses are asked for and given in IKE_AUTH all the same (E13-1)")
    void addresses() {
        Pair pair =
                Pairs.of(
                        with(client(), Childless.FORCE, Uniqueness.INITIAL_CONTACT),
                        with(gateway(), Childless.FORCE, Uniqueness.INITIAL_CONTACT));
        pair.start();

        assertThat(payloads(pair.client)).contains("CP").doesNotContain("TSi");
        assertThat(payloads(pair.gateway)).contains("CP").doesNotContain("TSi");
        assertThat(pair.client.events(IkeEvent.AddressesAssigned.class))
                .singleElement()
                .satisfies(given -> assertThat(given.addresses()).containsExactly(Pairs.LEASED));
    }

    @Test
    @DisplayName(
            "a peer that leaves out the Child SA though we never said that it may is refused (E13-1)")
    void unasked() {
        Pair pair =
                Pairs.of(client(), with(gateway(), Childless.NEVER, Uniqueness.INITIAL_CONTACT));
        EapPairs.rewrite(
                pair,
                true,
                payloads ->
                        payloads.stream()
                                .filter(p -> !List.of("SA", "TSi", "TSr").contains(p.notation()))
                                .toList());
        pair.start();

        assertThat(failure(pair.gateway)).contains("without a Child SA");
        assertThat(pair.gateway.children).isEmpty();
    }
}
