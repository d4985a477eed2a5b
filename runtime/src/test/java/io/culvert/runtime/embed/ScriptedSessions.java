package io.culvert.runtime.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.ike.api.Admission;
import io.culvert.ike.api.ConnectionConfig;
import io.culvert.ike.api.Session;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.runtime.actor.SessionFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Makes scripted sessions, and admits every new SPI of a peer.
final class ScriptedSessions implements SessionFactory, Admission {
    /// An exchange type that admission answers without a session.
    static final int ANSWERED_STATELESSLY = 99;

    private static final int EXCHANGE_OFFSET = 18;

    private final BlockingQueue<ScriptedSession> initiators = new LinkedBlockingQueue<>();
    private final BlockingQueue<ScriptedSession> responders = new LinkedBlockingQueue<>();
    private final BlockingQueue<IkeSpi> ended = new LinkedBlockingQueue<>();
    private final Map<Long, IkeSpi> known = new HashMap<>();
    private volatile Consumer<Octets> onDecide = _ -> {};
    private long lastSpi = 0x1000;

    /// Does something whenever admission is asked.
    void onDecide(Consumer<Octets> action) {
        onDecide = action;
    }

    ScriptedSession initiator() throws InterruptedException {
        return take(initiators);
    }

    ScriptedSession responder() throws InterruptedException {
        return take(responders);
    }

    boolean hasResponder() {
        return !responders.isEmpty();
    }

    /// The next SPI that admission was told of as no longer half open.
    IkeSpi handshakeEnded() throws InterruptedException {
        return take(ended);
    }

    @Override
    public Session initiator(ConnectionConfig connection) {
        ScriptedSession session = new ScriptedSession(Optional.empty());
        initiators.add(session);
        return session;
    }

    @Override
    public Session responder(IkeSpi ours, List<ConnectionConfig> candidates) {
        assertThat(candidates).isNotEmpty();
        ScriptedSession session = new ScriptedSession(Optional.of(ours));
        responders.add(session);
        return session;
    }

    @Override
    public Admission admission() {
        return this;
    }

    @Override
    public Decision decide(MonoTime now, TransportPath path, Octets message) {
        onDecide.accept(message);
        if (message.u64(8) != 0) {
            return new Decision.Drop("UNKNOWN_SPI");
        }
        if (message.u8(EXCHANGE_OFFSET) == ANSWERED_STATELESSLY) {
            return new Decision.Reply(message, "ECHOED");
        }
        IkeSpi present = known.get(message.u64(0));
        if (present != null) {
            return new Decision.Forward(present);
        }
        IkeSpi ours = new IkeSpi(++lastSpi);
        known.put(message.u64(0), ours);
        return new Decision.Accept(ours);
    }

    @Override
    public Decision unknownEsp(MonoTime now, Spi spi) {
        return new Decision.Drop("INVALID_SPI");
    }

    @Override
    public void handshakeEnded(MonoTime now, IkeSpi ours, boolean established) {
        ended.add(ours);
    }

    private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("in time").isNotNull();
        return next;
    }
}
