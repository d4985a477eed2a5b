package io.culvert.esp.policy;

/// What is done with an outbound packet. There is no BYPASS: what is not to be protected does not reach our device.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4301#section-4.4.1 RFC 4301 section 4.4.1
public sealed interface Verdict<S> {
    /// It goes through this SA.
    ///
    /// @param sa the SA
    record Protect<S>(S sa) implements Verdict<S> {}

    /// It is dropped: no SA is there for it.
    record Discard<S>() implements Verdict<S> {}
}
