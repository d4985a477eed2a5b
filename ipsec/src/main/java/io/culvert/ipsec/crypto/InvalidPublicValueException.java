package io.culvert.ipsec.crypto;

/// A peer's key exchange data must not be used: wrong length, out of range, not on the curve, or a secret of zeros.
///
/// @spec https://www.rfc-editor.org/rfc/rfc6989#section-2 RFC 6989 section 2
public final class InvalidPublicValueException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param reason what is wrong, without the value itself
    public InvalidPublicValueException(String reason) {
        super(reason, null, false, false);
    }
}
