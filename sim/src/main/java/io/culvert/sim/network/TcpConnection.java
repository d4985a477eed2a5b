package io.culvert.sim.network;

import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// A TCP connection: two streams of octets that arrive in order, cut anywhere, late where the network is bad.
///
/// Either end may forget it while the other believes in it; who then sends is reset, or hears nothing for long.
public final class TcpConnection {
    private static final Duration FIRST_REPETITION = Duration.ofMillis(300);
    private static final Duration LONGEST_REPETITION = Duration.ofSeconds(8);
    private static final int HEADERS = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private final Network network;
    private final Dice dice;
    private final StreamEnd opener;
    private final StreamEnd acceptor;
    private final Lane toAcceptor;
    private final Lane toOpener;
    private boolean severed;

    /// One direction.
    private final class Lane {
        private final StreamEnd sender;
        private final StreamEnd receiver;

        /// What is to be sent; an empty string ends the stream.
        private final Deque<Octets> waiting = new ArrayDeque<>();

        private MonoTime lastArrival = MonoTime.ZERO;
        private Optional<MonoTime> stuckSince = Optional.empty();
        private Duration repetition = FIRST_REPETITION;
        private boolean busy;
        private int untilReset = -1;
        private boolean silently;

        Lane(StreamEnd sender, StreamEnd receiver) {
            this.sender = sender;
            this.receiver = receiver;
        }

        void add(Octets octets) {
            waiting.add(octets);
            if (!busy) {
                pump();
            }
        }

        /// Sends what waits until something does not get through.
        private void pump() {
            busy = false;
            while (!waiting.isEmpty() && !severed && !sender.isGone()) {
                if (!getsThrough()) {
                    stuck();
                    return;
                }
                stuckSince = Optional.empty();
                repetition = FIRST_REPETITION;
                launch(cut(waiting.element()));
            }
        }

        private boolean getsThrough() {
            return isOpen()
                    && !dice.happens(sender.access().quality().loss())
                    && !dice.happens(receiver.access().quality().loss());
        }

        private void stuck() {
            MonoTime now = network.now();
            if (isForgottenByNat()
                    && opener.access().nat().orElseThrow().behaviour().resetsUnknown()) {
                network.tally().count(Fault.STREAM_FORGOTTEN);
                network.agenda()
                        .after(FIRST_REPETITION, () -> sender.deliverBreak("connection reset"));
                waiting.clear();
                return;
            }
            if (stuckSince.isEmpty()) {
                stuckSince = Optional.of(now);
            } else if (now.since(stuckSince.get()).compareTo(PATIENCE) > 0) {
                waiting.clear();
                network.tally().count(Fault.STREAM_TIMED_OUT);
                network.agenda()
                        .after(Duration.ZERO, () -> sender.deliverBreak("connection timed out"));
                return;
            }
            busy = true;
            // what follows tells of the gap, unless it was the last
            boolean toldOf = repetition.equals(FIRST_REPETITION) && queued() > segmentOctets();
            network.agenda().after(toldOf ? roundTrip() : repetition, this::pump);
            repetition = repetition.multipliedBy(2);
            if (repetition.compareTo(LONGEST_REPETITION) > 0) {
                repetition = LONGEST_REPETITION;
            }
        }

        private int queued() {
            return waiting.stream().mapToInt(Octets::size).sum();
        }

        private int segmentOctets() {
            int mtu = Math.min(sender.access().quality().mtu(), receiver.access().quality().mtu());
            return mtu - HEADERS;
        }

        private Duration roundTrip() {
            return network.delay(sender.access(), receiver.access()).multipliedBy(2);
        }

        /// The next segment: a part of what was written, cut at any octet.
        private Octets cut(Octets whole) {
            waiting.remove();
            int segment = Math.min(whole.size(), segmentOctets());
            int most = untilReset > 0 ? Math.min(segment, untilReset) : segment;
            int size = most;
            if (most > 1 && dice.happens(0.3)) {
                size = dice.between(1, most);
            }
            if (size < whole.size()) {
                waiting.addFirst(whole.slice(size));
            }
            return whole.slice(0, size);
        }

        private void launch(Octets segment) {
            MonoTime arrival =
                    network.now().plus(network.delay(sender.access(), receiver.access()));
            lastArrival = arrival.isBefore(lastArrival) ? lastArrival : arrival;
            network.agenda().at(lastArrival, () -> arrive(segment));
            if (untilReset > 0) {
                untilReset -= segment.size();
                if (untilReset <= 0) {
                    network.agenda()
                            .at(
                                    lastArrival,
                                    () ->
                                            sever(
                                                    silently
                                                            ? Optional.of(receiver)
                                                            : Optional.empty()));
                    severed = true;
                }
            }
        }

        private void arrive(Octets segment) {
            if (receiver.isGone()) {
                boolean up = receiver.access().host().isPresent() && !receiver.access().isCut();
                if (up) {
                    network.tally().count(Fault.STREAM_UNKNOWN);
                    sender.deliverBreak("connection reset by peer");
                }
            } else if (segment.isEmpty()) {
                receiver.deliverEnd();
            } else {
                receiver.deliver(segment);
            }
        }
    }

    TcpConnection(
            Network network,
            Dice dice,
            Access from,
            InetSocketAddress local,
            Access target,
            InetSocketAddress remote,
            InetSocketAddress seen) {
        this.network = network;
        this.dice = dice;
        opener = new StreamEnd(this, from, local, remote);
        acceptor = new StreamEnd(this, target, remote, seen);
        toAcceptor = new Lane(opener, acceptor);
        toOpener = new Lane(acceptor, opener);
    }

    StreamEnd opener() {
        return opener;
    }

    StreamEnd acceptor() {
        return acceptor;
    }

    /// Whether neither end believes in it any more.
    boolean isOver() {
        return opener.isDone() && acceptor.isDone();
    }

    /// Whether this host has an end of it.
    public boolean touches(Access access) {
        return opener.access() == access || acceptor.access() == access;
    }

    /// Breaks it after so many more octets from its opener or its acceptor.
    ///
    /// @param octets at least 1
    /// @param silent whether only the receiver of these octets learns of it
    public void breakAfter(int octets, boolean fromOpener, boolean silent) {
        Lane lane = fromOpener ? toAcceptor : toOpener;
        lane.untilReset = octets;
        lane.silently = silent;
    }

    /// Breaks it now.
    public void reset() {
        sever(Optional.empty());
    }

    void send(StreamEnd from, Octets octets) {
        if (!octets.isEmpty()) {
            lane(from).add(octets);
        }
    }

    void finish(StreamEnd from) {
        lane(from).add(Octets.EMPTY);
    }

    private Lane lane(StreamEnd from) {
        return from == opener ? toAcceptor : toOpener;
    }

    /// @param alone the only end that learns of it; the other finds out when it sends
    private void sever(Optional<StreamEnd> alone) {
        severed = alone.isEmpty();
        network.tally().count(severed ? Fault.STREAM_RESET : Fault.STREAM_HALF_OPEN);
        for (StreamEnd end : List.of(opener, acceptor)) {
            if (alone.isEmpty() || alone.get() == end) {
                end.deliverBreak("connection reset");
            }
        }
        for (Lane lane : List.of(toAcceptor, toOpener)) {
            if (!lane.busy) {
                lane.pump();
            }
        }
    }

    private boolean isOpen() {
        Access near = opener.access();
        Access far = acceptor.access();
        boolean up = near.host().isPresent() && far.host().isPresent();
        if (near.isCut()
                || far.isCut()
                || !up
                || near.firewall().blocks(Protocol.TCP, opener.remote().getPort())
                || isForgottenByNat()) {
            return false;
        }
        near.nat()
                .ifPresent(nat ->
                        nat.outbound(network.now(), Protocol.TCP, opener.local(), opener.remote()));
        return true;
    }

    private boolean isForgottenByNat() {
        return opener.access()
                .nat()
                .filter(nat ->
                        !nat.knows(network.now(), Protocol.TCP, opener.local(), opener.remote()))
                .isPresent();
    }
}
