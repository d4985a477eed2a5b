package io.culvert.ike.wire;

/// What became of the octets of a message.
public sealed interface DecodeResult {
    /// A message. An [Encrypted] or [EncryptedFragment] payload in it is still closed.
    ///
    /// @param message the message
    record Decoded(IkeMessage message) implements DecodeResult {}

    /// Fewer octets than an IKE header.
    ///
    /// @param octets how many
    record NoHeader(int octets) implements DecodeResult {}

    /// A major version other than 2; nothing behind the header was looked at (IK-007).
    ///
    /// @param header the header as far as version 2 would read it
    record UnsupportedVersion(IkeHeader header) implements DecodeResult {}

    /// A payload that is not known and must be (IK-005).
    ///
    /// @param header the header
    /// @param type what goes into UNSUPPORTED_CRITICAL_PAYLOAD
    record UnknownCriticalPayload(IkeHeader header, PayloadType type) implements DecodeResult {}

    /// Octets that break the format.
    ///
    /// @param header the header
    /// @param reason the class of mistake
    /// @param detail the mistake, for a debug log
    record Malformed(IkeHeader header, MalformedReason reason, String detail)
            implements DecodeResult {}
}
