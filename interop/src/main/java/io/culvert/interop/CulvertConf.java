package io.culvert.interop;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Culvert's configuration as client or gateway of a scenario.
///
/// @param transports the lines that choose transports in the connection, as TOML
/// @param ikeProposals in strongSwan's notation, separated by commas
/// @param espProposals in strongSwan's notation, separated by commas
/// @param protectedPrefix what is behind the gateway
public record CulvertConf(
        String transports, String ikeProposals, String espProposals, String protectedPrefix) {
    /// The connection's name on both sides.
    public static final String CONNECTION = "home";

    /// The name of the TUN device.
    public static final String DEVICE = "culvert0";

    private static final String GENERAL =
            """
            [listen]
            addresses = ["0.0.0.0"]

            [data-plane]
            kind = "userspace"
            device = "%s"
            """
                    .formatted(DEVICE);

    /// Plain UDP, and algorithms which tshark can open.
    public static final CulvertConf UDP =
            new CulvertConf(
                    "transports = [\"udp\"]",
                    SwanctlConf.USUAL.ikeProposals(),
                    SwanctlConf.USUAL.espProposals(),
                    Road.PROTECTED_PREFIX);

    /// Raw IKE on TCP port 500 for everything that the rules permit.
    public static final CulvertConf IKE_TCP =
            UDP.withTransports("transports = [\"ike-tcp\"]\nike-tcp-policy = \"always\"");

    /// Everything in one TCP connection to port 4500.
    public static final CulvertConf TCP_ENCAPSULATION =
            UDP.withTransports("transports = [\"tcp-encapsulation\"]");

    public CulvertConf withTransports(String lines) {
        return new CulvertConf(lines, ikeProposals, espProposals, protectedPrefix);
    }

    public CulvertConf withIkeProposals(String proposals) {
        return new CulvertConf(transports, proposals, espProposals, protectedPrefix);
    }

    public CulvertConf withEspProposals(String proposals) {
        return new CulvertConf(transports, ikeProposals, proposals, protectedPrefix);
    }

    public CulvertConf withProtectedPrefix(String prefix) {
        return new CulvertConf(transports, ikeProposals, espProposals, prefix);
    }

    /// A client that wants a virtual address and starts when told.
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

    /// A gateway that anybody may call, and that gives virtual addresses from 10.9.0.0/24.
    public String gateway(Parties parties) {
        return GENERAL
                + connection(
                        CONNECTION,
                        """
                        remote-addresses = ["0.0.0.0/0"]
                        pools = ["rw"]
                        """,
                        parties.gateway(),
                        parties.client(),
                        """
                        local-ts = ["%s"]
                        remote-ts = ["dynamic"]
                        """
                                .formatted(protectedPrefix))
                + secrets(parties.gateway(), parties.client())
                + """

                [pools.rw]
                addresses = "10.9.0.0/24"
                dns = ["10.200.0.1"]
                """;
    }

    private String clientConnection(String name, Parties parties) {
        return connection(
                name,
                """
                remote-addresses = ["%s"]
                vips = ["0.0.0.0"]
                """
                        .formatted(Road.GATEWAY_ADDRESS),
                parties.client(),
                parties.gateway(),
                """
                local-ts = ["dynamic"]
                remote-ts = ["%s"]
                """
                        .formatted(protectedPrefix));
    }

    private String connection(String name, String role, Side own, Side peer, String selectors) {
        return """

        [connections.%s]
        version = 2
        %s
        %s
        proposals = [%s]
        local = { %s }
        remote = { %s }
        retransmit-timeout = "1s"
        retransmit-base = 1.0
        retransmit-tries = 4

        [connections.%s.children.net]
        %s
        esp-proposals = [%s]
        start-action = "none"
        """
                .formatted(
                        name,
                        role.strip(),
                        transports,
                        array(ikeProposals),
                        local(own),
                        remote(own, peer),
                        name,
                        selectors.strip(),
                        array(espProposals));
    }

    private static String array(String proposals) {
        return Stream.of(proposals.split(", *"))
                .map(proposal -> "\"" + proposal + "\"")
                .collect(Collectors.joining(", "));
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
