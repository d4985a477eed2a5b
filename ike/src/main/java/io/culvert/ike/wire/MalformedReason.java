package io.culvert.ike.wire;

/// Why octets are not a message; one counter each.
public enum MalformedReason {
    /// The message is not as long as its header says (IK-001).
    LENGTH_MISMATCH,
    /// The message is longer than [WireLimits#messageOctets].
    MESSAGE_TOO_LARGE,
    /// The initiator's SPI is zero (IK-002).
    ZERO_INITIATOR_SPI,
    /// A payload or a structure inside ends behind what surrounds it, or is shorter than its fixed part.
    TRUNCATED,
    /// Octets are left where nothing more was announced.
    TRAILING_OCTETS,
    /// A count or a "last" mark disagrees with what follows.
    COUNT_MISMATCH,
    /// A field has a value that the RFC forbids.
    VALUE_OUT_OF_RANGE,
    /// More of something than [WireLimits] allows.
    LIMIT_EXCEEDED,
    /// An encrypted payload is not the last, or stands inside another.
    MISPLACED_ENCRYPTED
}
