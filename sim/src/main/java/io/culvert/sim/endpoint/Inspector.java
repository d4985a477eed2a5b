package io.culvert.sim.endpoint;

import io.culvert.ike.api.RevealedKeys;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ike.wire.ExchangeType;
import io.culvert.ike.wire.IkeHeader;
import io.culvert.ipsec.dataplane.ChildSaSpec;
import io.culvert.ipsec.dataplane.EspKeys;
import io.culvert.ipsec.value.IkeSpi;
import io.culvert.ipsec.value.KeyMaterial;
import io.culvert.ipsec.value.Octets;
import io.culvert.ipsec.value.Spi;
import io.culvert.sim.network.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Watches a world for what must never happen, at every step.
///
/// - Two ends never hold different keys for one SA, and no ESP key is installed twice in one direction.
/// - No request is executed twice.
/// - A response goes only where its request came from.
/// - No two messages of one IKE SA and direction have the same nonce.
public final class Inspector {
    private static final int ENCRYPTED = 46;
    private static final int FRAGMENT = 53;
    private static final int FIRST_PAYLOAD_AT = 16;
    private static final int IV_AT = IkeHeader.OCTETS + 4;
    private static final int FRAGMENT_NUMBERS = 4;

    /// One direction of one IKE SA.
    private record Direction(IkeSpi initiator, IkeSpi responder, boolean fromInitiator) {
        static Direction of(IkeHeader header) {
            return new Direction(
                    header.initiatorSpi(), header.responderSpi(), header.originalInitiator());
        }

        Direction reversed() {
            return new Direction(initiator, responder, !fromInitiator);
        }
    }

    private static final class Log {
        final Map<Nonce, Octets> nonces = new HashMap<>();
        final Set<Long> executed = new HashSet<>();
        final Map<Long, Set<TransportPath>> requestPaths = new HashMap<>();
    }

    private record Outgoing(Spi spi, Octets keys) {}

    private final Map<Direction, Log> logs = new HashMap<>();

    /// A nonce of one key: each IKE_INTERMEDIATE has a key of its own, all that follows has the last one.
    private record Nonce(long keys, long value) {}

    /// Who has which IKE SA.
    private record Holder(Object end, Direction spis) {}

    /// The keys of an IKE SA, one set after each key exchange.
    private final Map<Direction, List<Octets>> ikeKeys = new HashMap<>();

    /// How many sets each end has derived.
    private final Map<Holder, Integer> derived = new HashMap<>();

    private final Set<Octets> outboundKeys = new HashSet<>();
    private final Map<Spi, ChildSaSpec> byInboundSpi = new HashMap<>();
    private final Map<Spi, Outgoing> byOutboundSpi = new HashMap<>();
    private long messages;

    /// How many IKE messages were sent.
    public long messages() {
        return messages;
    }

    /// An end sends an IKE message.
    void sent(TransportPath path, Octets message) {
        messages++;
        IkeHeader header = IkeHeader.peek(message).orElseThrow();
        if (header.responderSpi().isZero()
                || header.exchangeType().equals(ExchangeType.IKE_SA_INIT)) {
            return;
        }
        Direction direction = Direction.of(header);
        checkNonce(direction, message);
        if (header.response()) {
            Set<TransportPath> paths =
                    log(direction.reversed())
                            .requestPaths
                            .getOrDefault(header.messageId(), Set.of());
            if (!paths.contains(path)) {
                throw new Violation(
                        "the response %s goes to %s, its request came by %s"
                                .formatted(header, path, paths));
            }
        }
    }

    /// A message reached the end that it is for, before the session saw it.
    void arrived(TransportPath path, Octets message) {
        IkeHeader header = IkeHeader.peek(message).orElseThrow();
        if (!header.response()) {
            log(Direction.of(header))
                    .requestPaths
                    .computeIfAbsent(header.messageId(), _ -> new HashSet<>())
                    .add(path);
        }
    }

    /// A session took a request for a new one.
    void executed(Octets message) {
        IkeHeader header = IkeHeader.peek(message).orElseThrow();
        boolean initial =
                header.exchangeType().equals(ExchangeType.IKE_SA_INIT)
                        || header.responderSpi().isZero();
        if (!initial && !log(Direction.of(header)).executed.add(header.messageId())) {
            throw new Violation("the request " + header + " is executed twice");
        }
    }

    /// An end has derived keys of an IKE SA: its first ones, or others after a further key exchange.
    ///
    /// @param end whose they are
    void revealed(Object end, RevealedKeys keys) {
        if (keys instanceof RevealedKeys.OfIkeSa sa) {
            Octets all = octets(List.of(sa.skEi(), sa.skEr(), sa.skAi(), sa.skAr()));
            Direction spis = new Direction(sa.initiatorSpi(), sa.responderSpi(), true);
            List<Octets> known = ikeKeys.computeIfAbsent(spis, _ -> new ArrayList<>());
            int number = derived.merge(new Holder(end, spis), 1, Integer::sum) - 1;
            if (number == known.size()) {
                known.add(all);
            } else if (!known.get(number).equals(all)) {
                throw new Violation("two ends have different keys for one IKE SA");
            }
        }
    }

    /// An end installs a Child SA.
    void installed(ChildSaSpec spec) {
        Octets inbound = octets(spec.inboundKeys());
        Octets outbound = octets(spec.outboundKeys());
        if (!outboundKeys.add(outbound)) {
            throw new Violation("an ESP key is used a second time, by SPI " + spec.outboundSpi());
        }
        byInboundSpi.put(spec.inboundSpi(), spec);
        byOutboundSpi.put(spec.outboundSpi(), new Outgoing(spec.inboundSpi(), outbound));
        ChildSaSpec peer = byInboundSpi.get(spec.outboundSpi());
        if (peer == null) {
            return;
        }
        Outgoing peerOut = byOutboundSpi.get(spec.inboundSpi());
        boolean fits =
                peer.outboundSpi().equals(spec.inboundSpi())
                        && peerOut != null
                        && peerOut.keys.equals(inbound)
                        && octets(peer.inboundKeys()).equals(outbound)
                        && peer.transform().equals(spec.transform())
                        && peer.local().equals(spec.remote())
                        && peer.remote().equals(spec.local());
        if (!fits) {
            throw new Violation("two ends disagree on a Child SA: " + spec + " and " + peer);
        }
    }

    private void checkNonce(Direction direction, Octets message) {
        int type = message.u8(FIRST_PAYLOAD_AT);
        if (type != ENCRYPTED && type != FRAGMENT) {
            return;
        }
        long nonce = message.u64(type == FRAGMENT ? IV_AT + FRAGMENT_NUMBERS : IV_AT);
        IkeHeader header = IkeHeader.peek(message).orElseThrow();
        boolean own = header.exchangeType().equals(ExchangeType.IKE_INTERMEDIATE);
        Nonce used = new Nonce(own ? header.messageId() : 0, nonce);
        Octets other = log(direction).nonces.putIfAbsent(used, message);
        if (other != null && !other.equals(message)) {
            throw new Violation("two messages of an IKE SA have the same nonce: " + message);
        }
    }

    private Log log(Direction direction) {
        return logs.computeIfAbsent(direction, _ -> new Log());
    }

    private static Octets octets(EspKeys keys) {
        return octets(List.of(keys.encryption(), keys.integrity()));
    }

    private static Octets octets(List<KeyMaterial> parts) {
        return Octets.concat(
                parts.stream().map(p -> Octets.wrap(p.expose().clone())).toArray(Octets[]::new));
    }
}
