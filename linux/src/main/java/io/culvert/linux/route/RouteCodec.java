package io.culvert.linux.route;

import io.culvert.ipsec.value.IpPrefix;
import io.culvert.ipsec.value.Octets;
import io.culvert.linux.route.NetworkEntry.Verdict;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;

/// Turns entries into messages of rtnetlink and back. Reading is total: what cannot be an entry gives none.
final class RouteCodec {
    private RouteCodec() {}

    static NetlinkRequest encode(NetworkEntry.Address entry, boolean add, int flags) {
        return new NetlinkRequest(add ? Codes.RTM_NEWADDR : Codes.RTM_DELADDR, flags)
                .octets(Rtnetlink.family(entry.address()), entry.bits(), Codes.IFA_F_NODAD, 0)
                .numbers(entry.link())
                .address(Codes.IFA_LOCAL, entry.address())
                .address(Codes.IFA_ADDRESS, entry.address());
    }

    static NetlinkRequest encode(NetworkEntry.Route entry, boolean add, int flags) {
        InetAddress base = entry.destination().base();
        int scope = entry.gateway().isPresent() ? Codes.RT_SCOPE_UNIVERSE : Codes.RT_SCOPE_LINK;
        NetlinkRequest request =
                new NetlinkRequest(add ? Codes.RTM_NEWROUTE : Codes.RTM_DELROUTE, flags)
                        .octets(Rtnetlink.family(base), entry.destination().bits(), 0, 0)
                        .octets(tableOctet(entry.table()), Rtnetlink.PROTOCOL)
                        .octets(scope, Codes.RTN_UNICAST)
                        .numbers(0)
                        .number(Codes.RTA_TABLE, entry.table())
                        .number(Codes.RTA_OIF, entry.link());
        if (entry.destination().bits() > 0) {
            request.address(Codes.RTA_DST, base);
        }
        entry.gateway().ifPresent(address -> request.address(Codes.RTA_GATEWAY, address));
        entry.source().ifPresent(address -> request.address(Codes.RTA_PREFSRC, address));
        return request;
    }

    static NetlinkRequest encode(NetworkEntry.Rule entry, boolean add, int flags) {
        InetAddress base = entry.destination().base();
        NetlinkRequest request =
                new NetlinkRequest(add ? Codes.RTM_NEWRULE : Codes.RTM_DELRULE, flags)
                        .octets(Rtnetlink.family(base), entry.destination().bits(), 0, 0)
                        .octets(tableOctet(entry.verdict()), 0, 0, action(entry.verdict()))
                        .numbers(0)
                        .number(Codes.FRA_PRIORITY, entry.priority())
                        .octet(Codes.FRA_PROTOCOL, Rtnetlink.PROTOCOL);
        if (entry.destination().bits() > 0) {
            request.address(Codes.FRA_DST, base);
        }
        entry.flow().ifPresent(flow -> encode(flow, request));
        switch (entry.verdict()) {
            case Verdict.Lookup lookup -> request.number(Codes.FRA_TABLE, lookup.table());
            case Verdict.LookupLonger lookup ->
                    request.number(Codes.FRA_TABLE, lookup.table())
                            .number(Codes.FRA_SUPPRESS_PREFIXLEN, lookup.bits());
            case Verdict.Skip skip -> request.number(Codes.FRA_GOTO, skip.priority());
            case Verdict.Continue _ -> {}
        }
        return request;
    }

    static Optional<NetworkEntry.Address> address(NetlinkMessage message) {
        Octets payload = message.payload();
        if (payload.size() < Codes.IFADDRMSG) {
            return Optional.empty();
        }
        Map<Integer, Octets> attributes = message.attributes(Codes.IFADDRMSG);
        // On a point-to-point link IFA_ADDRESS is the other end; IPv6 has only that one otherwise.
        return address(attributes, Codes.IFA_LOCAL)
                .or(() -> address(attributes, Codes.IFA_ADDRESS))
                .filter(address -> fits(address, payload.u8(1)))
                .map(address ->
                        new NetworkEntry.Address(
                                NetlinkMessage.number(payload.slice(4, 8)),
                                address,
                                payload.u8(1)));
    }

    static Optional<NetworkEntry.Route> route(NetlinkMessage message) {
        Octets payload = message.payload();
        if (payload.size() < Codes.RTMSG) {
            return Optional.empty();
        }
        Map<Integer, Octets> attributes = message.attributes(Codes.RTMSG);
        Optional<IpPrefix> destination =
                prefix(payload.u8(0), payload.u8(1), attributes, Codes.RTA_DST);
        int link = NetlinkMessage.number(attributes.getOrDefault(Codes.RTA_OIF, Octets.EMPTY));
        if (destination.isEmpty() || link == 0) {
            return Optional.empty();
        }
        return Optional.of(
                new NetworkEntry.Route(
                        destination.get(),
                        link,
                        address(attributes, Codes.RTA_GATEWAY),
                        address(attributes, Codes.RTA_PREFSRC),
                        table(payload.u8(4), attributes, Codes.RTA_TABLE)));
    }

    static Optional<NetworkEntry.Rule> ownRule(NetlinkMessage message) {
        Octets payload = message.payload();
        if (payload.size() < Codes.FIB_RULE_HDR) {
            return Optional.empty();
        }
        Map<Integer, Octets> attributes = message.attributes(Codes.FIB_RULE_HDR);
        Optional<IpPrefix> destination =
                prefix(payload.u8(0), payload.u8(1), attributes, Codes.FRA_DST);
        boolean isOurs =
                Octets.of((byte) Rtnetlink.PROTOCOL)
                        .equals(attributes.getOrDefault(Codes.FRA_PROTOCOL, Octets.EMPTY));
        Optional<Verdict> verdict = verdict(payload, attributes);
        if (!isOurs || destination.isEmpty() || verdict.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new NetworkEntry.Rule(
                        NetlinkMessage.number(
                                attributes.getOrDefault(Codes.FRA_PRIORITY, Octets.EMPTY)),
                        destination.get(),
                        flow(destination.get().base(), attributes),
                        verdict.get()));
    }

    private static void encode(OuterFlow flow, NetlinkRequest request) {
        // Coming in by "lo" is how the kernel calls packets that start on this host.
        request.text(Codes.FRA_IIFNAME, "lo").octet(Codes.FRA_IP_PROTO, flow.protocol().number());
        if (flow.localPort() != 0) {
            request.port(Codes.FRA_SPORT_RANGE, flow.localPort());
        }
        if (flow.remotePort() != 0) {
            request.port(Codes.FRA_DPORT_RANGE, flow.remotePort());
        }
    }

    private static Optional<Verdict> verdict(Octets payload, Map<Integer, Octets> attributes) {
        return switch (payload.u8(7)) {
            case Codes.FR_ACT_TO_TBL -> {
                int table = table(payload.u8(4), attributes, Codes.FRA_TABLE);
                int suppressed =
                        Optional.ofNullable(attributes.get(Codes.FRA_SUPPRESS_PREFIXLEN))
                                .map(NetlinkMessage::number)
                                .orElse(-1);
                yield Optional.of(
                        suppressed < 0
                                ? new Verdict.Lookup(table)
                                : new Verdict.LookupLonger(table, suppressed));
            }
            case Codes.FR_ACT_GOTO ->
                    Optional.ofNullable(attributes.get(Codes.FRA_GOTO))
                            .map(target -> new Verdict.Skip(NetlinkMessage.number(target)));
            case Codes.FR_ACT_NOP -> Optional.of(new Verdict.Continue());
            default -> Optional.empty();
        };
    }

    private static Optional<OuterFlow> flow(InetAddress peer, Map<Integer, Octets> attributes) {
        int local = port(attributes, Codes.FRA_SPORT_RANGE);
        int remote = port(attributes, Codes.FRA_DPORT_RANGE);
        Octets protocol = attributes.getOrDefault(Codes.FRA_IP_PROTO, Octets.EMPTY);
        if (protocol.size() != 1 || (local == 0 && remote == 0)) {
            return Optional.empty();
        }
        for (OuterFlow.Protocol known : OuterFlow.Protocol.values()) {
            if (known.number() == protocol.u8(0)) {
                return Optional.of(new OuterFlow(peer, known, local, remote));
            }
        }
        return Optional.empty();
    }

    private static int port(Map<Integer, Octets> attributes, int type) {
        Octets range = attributes.getOrDefault(type, Octets.EMPTY);
        if (range.size() != 4) {
            return 0;
        }
        ByteBuffer in = range.asByteBuffer().order(ByteOrder.nativeOrder());
        return in.getShort() & 0xffff;
    }

    private static Optional<IpPrefix> prefix(
            int family, int bits, Map<Integer, Octets> attributes, int type) {
        Optional<InetAddress> base = address(attributes, type);
        if (base.isEmpty() && bits == 0) {
            base = anyAddress(family);
        }
        return base.filter(address -> fits(address, bits))
                .map(address -> new IpPrefix(address, bits));
    }

    private static Optional<InetAddress> anyAddress(int family) {
        return family == 2
                ? Optional.of(IpPrefix.address(new byte[4]))
                : family == 10 ? Optional.of(IpPrefix.address(new byte[16])) : Optional.empty();
    }

    private static boolean fits(InetAddress address, int bits) {
        return bits <= address.getAddress().length * 8;
    }

    private static Optional<InetAddress> address(Map<Integer, Octets> attributes, int type) {
        Octets octets = attributes.getOrDefault(type, Octets.EMPTY);
        return octets.size() == 4 || octets.size() == 16
                ? Optional.of(IpPrefix.address(octets.toArray()))
                : Optional.empty();
    }

    private static int table(int octet, Map<Integer, Octets> attributes, int type) {
        return Optional.ofNullable(attributes.get(type)).map(NetlinkMessage::number).orElse(octet);
    }

    private static int tableOctet(int table) {
        return table < 256 ? table : Codes.RT_TABLE_COMPAT;
    }

    private static int tableOctet(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Lookup lookup -> tableOctet(lookup.table());
            case Verdict.LookupLonger lookup -> tableOctet(lookup.table());
            case Verdict.Skip _, Verdict.Continue _ -> 0;
        };
    }

    private static int action(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Lookup _, Verdict.LookupLonger _ -> Codes.FR_ACT_TO_TBL;
            case Verdict.Skip _ -> Codes.FR_ACT_GOTO;
            case Verdict.Continue _ -> Codes.FR_ACT_NOP;
        };
    }
}
