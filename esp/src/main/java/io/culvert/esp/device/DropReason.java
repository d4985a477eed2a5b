package io.culvert.esp.device;

/// Why the data plane dropped a packet. Each has a counter.
public enum DropReason {
    /// Inbound: no SA has the SPI.
    UNKNOWN_SPI,
    /// Inbound: too short for ESP, or not a whole number of cipher blocks.
    MALFORMED_ESP,
    /// Inbound: the sequence number was accepted before or is too old.
    REPLAYED,
    /// Inbound: the ICV is wrong.
    FORGED,
    /// Inbound: authentic, but the padding is wrong.
    BAD_TRAILER,
    /// Inbound: a dummy packet, Next Header 59, which is there to be dropped.
    DUMMY,
    /// Inbound: authentic, but neither IPv4 nor IPv6 is inside, or in transport mode what belongs before ESP.
    UNSUPPORTED_NEXT_HEADER,
    /// Inbound: authentic, but what is inside is not a whole IP packet.
    MALFORMED_INNER,
    /// Inbound: authentic, but the SA's selectors do not select what is inside.
    SELECTOR_MISMATCH,
    /// Outbound: the device gave something that is not a whole IP packet.
    MALFORMED_OUTBOUND,
    /// Outbound: no policy selects the packet.
    NO_POLICY,
    /// Outbound: a fragment, or a packet with options in its header, and the SA is in transport mode.
    NOT_FOR_TRANSPORT_MODE,
    /// Outbound: larger than the path carries, and must not be cut. The sender was told, where that is allowed.
    TOO_BIG,
    /// Outbound: the buffer has no room for ESP around the packet.
    NO_ROOM,
    /// Outbound: the SA has no sequence numbers left.
    SEQUENCE_EXHAUSTED,
    /// Either way: the SA's lifetime in octets or packets is over.
    LIFETIME_OVER,
    /// Outbound: too many packets wait for a route already.
    NO_ROUTE,
    /// Outbound: waited too long for a route.
    ROUTE_TOO_LATE,
    /// Outbound: all buffers are in use.
    NO_BUFFER,
    /// Either way: the SA was removed meanwhile, or the data plane was closed.
    CLOSED,
    /// Inbound: the device broke.
    DEVICE_BROKEN
}
