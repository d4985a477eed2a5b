package io.culvert.ipsec.testing;

import io.culvert.ipsec.dataplane.DataPlane;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.Octets;
import java.time.Duration;
import java.util.Optional;

/// A data plane between a host and a net, both of which are played by a test. Safe for use by many threads.
public interface Station extends AutoCloseable {
    /// The data plane.
    DataPlane plane();

    /// The host sends an IP packet. False if it has to wait.
    boolean send(Octets packet);

    /// The next IP packet that the host receives; empty if none came in time.
    Optional<Octets> receive(Duration patience) throws InterruptedException;

    /// The next ESP packet that goes to the net; empty if none came in time.
    Optional<Octets> leave(Duration patience) throws InterruptedException;

    /// An ESP packet comes from the net.
    void arrive(Octets packet, EspRoute from);

    /// Closes the data plane; fails if it kept something.
    @Override
    void close();
}
