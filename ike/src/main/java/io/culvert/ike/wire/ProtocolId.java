package io.culvert.ike.wire;

/// The protocol that an SPI, a proposal or a notification belongs to. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.3.1 RFC 7296 section 3.3.1
/// @param value the number on the wire, 0 to 255
public record ProtocolId(int value) {
    /// None: the notification is about no existing SA.
    public static final ProtocolId NONE = new ProtocolId(0);

    /// IKE.
    public static final ProtocolId IKE = new ProtocolId(1);

    /// AH; not ours.
    public static final ProtocolId AH = new ProtocolId(2);

    /// ESP.
    public static final ProtocolId ESP = new ProtocolId(3);

    /// Checks the range.
    public ProtocolId {
        Wire.requireU8(value, "protocol");
    }

    /// The RFC's name, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "NONE";
            case 1 -> "IKE";
            case 2 -> "AH";
            case 3 -> "ESP";
            default -> "protocol " + value;
        };
    }
}
