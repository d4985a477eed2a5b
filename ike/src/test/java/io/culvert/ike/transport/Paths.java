package io.culvert.ike.transport;

import io.culvert.ipsec.value.IpPrefix;
import java.net.InetSocketAddress;
import java.util.List;

/// Paths between two hosts.
final class Paths {
    static final TransportPath.Udp UDP_500 = udp(500, false);
    static final TransportPath.Udp UDP_4500 = udp(4500, true);
    static final TransportPath.Tcp RAW = tcp(1, StreamFraming.IKE_TCP, true);
    static final TransportPath.Tcp PEERS_RAW = tcp(2, StreamFraming.IKE_TCP, false);
    static final TransportPath.Tcp STREAM = tcp(3, StreamFraming.TCP_ENCAPSULATION, true);
    static final TransportPath.Tcp OTHER_STREAM = tcp(4, StreamFraming.TCP_ENCAPSULATION, true);
    static final List<TransportPath> PATHS =
            List.of(UDP_500, UDP_4500, RAW, PEERS_RAW, STREAM, OTHER_STREAM);

    private static TransportPath.Udp udp(int port, boolean marker) {
        return new TransportPath.Udp(at("192.0.2.1", port), at("192.0.2.2", port), marker);
    }

    private static TransportPath.Tcp tcp(long id, StreamFraming framing, boolean mine) {
        return new TransportPath.Tcp(
                new ConnectionId(id),
                framing,
                mine,
                at("192.0.2.1", 40_000),
                at("192.0.2.2", 4500));
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(IpPrefix.parseAddress(address), port);
    }

    private Paths() {}
}
