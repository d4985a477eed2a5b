package io.culvert.ike.wire;

import java.util.List;
import java.util.OptionalInt;

/// A transform as it stands in a proposal: one algorithm, with attributes.
///
/// ```
/// Last(0|3)(1) Reserved(1) Length(2) Type(1) Reserved(1) ID(2) Attributes
/// ```
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3.2 RFC 7296 section 3.3.2
/// @param type what the algorithm is for
/// @param id the algorithm, 16 bits, numbered for each type
/// @param attributes attributes, in practice none or the key length
public record TransformSubstructure(
        TransformType type, int id, List<TransformAttribute> attributes) {
    static final int HEADER_OCTETS = 8;

    /// Copies the list and checks sizes.
    public TransformSubstructure {
        attributes = List.copyOf(attributes);
        Wire.requireU16(id, "transform ID");
        Wire.requireU16(length(attributes), "length of a transform");
    }

    /// A transform without attributes.
    public static TransformSubstructure of(TransformType type, int id) {
        return new TransformSubstructure(type, id, List.of());
    }

    /// A transform with a key length in bits.
    public static TransformSubstructure withKeyLength(TransformType type, int id, int bits) {
        return new TransformSubstructure(
                type,
                id,
                List.of(new TransformAttribute.Fixed(TransformAttribute.KEY_LENGTH, bits)));
    }

    /// The key length in bits, if it is the only attribute and given once.
    public OptionalInt keyLengthBits() {
        return attributes.size() == 1
                        && attributes.getFirst()
                                instanceof TransformAttribute.Fixed(int type, int bits)
                        && type == TransformAttribute.KEY_LENGTH
                ? OptionalInt.of(bits)
                : OptionalInt.empty();
    }

    int lengthOctets() {
        return length(attributes);
    }

    private static int length(List<TransformAttribute> attributes) {
        return HEADER_OCTETS + attributes.stream().mapToInt(TransformAttribute::lengthOctets).sum();
    }
}
