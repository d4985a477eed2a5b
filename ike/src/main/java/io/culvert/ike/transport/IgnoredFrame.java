package io.culvert.ike.transport;

/// Frames that are skipped without harm to the stream.
public enum IgnoredFrame {
    /// Nothing but its length (TE-006).
    EMPTY,
    /// Too short for ESP or for the IKE message that its marker announces, and no keepalive (TE-008).
    MEANINGLESS
}
