package io.culvert.ike.keys;

import io.culvert.ike.wire.PayloadType;
import io.culvert.ipsec.value.Octets;

/// What became of an encrypted message, or of one fragment.
public sealed interface OpenResult {
    /// It is the peer's.
    ///
    /// @param firstInner the type of the first payload inside
    /// @param plaintext the payloads inside, or a part of them if it was a fragment; padding removed
    record Opened(PayloadType firstInner, Octets plaintext) implements OpenResult {}

    /// The ICV is wrong, or there is no room for one: anybody may have sent this. Nothing is answered (IK-009).
    record BadIntegrity() implements OpenResult {}

    /// It is the peer's, but the padding is longer than the plaintext: INVALID_SYNTAX.
    ///
    /// @param detail the mistake, for a debug log
    record Malformed(String detail) implements OpenResult {}
}
