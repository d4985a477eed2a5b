package io.culvert.ike.proposal;

import io.culvert.ike.wire.TransformSubstructure;
import io.culvert.ike.wire.TransformType;
import io.culvert.ipsec.crypto.KeyExchangeMethod;
import java.util.Optional;

/// One choice for one of the seven additional key exchanges, such as `ke1_mlkem768`.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9370#section-2.2.1 RFC 9370 section 2.2.1
/// @param number which of them, 1 to 7
/// @param method the method; none to do without this one
public record AdditionalKeyExchange(int number, Optional<KeyExchangeMethod> method) {
    /// How many there may be.
    public static final int MOST = 7;

    private static final int NONE = 0;

    /// Checks the range.
    public AdditionalKeyExchange {
        if (number < 1 || number > MOST) {
            throw new IllegalArgumentException("additional key exchange " + number);
        }
    }

    /// The transform type ADDKE1 to ADDKE7.
    static TransformType type(int number) {
        return new TransformType(TransformType.ADDKE1.value() + number - 1);
    }

    TransformSubstructure transform() {
        return TransformSubstructure.of(
                type(number), method.map(KeyExchangeMethod::transformId).orElse(NONE));
    }

    /// Whether a transform of these is the one that does without.
    static boolean isNone(TransformSubstructure transform) {
        return transform.id() == NONE && transform.attributes().isEmpty();
    }

    /// strongSwan's word for it, such as `ke1_mlkem768` or `ke2_none`.
    @Override
    public String toString() {
        return "ke" + number + "_" + method.map(AlgorithmWords::of).orElse("none");
    }
}
