package io.culvert.esp.device;

import io.culvert.esp.ip.ChecksumFixup;
import io.culvert.esp.ip.HostHeader;
import io.culvert.esp.ip.IpHeaderView;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.packet.PacketBuffer;
import java.net.InetAddress;
import java.util.Optional;

/// What an SA in transport mode does to packets: it carries their payloads, the headers stay behind and are made anew.
///
/// Immutable.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4303#section-3.1.1 RFC 4303 section 3.1.1
final class TransportMode {
    private static final int IPV4_HEADER_OCTETS = 20;
    private static final int IPV6_HEADER_OCTETS = 40;
    private static final int HOP_BY_HOP = 0;
    private static final int FRAGMENT = 44;

    private final HostHeader header;
    private final Optional<ChecksumFixup> fixup;

    private TransportMode(HostHeader header, Optional<ChecksumFixup> fixup) {
        this.header = header;
        this.fixup = fixup;
    }

    /// That of an SA, unless it is in tunnel mode.
    static Optional<TransportMode> of(ChildSaSpec spec) {
        return switch (spec.mode()) {
            case TUNNEL -> Optional.empty();
            case TRANSPORT -> {
                InetAddress from = spec.remote().getFirst().startAddress();
                InetAddress to = spec.local().getFirst().startAddress();
                yield Optional.of(
                        new TransportMode(
                                new HostHeader(from, to),
                                spec.peerView()
                                        .map(view ->
                                                new ChecksumFixup(
                                                        view.source(),
                                                        view.destination(),
                                                        from,
                                                        to))));
            }
        };
    }

    /// Whether a packet may be sent in this mode: a whole one, not a fragment, whose header says nothing that would be
    /// lost with it.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc4303#section-3.3.4 RFC 4303 section 3.3.4
    boolean admits(IpHeaderView packet) {
        int plain = packet.isIpv6() ? IPV6_HEADER_OCTETS : IPV4_HEADER_OCTETS;
        return !packet.isFragment() && packet.payloadAt() == plain;
    }

    /// Makes an IP packet of a payload that came.
    ///
    /// @param nextHeader its protocol
    /// @return false if there is no room for a header, or there must be none of this protocol
    boolean restore(PacketBuffer payload, int nextHeader) {
        if (nextHeader == FRAGMENT || nextHeader == HOP_BY_HOP) {
            return false;
        }
        fixup.ifPresent(f -> f.apply(payload, nextHeader, header.isIpv6()));
        return header.put(payload, nextHeader);
    }
}
