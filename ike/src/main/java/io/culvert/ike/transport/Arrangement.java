package io.culvert.ike.transport;

/// How the messages and the ESP of one IKE SA travel. MOBIKE may change it between [#UDP] and [#TCP_ENCAPSULATION].
public enum Arrangement {
    /// All over UDP.
    UDP,
    /// IKE over UDP or over raw TCP connections, as each request wants; ESP in UDP.
    IKE_TCP,
    /// All in one TCP connection.
    TCP_ENCAPSULATION,
    /// IKE in one TCP connection once IKE_SA_INIT is through, ESP in UDP.
    SEPARATE;

    /// Whether all IKE messages go in one TCP connection.
    public boolean isIkeInOneConnection() {
        return this == TCP_ENCAPSULATION || this == SEPARATE;
    }

    /// The arrangement in which IKE SAs begin over this kind of transport.
    public static Arrangement startingOver(TransportKind kind) {
        return switch (kind) {
            case UDP -> UDP;
            case IKE_TCP -> IKE_TCP;
            case TCP_ENCAPSULATION -> TCP_ENCAPSULATION;
        };
    }
}
