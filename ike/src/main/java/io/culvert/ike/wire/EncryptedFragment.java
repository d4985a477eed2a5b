package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// The SKF payload: one fragment of a message, still encrypted. It is the last payload of its message.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7383#section-2.5 RFC 7383 section 2.5
/// @param firstInner in fragment 1 the type of the first payload of the whole message, in others none
/// @param number from 1
/// @param total how many fragments there are, at least `number`, 16 bits
/// @param body IV, ciphertext and ICV
public record EncryptedFragment(PayloadType firstInner, int number, int total, Octets body)
        implements Payload {
    /// The octets between the generic header and the IV.
    public static final int NUMBERS_OCTETS = 4;

    /// Checks the numbers (E1-3) and the size.
    public EncryptedFragment {
        Wire.requireRange(total, 1, 0xffff, "number of fragments");
        Wire.requireRange(number, 1, total, "fragment number");
        Wire.requireBody(NUMBERS_OCTETS + body.size(), "SKF");
    }

    @Override
    public PayloadType type() {
        return PayloadType.SKF;
    }

    @Override
    public String notation() {
        return "SKF(" + number + "/" + total + ")";
    }
}
