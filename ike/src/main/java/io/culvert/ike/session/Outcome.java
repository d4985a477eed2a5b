package io.culvert.ike.session;

/// What came of something that happened to a transport.
enum Outcome {
    /// It goes on.
    CARRIED_ON,
    /// IKE_SA_INIT has to start anew, with another SPI: its request is bound to a transport that is gone (IT-052).
    RESTART,
    /// There is no way left to the peer.
    UNREACHABLE
}
