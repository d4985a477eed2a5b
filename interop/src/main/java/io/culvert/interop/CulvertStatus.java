package io.culvert.interop;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `culvert status --json` says, as far as scenarios ask for it.
public record CulvertStatus(List<IkeSa> ikeSas) {

    /// One IKE SA.
    ///
    /// @param initiatorSpi with [#responderSpi()], what changes only when the SA is another one
    /// @param transport how IKE travels: `udp`, `ike-tcp` or `tcp-encapsulation`
    public record IkeSa(
            String connection,
            String state,
            String initiatorSpi,
            String responderSpi,
            String transport,
            List<ChildSa> childSas) {

        /// Copies the list.
        public IkeSa {
            childSas = List.copyOf(childSas);
        }
    }

    /// One Child SA.
    ///
    /// @param transport how ESP travels: `udp`, `ip` or `tcp-encapsulation`
    public record ChildSa(
            String name, String inboundSpi, String transport, long packetsIn, long packetsOut) {}

    /// Copies the list.
    public CulvertStatus {
        ikeSas = List.copyOf(ikeSas);
    }

    static CulvertStatus parse(String json) {
        JsonNode status = JsonMapper.shared().readTree(json);
        return new CulvertStatus(
                status.required("ike-sas").valueStream().map(CulvertStatus::ikeSa).toList());
    }

    /// The only IKE SA; fails if there is none, or another one.
    public IkeSa only() {
        if (ikeSas.size() != 1) {
            throw new AssertionError("expected one IKE SA: " + this);
        }
        return ikeSas.getFirst();
    }

    private static IkeSa ikeSa(JsonNode sa) {
        return new IkeSa(
                text(sa, "connection"),
                text(sa, "state"),
                text(sa, "initiator-spi"),
                text(sa, "responder-spi"),
                text(sa, "transport"),
                sa.required("child-sas").valueStream().map(CulvertStatus::childSa).toList());
    }

    private static ChildSa childSa(JsonNode sa) {
        return new ChildSa(
                text(sa, "name"),
                text(sa, "inbound-spi"),
                text(sa, "transport"),
                sa.required("packets-in").asLong(),
                sa.required("packets-out").asLong());
    }

    private static String text(JsonNode node, String name) {
        return node.required(name).asString();
    }
}
