package io.culvert.app.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Turns the status that programs read into lines for people.
///
/// @param zone the time zone of times shown
record StatusText(ZoneId zone) {
    private static final double KILO = 1000;

    List<String> lines(JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "culvert %s, cryptography by %s, data plane %s"
                        .formatted(
                                text(status, "culvert"),
                                text(status, "crypto"),
                                text(status, "data-plane")));
        add(lines, "  ", text(status, "crypto-note"));
        for (JsonNode sa : status.path("ike-sas")) {
            lines.add("");
            addSa(lines, sa);
        }
        for (JsonNode down : status.path("down")) {
            lines.add("");
            lines.add("%s  down".formatted(text(down, "connection")));
            add(lines, "  ", text(down, "cause"));
        }
        return lines;
    }

    private void addSa(List<String> lines, JsonNode sa) {
        lines.add(
                "%s  %s, %s  (#%d)"
                        .formatted(
                                text(sa, "connection").isEmpty() ? "?" : text(sa, "connection"),
                                text(sa, "state")
                                        + (sa.path("resumed").asBoolean() ? " (resumed)" : ""),
                                text(sa, "role"),
                                sa.path("id").asLong()));
        lines.add("  local   " + party(sa.path("local")));
        lines.add("  remote  " + party(sa.path("remote")));
        lines.add(
                "  IKE     over %s since %s: %s"
                        .formatted(
                                text(sa, "transport"),
                                time(text(sa, "transport-since")),
                                text(sa, "transport-reason")));
        lines.add(
                "          %s, SPIs %s %s"
                        .formatted(
                                text(sa, "proposal"),
                                text(sa, "initiator-spi"),
                                text(sa, "responder-spi")));
        if (!text(sa, "rekey").isEmpty()) {
            lines.add("          rekeyed at " + time(text(sa, "rekey")));
        }
        String nat = nat(sa.path("nat"));
        if (!nat.isEmpty()) {
            lines.add("  NAT     " + nat);
        }
        String addresses = list(sa.path("virtual-addresses"));
        if (!addresses.isEmpty()) {
            lines.add("  virtual " + addresses);
        }
        for (JsonNode child : sa.path("child-sas")) {
            addChild(lines, child);
        }
    }

    private void addChild(List<String> lines, JsonNode child) {
        lines.add(
                "  %-7s %s === %s"
                        .formatted(
                                text(child, "name"),
                                list(child.path("local-ts")),
                                list(child.path("remote-ts"))));
        lines.add(
                "          ESP over %s, %s, SPIs in %s out %s"
                        .formatted(
                                text(child, "transport"),
                                text(child, "proposal"),
                                text(child, "inbound-spi"),
                                text(child, "outbound-spi")));
        lines.add("          in %s, out %s".formatted(carried(child, "in"), carried(child, "out")));
        if (!text(child, "rekey").isEmpty()) {
            lines.add("          rekeyed at " + time(text(child, "rekey")));
        }
    }

    private static String carried(JsonNode child, String direction) {
        return "%d packets %s"
                .formatted(
                        child.path("packets-" + direction).asLong(),
                        octets(child.path("octets-" + direction).asLong()));
    }

    /// `999 B`, `1.5 kB`, `2.0 MB`.
    static String octets(long octets) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double shown = octets;
        int unit = 0;
        while (shown >= KILO && unit < units.length - 1) {
            shown /= KILO;
            unit++;
        }
        return unit == 0
                ? octets + " B"
                : String.format(Locale.ROOT, "%.1f %s", shown, units[unit]);
    }

    private static String party(JsonNode party) {
        String address = text(party, "address");
        String place =
                address.contains(":")
                        ? "[" + address + "]:" + party.path("port").asInt()
                        : address + ":" + party.path("port").asInt();
        String identity = text(party, "identity");
        String eap = text(party, "eap-identity");
        String proved = eap.isEmpty() ? identity : identity + "  EAP " + eap;
        return proved.isEmpty() ? place : place + "  " + proved;
    }

    private static String nat(JsonNode nat) {
        List<String> places = new ArrayList<>();
        if (nat.path("local").asBoolean(false)) {
            places.add("in front of us");
        }
        if (nat.path("remote").asBoolean(false)) {
            places.add("in front of the peer");
        }
        return String.join(", ", places);
    }

    private String time(String instant) {
        try {
            return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
                    .withZone(zone)
                    .format(Instant.parse(instant));
        } catch (DateTimeParseException notYet) {
            return "-";
        }
    }

    private static String list(JsonNode array) {
        return array.valueStream().map(n -> n.asString("")).collect(Collectors.joining(" "));
    }

    private static String text(JsonNode node, String key) {
        return node.path(key).asString("");
    }

    private static void add(List<String> lines, String indent, String text) {
        text.lines().filter(line -> !line.isBlank()).forEach(line -> lines.add(indent + line));
    }
}
