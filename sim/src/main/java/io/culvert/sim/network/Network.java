package io.culvert.sim.network;

import io.culvert.ipsec.value.MonoTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The internet: carries datagrams and TCP connections between hosts, each through its own access. For one thread.
public final class Network {
    private static final int EPHEMERAL = 49_152;

    private final Agenda agenda;
    private final Dice dice;
    private final Story story;
    private final Map<InetAddress, Access> accesses = new HashMap<>();
    private final Map<InetAddress, Nat> nats = new HashMap<>();
    private final List<TcpConnection> connections = new ArrayList<>();
    private final Tally tally = new Tally();

    /// When the last datagram of each flow arrives.
    private final Map<Flow, MonoTime> arrivals = new HashMap<>();

    private int ports;

    private record Flow(InetSocketAddress from, InetSocketAddress to) {}

    /// @param story told what becomes of packets
    public Network(Agenda agenda, Dice dice, Story story) {
        this.agenda = agenda;
        this.dice = dice;
        this.story = story;
    }

    /// The time, and what is to come.
    public Agenda agenda() {
        return agenda;
    }

    /// What went wrong so far.
    public Tally tally() {
        return tally;
    }

    /// Makes a place for a host with an address of its own.
    public Access attach(InetAddress address, LinkQuality quality) {
        Access access = new Access(address, quality, Optional.empty());
        accesses.put(address, access);
        return access;
    }

    /// Makes a place for a host behind a NAT.
    public Access attach(InetAddress insideAddress, LinkQuality quality, Nat nat) {
        Access access = new Access(insideAddress, quality, Optional.of(nat));
        nats.put(nat.address(), nat);
        nat.serve(access);
        return access;
    }

    /// Sends a datagram from a host.
    public void send(Access from, Datagram datagram) {
        int far = datagram.to().getPort();
        if (from.isCut() || from.firewall().blocks(Protocol.UDP, far)) {
            tally.count(from.isCut() ? Fault.CUT : Fault.BLOCKED);
            lost(datagram, "dropped at its source");
            return;
        }
        Datagram outside = from.nat().map(nat -> translated(nat, datagram)).orElse(datagram);
        Optional<Access> destination = destination(outside.to().getAddress(), outside);
        if (destination.isEmpty()) {
            if (nats.containsKey(outside.to().getAddress())) {
                tally.count(Fault.REFUSED_BY_NAT);
            }
            lost(datagram, "dropped, nobody there");
            return;
        }
        Access to = destination.get();
        int copies = 1;
        if (dice.happens(from.quality().duplication())
                || dice.happens(to.quality().duplication())) {
            copies = 2;
            tally.count(Fault.DUPLICATED);
        }
        for (int i = 0; i < copies; i++) {
            int octets = datagram.packetOctets();
            if (from.quality().carries(dice, octets) && to.quality().carries(dice, octets)) {
                launch(from, to, outside);
            } else {
                boolean never = !from.quality().admits(octets) || !to.quality().admits(octets);
                tally.count(never ? Fault.FRAGMENTS_DROPPED : Fault.LOST);
                lost(datagram, "lost");
            }
        }
    }

    private Datagram translated(Nat nat, Datagram datagram) {
        int before = nat.expirations();
        var outside = nat.outbound(now(), Protocol.UDP, datagram.from(), datagram.to());
        if (nat.expirations() > before) {
            tally.count(Fault.MAPPING_EXPIRED);
        }
        return datagram.from(outside);
    }

    private void launch(Access from, Access to, Datagram datagram) {
        MonoTime arrival = now().plus(delay(from, to));
        MonoTime latest =
                arrivals.merge(
                        new Flow(datagram.from(), datagram.to()),
                        arrival,
                        (one, other) -> one.isBefore(other) ? other : one);
        if (arrival.isBefore(latest)) {
            tally.count(Fault.OVERTAKEN);
        }
        agenda.at(arrival, () -> arrive(to, datagram));
    }

    /// Opens a TCP connection.
    ///
    /// @param patience how long it may take
    /// @param opening told what comes of it
    public void connect(Access from, InetSocketAddress to, Duration patience, Opening opening) {
        var local = new InetSocketAddress(from.address(), EPHEMERAL + ports++ % 10_000);
        knock(from, local, to, now().plus(patience), Duration.ofSeconds(1), opening);
    }

    /// Told what comes of opening a connection.
    public interface Opening {
        /// It is open.
        ///
        /// @return who takes what comes on it
        StreamUser opened(StreamEnd end);

        /// It cannot be opened.
        void failed(String reason);
    }

    /// The connections that at least one end believes in.
    public List<TcpConnection> connections() {
        connections.removeIf(TcpConnection::isOver);
        return List.copyOf(connections);
    }

    private void knock(
            Access from,
            InetSocketAddress local,
            InetSocketAddress to,
            MonoTime until,
            Duration wait,
            Opening opening) {
        if (now().hasReached(until)) {
            tally.count(Fault.CONNECT_TIMED_OUT);
            opening.failed("connection timed out");
            return;
        }
        boolean blocked = from.firewall().blocks(Protocol.TCP, to.getPort());
        if (blocked) {
            tally.count(Fault.BLOCKED);
        }
        if (blocked && from.firewall().isRejecting()) {
            agenda.after(from.quality().delay(dice), () -> opening.failed("connection refused"));
            return;
        }
        Optional<Access> there = Optional.ofNullable(accesses.get(to.getAddress()));
        boolean passes =
                !from.isCut()
                        && !blocked
                        && there.filter(a -> !a.isCut() && a.host().isPresent()).isPresent()
                        && getsOver(from, there.orElseThrow())
                        && getsOver(there.orElseThrow(), from);
        if (!passes) {
            MonoTime again = now().plus(wait).min(until);
            agenda.at(again, () -> knock(from, local, to, until, wait.multipliedBy(2), opening));
            return;
        }
        Access target = there.orElseThrow();
        agenda.after(delay(from, target), () -> reach(from, local, target, to, opening));
    }

    private boolean getsOver(Access from, Access to) {
        return !dice.happens(from.quality().loss()) && !dice.happens(to.quality().loss());
    }

    private void reach(
            Access from,
            InetSocketAddress local,
            Access target,
            InetSocketAddress to,
            Opening opening) {
        var seen =
                from.nat().map(nat -> nat.outbound(now(), Protocol.TCP, local, to)).orElse(local);
        TcpConnection connection = new TcpConnection(this, dice, from, local, target, to, seen);
        Optional<StreamUser> user =
                target.host().flatMap(host -> host.accept(connection.acceptor()));
        if (user.isEmpty()) {
            agenda.after(delay(from, target), () -> opening.failed("connection refused"));
            return;
        }
        connections.add(connection);
        connection.acceptor().use(user.get());
        agenda.after(
                delay(from, target),
                () -> connection.opener().use(opening.opened(connection.opener())));
    }

    private void arrive(Access at, Datagram datagram) {
        if (at.isCut() || at.firewall().blocks(Protocol.UDP, datagram.from().getPort())) {
            tally.count(at.isCut() ? Fault.CUT : Fault.BLOCKED);
            lost(datagram, "dropped at its destination");
            return;
        }
        Datagram inside = datagram;
        if (at.nat().isPresent()) {
            Optional<InetSocketAddress> translated =
                    at.nat()
                            .get()
                            .inbound(now(), Protocol.UDP, datagram.from(), datagram.to().getPort());
            if (translated.isEmpty()) {
                tally.count(Fault.REFUSED_BY_NAT);
                lost(datagram, "dropped by the NAT");
                return;
            }
            inside = datagram.to(translated.get());
        }
        Datagram received = inside;
        at.host().ifPresentOrElse(h -> h.received(received), () -> lost(received, "host is down"));
    }

    /// The host that an address leads to now: through a NAT by its mapping.
    private Optional<Access> destination(InetAddress address, Datagram datagram) {
        Nat nat = nats.get(address);
        if (nat == null) {
            return Optional.ofNullable(accesses.get(address));
        }
        return nat.inbound(now(), Protocol.UDP, datagram.from(), datagram.to().getPort())
                .flatMap(inside -> nat.access(inside.getAddress()));
    }

    Duration delay(Access one, Access other) {
        return one.quality().delay(dice).plus(other.quality().delay(dice));
    }

    MonoTime now() {
        return agenda.now();
    }

    private void lost(Datagram datagram, String how) {
        story.tell(now(), () -> how + ": " + datagram);
    }
}
