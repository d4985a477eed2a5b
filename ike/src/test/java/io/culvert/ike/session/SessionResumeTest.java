package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.api.TicketOffice;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.proposal.ProposalParser;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.ticket.SealedTickets;
import io.culvert.ike.ticket.StoredTickets;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.DecodeResult;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ike.wire.IkeMessage;
import io.culvert.ike.wire.MessageCodec;
import io.culvert.ike.wire.Nonce;
import io.culvert.ike.wire.Notification;
import io.culvert.ike.wire.Notify;
import io.culvert.ike.wire.NotifyType;
import io.culvert.ike.wire.Payload;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A client comes back by a ticket.
class SessionResumeTest extends Resumptions {
    @ParameterizedTest
    @EnumSource(Way.class)
    @DisplayName(
            "a client whose gateway has restarted resumes by its ticket, with fresh keys (E3-1, E3-2)")
    void resumes(Way way) {
        Pair pair = pair(way, sealed()).start();
        SessionStatus before = pair.client.session.orElseThrow().status();
        HeldTicket used = pair.client.ticket.orElseThrow();
        int sent = pair.client.ladder().size();
        crash(pair);
        again(pair);

        assertThat(pair.client.ladder().get(sent)).startsWith(RESUMED);
        assertThat(pair.client.ladder().get(sent + 1)).startsWith("IKE_AUTH request 1");
        assertThat(pair.isUp()).isTrue();
        Pairs.assertKeysFit(pair);
        SessionStatus after = pair.client.session.orElseThrow().status();
        assertThat(after.suite()).isEqualTo(before.suite());
        assertThat(after.initiatorSpi()).isNotEqualTo(before.initiatorSpi());
        assertThat(after.responderSpi()).isNotEqualTo(before.responderSpi());
        SessionStatus theirs = pair.gateway.session.orElseThrow().status();
        assertThat(theirs.remote()).contains(Identity.parse("alice@example.org"));
        assertThat(after.virtualIps()).containsExactly(Pairs.LEASED);
        assertThat(pair.client.ticket.orElseThrow().ticket()).isNotEqualTo(used.ticket());
        GarbageTest.assertStillWorks(pair);
    }

    @Test
    @DisplayName(
            "IT-065: resumed over ike-tcp, the check over UDP 4500 comes first; after a rekeying there is none")
    void checksItsPath() {
        Pair pair = pair(Way.IKE_TCP, sealed()).start();
        pair.client.handle(new Input.Commanded(new Command.RekeyIkeSa()));
        pair.settle().advance(Duration.ofSeconds(1));
        // the check after IKE_AUTH
        assertThat(pair.client.ladder()).filteredOn(m -> m.endsWith(" udp")).hasSize(1);
        EspRoute before = pair.gatewayRoute();

        crash(pair);
        int sent = pair.client.ladder().size();
        again(pair);
        assertThat(pair.client.ladder().subList(sent, sent + 3))
                .containsExactly(
                        "IKE_SESSION_RESUME request 0 ike-tcp",
                        "IKE_AUTH request 1 ike-tcp",
                        "INFORMATIONAL request 2 udp");
        assertThat(pair.gatewayRoute()).isEqualTo(before);
    }

    @Test
    @DisplayName("one who resumes resumes again, and again; no key is used twice (E3-1)")
    void chain() {
        Pair pair = pair(Way.UDP, sealed()).start();
        for (int i = 0; i < 5; i++) {
            KeyMaterial before = pair.client.ticket.orElseThrow().state().skD();
            crash(pair);
            again(pair);
            assertThat(pair.isUp()).isTrue();
            assertThat(pair.client.ticket.orElseThrow().state().skD()).isNotEqualTo(before);
        }

        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(RESUMED)).hasSize(5);
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(ANEW)).hasSize(1);
    }

    @Test
    @DisplayName(
            "a gateway that gives no tickets any more says so, and a new IKE SA is made (E3-4)")
    void noOffice() {
        HeldTicket held = pair(Way.UDP, sealed()).start().client.ticket.orElseThrow();
        Pair pair = pair(client(Way.UDP), Configs.gateway(Configs.X25519), Optional.empty());
        pair.client.ticket = Optional.of(held);
        pair.start();

        assertThat(pair.client.ladder().getFirst()).startsWith(RESUMED);
        assertThat(pair.client.ladder().get(1)).startsWith(ANEW);
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ticket).isEmpty();
    }

    @Test
    @DisplayName("what the gateway is no longer configured for is not resumed (E3-2)")
    void otherConfiguration() {
        SealedTickets office = sealed();
        HeldTicket held = pair(Way.UDP, office).start().client.ticket.orElseThrow();
        IkeProposal stronger = ProposalParser.ike("aes256gcm16-prfsha384-x25519").getFirst();
        Pair pair =
                pair(
                        client(Way.UDP, Configs.X25519, stronger),
                        Configs.gateway(stronger),
                        Optional.of(office));
        pair.client.ticket = Optional.of(held);
        pair.start();

        assertThat(pair.client.ladder().getFirst()).startsWith(RESUMED);
        assertThat(pair.client.ladder().get(1)).startsWith(ANEW);
        assertThat(pair.isUp()).isTrue();
    }

    @Test
    @DisplayName(
            "a gateway that does not answer IKE_SESSION_RESUME is asked for a new IKE SA soon (E3-4)")
    void silence() {
        Pair pair = pair(Way.UDP, sealed()).start();
        crash(pair);
        pair.delivers = message -> !is(message, ExchangeType.IKE_SESSION_RESUME);
        again(pair);
        pair.advance(Duration.ofSeconds(3));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(ANEW)).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"IKE_TCP", "TCP_ENCAPSULATION"})
    @DisplayName(
            "a gateway that closes the connection on IKE_SESSION_RESUME is asked for a new IKE SA (E3-4)")
    void closes(Way way) {
        Pair pair = pair(way, sealed()).start();
        crash(pair);
        pair.tears = message -> is(message, ExchangeType.IKE_SESSION_RESUME);
        again(pair);
        pair.advance(Duration.ofSeconds(5));

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder()).filteredOn(m -> m.startsWith(ANEW)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "x25519, true, 557, 551",
        "x25519, false, 414, 408",
        "x25519-ke1_mlkem768, true, 565, 559"
    })
    @DisplayName(
            "a resumption takes two round trips, whatever the key exchange, and no large message (E3-1, E3-5)")
    void cost(String methods, boolean byValue, int requestOctets, int responseOctets) {
        IkeProposal proposal = ProposalParser.ike("aes128gcm16-prfsha256-" + methods).getFirst();
        TicketOffice office =
                byValue ? sealed() : new StoredTickets(new SeededRandom(7), () -> today, 10);
        Pair pair =
                pair(
                                client(Way.TCP_ENCAPSULATION, proposal),
                                Configs.gateway(proposal),
                                Optional.of(office))
                        .start();
        crash(pair);
        int before = pair.traffic.size();
        again(pair);

        List<Pair.InFlight> messages = pair.traffic.subList(before, pair.traffic.size());
        assertThat(messages).hasSize(4);
        assertThat(octets(messages, true)).isEqualTo(requestOctets);
        assertThat(octets(messages, false)).isEqualTo(responseOctets);
    }

    private static int octets(List<Pair.InFlight> messages, boolean byClient) {
        return messages.stream()
                .filter(message -> message.from().isClient == byClient)
                .mapToInt(message -> message.message().size())
                .sum();
    }

    @Test
    @DisplayName("under load a cookie is asked for first (E3-2)")
    void cookie() {
        var always = new HalfOpenAdmission.Limits(0, 100, 100, 20);
        SealedTickets office = sealed();
        Pair pair =
                Pairs.of(
                                context(2, OptionalInt.empty(), Optional.empty()),
                                client(Way.UDP),
                                context(3, OptionalInt.of(500), Optional.of(office)),
                                Configs.gateway(Configs.X25519),
                                always)
                        .start();
        int before = pair.client.ladder().size();
        crash(pair);
        again(pair);

        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ladder().subList(before, before + 2))
                .allMatch(m -> m.startsWith(RESUMED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no nonce", "no ticket", "two tickets", "empty ticket"})
    @DisplayName("a malformed IKE_SESSION_RESUME makes no state (E3-4)")
    void malformed(String how) {
        Pair pair = pair(Way.UDP, sealed()).prepare();
        Payload nonce = new Nonce(Octets.wrap(new byte[32]));
        Payload ticket = new Notification.TicketOpaque(Octets.wrap(new byte[80])).toNotify();
        Payload empty = Notify.of(NotifyType.TICKET_OPAQUE);
        List<Payload> payloads =
                switch (how) {
                    case "no nonce" -> List.of(ticket);
                    case "no ticket" -> List.of(nonce);
                    case "two tickets" -> List.of(nonce, ticket, ticket);
                    default -> List.of(nonce, empty);
                };
        IkeHeader header =
                IkeHeader.request(
                        new IkeSpi(77),
                        IkeSpi.ZERO,
                        ExchangeType.IKE_SESSION_RESUME,
                        /* originalInitiator= */ true,
                        0);
        Octets message = MessageCodec.encode(new IkeMessage(header, payloads));
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 500), message);

        Octets answer = pair.traffic.getLast().message();
        assertThat(new MessageCodec().decode(answer))
                .isInstanceOfSatisfying(
                        DecodeResult.Decoded.class,
                        decoded ->
                                assertThat(
                                                decoded.message()
                                                        .notification(NotifyType.INVALID_SYNTAX))
                                        .isPresent());
        assertThat(pair.gateway.sessions).isEmpty();
        assertThat(pair.gateway.bound).isEmpty();
    }

    @Test
    @DisplayName("a repeated IKE_SESSION_RESUME is answered with the same octets (E3-2)")
    void repeated() {
        Pair pair = pair(Way.UDP, sealed()).start();
        crash(pair);
        pair.delivers = message -> !is(message, ExchangeType.IKE_AUTH);
        int before = pair.traffic.size();
        again(pair);
        Pair.InFlight request = pair.traffic.get(before);
        pair.inject(pair.gateway, Pairs.udpTo(pair.gateway, 500), request.message());

        List<Octets> answers =
                pair.traffic.subList(before, pair.traffic.size()).stream()
                        .filter(m -> !m.from().isClient)
                        .map(Pair.InFlight::message)
                        .toList();
        assertThat(answers).hasSize(2);
        assertThat(answers.get(0)).isEqualTo(answers.get(1));
    }

    @Test
    @DisplayName(
            "an IKE SA that still lives gives way to the one that resumes it, without a word (E3-3)")
    void stillAlive() {
        Pair pair = pair(Way.UDP, sealed()).start();
        // the client alone forgets
        HeldTicket held = pair.client.ticket.orElseThrow();
        pair.client.handle(new Input.Commanded(new Command.Abandon("asleep")));
        pair.client.ticket = Optional.of(held);
        int before = pair.gateway.ladder().size();
        again(pair);

        assertThat(pair.gateway.actions(Action.ReplaceResumed.class)).hasSize(1);
        assertThat(pair.gateway.children).hasSize(1);
        assertThat(pair.gateway.ladder().subList(before, pair.gateway.ladder().size()))
                .noneMatch(m -> m.startsWith("INFORMATIONAL"));
        assertThat(pair.gateway.bound).hasSize(1);
    }

    @Test
    @DisplayName("who does not want tickets asks for none and uses none (E3-4)")
    void off() {
        SealedTickets office = sealed();
        HeldTicket held = pair(Way.UDP, office).start().client.ticket.orElseThrow();
        Pair pair =
                pair(
                        Configs.client(Way.UDP.choice(), Configs.X25519),
                        Configs.gateway(Configs.X25519),
                        Optional.of(office));
        pair.client.ticket = Optional.of(held);
        pair.start();

        assertThat(pair.client.ladder().getFirst()).startsWith(ANEW);
        assertThat(pair.client.actions(Action.KeepTicket.class)).isEmpty();
        assertThat(pair.isUp()).isTrue();
    }

    @Test
    @DisplayName(
            "NAT detection is carried out anew, and the transport is chosen anew (E3-2, TE-092, ST-025)")
    void elsewhere() {
        SealedTickets office = sealed();
        HeldTicket held = pair(Way.TCP_ENCAPSULATION, office).start().client.ticket.orElseThrow();
        Pair pair = pair(Way.UDP, office);
        pair.nat =
                inside -> new java.net.InetSocketAddress("203.0.113.9", 20_000 + inside.getPort());
        pair.client.ticket = Optional.of(held);
        pair.start();

        assertThat(pair.client.ladder().getFirst()).isEqualTo(RESUMED + " udp");
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.session.orElseThrow().status().natUs()).isTrue();
        assertThat(pair.client.session.orElseThrow().status().path())
                .get()
                .isInstanceOfSatisfying(
                        TransportPath.Udp.class, udp -> assertThat(udp.nonEspMarker()).isTrue());
    }
}
