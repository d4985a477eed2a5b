package io.culvert.app.relay;

import io.culvert.app.control.Json;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// What a relay has done since its start.
///
/// @param clients clients served now
/// @param waiting clients whose connection is gone, and that may come back
/// @param espWaiting ESP packets that wait for connections
/// @param served clients ever admitted
/// @param connectionsLost connections that ended otherwise than by our closing them
/// @param connectionsResumed clients that came back on another connection
/// @param towardsTcp what was carried from UDP to TCP
/// @param towardsUdp what was carried from TCP to UDP
/// @param dropped what was not carried, by reason
public record RelayStatistics(
        int clients,
        int waiting,
        int espWaiting,
        long served,
        long connectionsLost,
        long connectionsResumed,
        Flow towardsTcp,
        Flow towardsUdp,
        Map<String, Long> dropped) {
    /// Copies the counts.
    public RelayStatistics {
        dropped = Map.copyOf(dropped);
    }

    /// One direction.
    ///
    /// @param ikeMessages IKE messages
    /// @param espPackets ESP packets
    /// @param octets octets of both, without framing
    public record Flow(long ikeMessages, long espPackets, long octets) {}

    static RelayStatistics of(Tally tally, int clients, int waiting, int espWaiting) {
        return new RelayStatistics(
                clients,
                waiting,
                espWaiting,
                tally.served.sum(),
                tally.connectionsLost.sum(),
                tally.connectionsResumed.sum(),
                flow(tally.towardsTcp),
                flow(tally.towardsUdp),
                tally.dropped().all());
    }

    /// On one line of JSON.
    public String json() {
        ObjectNode all = Json.object();
        all.put("clients", clients)
                .put("waiting", waiting)
                .put("esp-waiting", espWaiting)
                .put("served", served)
                .put("connections-lost", connectionsLost)
                .put("connections-resumed", connectionsResumed);
        put(all.putObject("to-tcp"), towardsTcp);
        put(all.putObject("to-udp"), towardsUdp);
        ObjectNode reasons = all.putObject("dropped");
        new TreeMap<>(dropped).forEach(reasons::put);
        return Json.line(all);
    }

    /// On one line for people.
    public String text() {
        return "clients %d (%d waited for, %d ever), to TCP %s, to UDP %s, dropped %d%s"
                .formatted(
                        clients,
                        waiting,
                        served,
                        text(towardsTcp),
                        text(towardsUdp),
                        dropped.values().stream().mapToLong(Long::longValue).sum(),
                        dropped.isEmpty() ? "" : " " + new TreeMap<>(dropped));
    }

    private static Flow flow(Tally.Flow flow) {
        return new Flow(flow.ikeMessages.sum(), flow.espPackets.sum(), flow.octets.sum());
    }

    private static void put(ObjectNode node, Flow flow) {
        node.put("ike-messages", flow.ikeMessages)
                .put("esp-packets", flow.espPackets)
                .put("octets", flow.octets);
    }

    private static String text(Flow flow) {
        return "%d IKE and %d ESP in %d octets"
                .formatted(flow.ikeMessages, flow.espPackets, flow.octets);
    }
}
