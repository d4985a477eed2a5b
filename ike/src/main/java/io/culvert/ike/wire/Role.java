package io.culvert.ike.wire;

/// Whose name or traffic a payload is about, within one exchange.
public enum Role {
    /// Of the exchange's initiator: IDi, TSi.
    INITIATOR,
    /// Of the exchange's responder: IDr, TSr.
    RESPONDER
}
