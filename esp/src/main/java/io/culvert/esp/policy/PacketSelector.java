package io.culvert.esp.policy;

import io.culvert.esp.ip.IpHeaderView;
import io.culvert.ipsec.value.TrafficSelector;

/// A traffic selector in the form in which packets are compared with it.
///
/// @param ipv6 the family of the addresses
/// @param addresses the addresses
/// @param protocol the next layer protocol, 0 for any
/// @param ports which ports
/// @param firstPort the first port, if they are [Ports#RANGE]
/// @param lastPort the last port, if they are [Ports#RANGE]
record PacketSelector(
        boolean ipv6,
        AddressRange addresses,
        int protocol,
        Ports ports,
        int firstPort,
        int lastPort) {
    /// Which ports a selector selects.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc4301#section-4.4.1.1 RFC 4301 section 4.4.1.1
    enum Ports {
        /// All, also if they cannot be seen.
        ANY,
        /// Those of a range, if they can be seen.
        RANGE,
        /// Only those that cannot be seen.
        OPAQUE
    }

    static PacketSelector of(TrafficSelector selector) {
        Ports ports =
                selector.isAnyPort() ? Ports.ANY : selector.isOpaque() ? Ports.OPAQUE : Ports.RANGE;
        return new PacketSelector(
                !selector.isIpv4(),
                AddressRange.of(selector.startAddress(), selector.endAddress()),
                selector.protocol(),
                ports,
                selector.startPort(),
                selector.endPort());
    }

    boolean selectsSource(IpHeaderView packet) {
        return selects(packet, packet.sourceHigh(), packet.sourceLow(), packet.sourcePort());
    }

    boolean selectsDestination(IpHeaderView packet) {
        return selects(
                packet,
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.destinationPort());
    }

    /// How much more than addresses is selected: selectors of the same addresses are asked in descending order.
    int detail() {
        return (protocol == 0 ? 0 : 1) + (ports == Ports.ANY ? 0 : 1);
    }

    private boolean selects(IpHeaderView packet, long high, long low, int port) {
        return packet.isIpv6() == ipv6
                && (protocol == 0 || packet.protocol() == protocol)
                && addresses.contains(high, low)
                && selectsPort(packet.isPortsVisible(), port);
    }

    private boolean selectsPort(boolean visible, int port) {
        return switch (ports) {
            case ANY -> true;
            case RANGE -> visible && firstPort <= port && port <= lastPort;
            case OPAQUE -> !visible;
        };
    }
}
