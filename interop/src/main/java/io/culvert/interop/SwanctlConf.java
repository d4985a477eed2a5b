package io.culvert.interop;

import java.util.List;

/// The `swanctl.conf` of strongSwan as client or gateway of a scenario.
///
/// Lines must not be joined: the format has no separators.
///
/// @param ikeProposals in strongSwan's notation
/// @param espProposals in strongSwan's notation
/// @param protectedPrefix what is behind the gateway
public record SwanctlConf(String ikeProposals, String espProposals, String protectedPrefix) {
    /// The connection's name on both sides.
    public static final String CONNECTION = "home";

    /// The child's name on both sides.
    public static final String CHILD = "net";

    /// What most scenarios use; tshark can open it.
    public static final SwanctlConf USUAL =
            new SwanctlConf("aes128-sha256-x25519", "aes128gcm16", Road.PROTECTED_PREFIX);

    /// A client that wants a virtual address.
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

    /// A gateway that gives virtual addresses from 10.9.0.0/24.
    public String gateway(Parties parties) {
        String connection =
                connection(
                        CONNECTION,
                        CHILD,
                        "pools = rw",
                        parties.gateway(),
                        parties.client(),
                        "local_ts");
        return connections(connection)
                + secrets(parties.gateway(), parties.client())
                + """
                pools {
                  rw {
                    addrs = 10.9.0.0/24
                  }
                }
                """;
    }

    private String clientConnection(String name, String child, Parties parties) {
        String role = "remote_addrs = " + Road.GATEWAY_ADDRESS + "\n    vips = 0.0.0.0";
        return connection(name, child, role, parties.client(), parties.gateway(), "remote_ts");
    }

    private static String connections(String text) {
        return "connections {\n" + text + "}\n";
    }

    private String connection(
            String name, String child, String role, Side own, Side peer, String protectedSide) {
        return """
          %s {
            version = 2
            %s
            proposals = %s
            local {
              %s
            }
            remote {
              %s
            }
            children {
              %s {
                %s = %s
                esp_proposals = %s
              }
            }
          }
        """
                .formatted(
                        name,
                        role,
                        ikeProposals,
                        side(own, true),
                        side(peer, false),
                        child,
                        protectedSide,
                        protectedPrefix,
                        espProposals);
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
