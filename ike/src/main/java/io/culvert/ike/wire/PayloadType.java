package io.culvert.ike.wire;

/// The type of a payload, from the Next Payload field before it. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.2 RFC 7296 section 3.2
/// @param value the number on the wire, 0 to 255
public record PayloadType(int value) {
    /// No further payload.
    public static final PayloadType NONE = new PayloadType(0);

    /// Security Association.
    public static final PayloadType SA = new PayloadType(33);

    /// Key Exchange.
    public static final PayloadType KE = new PayloadType(34);

    /// Identification of the initiator.
    public static final PayloadType IDI = new PayloadType(35);

    /// Identification of the responder.
    public static final PayloadType IDR = new PayloadType(36);

    /// Certificate.
    public static final PayloadType CERT = new PayloadType(37);

    /// Certificate Request.
    public static final PayloadType CERTREQ = new PayloadType(38);

    /// Authentication.
    public static final PayloadType AUTH = new PayloadType(39);

    /// Nonce, Ni or Nr.
    public static final PayloadType NONCE = new PayloadType(40);

    /// Notify.
    public static final PayloadType NOTIFY = new PayloadType(41);

    /// Delete.
    public static final PayloadType DELETE = new PayloadType(42);

    /// Vendor ID.
    public static final PayloadType VENDOR_ID = new PayloadType(43);

    /// Traffic Selectors of the initiator.
    public static final PayloadType TSI = new PayloadType(44);

    /// Traffic Selectors of the responder.
    public static final PayloadType TSR = new PayloadType(45);

    /// Encrypted and Authenticated.
    public static final PayloadType SK = new PayloadType(46);

    /// Configuration.
    public static final PayloadType CP = new PayloadType(47);

    /// Extensible Authentication.
    public static final PayloadType EAP = new PayloadType(48);

    /// Encrypted and Authenticated Fragment, RFC 7383.
    public static final PayloadType SKF = new PayloadType(53);

    /// Puzzle Solution, RFC 8019.
    public static final PayloadType PS = new PayloadType(54);

    /// Checks the range.
    public PayloadType {
        Wire.requireU8(value, "payload");
    }

    /// The RFC's notation, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 0 -> "NONE";
            case 33 -> "SA";
            case 34 -> "KE";
            case 35 -> "IDi";
            case 36 -> "IDr";
            case 37 -> "CERT";
            case 38 -> "CERTREQ";
            case 39 -> "AUTH";
            case 40 -> "Nonce";
            case 41 -> "N";
            case 42 -> "D";
            case 43 -> "V";
            case 44 -> "TSi";
            case 45 -> "TSr";
            case 46 -> "SK";
            case 47 -> "CP";
            case 48 -> "EAP";
            case 53 -> "SKF";
            case 54 -> "PS";
            default -> "payload " + value;
        };
    }
}
