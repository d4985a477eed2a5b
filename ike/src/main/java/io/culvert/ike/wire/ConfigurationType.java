package io.culvert.ike.wire;

/// What a Configuration payload wants. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.15 RFC 7296 section 3.15
/// @param value the number on the wire, 0 to 255
public record ConfigurationType(int value) {
    /// Asks for values.
    public static final ConfigurationType CFG_REQUEST = new ConfigurationType(1);

    /// Answers CFG_REQUEST.
    public static final ConfigurationType CFG_REPLY = new ConfigurationType(2);

    /// Pushes values.
    public static final ConfigurationType CFG_SET = new ConfigurationType(3);

    /// Answers CFG_SET.
    public static final ConfigurationType CFG_ACK = new ConfigurationType(4);

    /// Checks the range.
    public ConfigurationType {
        Wire.requireU8(value, "configuration type");
    }

    /// The RFC's name, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "CFG_REQUEST";
            case 2 -> "CFG_REPLY";
            case 3 -> "CFG_SET";
            case 4 -> "CFG_ACK";
            default -> "configuration type " + value;
        };
    }
}
