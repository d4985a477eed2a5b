package io.culvert.ike.transport;

/// How messages are told apart on a TCP connection.
public enum StreamFraming {
    /// By the Length field of the IKE header; nothing but IKE.
    IKE_TCP(TransportKind.IKE_TCP),
    /// The `IKETCP` prefix once, then 16-bit lengths, RFC 9329.
    TCP_ENCAPSULATION(TransportKind.TCP_ENCAPSULATION);

    private final TransportKind kind;

    StreamFraming(TransportKind kind) {
        this.kind = kind;
    }

    /// The transport that has this framing.
    public TransportKind kind() {
        return kind;
    }
}
