package io.culvert.runtime.actor;

import io.culvert.ike.api.Admission;
import io.culvert.ike.transport.StreamFraming;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Optional;

/// Receives strangers: the one thread that asks [Admission] about messages that belong to no session.
///
/// However many strangers come, the messages of known peers pass it by.
final class FrontDesk {
    private static final System.Logger LOG = System.getLogger(FrontDesk.class.getName());

    private final Sessions house;
    private final Admission admission;

    // guarded by this
    private final ArrayDeque<Item> queue = new ArrayDeque<>();
    private int strangers;
    private boolean running;
    private boolean closed;

    private sealed interface Item {
        record Stranger(TransportPath path, Octets message) implements Item {}

        record UnknownEsp(TransportPath.Udp path, Spi spi) implements Item {}

        record HandshakeEnded(IkeSpi ours, boolean established) implements Item {}
    }

    FrontDesk(Sessions house, Admission admission) {
        this.house = house;
        this.admission = admission;
    }

    /// Queues a message.
    ///
    /// @param waits whether to wait for room, rather than to drop the message
    void receive(TransportPath path, Octets message, boolean waits) {
        synchronized (this) {
            while (strangers >= house.limits().frontDeskMessages() && !closed) {
                if (!waits) {
                    house.counters().count("FRONT_DESK_FULL");
                    return;
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
            strangers++;
            put(new Item.Stranger(path, message));
        }
    }

    /// ESP came from where nobody's peer is, by an SPI that nobody knows. There is always room for something better.
    synchronized void unknownEsp(TransportPath.Udp path, Spi spi) {
        if (queue.isEmpty()) {
            put(new Item.UnknownEsp(path, spi));
        }
    }

    /// A session that was accepted is no longer half open.
    void handshakeEnded(IkeSpi ours, boolean established) {
        put(new Item.HandshakeEnded(ours, established));
    }

    /// Accepts nobody any more.
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized void put(Item item) {
        if (closed) {
            return;
        }
        queue.add(item);
        if (!running) {
            running = true;
            Thread.ofVirtual().name("front-desk").start(this::serve);
        }
    }

    private void serve() {
        for (Optional<Item> next = take(); next.isPresent(); next = take()) {
            try {
                switch (next.get()) {
                    case Item.Stranger(TransportPath path, Octets message) -> meet(path, message);
                    case Item.UnknownEsp(var path, Spi spi) ->
                            follow(
                                    path,
                                    Octets.EMPTY,
                                    admission.unknownEsp(house.timekeeper().now(), spi));
                    case Item.HandshakeEnded(IkeSpi ours, boolean established) ->
                            admission.handshakeEnded(house.timekeeper().now(), ours, established);
                }
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                LOG.log(Level.ERROR, "the front desk stumbled", e);
                house.counters().count("INTERNAL_ERROR");
            }
        }
    }

    private synchronized Optional<Item> take() {
        Optional<Item> next = Optional.ofNullable(queue.poll());
        if (next.isPresent() && next.get() instanceof Item.Stranger) {
            strangers--;
            notifyAll();
        }
        running = next.isPresent();
        return next;
    }

    private void meet(TransportPath path, Octets message) {
        // it may have become known while it waited
        Optional<SessionActor> known = house.directory().find(SpiDirectory.ours(message));
        if (known.isPresent()) {
            house.deliver(known.get(), path, message, false);
            return;
        }
        follow(path, message, admission.decide(house.timekeeper().now(), path, message));
    }

    private void follow(TransportPath path, Octets message, Admission.Decision decision) {
        switch (decision) {
            case Admission.Decision.Drop(String reason) -> house.counters().count(reason);
            case Admission.Decision.Reply(Octets reply, String reason) -> {
                house.counters().count(reason);
                reply(path, reply);
            }
            case Admission.Decision.AboutEsp() ->
                    house.espPeers()
                            .of(path.remote())
                            .forEach(s -> house.deliver(s, path, message, false));
            case Admission.Decision.Forward(IkeSpi ours) ->
                    house.directory()
                            .find(ours)
                            .ifPresentOrElse(
                                    s -> house.deliver(s, path, message, false),
                                    () -> house.counters().count("SESSION_GONE"));
            case Admission.Decision.Accept(IkeSpi ours) -> accept(ours, path, message);
        }
    }

    private void reply(TransportPath path, Octets reply) {
        try {
            house.network().send(path, reply);
        } catch (IOException e) {
            house.counters().count("REPLY_FAILED");
        }
    }

    private void accept(IkeSpi ours, TransportPath path, Octets message) {
        if (path instanceof TransportPath.Tcp stream
                && stream.framing() == StreamFraming.TCP_ENCAPSULATION
                && house.users().usedByOthers(stream.connection(), Optional.empty())) {
            // several IKE SAs never share such a connection (TE-050)
            house.counters().count("CONNECTION_SHARED");
            house.refuse(stream);
            admission.handshakeEnded(house.timekeeper().now(), ours, false);
            return;
        }
        Optional<SessionActor> made = house.respond(ours, path);
        if (made.isEmpty()) {
            house.counters().count("NO_CONNECTION_FOR_ADDRESS");
            admission.handshakeEnded(house.timekeeper().now(), ours, false);
            return;
        }
        house.deliver(made.get(), path, message, false);
    }
}
