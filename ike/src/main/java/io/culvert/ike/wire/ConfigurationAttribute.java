package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;

/// A configuration attribute as it stands on the wire; [#reading] says what it means.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.15.1 RFC 7296 section 3.15.1
/// @param type the type
/// @param value the octets; none asks for any value
public record ConfigurationAttribute(ConfigurationAttributeType type, Octets value) {
    /// Checks the size.
    public ConfigurationAttribute {
        Wire.requireSize(value, 0, Wire.MAX_BODY_OCTETS - 8, "attribute value");
    }

    /// An attribute that asks for any value.
    public static ConfigurationAttribute request(ConfigurationAttributeType type) {
        return new ConfigurationAttribute(type, Octets.EMPTY);
    }

    /// An attribute that gives, or asks for, this value.
    public static ConfigurationAttribute of(
            ConfigurationAttributeType type, ConfigurationValue value) {
        return new ConfigurationAttribute(type, value.toOctets());
    }

    /// What the value says. Total: octets that do not fit the type give [ConfigurationValue.Unusable] (IK-123).
    public ConfigurationValue reading() {
        return ConfigurationValue.read(type, value);
    }

    int lengthOctets() {
        return 4 + value.size();
    }
}
