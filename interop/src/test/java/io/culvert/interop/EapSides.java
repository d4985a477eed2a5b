package io.culvert.interop;

/// Configurations in which the client has a certificate, changed so that it authenticates by EAP.
final class EapSides {
    static final String ALICE = Side.CLIENT_IDENTITY;
    static final String PASSWORD = "correct horse battery staple";

    private EapSides() {}

    /// strongSwan, as either side.
    ///
    /// @param method as in `auth`
    static String swanctl(String usual, String method) {
        return usual.replace(
                "auth = pubkey\n      id = " + ALICE,
                "auth = %s\n      eap_id = %s\n      id = %s".formatted(method, ALICE, ALICE));
    }

    /// strongSwan's section with Alice's password.
    static String swanctlPassword(String password) {
        return """
        secrets {
          eap-1 {
            id = %s
            secret = "%s"
          }
        }
        """
                .formatted(ALICE, password);
    }

    /// Culvert as the client, which keeps its certificate: for EAP-TLS.
    static String client(String usual, String method) {
        String local = "local = { auth = ";
        return usual.replace(local + "\"pubkey\"", local + "\"" + method + "\"");
    }

    /// Culvert as the client that has nothing but a password.
    static String client(String usual, String method, String password) {
        return usual.replaceAll(
                        "local = \\{.*}",
                        "local = { auth = \"%s\", id = \"%s\" }".formatted(method, ALICE))
                + password(password);
    }

    /// Culvert as the gateway, which needs no authority for its clients, unless they come by EAP-TLS.
    static String gateway(String usual, String method) {
        String eap = "remote = { auth = \"%s\", eap-id = \"%%any\"".formatted(method);
        String client = "remote = \\{ auth = \"pubkey\", id = \"" + ALICE + "\"";
        return method.equals("eap-tls")
                ? usual.replaceAll(client, eap)
                : usual.replaceAll(client + ".*}", eap + " }");
    }

    /// Culvert as either side, content with a TLS 1.2 as strongSwan's: without the extended master secret.
    static String anyMasterSecret(String conf) {
        String auth = "auth = \"eap-tls\"";
        return conf.replace(auth, auth + ", eap-tls-without-extended-master-secret = true");
    }

    /// Culvert's section with Alice's password.
    static String password(String password) {
        return """

        [secrets.alice]
        ids = ["%s"]
        eap = "%s"
        """
                .formatted(ALICE, password);
    }
}
