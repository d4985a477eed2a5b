package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// An attribute of a transform. Only the key length is defined; others make their transform unusable.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3.5 RFC 7296 section 3.3.5
public sealed interface TransformAttribute {
    /// The type of the key length attribute, in bits, which has the fixed form.
    int KEY_LENGTH = 14;

    /// The most octets of a variable value: what a proposal with one transform leaves.
    int MAX_VALUE_OCTETS = 0xffff - 4 - TransformSubstructure.HEADER_OCTETS;

    /// The type, 15 bits.
    int type();

    /// Type and a 16-bit value: format bit 1.
    ///
    /// @param type 15 bits
    /// @param value 16 bits
    record Fixed(int type, int value) implements TransformAttribute {
        /// Checks the ranges.
        public Fixed {
            Wire.requireRange(type, 0, 0x7fff, "attribute type");
            Wire.requireU16(value, "attribute value");
        }
    }

    /// Type, length and octets: format bit 0.
    ///
    /// @param type 15 bits
    /// @param value the octets
    record Variable(int type, Octets value) implements TransformAttribute {
        /// Checks the ranges.
        public Variable {
            Wire.requireRange(type, 0, 0x7fff, "attribute type");
            Wire.requireSize(value, 0, MAX_VALUE_OCTETS, "attribute value");
        }
    }

    /// The length on the wire, in octets.
    default int lengthOctets() {
        return switch (this) {
            case Fixed _ -> 4;
            case Variable variable -> 4 + variable.value().size();
        };
    }
}
