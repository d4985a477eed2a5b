package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.IkeEvent;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Resumable;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.ticket.SealedTickets;
import io.culvert.ike.ticket.StoredTickets;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which tickets are good, and for how long.
class TicketsTest extends Resumptions {
    @Test
    @DisplayName("a chain of resumptions ends when its first ticket would have (E3-4)")
    void chainEnds() {
        Pair pair = pair(Way.UDP, sealed()).start();
        long first = lifetime(pair);
        today = today.plusSeconds(first / 2);
        crash(pair);
        again(pair);
        assertThat(lifetime(pair)).isEqualTo(first - first / 2);

        today = today.plusSeconds(first - first / 2);
        crash(pair);
        again(pair);
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(ANEW)).hasSize(2);
        assertThat(lifetime(pair)).isEqualTo(first);
    }

    @Test
    @DisplayName("a ticket lives no longer than its IKE SA may (E3-4)")
    void lifetime() {
        Pair pair = pair(Way.UDP, sealed()).start();

        assertThat(lifetime(pair)).isEqualTo(Duration.ofMinutes(4 * 66).toSeconds());
    }

    @Test
    @DisplayName("a ticket by reference serves as well, and a restart forgets it (E3-4, E3-5)")
    void byReference() {
        StoredTickets office = new StoredTickets(new SeededRandom(7), () -> today, 10);
        Pair pair = pair(Way.UDP, office).start();
        assertThat(pair.client.ticket.orElseThrow().ticket().size()).isEqualTo(32);
        crash(pair);
        again(pair);
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(RESUMED)).hasSize(1);
        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
    }

    @Test
    @DisplayName("of stored tickets the oldest is forgotten when there are too many (E3-4)")
    void storeIsBounded() {
        StoredTickets office = new StoredTickets(new SeededRandom(7), () -> today, 2);
        Resumable state = pair(Way.UDP, sealed()).start().client.ticket.orElseThrow().state();
        List<Octets> tickets =
                Stream.generate(() -> office.grant(state, Duration.ofHours(1)))
                        .limit(3)
                        .map(grant -> grant.orElseThrow().ticket())
                        .toList();

        assertThat(office.open(tickets.get(0))).isEmpty();
        assertThat(office.open(tickets.get(1))).isPresent();
        assertThat(office.redeem(tickets.get(2))).isTrue();
        assertThat(office.redeem(tickets.get(2))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"truncated", "cut to its head", "empty key", "longer", "forged", "foreign"})
    @DisplayName("a ticket that is not the gateway's is refused, and a new IKE SA made (E3-4)")
    void notOurs(String how) {
        Pair pair = pair(Way.UDP, sealed()).start();
        crash(pair);
        mend(
                pair,
                ticket ->
                        switch (how) {
                            case "truncated" -> ticket.slice(0, ticket.size() - 1);
                            case "cut to its head" -> ticket.slice(0, 17);
                            case "empty key" -> ticket.slice(0, 3);
                            case "longer" -> Octets.concat(ticket, Octets.of((byte) 0));
                            case "forged" -> flipped(ticket, ticket.size() / 2);
                            default -> Octets.wrap(new byte[100]);
                        });
        again(pair);

        assertAnew(pair);
    }

    @Test
    @DisplayName("no octet of a ticket can be changed (E3-4)")
    void everyOctetCounts() {
        SealedTickets office = sealed();
        Octets ticket = pair(Way.UDP, office).start().client.ticket.orElseThrow().ticket();
        assertThat(office.open(ticket)).isPresent();
        for (int at = 0; at < ticket.size(); at++) {
            assertThat(office.open(flipped(ticket, at))).as("octet " + at).isEmpty();
        }
    }

    @Test
    @DisplayName("a ticket that is too old is refused, and a new IKE SA made (E3-4)")
    void expired() {
        Pair pair = pair(Way.UDP, sealed()).start();
        crash(pair);
        today = today.plusSeconds(lifetime(pair));
        again(pair);

        assertAnew(pair);
    }

    @Test
    @DisplayName(
            "a ticket outlives the key that is current when it is given, as long as the key is kept (E3-4)")
    void rotated() {
        Pair pair = pair(Way.UDP, sealed()).start();
        keys.rotate();
        crash(pair);
        again(pair);
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(ANEW)).hasSize(1);

        keys.rotate();
        keys.throwOld();
        crash(pair);
        again(pair);
        assertAnew(pair);
    }

    @Test
    @DisplayName("a ticket that was used is refused, and a new IKE SA made (E3-4)")
    void usedTwice() {
        Pair pair = pair(Way.UDP, sealed()).start();
        Optional<HeldTicket> kept = pair.client.ticket;
        crash(pair);
        again(pair);
        assertThat(pair.isUp()).isTrue();
        pair.client.ticket = kept;
        crash(pair);
        again(pair);

        assertAnew(pair);
    }

    @Test
    @DisplayName("a ticket is not used up before the IKE SA is established (E3-4)")
    void notUsedUpTooSoon() {
        Pair pair = pair(Way.UDP, sealed()).start();
        Optional<HeldTicket> kept = pair.client.ticket;
        crash(pair);
        pair.delivers = message -> !is(message, ExchangeType.IKE_AUTH);
        again(pair);
        pair.advance(Duration.ofMinutes(10));
        assertThat(pair.client.ticket).isEqualTo(kept);

        pair.delivers = _ -> true;
        crash(pair);
        again(pair);
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(ANEW)).hasSize(1);
    }

    @Test
    @DisplayName(
            "who has stolen a ticket, and not the keys, gets nowhere and spoils nothing (E3-4)")
    void stolen() {
        Pair pair = pair(Way.UDP, sealed()).start();
        HeldTicket kept = pair.client.ticket.orElseThrow();
        crash(pair);
        pair.client.ticket = Optional.of(new HeldTicket(kept.ticket(), withoutKey(kept.state())));
        again(pair);
        pair.advance(Duration.ofMinutes(10));
        assertThat(pair.gateway.events(IkeEvent.IkeSaEstablished.class)).hasSize(1);

        pair.client.ticket = Optional.of(kept);
        again(pair);
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(ANEW)).hasSize(1);
    }

    @Test
    @DisplayName("nobody resumes as somebody else (E3-2)")
    void otherIdentity() {
        Pair pair = pair(Way.UDP, sealed()).start();
        crash(pair);
        HeldTicket kept = pair.client.ticket.orElseThrow();
        Resumable s = kept.state();
        Identity bob = Identity.parse("bob@example.org");
        Resumable asBob =
                new Resumable(
                        s.connection(),
                        bob,
                        s.responder(),
                        s.eapIdentity(),
                        s.method(),
                        s.algorithms(),
                        s.skD(),
                        s.spi(),
                        s.until());
        ConnectionConfig config = client(Way.UDP);
        Pair other =
                pair(
                        new ConnectionConfig(
                                config.name(),
                                config.localAddresses(),
                                config.remoteAddresses(),
                                config.transports(),
                                config.proposals(),
                                new io.culvert.ike.auth.LocalAuthentication.PreSharedKey(bob),
                                config.remote(),
                                config.virtualIps(),
                                config.pools(),
                                config.children(),
                                config.uniqueness(),
                                config.childless(),
                                config.mobike(),
                                config.natsAllowed(),
                                config.limits(),
                                config.timers(),
                                config.ppks()),
                        Configs.gateway(Configs.X25519),
                        pair.gateway.context.tickets());
        other.client.ticket = Optional.of(new HeldTicket(kept.ticket(), asBob));
        other.start();

        assertThat(other.client.ladder().getFirst()).startsWith(RESUMED);
        assertThat(other.gateway.events(IkeEvent.IkeSaEstablished.class)).isEmpty();
        assertThat(other.gateway.children).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("the ticket of an IKE SA that one side deletes is worth nothing (E3-4)")
    void deleted(boolean byClient) {
        Pair pair = pair(Way.UDP, sealed()).start();
        HeldTicket held = pair.client.ticket.orElseThrow();
        (byClient ? pair.client : pair.gateway)
                .handle(new Input.Commanded(new Command.Terminate("enough")));
        pair.settle();

        assertThat(pair.client.ticket).isEmpty();
        assertThat(office(pair).open(held.ticket())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "x25519, true",
        "x25519, false",
        "x25519-ke1_mlkem512, true",
        "x25519-ke1_mlkem512, false"
    })
    @DisplayName("a rekeyed IKE SA has a ticket of its own, whoever has rekeyed it (E3-4)")
    void rekeyed(String methods, boolean byClient) {
        IkeProposal proposal = ProposalParser.ike("aes128gcm16-prfsha256-" + methods).getFirst();
        SealedTickets office = sealed();
        Pair pair =
                pair(client(Way.UDP, proposal), Configs.gateway(proposal), Optional.of(office))
                        .start();
        HeldTicket first = pair.client.ticket.orElseThrow();
        (byClient ? pair.client : pair.gateway)
                .handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.settle();
        pair.advance(Duration.ofMillis(10));

        assertThat(office.open(first.ticket())).isEmpty();
        HeldTicket second = pair.client.ticket.orElseThrow();
        assertThat(second.state().skD()).isNotEqualTo(first.state().skD());
        crash(pair);
        again(pair);
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(RESUMED)).hasSize(1);
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(ANEW)).hasSize(1);
        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
    }
}
