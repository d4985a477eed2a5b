package io.culvert.ike.wire;

/// The kind of an exchange, from the IKE header. Unknown values are kept.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.1 RFC 7296 section 3.1
/// @param value the number on the wire, 0 to 255
public record ExchangeType(int value) {
    /// Negotiates algorithms and exchanges keys, unprotected.
    public static final ExchangeType IKE_SA_INIT = new ExchangeType(34);

    /// Authenticates both sides and makes the first Child SA.
    public static final ExchangeType IKE_AUTH = new ExchangeType(35);

    /// Makes or rekeys a Child SA, or rekeys the IKE SA.
    public static final ExchangeType CREATE_CHILD_SA = new ExchangeType(36);

    /// Deletes, notifications, configuration, liveness.
    public static final ExchangeType INFORMATIONAL = new ExchangeType(37);

    /// Begins an IKE SA with a ticket, RFC 5723.
    public static final ExchangeType IKE_SESSION_RESUME = new ExchangeType(38);

    /// Group key management; not ours.
    public static final ExchangeType GSA_AUTH = new ExchangeType(39);

    /// Group key management; not ours.
    public static final ExchangeType GSA_REGISTRATION = new ExchangeType(40);

    /// Group key management; not ours.
    public static final ExchangeType GSA_REKEY = new ExchangeType(41);

    /// Group key management; not ours.
    public static final ExchangeType GSA_INBAND_REKEY = new ExchangeType(42);

    /// Between IKE_SA_INIT and IKE_AUTH, RFC 9242.
    public static final ExchangeType IKE_INTERMEDIATE = new ExchangeType(43);

    /// Additional key exchanges after CREATE_CHILD_SA, RFC 9370.
    public static final ExchangeType IKE_FOLLOWUP_KE = new ExchangeType(44);

    /// Checks the range.
    public ExchangeType {
        Wire.requireU8(value, "exchange type");
    }

    /// Whether this exchange begins an IKE SA and therefore cannot be encrypted.
    public boolean isInitial() {
        return equals(IKE_SA_INIT) || equals(IKE_SESSION_RESUME);
    }

    /// Whether this exchange belongs to the beginning of an IKE SA, after the first one.
    public boolean isSetup() {
        return equals(IKE_INTERMEDIATE) || equals(IKE_AUTH);
    }

    /// The RFC's name, or the number of one that has none here.
    @Override
    public String toString() {
        return switch (value) {
            case 34 -> "IKE_SA_INIT";
            case 35 -> "IKE_AUTH";
            case 36 -> "CREATE_CHILD_SA";
            case 37 -> "INFORMATIONAL";
            case 38 -> "IKE_SESSION_RESUME";
            case 39 -> "GSA_AUTH";
            case 40 -> "GSA_REGISTRATION";
            case 41 -> "GSA_REKEY";
            case 42 -> "GSA_INBAND_REKEY";
            case 43 -> "IKE_INTERMEDIATE";
            case 44 -> "IKE_FOLLOWUP_KE";
            default -> "exchange type " + value;
        };
    }
}
