package io.culvert.ike.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Action;
import io.culvert.ike.api.Command;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.HeldTicket;
import io.culvert.ike.api.Input;
import io.culvert.ike.api.Resumable;
import io.culvert.ike.api.SessionContext;
import io.culvert.ike.api.TicketKeys;
import io.culvert.ike.api.TicketOffice;
import io.culvert.ike.proposal.IkeProposal;
import io.culvert.ike.session.Pairs.Way;
import io.culvert.ike.ticket.SealedTickets;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.crypto.JdkCrypto;
import io.culvert.ipsec.testing.SeededRandom;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// What tests of session resumption share: tickets, a time of day, and crashes.
class Resumptions {
    static final String RESUMED = "IKE_SESSION_RESUME request 0";
    static final String ANEW = "IKE_SA_INIT request 0";

    /// Keys of tickets that the test changes.
    static final class Keys implements TicketKeys {
        private final Map<Integer, TicketKey> all = new HashMap<>();
        private int current;

        Keys() {
            rotate();
        }

        void rotate() {
            byte[] octets = new byte[KEY_OCTETS];
            Arrays.fill(octets, (byte) ++current);
            all.put(current, new TicketKey(current, KeyMaterial.wrap("ticket key", octets)));
        }

        void throwOld() {
            all.keySet().removeIf(id -> id != current);
        }

        @Override
        public TicketKey current() {
            return all.get(current);
        }

        @Override
        public Optional<TicketKey> named(int id) {
            return Optional.ofNullable(all.get(id));
        }
    }

    final Keys keys = new Keys();
    Instant today = Instant.ofEpochSecond(1_700_000_000);

    Pair pair(Way way, TicketOffice office) {
        return pair(client(way), Configs.gateway(Configs.X25519), Optional.of(office));
    }

    static Pair pair(
            ConnectionConfig client, ConnectionConfig gateway, Optional<TicketOffice> office) {
        return Pairs.of(
                context(2, OptionalInt.empty(), Optional.empty()),
                client,
                context(3, OptionalInt.of(500), office),
                gateway,
                HalfOpenAdmission.Limits.DEFAULT);
    }

    SealedTickets sealed() {
        return new SealedTickets(new JdkCrypto(), new SeededRandom(9), keys, () -> today);
    }

    static ConnectionConfig client(Way way) {
        return client(way, Configs.X25519);
    }

    static ConnectionConfig client(Way way, IkeProposal... proposals) {
        ConnectionConfig config = Configs.client(way.choice(), proposals);
        return Configs.with(config, config.children(), config.limits().withResumption());
    }

    static SessionContext context(long seed, OptionalInt port, Optional<TicketOffice> office) {
        SessionContext plain = Pairs.revealing(Configs.context(seed, "secret", port));
        return office.map(plain::withTickets).orElse(plain);
    }

    static TicketOffice office(Pair pair) {
        return pair.gateway.context.tickets().orElseThrow();
    }

    /// Both forget all but the ticket, and what the gateway gives tickets by.
    static void crash(Pair pair) {
        Optional<HeldTicket> held = pair.client.ticket;
        pair.client.handle(new Input.Commanded(new Command.Abandon("lost")));
        pair.client.ticket = held;
        pair.reset();
        pair.gateway.bound.clear();
        pair.gateway.sessions.clear();
        pair.gateway.session = Optional.empty();
        pair.gateway.children.clear();
    }

    static void again(Pair pair) {
        pair.prepare().start();
    }

    static void mend(Pair pair, UnaryOperator<Octets> how) {
        pair.client.ticket =
                pair.client.ticket.map(
                        held -> new HeldTicket(how.apply(held.ticket()), held.state()));
    }

    static Resumable withoutKey(Resumable s) {
        return new Resumable(
                s.connection(),
                s.initiator(),
                s.responder(),
                s.eapIdentity(),
                s.method(),
                s.algorithms(),
                KeyMaterial.wrap("SK_d", new byte[32]),
                s.spi(),
                s.until());
    }

    static Octets flipped(Octets ticket, int at) {
        byte[] octets = ticket.toArray();
        octets[at] ^= 1;
        return Octets.wrap(octets);
    }

    static boolean is(Pair.InFlight message, ExchangeType exchange) {
        return IkeHeader.peek(message.message())
                .filter(header -> header.exchangeType().equals(exchange))
                .isPresent();
    }

    static long lifetime(Pair pair) {
        return pair.client.actions(Action.KeepTicket.class).getLast().lifetime().toSeconds();
    }

    /// The latest ticket was tried, refused and forgotten, and a new IKE SA made at once, with a new ticket.
    static void assertAnew(Pair pair) {
        List<String> ladder = pair.client.ladder();
        int resumed = lastIndex(ladder, RESUMED);
        assertThat(ladder.get(resumed + 1)).startsWith(ANEW);
        assertThat(pair.isUp()).isTrue();
        assertThat(pair.client.ticket).isPresent();
        Pairs.assertKeysFit(pair);
    }

    static int lastIndex(List<String> ladder, String start) {
        for (int i = ladder.size() - 1; i >= 0; i--) {
            if (ladder.get(i).startsWith(start)) {
                return i;
            }
        }
        throw new AssertionError("no " + start + " in " + ladder);
    }
}
