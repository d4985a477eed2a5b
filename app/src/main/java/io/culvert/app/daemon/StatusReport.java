package io.culvert.app.daemon;

import io.culvert.app.control.Json;
import io.culvert.ike.api.SessionStatus;
import io.culvert.ike.api.SessionStatus.ChildSaStatus;
import io.culvert.ike.auth.Identity;
import io.culvert.ike.transport.TransportPath;
import io.culvert.ipsec.dataplane.ChildSaCounters;
import io.culvert.ipsec.dataplane.ChildSaId;
import io.culvert.ipsec.dataplane.EspRoute;
import io.culvert.ipsec.value.MonoTime;
import io.culvert.runtime.embed.SessionView;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// How everything stands, as JSON: each SA with the transport of IKE and that of ESP, and what is down and why.
///
/// @param version the program's version
/// @param crypto what does the cryptography
/// @param dataPlane what carries packets, for people
/// @param wallClock the time of day
/// @param clock the same moment on the clock of the sessions
/// @param counters what a Child SA has carried
/// @param modes how each session carries IKE, by its number
/// @param causes why connections are down, by name, in the order of the configuration
record StatusReport(
        String version,
        CryptoChoice crypto,
        String dataPlane,
        Instant wallClock,
        MonoTime clock,
        Function<ChildSaId, ChildSaCounters> counters,
        Map<Long, TransportModes.Mode> modes,
        Map<String, String> causes) {

    ObjectNode of(List<SessionView> sessions) {
        ObjectNode root = Json.object();
        root.put("culvert", version);
        root.put("crypto", crypto.provider().name());
        if (!crypto.note().isEmpty()) {
            root.put("crypto-note", crypto.note());
        }
        root.put("data-plane", dataPlane);
        ArrayNode sas = root.putArray("ike-sas");
        sessions.forEach(view -> addSa(sas.addObject(), view));
        ArrayNode down = root.putArray("down");
        causes.forEach(
                (name, cause) -> down.addObject().put("connection", name).put("cause", cause));
        return root;
    }

    private void addSa(ObjectNode node, SessionView view) {
        SessionStatus status = view.status();
        node.put("id", view.id());
        node.put("connection", status.connection().orElse(""));
        node.put("state", state(status));
        node.put("role", status.originalInitiator() ? "initiator" : "responder");
        node.put("initiator-spi", status.initiatorSpi().toString());
        node.put("responder-spi", status.responderSpi().toString());
        addParty(node.putObject("local"), status.path().map(TransportPath::local), status.local());
        ObjectNode peer = node.putObject("remote");
        addParty(peer, status.path().map(TransportPath::remote), status.remote());
        status.eapIdentity().ifPresent(name -> peer.put("eap-identity", name));
        ArrayNode addresses = node.putArray("virtual-addresses");
        status.virtualIps().forEach(a -> addresses.add(a.getHostAddress()));
        Optional<TransportModes.Mode> mode = Optional.ofNullable(modes.get(view.id()));
        String latest = status.path().map(p -> p.kind().word()).orElse("");
        node.put("transport", mode.map(m -> m.kind().word()).orElse(latest));
        node.put("transport-reason", status.transportWhy());
        node.put(
                "transport-since",
                instant(mode.map(TransportModes.Mode::since).orElse(status.transportSince()))
                        .toString());
        node.put("transport-of-latest-message", latest);
        status.establishedAt().ifPresent(t -> node.put("established", instant(t).toString()));
        node.put("resumed", status.resumed());
        status.rekeyAt().ifPresent(t -> node.put("rekey", instant(t).toString()));
        node.putObject("nat").put("local", status.natUs()).put("remote", status.natPeer());
        node.put("proposal", status.suite().map(AlgorithmText::of).orElse(""));
        ArrayNode children = node.putArray("child-sas");
        status.children().forEach(child -> addChild(children.addObject(), child));
    }

    /// `established`, or the stage of the handshake.
    static String state(SessionStatus status) {
        return status.establishedAt().isPresent() && status.state().equals("Established")
                ? "established"
                : status.state();
    }

    private static void addParty(
            ObjectNode node, Optional<InetSocketAddress> place, Optional<Identity> identity) {
        place.ifPresent(
                p -> node.put("address", p.getAddress().getHostAddress()).put("port", p.getPort()));
        identity.ifPresent(i -> node.put("identity", i.toString()));
    }

    private void addChild(ObjectNode node, ChildSaStatus child) {
        ChildSaCounters carried = counters.apply(child.id());
        node.put("name", child.name());
        node.put("inbound-spi", child.inboundSpi().toString());
        node.put("outbound-spi", child.outboundSpi().toString());
        node.put("transport", transport(child.route()));
        if (child.route() instanceof EspRoute.Udp(var local, var remote)) {
            node.put("path", text(local) + " -> " + text(remote));
        }
        node.put("established", instant(child.establishedAt()).toString());
        child.rekeyAt().ifPresent(t -> node.put("rekey", instant(t).toString()));
        child.expiresAt().ifPresent(t -> node.put("expires", instant(t).toString()));
        addAll(node.putArray("local-ts"), child.local());
        addAll(node.putArray("remote-ts"), child.remote());
        node.put("proposal", AlgorithmText.of(child.transform()));
        node.put("octets-in", carried.inboundOctets());
        node.put("octets-out", carried.outboundOctets());
        node.put("packets-in", carried.inboundPackets());
        node.put("packets-out", carried.outboundPackets());
        node.put("drops-replay", carried.replayDrops());
        node.put("drops-integrity", carried.integrityDrops());
        node.put("drops-selector", carried.selectorDrops());
    }

    private static String transport(EspRoute route) {
        return switch (route) {
            case EspRoute.Udp _ -> "udp";
            case EspRoute.Tcp _ -> "tcp-encapsulation";
            case EspRoute.Unknown _ -> "unknown";
        };
    }

    private static void addAll(ArrayNode array, Collection<?> values) {
        values.forEach(v -> array.add(v.toString()));
    }

    private static String text(InetSocketAddress endpoint) {
        return endpoint.getAddress().getHostAddress() + ":" + endpoint.getPort();
    }

    private Instant instant(MonoTime time) {
        return wallClock.minus(clock.since(time));
    }
}
