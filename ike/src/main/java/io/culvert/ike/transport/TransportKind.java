package io.culvert.ike.transport;

/// The sorts of transport that carry IKE.
public enum TransportKind {
    /// UDP, on port 500 or, behind a non-ESP marker, on port 4500.
    UDP("udp"),
    /// Raw IKE messages on short-lived TCP connections, ESP elsewhere (draft-ietf-ipsecme-ike-tcp).
    IKE_TCP("ike-tcp"),
    /// IKE and ESP in one TCP connection, RFC 9329.
    TCP_ENCAPSULATION("tcp-encapsulation");

    private final String word;

    TransportKind(String word) {
        this.word = word;
    }

    /// The word for it in configuration and output.
    public String word() {
        return word;
    }
}
