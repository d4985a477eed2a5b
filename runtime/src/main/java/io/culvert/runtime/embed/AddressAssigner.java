package io.culvert.runtime.embed;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/// Puts the addresses that peers assign to us on a device. Called by many threads.
public interface AddressAssigner {
    /// Leaves the system as it is: for programs that use the addresses themselves.
    AddressAssigner NONE =
            new AddressAssigner() {
                @Override
                public void assign(
                        long session, List<InetAddress> addresses, List<InetAddress> dns) {}

                @Override
                public void release(long session, List<InetAddress> addresses) {}
            };

    /// Uses addresses for a session.
    ///
    /// @param dns DNS servers that the peer announced
    /// @throws IOException if the system refused; it is logged, and the session goes on
    void assign(long session, List<InetAddress> addresses, List<InetAddress> dns)
            throws IOException;

    /// Uses them no longer.
    ///
    /// @throws IOException if the system refused; it is logged
    void release(long session, List<InetAddress> addresses) throws IOException;
}
