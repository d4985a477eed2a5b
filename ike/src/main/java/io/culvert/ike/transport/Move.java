package io.culvert.ike.transport;

/// What can be done next for a request.
public sealed interface Move {
    /// Send it by this path: the same message, in the form that the path takes.
    record Send(TransportPath path) implements Move {}

    /// Open a connection, on which it will be sent.
    record Connect(StreamFraming framing) implements Move {}

    /// Let the whole IKE SA go by this connection from now on, and this request first (RFC 9329 section 7.1).
    record MoveInto(TransportPath.Tcp stream) implements Move {}

    /// Begin the IKE SA anew: another SPI, nonce, key exchange and NAT detection (IT-052, TE-029).
    record StartAnew() implements Move {}

    /// Wait: for the peer to come back, or for the answer.
    record Wait() implements Move {}

    /// There is no way left to the peer.
    record GiveUp() implements Move {}
}
