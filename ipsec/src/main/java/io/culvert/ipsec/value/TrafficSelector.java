package io.culvert.ipsec.value;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/// A range of addresses and ports of one protocol, as negotiated for a Child SA.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.13.1 RFC 7296 section 3.13.1
/// @param protocol the IP protocol, 0 for any
/// @param startPort the first port, 0 to 65535; for ICMP, type * 256 + code. A start of 65535 with an end of 0 means OPAQUE
/// @param endPort the last port
/// @param startAddress the first address
/// @param endAddress the last address, of the same family and not below the first
public record TrafficSelector(
        int protocol,
        int startPort,
        int endPort,
        InetAddress startAddress,
        InetAddress endAddress) {
    private static final int ANY_PROTOCOL = 0;
    private static final int LAST_PORT = 65_535;

    /// Checks ranges and families.
    public TrafficSelector {
        if (protocol < 0 || protocol > 255) {
            throw new IllegalArgumentException("protocol " + protocol + " is not in 0..255");
        }
        if (startPort < 0 || startPort > LAST_PORT || endPort < 0 || endPort > LAST_PORT) {
            throw new IllegalArgumentException(
                    "ports " + startPort + "-" + endPort + " are not in 0..65535");
        }
        if (startPort > endPort && !(startPort == LAST_PORT && endPort == 0)) {
            throw new IllegalArgumentException(
                    "ports " + startPort + "-" + endPort + " are upside down");
        }
        if (startAddress.getAddress().length != endAddress.getAddress().length
                || compare(startAddress, endAddress) > 0) {
            throw new IllegalArgumentException(
                    "not a range: "
                            + startAddress.getHostAddress()
                            + "-"
                            + endAddress.getHostAddress());
        }
    }

    /// All protocols and ports of every address in `prefix`.
    public static TrafficSelector of(IpPrefix prefix) {
        return new TrafficSelector(ANY_PROTOCOL, 0, LAST_PORT, prefix.base(), prefix.last());
    }

    /// All protocols and ports of one address.
    public static TrafficSelector of(InetAddress address) {
        return new TrafficSelector(ANY_PROTOCOL, 0, LAST_PORT, address, address);
    }

    /// Whether the addresses are IPv4.
    public boolean isIpv4() {
        return startAddress instanceof Inet4Address;
    }

    /// Whether the ports are OPAQUE: only packets whose ports cannot be seen.
    public boolean isOpaque() {
        return startPort == LAST_PORT && endPort == 0;
    }

    /// Whether every protocol and port is meant.
    public boolean isAnyPort() {
        return startPort == 0 && endPort == LAST_PORT;
    }

    /// Whether there is only one address.
    public boolean isOneAddress() {
        return startAddress.equals(endAddress);
    }

    /// The same protocol and ports, of another address.
    public TrafficSelector withAddress(InetAddress address) {
        return new TrafficSelector(protocol, startPort, endPort, address, address);
    }

    /// What both select, or nothing.
    public Optional<TrafficSelector> intersect(TrafficSelector other) {
        if (isIpv4() != other.isIpv4()
                || (protocol != other.protocol
                        && protocol != ANY_PROTOCOL
                        && other.protocol != ANY_PROTOCOL)) {
            return Optional.empty();
        }
        int commonProtocol = protocol == ANY_PROTOCOL ? other.protocol : protocol;
        InetAddress first =
                compare(startAddress, other.startAddress) >= 0 ? startAddress : other.startAddress;
        InetAddress last =
                compare(endAddress, other.endAddress) <= 0 ? endAddress : other.endAddress;
        if (compare(first, last) > 0) {
            return Optional.empty();
        }
        if (isOpaque() || other.isOpaque()) {
            boolean both = (isOpaque() || isAnyPort()) && (other.isOpaque() || other.isAnyPort());
            return both
                    ? Optional.of(new TrafficSelector(commonProtocol, LAST_PORT, 0, first, last))
                    : Optional.empty();
        }
        int low = Math.max(startPort, other.startPort);
        int high = Math.min(endPort, other.endPort);
        return low > high
                ? Optional.empty()
                : Optional.of(new TrafficSelector(commonProtocol, low, high, first, last));
    }

    /// Whether everything selected here is selected by `wider` too.
    public boolean isSubsetOf(TrafficSelector wider) {
        return intersect(wider).filter(this::equals).isPresent();
    }

    /// Whether `address` with `port` of `packetProtocol` is selected.
    ///
    /// @param port the port, or type * 256 + code of ICMP
    public boolean matches(int packetProtocol, InetAddress address, int port) {
        return (protocol == ANY_PROTOCOL || protocol == packetProtocol)
                && address.getAddress().length == startAddress.getAddress().length
                && compare(startAddress, address) <= 0
                && compare(address, endAddress) <= 0
                && startPort <= port
                && port <= endPort;
    }

    /// `10.0.0.0/8`, or a range, with `[protocol/ports]` where they are limited.
    @Override
    public String toString() {
        String limits =
                protocol == ANY_PROTOCOL && isAnyPort() ? "" : "[" + protocol + ports() + "]";
        return addresses() + limits;
    }

    private String ports() {
        if (isOpaque()) {
            return "/opaque";
        }
        if (isAnyPort()) {
            return "";
        }
        return startPort == endPort ? "/" + startPort : "/" + startPort + "-" + endPort;
    }

    private String addresses() {
        int family = startAddress.getAddress().length * 8;
        for (int bits = family; bits >= 0; bits--) {
            IpPrefix prefix = new IpPrefix(startAddress, bits);
            if (!prefix.base().equals(startAddress)) {
                break;
            }
            if (prefix.last().equals(endAddress)) {
                return prefix.toString();
            }
        }
        return startAddress.getHostAddress() + "-" + endAddress.getHostAddress();
    }

    private static int compare(InetAddress left, InetAddress right) {
        return Arrays.compareUnsigned(left.getAddress(), right.getAddress());
    }
}
