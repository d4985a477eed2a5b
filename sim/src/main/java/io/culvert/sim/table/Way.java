package io.culvert.sim.table;

import io.culvert.ike.api.TransportChoice;
import io.culvert.ike.api.TransportChoice.IkeTcpPolicy;
import io.culvert.ike.api.TransportOrder;

/// How a road warrior is configured to get through. A column of the table.
public enum Way {
    /// UDP, where a large message is one large datagram.
    UDP_WHOLE("udp, no IKE fragments") {
        @Override
        TransportOrder transports() {
            return TransportOrder.of(new TransportChoice.Udp());
        }

        @Override
        int packetOctets() {
            return 0;
        }
    },
    /// UDP with IKE fragmentation (RFC 7383).
    UDP("udp") {
        @Override
        TransportOrder transports() {
            return TransportOrder.of(new TransportChoice.Udp());
        }
    },
    /// Raw IKE over TCP for all that sets up SAs.
    IKE_TCP("ike-tcp") {
        @Override
        TransportOrder transports() {
            return TransportOrder.of(IKE_TCP_MISSION);
        }
    },
    /// IKE and ESP in one TCP connection to port 443.
    TCP_ENCAPSULATION("tcp-encapsulation") {
        @Override
        TransportOrder transports() {
            return TransportOrder.of(new TransportChoice.TcpEncapsulation());
        }
    },
    /// All of these beside each other.
    AUTOMATIC("automatic") {
        @Override
        TransportOrder transports() {
            return TransportOrder.of(
                    new TransportChoice.Udp(),
                    IKE_TCP_MISSION,
                    new TransportChoice.TcpEncapsulation());
        }
    };

    /// As configured by default.
    private static final TransportChoice IKE_TCP_MISSION =
            new TransportChoice.IkeTcp(IkeTcpPolicy.MISSION, 1200);

    private static final int FRAGMENT_ABOVE = 1280;

    private final String title;

    Way(String title) {
        this.title = title;
    }

    /// For people.
    public String title() {
        return title;
    }

    /// What is tried, best first.
    abstract TransportOrder transports();

    /// From which size on messages go in fragments of IKE; 0 for never.
    int packetOctets() {
        return FRAGMENT_ABOVE;
    }
}
