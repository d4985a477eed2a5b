package io.culvert.interop;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The `swanctl.conf` of strongSwan as client or gateway of a scenario.
///
/// Lines must not be joined: the format has no separators.
///
/// @param families what the peers speak, and what the tunnel carries
/// @param protectedPrefixes what is behind the gateway
/// @param connection further settings of the connection
/// @param child further settings of its child
public record SwanctlConf(
        Families families,
        List<String> protectedPrefixes,
        Map<String, String> connection,
        Map<String, String> child) {
    /// The connection's name on both sides.
    public static final String CONNECTION = "home";

    /// The child's name on both sides.
    public static final String CHILD = "net";

    private static final String PROPOSALS = "proposals";
    private static final String ESP_PROPOSALS = "esp_proposals";

    /// What most scenarios use; tshark can open it.
    public static final SwanctlConf USUAL =
            new SwanctlConf(
                            Families.IPV4,
                            Families.IPV4.protectedPrefixes(),
                            Map.of("version", "2"),
                            Map.of())
                    .withIkeProposals("aes128-sha256-x25519")
                    .withEspProposals("aes128gcm16");

    /// Copies the collections.
    public SwanctlConf {
        protectedPrefixes = List.copyOf(protectedPrefixes);
        connection = Collections.unmodifiableMap(new TreeMap<>(connection));
        child = Collections.unmodifiableMap(new TreeMap<>(child));
    }

    /// With another setting of the connection.
    public SwanctlConf with(String key, String value) {
        return new SwanctlConf(families, protectedPrefixes, and(connection, key, value), child);
    }

    /// With another setting of the child.
    public SwanctlConf withChild(String key, String value) {
        return new SwanctlConf(families, protectedPrefixes, connection, and(child, key, value));
    }

    public SwanctlConf withFamilies(Families other) {
        return new SwanctlConf(other, other.protectedPrefixes(), connection, child);
    }

    public SwanctlConf withIkeProposals(String proposals) {
        return with(PROPOSALS, proposals);
    }

    public SwanctlConf withEspProposals(String proposals) {
        return withChild(ESP_PROPOSALS, proposals);
    }

    /// In strongSwan's notation, separated by commas.
    public String ikeProposals() {
        return connection.getOrDefault(PROPOSALS, "default");
    }

    /// In strongSwan's notation, separated by commas.
    public String espProposals() {
        return child.getOrDefault(ESP_PROPOSALS, "default");
    }

    /// A client that wants virtual addresses.
    public String client(Parties parties) {
        return connections(clientConnection(CONNECTION, CHILD, parties))
                + secrets(parties.client(), parties.gateway());
    }

    /// A client with one connection for each pair of proposals, named `suite-0`, `suite-1` and so on, as are the children.
    public static String clientOfSuites(List<SwanctlConf> suites, Parties parties) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < suites.size(); i++) {
            String name = "suite-" + i;
            text.append(suites.get(i).clientConnection(name, name, parties));
        }
        return connections(text.toString()) + secrets(parties.client(), parties.gateway());
    }

    /// A gateway that gives virtual addresses.
    public String gateway(Parties parties) {
        String connection =
                with("pools", String.join(", ", families.poolNames()))
                        .withChild("local_ts", String.join(", ", protectedPrefixes))
                        .section(CONNECTION, CHILD, parties.gateway(), parties.client());
        return connections(connection) + secrets(parties.gateway(), parties.client()) + pools();
    }

    private String pools() {
        StringBuilder text = new StringBuilder("pools {\n");
        for (int i = 0; i < families.pools().size(); i++) {
            text.append(
                    """
                      %s {
                        addrs = %s
                      }
                    """
                            .formatted(families.poolNames().get(i), families.pools().get(i)));
        }
        return text.append("}\n").toString();
    }

    private String clientConnection(String name, String child, Parties parties) {
        return with("remote_addrs", families.gatewayAddress())
                .with("vips", String.join(", ", families.wantedAddresses()))
                .withChild("remote_ts", String.join(", ", protectedPrefixes))
                .section(name, child, parties.client(), parties.gateway());
    }

    private static String connections(String text) {
        return "connections {\n" + text + "}\n";
    }

    private String section(String name, String childName, Side own, Side peer) {
        return """
          %s {
            %s
            local {
              %s
            }
            remote {
              %s
            }
            children {
              %s {
                %s
              }
            }
          }
        """
                .formatted(
                        name,
                        lines(connection),
                        side(own, true),
                        side(peer, false),
                        childName,
                        lines(child));
    }

    private static String lines(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = " + setting.getValue())
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, String> and(Map<String, String> settings, String key, String value) {
        Map<String, String> more = new TreeMap<>(settings);
        more.put(key, value);
        return more;
    }

    private static String side(Side side, boolean local) {
        String id = "\n      id = " + side.identity();
        if (!side.hasCertificate()) {
            return "auth = psk" + id;
        }
        return "auth = pubkey"
                + id
                + (local
                        ? "\n      certs = " + side.own().getFirst().certificate().getFileName()
                        : "");
    }

    private static String secrets(Side own, Side peer) {
        if (own.hasCertificate()) {
            return "";
        }
        return """
        secrets {
          ike-1 {
            id-1 = %s
            id-2 = %s
            secret = "%s"
          }
        }
        """
                .formatted(own.identity(), peer.identity(), own.secret());
    }
}
