package io.culvert.ipsec.dataplane;

import java.net.InetSocketAddress;

/// Where the ESP packets of an SA travel, seen from us.
public sealed interface EspRoute {
    /// In UDP, RFC 3948.
    ///
    /// @param local our address and port
    /// @param remote the peer's, as last authenticated
    record Udp(InetSocketAddress local, InetSocketAddress remote) implements EspRoute {}

    /// In the TCP connection with this number, RFC 9329.
    ///
    /// @param connection the number that the runtime gave the connection
    record Tcp(long connection) implements EspRoute {}

    /// Nowhere yet: the peer's endpoint is not known (IT-063). Packets wait in a short bounded queue, then are dropped.
    record Unknown() implements EspRoute {}
}
