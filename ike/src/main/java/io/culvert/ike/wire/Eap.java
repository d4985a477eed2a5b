package io.culvert.ike.wire;

import io.culvert.ipsec.value.Octets;
import java.util.OptionalInt;

/// The EAP payload: one EAP message, whose header has been checked.
///
/// @spec https://www.rfc-editor.org/rfc/rfc7296#section-3.16 RFC 7296 section 3.16
/// @param message the whole EAP message: code, identifier, length, and in requests and responses a type
public record Eap(Octets message) implements Payload {
    /// The code of a request.
    public static final int REQUEST = 1;

    /// The code of a response.
    public static final int RESPONSE = 2;

    /// The code of the end of a conversation that succeeded.
    public static final int SUCCESS = 3;

    /// The code of the end of a conversation that failed.
    public static final int FAILURE = 4;

    private static final int HEADER_OCTETS = 4;

    /// Checks the message's own length field, and that requests and responses have a type.
    public Eap {
        Wire.requireBody(message.size(), "EAP");
        Wire.requireSize(message, HEADER_OCTETS, Wire.MAX_BODY_OCTETS, "EAP message");
        int code = message.u8(0);
        if (message.u16(2) != message.size()) {
            throw new IllegalArgumentException(
                    "EAP message of " + message.size() + " octets announces " + message.u16(2));
        }
        if ((code == REQUEST || code == RESPONSE) && message.size() == HEADER_OCTETS) {
            throw new IllegalArgumentException("EAP message without a type");
        }
    }

    /// Request, response, success or failure.
    public int code() {
        return message.u8(0);
    }

    /// Matches responses to requests.
    public int identifier() {
        return message.u8(1);
    }

    /// The EAP method, in requests and responses.
    public OptionalInt method() {
        return code() == REQUEST || code() == RESPONSE
                ? OptionalInt.of(message.u8(HEADER_OCTETS))
                : OptionalInt.empty();
    }

    @Override
    public PayloadType type() {
        return PayloadType.EAP;
    }
}
