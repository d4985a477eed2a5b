package io.culvert.interop;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Culvert's configuration as client or gateway of a scenario.
///
/// @param families what the peers speak, and what the tunnel carries
/// @param protectedPrefixes what is behind the gateway
/// @param connection further keys of the connection and their values, as TOML
/// @param child further keys of its child and their values, as TOML
public record CulvertConf(
        Families families,
        List<String> protectedPrefixes,
        Map<String, String> connection,
        Map<String, String> child) {
    /// The connection's name on both sides.
    public static final String CONNECTION = "home";

    /// The name of the TUN device.
    public static final String DEVICE = "culvert0";

    private static final String PROPOSALS = "proposals";
    private static final String ESP_PROPOSALS = "esp-proposals";

    private static final String GENERAL =
            """
            [listen]
            addresses = ["0.0.0.0", "::"]

            [data-plane]
            kind = "userspace"
            device = "%s"
            """
                    .formatted(DEVICE);

    /// Plain UDP, and algorithms which tshark can open.
    public static final CulvertConf UDP =
            new CulvertConf(
                            Families.IPV4,
                            Families.IPV4.protectedPrefixes(),
                            Map.of(
                                    "transports", "[\"udp\"]",
                                    "retransmit-timeout", "\"1s\"",
                                    "retransmit-base", "1.0",
                                    "retransmit-tries", "4"),
                            Map.of("start-action", "\"none\""))
                    .withIkeProposals(SwanctlConf.USUAL.ikeProposals())
                    .withEspProposals(SwanctlConf.USUAL.espProposals());

    /// Raw IKE on TCP port 500 for everything that the rules permit.
    public static final CulvertConf IKE_TCP =
            UDP.with("transports", "[\"ike-tcp\"]").with("ike-tcp-policy", "\"always\"");

    /// Everything in one TCP connection to port 4500.
    public static final CulvertConf TCP_ENCAPSULATION =
            UDP.with("transports", "[\"tcp-encapsulation\"]");

    /// Copies the collections.
    public CulvertConf {
        protectedPrefixes = List.copyOf(protectedPrefixes);
        connection = Collections.unmodifiableMap(new TreeMap<>(connection));
        child = Collections.unmodifiableMap(new TreeMap<>(child));
    }

    /// With another value of a key of the connection.
    public CulvertConf with(String key, String toml) {
        return new CulvertConf(families, protectedPrefixes, and(connection, key, toml), child);
    }

    /// With another value of a key of the child.
    public CulvertConf withChild(String key, String toml) {
        return new CulvertConf(families, protectedPrefixes, connection, and(child, key, toml));
    }

    public CulvertConf withFamilies(Families other) {
        return new CulvertConf(other, other.protectedPrefixes(), connection, child);
    }

    public CulvertConf withIkeProposals(String proposals) {
        return with(PROPOSALS, array(proposals));
    }

    public CulvertConf withEspProposals(String proposals) {
        return withChild(ESP_PROPOSALS, array(proposals));
    }

    public CulvertConf withProtectedPrefix(String prefix) {
        return new CulvertConf(families, List.of(prefix), connection, child);
    }

    /// A client that wants virtual addresses and starts when told.
    public String client(Parties parties) {
        return GENERAL
                + clientConnection(CONNECTION, parties)
                + secrets(parties.client(), parties.gateway());
    }

    /// A client with one connection for each configuration, named `suite-0`, `suite-1` and so on.
    public static String clientOfSuites(List<CulvertConf> suites, Parties parties) {
        StringBuilder text = new StringBuilder(GENERAL);
        for (int i = 0; i < suites.size(); i++) {
            text.append(suites.get(i).clientConnection("suite-" + i, parties));
        }
        return text + secrets(parties.client(), parties.gateway());
    }

    /// A gateway that anybody may call, and that gives virtual addresses.
    public String gateway(Parties parties) {
        CulvertConf gateway =
                with("remote-addresses", "[\"0.0.0.0/0\", \"::/0\"]")
                        .with("pools", array(families.poolNames()))
                        .withChild("local-ts", array(protectedPrefixes))
                        .withChild("remote-ts", "[\"dynamic\"]");
        return GENERAL
                + gateway.tables(CONNECTION, parties.gateway(), parties.client())
                + secrets(parties.gateway(), parties.client())
                + pools();
    }

    /// A host that speaks with another in transport mode, by the addresses that they have.
    ///
    /// @param peerAddress the other's, or `%any`
    /// @param transport of IKE, as in the configuration
    public static String betweenHosts(String peerAddress, String transport, Side own, Side peer) {
        CulvertConf plain =
                UDP.with("transports", array(transport))
                        .with("remote-addresses", array(peerAddress))
                        .withChild("mode", "\"transport\"");
        return GENERAL + plain.tables(CONNECTION, own, peer) + secrets(own, peer);
    }

    private String pools() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < families.pools().size(); i++) {
            text.append(
                    """

                    [pools.%s]
                    addresses = "%s"
                    dns = ["%s"]
                    """
                            .formatted(
                                    families.poolNames().get(i),
                                    families.pools().get(i),
                                    families.protectedHosts().get(i)));
        }
        return text.toString();
    }

    private String clientConnection(String name, Parties parties) {
        return with("remote-addresses", array(families.gatewayAddress()))
                .with("vips", array(families.wantedAddresses()))
                .withChild("local-ts", "[\"dynamic\"]")
                .withChild("remote-ts", array(protectedPrefixes))
                .tables(name, parties.client(), parties.gateway());
    }

    private String tables(String name, Side own, Side peer) {
        return """

        [connections.%s]
        version = 2
        local = { %s }
        remote = { %s }
        %s

        [connections.%s.children.net]
        %s
        """
                .formatted(
                        name, local(own), remote(own, peer), lines(connection), name, lines(child));
    }

    private static String lines(Map<String, String> keys) {
        return keys.entrySet().stream()
                .map(key -> key.getKey() + " = " + key.getValue())
                .collect(Collectors.joining("\n"));
    }

    private static Map<String, String> and(Map<String, String> keys, String key, String toml) {
        Map<String, String> more = new TreeMap<>(keys);
        more.put(key, toml);
        return more;
    }

    private static String array(List<String> values) {
        return values.stream()
                .map(value -> "\"" + value + "\"")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String array(String values) {
        return array(List.of(values.split(", *")));
    }

    private static String local(Side side) {
        if (!side.hasCertificate()) {
            return "auth = \"psk\", id = \"" + side.identity() + "\"";
        }
        Credentials credentials = side.own().getFirst();
        return "auth = \"pubkey\", id = \"%s\", certs = [\"%s\"], key = \"%s\""
                .formatted(
                        side.identity(),
                        credentials.certificate().getFileName(),
                        credentials.key().getFileName());
    }

    private static String remote(Side own, Side peer) {
        if (own.authorities().isEmpty()) {
            return "auth = \"psk\", id = \"" + peer.identity() + "\"";
        }
        String believed =
                own.authorities().stream()
                        .map(file -> "\"" + file.getFileName() + "\"")
                        .collect(Collectors.joining(", "));
        return "auth = \"pubkey\", id = \"%s\", ca-certs = [%s]"
                .formatted(peer.identity(), believed);
    }

    private static String secrets(Side own, Side peer) {
        if (own.hasCertificate()) {
            return "";
        }
        return """

        [secrets.home]
        ids = ["%s", "%s"]
        psk = "%s"
        """
                .formatted(own.identity(), peer.identity(), own.secret());
    }

    /// The files that a side's configuration names.
    public static List<Path> files(Side side) {
        return Stream.concat(
                        side.authorities().stream(),
                        side.own().stream().flatMap(own -> Stream.of(own.certificate(), own.key())))
                .toList();
    }
}
