package io.culvert.esp.engine;

/// What became of a packet given to [OutboundSa#seal].
public enum SealResult {
    /// It is an ESP packet now.
    SEALED,
    /// Its buffer has not enough room before or behind it.
    NO_ROOM,
    /// No sequence numbers are left.
    SEQUENCE_EXHAUSTED,
    /// The SA was closed.
    CLOSED
}
