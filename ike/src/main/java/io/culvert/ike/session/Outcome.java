package io.culvert.ike.session;

/// What came of something that happened to a transport.
enum Outcome {
    /// It goes on.
    CARRIED_ON,
    /// All goes into the connection that is open (RFC 9329 section 7.1).
    MOVED,
    /// IKE_SA_INIT has to start anew, with another SPI: its request is bound to a transport that is gone (IT-052).
    RESTART,
    /// There is no way left to the peer.
    UNREACHABLE;

    /// What has to be done if both came of it.
    Outcome orWorse(Outcome other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
