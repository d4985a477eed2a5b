package io.culvert.app.relay;

import java.net.InetSocketAddress;
import java.util.List;

/// The side of a relay where clients come, by one sort of transport. Safe for use by many threads.
interface Front extends AutoCloseable {
    /// Where it listens.
    List<InetSocketAddress> listening();

    /// How many clients it has.
    int clients();

    /// How many clients are waited for, whose connection is gone.
    int lingering();

    /// Looks for clients that are gone, and for what is due. Called every now and then.
    void sweep();

    /// Takes no new clients, and lets everything that waits be sent; returns when it is, or after a short time.
    void drain();

    @Override
    void close();
}
