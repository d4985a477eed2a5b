package io.culvert.ike.wire;

import java.util.List;

/// What became of a chain of payloads, such as the decrypted content of an SK payload.
public sealed interface ChainResult {
    /// The payloads.
    ///
    /// @param payloads in their order, possibly none
    record Payloads(List<Payload> payloads) implements ChainResult {
        /// Copies the list.
        public Payloads {
            payloads = List.copyOf(payloads);
        }
    }

    /// A payload that is not known and must be (IK-005).
    ///
    /// @param type what goes into UNSUPPORTED_CRITICAL_PAYLOAD
    record UnknownCriticalPayload(PayloadType type) implements ChainResult {}

    /// Octets that break the format. After decryption this is answered with INVALID_SYNTAX (IK-009).
    ///
    /// @param reason the class of mistake
    /// @param detail the mistake, for a debug log
    record Malformed(MalformedReason reason, String detail) implements ChainResult {}
}
