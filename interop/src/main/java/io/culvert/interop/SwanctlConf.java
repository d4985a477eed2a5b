package io.culvert.interop;

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
        return connection(
                """
                remote_addrs = %s
                    vips = 0.0.0.0
                """
                        .formatted(Road.GATEWAY_ADDRESS),
                parties.client(),
                parties.gateway(),
                "remote_ts");
    }

    /// A gateway that gives virtual addresses from 10.9.0.0/24.
    public String gateway(Parties parties) {
        return connection("pools = rw\n", parties.gateway(), parties.client(), "local_ts")
                + """
                pools {
                  rw {
                    addrs = 10.9.0.0/24
                  }
                }
                """;
    }

    private String connection(String role, Side own, Side peer, String protectedSide) {
        return """
        connections {
          home {
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
              net {
                %s = %s
                esp_proposals = %s
              }
            }
          }
        }
        """
                        .formatted(
                                role.strip(),
                                ikeProposals,
                                side(own, true),
                                side(peer, false),
                                protectedSide,
                                protectedPrefix,
                                espProposals)
                + secrets(own, peer);
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
