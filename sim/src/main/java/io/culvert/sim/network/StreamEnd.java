package io.culvert.sim.network;

import io.culvert.ipsec.value.Octets;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// One end of a TCP connection, as its host sees it.
public final class StreamEnd {
    private final TcpConnection connection;
    private final Access access;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;

    /// What arrived before anybody listened.
    private final Deque<Runnable> early = new ArrayDeque<>();

    private Optional<StreamUser> user = Optional.empty();
    private boolean gone;
    private boolean finished;
    private boolean closed;

    StreamEnd(
            TcpConnection connection,
            Access access,
            InetSocketAddress local,
            InetSocketAddress remote) {
        this.connection = connection;
        this.access = access;
        this.local = local;
        this.remote = remote;
    }

    /// Our address and port.
    public InetSocketAddress local() {
        return local;
    }

    /// The other end's address and port, as seen here.
    public InetSocketAddress remote() {
        return remote;
    }

    /// Sends octets; nothing happens if the connection is gone.
    public void send(Octets octets) {
        if (!gone && !finished) {
            connection.send(this, octets);
        }
    }

    /// Sends no more after what was sent.
    public void finish() {
        if (!gone && !finished) {
            finished = true;
            connection.finish(this);
        }
    }

    /// Sends no more after what was sent, and hears nothing any more.
    public void close() {
        finish();
        closed = true;
    }

    /// Forgets the connection without telling anybody, as a host that crashes does.
    public void vanish() {
        gone = true;
    }

    /// Whether this end has forgotten the connection.
    public boolean isGone() {
        return gone;
    }

    /// Whether its host is done with it.
    boolean isDone() {
        return gone || closed;
    }

    Access access() {
        return access;
    }

    void use(StreamUser newUser) {
        user = Optional.of(newUser);
        while (!early.isEmpty()) {
            early.remove().run();
        }
    }

    void deliver(Octets octets) {
        tell(() -> user.orElseThrow().received(octets));
    }

    void deliverEnd() {
        tell(() -> user.orElseThrow().ended());
    }

    void deliverBreak(String reason) {
        tell(() -> {
            gone = true;
            user.orElseThrow().broken(reason);
        });
        gone |= closed;
    }

    private void tell(Runnable news) {
        if (gone || closed) {
            return;
        }
        if (user.isEmpty()) {
            early.add(news);
        } else {
            news.run();
        }
    }
}
