package io.culvert.esp.engine;

/// What became of a packet given to [InboundSa#open].
public enum OpenResult {
    /// It is authentic, and its payload is now the packet.
    OPENED,
    /// It is shorter than the SA's packets are, or not a whole number of cipher blocks.
    MALFORMED,
    /// Its sequence number was accepted before or is too old.
    REPLAYED,
    /// Its ICV is wrong.
    FORGED,
    /// It is authentic, but its padding is not what the sender must write.
    BAD_TRAILER,
    /// The SA was closed.
    CLOSED
}
